// What happened on the way, drawn into a series: rules and steps with their signs above the frame, and breaks.

const LINE_HEIGHT = 16;
const NUMERALS = "①②③④⑤⑥⑦⑧⑨⑩";

const ruleDates = () => (REPORT.rule_dates ?? []).filter((rule) => PERIODS.includes(rule.period))
  .map((rule, at) => ({ ...rule, sign: NUMERALS[at] ?? "•" }));

// What stands above the frame, each on the lowest line with room for it: { signs, lines }.
function placeSigns(feed, measure, step, { annotated }) {
  const rules = annotated ? d3.rollups(ruleDates(), (each) => each.map((rule) => rule.sign).join(""), (rule) => rule.period) : [];
  const items = [
    ...rules.map(([period, text]) => ({ period, text, at: PERIODS.indexOf(period) + 0.5, dx: 0, colour: INK, fontSize: 15 })),
    ...(measure.series ? stepsOf(feed, measure.series) : []).map((each) => ({
      period: each.period, text: `${stepSign(each)} ${signed(stepScale(each) * each.size)}`, at: PERIODS.indexOf(each.period), dx: -step / 2, colour: "#8a3a00", fontSize: 12,
    })),
  ];
  const ends = []; // of each line, in pixels
  const signs = items.sort((a, b) => a.at - b.at).map((item) => {
    const width = 0.75 * item.fontSize * item.text.length + 6;
    const from = item.at * step - width / 2;
    let line = ends.findIndex((end) => end <= from);
    if (line < 0) line = ends.length;
    ends[line] = from + width;
    return { ...item, line };
  });
  return { signs, lines: ends.length };
}

const signMarks = (signs) => signs.map((sign) => Plot.text([sign], {
  x: "period", frameAnchor: "top", lineAnchor: "bottom", dx: sign.dx, dy: -4 - LINE_HEIGHT * sign.line, text: "text", fill: sign.colour, fontWeight: 600, fontSize: sign.fontSize,
}));

const ruleMarks = () => Plot.ruleX([...new Set(ruleDates().map((rule) => rule.period))], { stroke: INK, strokeDasharray: "1,3" });

const breakMarks = (feed, step) => Plot.ruleX(breaksOf(feed).filter((each) => PERIODS.includes(each.period)),
  { x: "period", dx: -step / 2, stroke: "#8a3f70", strokeWidth: 2, strokeDasharray: "8,3" });

const stepMarks = (feed, measure, step) => Plot.ruleX(stepsOf(feed, measure.series), { x: "period", dx: -step / 2, stroke: "#a84600", strokeWidth: 1.5 });
