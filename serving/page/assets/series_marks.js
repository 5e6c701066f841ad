// What happened on the way, drawn into a series: rules, breaks and steps.

function ruleMarks() {
  const days = d3.rollups((REPORT.rule_dates ?? []).filter((rule) => PERIODS.includes(rule.period)),
    (rules) => rules.map((rule) => rule.day).join(", "), (rule) => rule.period);
  return [
    Plot.ruleX(days, { x: (each) => each[0], stroke: INK, strokeDasharray: "1,3" }),
    Plot.text(days, { x: (each) => each[0], text: (each) => each[1], frameAnchor: "top", rotate: -90, textAnchor: "end", dx: -7, dy: 2,
      fill: INK, fontSize: 11, stroke: "white", strokeWidth: 3 }),
  ];
}

const breakMarks = (feed, step) => Plot.ruleX(breaksOf(feed).filter((each) => PERIODS.includes(each.period)),
  { x: "period", dx: -step / 2, stroke: "#8a3f70", strokeWidth: 2, strokeDasharray: "8,3" });

function stepMarks(feed, measure, step, annotated) {
  const steps = (REPORT.change_points ?? []).filter((each) =>
    (each.feed ?? WHOLE) === feed && each.series === measure.series && PERIODS.includes(each.period));
  const late = (each) => PERIODS.indexOf(each.period) > PERIODS.length / 2;
  const above = (each) => (each.size > 0) === late(each); // where the series leaves room
  return [
    Plot.ruleX(steps, { x: "period", dx: -step / 2, stroke: "#a84600", strokeWidth: 1.5 }),
    steps.map((each, at) => Plot.text([each], {
      x: "period", frameAnchor: above(each) ? "top" : "bottom", dx: -step / 2 + (late(each) ? -5 : 5),
      dy: above(each) ? (annotated ? 78 : 6) + 15 * at : -8 - 15 * at, textAnchor: late(each) ? "end" : "start",
      text: () => `${each.size < 0 ? "▼" : "▲"} ${signed(stepScale(each) * each.size)}${annotated ? ` ${stepChance(each)}` : ""}`,
      fill: "#8a3a00", fontWeight: 600, fontSize: 12, stroke: "white", strokeWidth: 4,
    })),
  ];
}
