// The main chart with its legend, its dates in words, and all its numbers as a table.

function seriesSection(state, width) {
  const title = `${say("series")}${say("colon")}${feedName(state.feed)}`;
  const drawn = seriesChart(state.feed, "organic", { width, height: width < 500 ? 280 : 340, title, chosen: state.period, annotated: true });
  if (PERIODS.length < 2 || !drawn) return null;
  return section("series", title, element("p", { class: "about" }, say("series_about", { level: level() })),
    seriesLegend(state.feed), drawn, happenings(state.feed), periodNumbers(state));
}

function seriesLegend(feed) {
  const points = pointsOf(feed, MEASURES.organic);
  const has = (list) => (list ?? []).length > 0;
  return legend([
    [boxIcon(BLUE, 0.5), say("realised")], [boxIcon(BLUE, 0.17), say("process")],
    ...Object.keys(STATUSES).filter((status) => points.some((each) => each.status === status)).map((status) => [statusIcon(status), say(`status_${status}`)]),
    points.some((each) => !Number.isFinite(each.value)) && [textIcon("×", GREY), say("refused")],
    points.some((each) => each.row?.is_complete === false) && [textIcon("…", INK), say("unfinished")],
    points.some((each) => Number.isFinite(each.naive)) && [lineIcon(GREY, "4,3", 1), say("naive")],
    has(REPORT.change_points?.filter((each) => (each.feed ?? WHOLE) === feed && each.series === "organic")) && [uprightIcon("#a84600"), say("change_point")],
    has(REPORT.rule_dates?.filter((rule) => PERIODS.includes(rule.period))) && [uprightIcon(INK, "1,3"), say("rule_date")],
    has(breaksOf(feed)) && [uprightIcon("#8a3f70", "8,3", 2), say("series_break")],
  ].filter(Boolean));
}

// The dates and breaks drawn in the chart, in words.
function happenings(feed) {
  const rules = (REPORT.rule_dates ?? []).filter((rule) => PERIODS.includes(rule.period))
    .map((rule) => element("li", {}, element("b", {}, rule.day), " ", (language === "zh" && rule.text_zh) || rule.text));
  const breaks = breaksOf(feed).map((each) => element("li", {},
    say("break_text", { ...each, kind: say(`kind_${each.kind}`), overlap: each.overlap ?? 0 }),
    (each.overlap ?? 0) < 4 && element("b", {}, ` (${say("break_warning")})`)));
  return rules.length + breaks.length > 0 && element("ul", { class: "happenings" }, rules, breaks);
}

function periodNumbers(state) {
  const head = [say("period"), say("ratio", { level: level() }), say("process"), say("status"), say("notes"), say("labels"), say("counted"),
    say("commercial"), say("ad_density"), say("disclosure"), say("comments")];
  const rows = PERIODS.map((period) => [period, FEEDS.get(state.feed)?.periods.get(period)]).map(([period, row]) => !row ? [period] : [
    period, withInterval(row.organic),
    missing(row.organic?.process_ci_low) ? "–" : `${decimal(100 * row.organic.process_ci_low)}–${percent(row.organic.process_ci_high)}`,
    chip(row.status), count(row.n), row.audit ? count(row.audit.labelled) : "–", percent(row.checks?.naive?.share),
    withInterval(row.commercial_share), densityWithInterval(row.ad_density), withInterval(row.disclosure_rate), densityWithInterval(row.comment_diversion?.density)]);
  return element("details", {}, element("summary", {}, say("numbers")), table(head, rows, { label: say("numbers"), class: "numbers" }));
}
