// Words that set commercial notes apart: a bar for each, to the side that says it more often.

function termsSection(width) {
  const all = REPORT.terms ?? [];
  const side = (sign) => all.filter((term) => sign * term.log_odds > 0).sort((a, b) => sign * (b.z - a.z)).map((term, at) => ({ ...term, at }));
  const [right, left] = [side(1), side(-1)];
  const lines = Math.max(right.length, left.length);
  if (!lines) return null;
  const far = 1.7 * d3.max(all, (term) => Math.abs(term.log_odds));
  const text = (terms, sign) => Plot.text(terms, {
    x: "log_odds", y: "at", text: (term) => `${term.word} ${term.commercial}:${term.other}`, textAnchor: sign > 0 ? "start" : "end", dx: 5 * sign, fill: INK,
  });
  const drawn = chart(`${say("terms")}: ${right.slice(0, 10).map((term) => term.word).join(" ")} / ${left.slice(0, 10).map((term) => term.word).join(" ")}`, {
    width: Math.min(width, 860), height: 20 * lines + 70, marginTop: 26, marginLeft: 4, marginRight: 4, marginBottom: 38,
    x: { domain: [-far, far], label: say("log_odds"), labelAnchor: "center", labelArrow: "none", tickFormat: (value) => signed(value) },
    y: { type: "band", domain: d3.range(lines), axis: null, padding: 0.2 },
    marks: [
      Plot.barX(right, { x: "log_odds", y: "at", fill: LABEL_COLOURS.undisclosed_ad }),
      Plot.barX(left, { x: "log_odds", y: "at", fill: LABEL_COLOURS.organic }),
      text(right, 1), text(left, -1),
      Plot.ruleX([0], { stroke: INK }),
      Plot.text([say("terms_commercial")], { frameAnchor: "top-right", dy: -18, fontWeight: 600, fill: INK }),
      Plot.text([say("terms_other")], { frameAnchor: "top-left", dy: -18, fontWeight: 600, fill: INK }),
    ],
  });
  return section("terms", say("terms"), element("p", { class: "about" }, say("terms_about")), drawn);
}
