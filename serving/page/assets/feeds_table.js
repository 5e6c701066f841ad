// All feeds in one table: searched, sorted by any column, with intervals drawn; no ranks.

const ROWS_SHOWN = 100;
const ROWS_ON_PAPER = 300;
const sorting = { column: "feed", down: false, search: "", all: false, onPaper: false };

const COLUMNS = {
  feed: { name: () => say("feed"), key: (row) => row.feed, cell: (row) => element("a", { href: addressOf({ ...readState(), feed: row.feed }) }, row.feed) },
  period: { name: () => say("period"), key: (row) => row.period ?? "", cell: (row) => row.period ?? say("range") },
  ratio: { name: () => say("ratio", { level: level() }), key: (row) => row.organic?.share, cell: (row) => [ratioBar(row), element("span", { class: "share" }, withInterval(row.organic))] },
  trend: { name: () => say("trend"), key: (row) => slope(row.feed), cell: (row) => sparkline(row.feed) },
  status: { name: () => say("status"), key: (row) => EVERY_STATUS.indexOf(row.status), cell: (row) => chip(row.status) },
  notes: { name: () => say("notes"), key: (row) => row.n, cell: (row) => count(row.n) },
  labels: { name: () => say("labels"), key: (row) => row.audit?.labelled, cell: (row) => (row.audit ? count(row.audit.labelled) : "–") },
  commercial: { name: () => say("commercial"), key: (row) => row.commercial_share?.share, cell: (row) => percent(row.commercial_share?.share) },
  disclosure: { name: () => say("disclosure"), key: (row) => row.disclosure_rate?.share, cell: (row) => percent(row.disclosure_rate?.share) },
  comments: { name: () => say("comments_short"), key: (row) => row.comment_diversion?.density?.value, cell: (row) => decimal(row.comment_diversion?.density?.value) },
  change_last_period: { name: () => say("change_last_period"), key: (row) => changeOf(row, "since_last_period")?.difference, cell: (row) => changeCell(row, "since_last_period") },
  change_last_year: { name: () => say("change_last_year"), key: (row) => changeOf(row, "since_last_year")?.difference, cell: (row) => changeCell(row, "since_last_year") },
};

const ALWAYS = ["feed", "period", "ratio", "status", "notes"]; // the others where any row has a number

const changeOf = (row, since) => (row.period ? row : latestRow(row.feed, null))?.[since];

function changeCell(row, since) {
  const change = changeOf(row, since);
  if (!change) return "–";
  const clear = change.ci_low > 0 || change.ci_high < 0;
  return element("span", { class: clear ? "clear" : "unclear" }, signed(100 * change.difference), " ", element("small", {}, inBrackets(range(change.ci_low, change.ci_high)).trim()));
}

const slopes = new Map(); // of each feed, the last value less the first

function slope(feed) {
  if (!slopes.has(feed)) {
    const there = pointsOf(feed, MEASURES.organic).filter((each) => Number.isFinite(each.value));
    slopes.set(feed, there.length ? there[there.length - 1].value - there[0].value : undefined);
  }
  return slopes.get(feed);
}

// Both intervals, the share and the uncorrected count, on one scale for the whole table: from ten to ten percent.
let barScale = d3.scaleLinear();

function scaleBars(rows) {
  const ends = rows.filter((row) => row.organic).flatMap(({ organic, checks }) =>
    [organic.process_ci_low ?? organic.ci_low, organic.process_ci_high ?? organic.ci_high, checks?.naive?.share ?? organic.share]);
  const [low, high] = ends.length ? [Math.floor(10 * d3.min(ends)) / 10, Math.ceil(10 * d3.max(ends)) / 10] : [0, 1];
  barScale = d3.scaleLinear([low, high], [1, 119]);
  return say("scale", { low: percent(low, 0), high: percent(high, 0) });
}

function ratioBar(row) {
  if (!row.organic) return null;
  const { share, ci_low, ci_high, process_ci_low: low = ci_low, process_ci_high: high = ci_high } = row.organic;
  const box = (from, to, opacity) => drawing("rect", { x: barScale(from), width: Math.max(1, barScale(to) - barScale(from)), y: 3, height: 8, fill: BLUE, "fill-opacity": opacity });
  const naive = row.checks?.naive?.share;
  return drawing("svg", { width: 120, height: 14, viewBox: "0 0 120 14", class: "bar", "aria-hidden": "true" },
    drawing("line", { x1: 0, x2: 120, y1: 7, y2: 7, stroke: "#d5dae1" }), box(low, high, 0.2), box(ci_low, ci_high, 0.45),
    !missing(naive) && drawing("line", { x1: barScale(naive), x2: barScale(naive), y1: 1, y2: 13, stroke: GREY, "stroke-dasharray": "2,1" }),
    drawing("circle", { cx: barScale(share), cy: 7, r: 3, fill: INK }));
}

