// A chart of one measure by period: interval bands, a point by status, gaps where nothing is published.

function everyNth(periods, width) {
  const step = Math.ceil(periods.length / Math.max(1, Math.floor(width / (periods[0]?.length > 7 ? 78 : 58))));
  return periods.filter((_, at) => at % step === 0);
}

// At least 20 of 100 points high, so that a small wobble does not look like a fall.
function heights(points, measure) {
  const seen = points.flatMap((each) => [each.processLow, each.processHigh, each.value, each.naive]).filter((value) => Number.isFinite(value));
  if (measure.unit !== "%") return [0, Math.max(1, Math.min(1.15 * d3.max(seen), 3 * d3.max(points, (each) => each.value) || Infinity))];
  const middle = (d3.min(seen) + d3.max(seen)) / 2;
  const half = Math.max(10, 0.6 * (d3.max(seen) - d3.min(seen)));
  return [Math.max(0, Math.min(middle - half, 100 - 2 * half)), Math.min(100, Math.max(middle + half, 2 * half))];
}

// Bands so wide would hide everything under them.
const isWideSeries = (points, measure) => measure.unit === "%" && d3.median(points, (each) => each.high - each.low) > 40;
const REALISED = 0.42;
const PROCESS = 0.17;
const faintness = (points, measure) => (isWideSeries(points, measure) ? 0.5 : 1);

function seriesChart(feed, name, { width, height, title, chosen, annotated }) {
  const measure = MEASURES[name];
  const points = pointsOf(feed, measure);
  const there = points.filter((each) => Number.isFinite(each.value));
  if (!there.length) return null;
  const marginLeft = 44;
  const marginRight = 12;
  const step = (width - marginLeft - marginRight) / PERIODS.length;
  const dense = Math.min(1, step / 14); // from one for few periods down for many
  const faint = faintness(there, measure);
  const { signs, lines } = placeSigns(feed, measure, step, { annotated });
  const alone = there.filter((each) => there.filter((other) => other.run === each.run).length === 1);
  const band = (low, high, opacity) => [
    Plot.areaY(there, { x: "period", y1: low, y2: high, z: "run", fill: BLUE, fillOpacity: faint * opacity, clip: true }),
    Plot.ruleX(alone, { x: "period", y1: low, y2: high, stroke: BLUE, strokeOpacity: faint * opacity, strokeWidth: Math.min(14, step), clip: true }),
  ];
  return chart(describe(title, there, measure, stepsOf(feed, measure.series)), {
    width, height: height + LINE_HEIGHT * lines, marginLeft, marginRight, marginTop: 14 + LINE_HEIGHT * lines, marginBottom: 28,
    x: { type: "point", domain: PERIODS, label: null },
    y: { domain: heights(there, measure), label: null, grid: true, ticks: 5, tickFormat: (value) => `${value}${measure.unit}` },
    marks: [
      Plot.axisX(everyNth(PERIODS, width - marginLeft), { tickSize: 3, label: null }),
      chosen && Plot.ruleX([chosen], { stroke: "#eef1f5", strokeWidth: Math.max(6, step) }),
      band("processLow", "processHigh", PROCESS),
      band("low", "high", REALISED),
      annotated && Plot.lineY(there, { x: "period", y: "naive", z: "run", stroke: GREY, strokeWidth: 1, strokeDasharray: "4,3" }),
      Plot.lineY(there, { x: "period", y: "value", z: "run", stroke: BLUE, strokeWidth: 1.25 }),
      annotated && ruleMarks(),
      measure.series && breakMarks(feed, step),
      measure.series && stepMarks(feed, measure, step),
      signMarks(signs),
      Object.entries(STATUSES).map(([status, look]) => Plot.dot(there.filter((each) => each.status === status), {
        x: "period", y: "value", symbol: look.symbol, r: Math.max(1.5, dense * (annotated ? 4.5 : 3.5)), stroke: look.colour, strokeWidth: 1.5, fill: look.solid ? look.colour : "white",
      })),
      Plot.text(points.filter((each) => isRefused(each)), { x: "period", frameAnchor: "bottom", dy: -4, text: () => "×", fill: GREY, fontSize: 6 + 8 * dense }),
      Plot.text(there.filter((each) => each.row.is_complete === false), { x: "period", frameAnchor: "top", dy: -2, text: () => "…", fill: INK, fontSize: 14 }),
      Plot.tip(there, Plot.pointerX({ x: "period", y: "value", title: (each) => tipText(each, measure), fontSize: 12 })),
    ],
  });
}

const isRefused = (each) => !Number.isFinite(each.value) && each.status !== "empty";

const shown = (value, measure) => `${decimal(value)}${measure.unit}`;

const shownBetween = (each, measure) => `${shown(each.value, measure)}${inBrackets(between(each.low, each.high, measure.unit))}`;

function describe(title, there, measure, steps) {
  const [first, last] = [there[0], there[there.length - 1]];
  const tell = (each) => `${each.period}${say("colon")}${shownBetween(each, measure)}`;
  return [title, tell(first), tell(last), ...steps.map(stepSentence)].join(language === "zh" ? "；" : ". ");
}

function tipText(each, measure) {
  const lines = [each.period, shownBetween(each, measure), say(`status_${each.status}`)];
  lines.push(say("notes_n", { n: count(each.row.n) }));
  if (each.row.audit) lines.push(say("labels_n", { n: count(each.row.audit.labelled) }));
  if (Number.isFinite(each.naive)) lines.push(`${say("counted")}${say("colon")}${shown(each.naive, measure)}`);
  return lines.join("\n");
}
