// The reliability diagram: what the model says against what people said, in audited notes.

function reliabilitySection(width) {
  const bins = REPORT.reliability ?? [];
  if (!bins.length) return null;
  const size = Math.min(width, 440);
  const axis = { domain: [0, 1], ticks: 5, tickFormat: (value) => percent(value, 0), grid: true, labelArrow: "none" };
  const drawn = chart(say("reliability"), {
    width: size, height: size, marginLeft: 52, marginBottom: 42, marginTop: 24,
    x: { ...axis, label: say("predicted"), labelAnchor: "center" }, y: { ...axis, label: say("observed") },
    r: { domain: [0, d3.max(bins, (bin) => bin.n)], range: [0, 13] },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: GREY, strokeDasharray: "4,3" }),
      Plot.ruleX(bins, { x: "predicted", y1: "ci_low", y2: "ci_high", stroke: BLUE, strokeWidth: 2 }),
      Plot.dot(bins, { x: "predicted", y: "observed", r: "n", fill: BLUE, fillOpacity: 0.55, stroke: BLUE }),
      Plot.tip(bins, Plot.pointer({ x: "predicted", y: "observed", fontSize: 12,
        title: (bin) => `${percent(bin.predicted)} → ${percent(bin.observed)}${inBrackets(between(100 * bin.ci_low, 100 * bin.ci_high))}\n${say("labels_n", { n: bin.n })}` })),
    ],
  });
  return section("reliability", say("reliability"), element("p", { class: "about" }, say("reliability_about", { level: level() })), drawn);
}
