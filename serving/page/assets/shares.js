// What the notes of each period are: the labels stacked, and the same with intervals in a table.

const STACK = ["organic", "disclosed_ad", "ad", "undisclosed_ad", "diversion"];

function labelShares(row) {
  const others = row.other_shares ?? [];
  return others.length ? [row.organic, ...others] : [row.organic, { name: "not_organic", share: 1 - row.organic.share }];
}

const SLACK = 0.02; // by which shares may miss 100% unremarked

// Organic at its published share; the others, where they miss the rest, scaled to fill it.
function drawnShares(row) {
  const shares = labelShares(row).sort((a, b) => STACK.indexOf(a.name) - STACK.indexOf(b.name));
  const rest = 1 - row.organic.share;
  const others = d3.sum(shares, (each) => each.share) - row.organic.share;
  const isScaled = Math.abs(others - rest) > SLACK;
  if (others <= 0 && rest > 0) return [{ ...row.organic, height: row.organic.share }, { name: "not_organic", share: rest, height: rest }];
  return shares.map((each) => ({ ...each, height: each.name === "organic" ? each.share : (each.share * rest) / (others || 1), isScaled }));
}

// Where a report is not cut into periods, the whole range is one.
const rowsByPeriod = (feed) => (PERIODS.length
  ? PERIODS.map((period) => [period, FEEDS.get(feed)?.periods.get(period)]) : [[say("range"), FEEDS.get(feed)?.overall]]);

function stackedShares(feed) {
  return rowsByPeriod(feed).flatMap(([period, row]) => {
    if (!row?.organic) return [];
    let top = 0;
    return drawnShares(row).map((each) => {
      const bottom = top;
      top += 100 * each.height;
      return { period, name: each.name, bottom, top, isScaled: each.isScaled, text: missing(each.ci_low) ? percent(each.share) : withInterval(each) };
    });
  });
}

function sharesSection(state, width) {
  const parts = stackedShares(state.feed);
  if (!parts.length) return FEEDS.size > 0 && section("shares", say("shares"), element("p", { class: "calm" }, say("shares_none")));
  const scaled = [...new Set(parts.filter((each) => each.isScaled).map((each) => each.period))];
  const names = [...STACK, "not_organic"].filter((name) => parts.some((each) => each.name === name));
  const columns = rowsByPeriod(state.feed).map(([period]) => period);
  const drawn = chart(`${say("shares")}: ${feedName(state.feed)}`, {
    width, height: 240, marginLeft: 44, marginRight: 12, marginTop: 22, marginBottom: 28,
    x: { type: "band", domain: columns, label: null, padding: 0.15 },
    y: { domain: [0, 100], label: null, ticks: 5, tickFormat: (value) => `${value}%` },
    color: { type: "identity" },
    marks: [
      Plot.axisX(everyNth(columns, width - 44), { tickSize: 3, label: null }),
      Plot.barY(parts, { x: "period", y1: "bottom", y2: "top", fill: (each) => LABEL_COLOURS[each.name], stroke: "white", strokeWidth: 0.8 }),
      width / columns.length > 44 && Plot.text(parts.filter((each) => each.top - each.bottom > 8), {
        x: "period", y: (each) => (each.top + each.bottom) / 2, text: (each) => Math.round(each.top - each.bottom), fill: (each) => (each.name === "diversion" ? "white" : "black"), fontSize: 11,
      }),
      Plot.text(scaled, { x: (each) => each, frameAnchor: "top", dy: -14, text: () => "≈", fill: INK, fontSize: 12 }),
      Plot.tip(parts, Plot.pointer({ x: "period", y: (each) => (each.top + each.bottom) / 2,
        title: (each) => `${each.period}\n${say(`label_${each.name}`)}\n${each.text}`, fontSize: 12 })),
    ],
  });
  return section("shares", say("shares"), element("p", { class: "about" }, say("shares_about"), scaled.length > 0 && ` ${say("shares_scaled")}`),
    element("div", { class: "kept" }, legend(names.map((name) => [boxIcon(LABEL_COLOURS[name]), say(`label_${name}`)])), drawn), sharesNumbers(state.feed, names));
}

function sharesNumbers(feed, names) {
  const rows = rowsByPeriod(feed).filter(([, row]) => row?.organic)
    .map(([period, row]) => [period, ...names.map((name) => {
      const share = labelShares(row).find((each) => each.name === name);
      return share && !missing(share.ci_low) ? withInterval(share) : percent(share?.share);
    })]);
  const head = [say("period"), ...names.map((name) => say(`label_${name}`))];
  return element("details", {}, element("summary", {}, say("shares_numbers")), table(head, rows, { label: say("shares_numbers"), class: "numbers" }));
}
