// How far the ratio moved since last period and last year, and how much of it is a change of mix.

function changesSection(state, width) {
  const row = latestRow(state.feed, state.period);
  if (!row) return null;
  const kinds = [["change_last_period", row.since_last_period], ["change_last_year", row.since_last_year]].filter(([, change]) => change);
  if (!kinds.length) return section("changes", say("changes"), element("p", { class: "calm" }, say("changes_none")));
  const parts = kinds.flatMap(([kind, change]) => {
    const name = `${say(kind)}${inBrackets(change.since)}`;
    return [
      { name, part: say("change"), value: 100 * change.difference, low: 100 * change.ci_low, high: 100 * change.ci_high },
      missing(change.mix) ? null : { name, part: say("mix"), value: 100 * change.mix },
      missing(change.within) ? null : { name, part: say("within"), value: 100 * change.within },
    ].filter(Boolean);
  }).map((each) => ({ ...each, line: `${each.name} · ${each.part}` }));
  const ends = parts.flatMap((each) => [each.value, each.low ?? 0, each.high ?? 0, 0]);
  const drawn = chart(`${say("changes")}: ${parts.map((each) => `${each.line} ${signed(each.value)}`).join("; ")}`, {
    width: Math.min(width, 860), height: 44 * parts.length + 30, marginLeft: 12, marginRight: 60, marginTop: 14, marginBottom: 28,
    x: { domain: [Math.min(-2, d3.min(ends)), Math.max(2, d3.max(ends))], nice: true, label: null, ticks: 6, tickFormat: (value) => signed(value, Number.isInteger(value) ? 0 : 1), grid: true },
    y: { domain: parts.map((each) => each.line), axis: null, padding: 0.5 },
    style: { fontSize: width < 500 ? "11px" : "12px", fontFamily: "inherit", overflow: "visible" },
    marks: [
      Plot.barX(parts, { x: "value", y: "line", fill: (each) => (each.low === undefined ? "#9bbfd8" : BLUE), insetTop: 4, insetBottom: -4 }),
      Plot.ruleY(parts.filter((each) => each.low !== undefined), { x1: "low", x2: "high", y: "line", dy: 5, stroke: INK, strokeWidth: 2, marker: "tick" }),
      Plot.ruleX([0], { stroke: INK }),
      Plot.text(parts, { y: "line", frameAnchor: "left", dy: -13, text: (each) => changeLine(each), fill: INK, fontWeight: 600, textAnchor: "start",
        stroke: "white", strokeWidth: 3 }),
    ],
  });
  return section("changes", say("changes"), element("p", { class: "about" }, say("changes_about", { period: row.period, level: level() })), drawn);
}

function changeLine(each) {
  const interval = each.low === undefined ? "" : inBrackets(range(each.low, each.high, 1));
  return `${each.low === undefined ? each.part : each.name}${say("colon")}${say("points", { value: signed(each.value) })}${interval}`;
}
