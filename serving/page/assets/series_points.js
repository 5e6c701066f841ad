// A measure by period, in its own units: what the charts, the table's trend and its sorting read.

const MEASURES = {
  organic: { read: (row) => row.organic, status: (row) => row.status, scale: 100, unit: "%", series: "organic" },
  commercial: { read: (row) => row.commercial_share, status: (row) => row.commercial_status, scale: 100, unit: "%" },
  ad_density: { read: (row) => row.ad_density, status: (row) => row.commercial_status, scale: 1, unit: "" },
  disclosure: { read: (row) => row.disclosure_rate, status: (row) => row.disclosure_status, scale: 100, unit: "%" },
  comments: { read: (row) => row.comment_diversion?.density, status: () => "counted", scale: 1, unit: "", series: "comment_diversion" },
};

const breaksOf = (feed) => (REPORT.series_breaks ?? []).filter((each) => missing(each.feed) || each.feed === feed);

// One item per period, in the measure's own units; `run` changes where the line must not be drawn through.
function pointsOf(feed, measure) {
  const broken = new Set(breaksOf(feed).filter((each) => (each.overlap ?? 0) < 4).map((each) => each.period));
  let run = 0;
  return PERIODS.map((period) => {
    const row = FEEDS.get(feed)?.periods.get(period);
    const found = row && measure.read(row);
    const status = row ? measure.status(row) : "empty";
    if (!found || broken.has(period)) run += 1;
    if (!found) return { period, status, row, run, value: NaN };
    const of = (value) => (missing(value) ? NaN : measure.scale * value);
    const low = of(found.ci_low);
    const high = of(found.ci_high);
    return {
      period, status, row, run, value: of(found.share ?? found.value), low, high,
      processLow: missing(found.process_ci_low) ? low : of(found.process_ci_low),
      processHigh: missing(found.process_ci_high) ? high : of(found.process_ci_high),
      naive: measure.series === "organic" ? of(row.checks?.naive?.share) : NaN,
    };
  });
}