function sparkline(feed) {
  const points = pointsOf(feed, MEASURES.organic);
  const x = (at) => 3 + (84 * at) / Math.max(1, points.length - 1);
  const path = d3.line().defined((each) => Number.isFinite(each.value)).x((_, at) => x(at)).y((each) => 19 - 0.17 * each.value)(points);
  const last = points.findLastIndex((each) => Number.isFinite(each.value));
  return drawing("svg", { width: 90, height: 22, "aria-hidden": "true" },
    drawing("path", { d: path ?? "", fill: "none", stroke: BLUE, "stroke-width": 1.25 }),
    last >= 0 && drawing("circle", { cx: x(last), cy: 19 - 0.17 * points[last].value, r: 2, fill: BLUE }));
}

function feedRows(state) {
  const feeds = [...FEEDS.values()].filter((each) => each.feed !== WHOLE);
  if (state.table === "periods") return feeds.flatMap((each) => PERIODS.map((period) => each.periods.get(period)).filter(Boolean));
  return feeds.map((each) => (state.period ? each.periods.get(state.period) : each.overall)).filter(Boolean);
}

function compare(column) {
  const key = COLUMNS[column].key;
  return (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (missing(a) || missing(b)) return missing(a) - missing(b); // rows without a number stay last
    return (typeof a === "string" ? a.localeCompare(b, "zh") : a - b) * (sorting.down ? -1 : 1);
  };
}

function feedsSection(state) {
  const rows = feedRows(state);
  const names = Object.keys(COLUMNS).filter((name) => name !== (state.table === "periods" ? "trend" : "period"))
    .filter((name) => ALWAYS.includes(name) || rows.some((row) => !missing(COLUMNS[name].key(row))));
  const body = element("tbody");
  const found = element("span", { class: "found", role: "status" });
  const all = element("button", { type: "button", onclick: () => { sorting.all = true; draw(); } });
  const heads = names.map((name) => element("th", { scope: "col", class: name },
    element("button", { type: "button", onclick: () => { sorting.down = sorting.column === name ? !sorting.down : name !== "feed" && name !== "period"; sorting.column = name; draw(); } }, COLUMNS[name].name())));
  const draw = () => {
    const wanted = rows.filter((row) => row.feed.toLowerCase().includes(sorting.search.toLowerCase())).sort(compare(sorting.column));
    const shownRows = sorting.all ? wanted : wanted.slice(0, sorting.onPaper ? ROWS_ON_PAPER : ROWS_SHOWN);
    body.replaceChildren(...shownRows.map((row) => element("tr", {}, names.map((name) => element(name === "feed" ? "th" : "td", { class: name, scope: name === "feed" && "row" }, COLUMNS[name].cell(row))))));
    heads.forEach((head, at) => head.setAttribute("aria-sort", names[at] !== sorting.column ? "none" : sorting.down ? "descending" : "ascending"));
    found.textContent = shownRows.length === wanted.length ? say("found", { n: count(wanted.length) }) : say("found_of", { n: count(wanted.length), shown: count(shownRows.length) });
    all.textContent = say("show_all", { n: count(wanted.length) });
    all.hidden = shownRows.length === wanted.length;
  };
  const scale = scaleBars(rows);
  if (!names.includes(sorting.column)) sorting.column = "feed";
  draw();
  const choice = (name, key) => element("button", { type: "button", id: `table-${name}`, "aria-pressed": String(state.table === name), onclick: () => go({ table: name }) }, say(key));
  return section("feeds", `${say("feeds")}${say("colon")}${state.table === "periods" ? say("each_period") : state.period ?? say("range")}`,
    element("p", { class: "about" }, say("feeds_about"), " ", scale),
    element("div", { class: "controls" },
      element("label", {}, `${say("search")} `, element("input", { type: "search", id: "search", value: sorting.search, oninput: (event) => { sorting.search = event.target.value; draw(); } })),
      element("span", { class: "choice", role: "group", "aria-label": say("feeds") }, choice("feeds", "one_row"), choice("periods", "each_period")), found),
    element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": say("feeds") },
      element("table", { class: "feeds" }, element("thead", {}, element("tr", {}, heads)), body)), all);
}
