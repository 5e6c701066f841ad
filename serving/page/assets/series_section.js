// The main chart with its legend, its dates in words, and all its numbers as a table.

function seriesSection(state, width) {
  const title = `${say("series")}${say("colon")}${feedName(state.feed)}`;
  if (PERIODS.length < 2 || !FEEDS.size) return null;
  const points = pointsOf(state.feed, MEASURES.organic).filter((each) => Number.isFinite(each.value));
  if (!points.length) return section("series", title, element("p", { class: "calm" }, say("series_none", { status: statuses(state.feed, MEASURES.organic) })), periodNumbers(state));
  const isWideModel = isWideSeries(points, MEASURES.organic) && points.some((each) => each.status === "model_based");
  const drawn = seriesChart(state.feed, "organic", { width, height: width < 500 ? 280 : 340, title, chosen: state.period, annotated: true });
  return section("series", title, element("p", { class: "about" }, say("series_about", { level: level() })),
    isWideModel && element("p", { class: "about" }, say("series_wide")),
    element("div", { class: "kept" }, seriesLegend(state.feed), drawn), happenings(state.feed), periodNumbers(state));
}

function seriesLegend(feed) {
  const points = pointsOf(feed, MEASURES.organic);
  const faint = faintness(points.filter((each) => Number.isFinite(each.value)), MEASURES.organic);
  const has = (list) => (list ?? []).length > 0;
  return legend([
    [boxIcon(BLUE, faint * REALISED), say("realised")], [boxIcon(BLUE, faint * PROCESS), say("process")],
    ...Object.keys(STATUSES).filter((status) => points.some((each) => each.status === status)).map((status) => [statusIcon(status), say(`status_${status}`)]),
    points.some(isRefused) && [textIcon("×", GREY), say("refused")],
    points.some((each) => each.status === "empty") && [textIcon("␣", GREY), say("gap")],
    points.some((each) => each.row?.is_complete === false) && [textIcon("…", INK), say("unfinished")],
    points.some((each) => Number.isFinite(each.naive)) && [lineIcon(GREY, "4,3", 1), say("naive")],
    has(stepsOf(feed, "organic")) && [uprightIcon("#a84600"), `▼▲ ${say("change_point")}`],
    has(ruleDates()) && [uprightIcon(INK, "1,3"), `${NUMERALS[0]} ${say("rule_date")}`],
    has(breaksOf(feed)) && [uprightIcon("#8a3f70", "8,3", 2), say("series_break")],
  ].filter(Boolean));
}

// The dates, breaks and steps drawn in the chart, in words.
function happenings(feed) {
  const rules = ruleDates().map((rule) => element("li", {}, element("b", {}, rule.sign, " ", rule.day), " ", (language === "zh" && rule.text_zh) || rule.text));
  const steps = stepsOf(feed, "organic").map((step) => element("li", {}, element("b", {}, stepSign(step), " "), stepSentence(step)));
  const breaks = breaksOf(feed).map((each) => element("li", {},
    say("break_text", { ...each, kind: say(`kind_${each.kind}`), overlap: each.overlap ?? 0 }),
    (each.overlap ?? 0) < 4 && element("b", {}, inBrackets(say("break_warning")))));
  return rules.length + steps.length + breaks.length > 0 && element("ul", { class: "happenings" }, steps, rules, breaks);
}

function periodNumbers(state) {
  const hasDensity = REPORT.weight !== "count"; // else it is the commercial share
  const head = [say("period"), say("ratio", { level: level() }), say("process"), say("status"), say("notes"), say("labels"), say("counted"),
    say("commercial"), hasDensity && say("ad_density"), say("disclosure"), say("comments_short")].filter(Boolean);
  const rows = PERIODS.map((period) => [period, FEEDS.get(state.feed)?.periods.get(period)]).map(([period, row]) => !row ? [period] : [
    period, withInterval(row.organic),
    missing(row.organic?.process_ci_low) ? "–" : between(100 * row.organic.process_ci_low, 100 * row.organic.process_ci_high),
    chip(row.status), count(row.n), row.audit ? count(row.audit.labelled) : "–", percent(row.checks?.naive?.share),
    withInterval(row.commercial_share), ...(hasDensity ? [densityWithInterval(row.ad_density)] : []), withInterval(row.disclosure_rate), densityWithInterval(row.comment_diversion?.density)]);
  return element("details", {}, element("summary", {}, say("numbers")), table(head, rows, { label: say("numbers"), class: "numbers" }));
}
