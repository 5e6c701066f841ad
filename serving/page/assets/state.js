// The report by feed and period, and what the address bar says to show of it: #lang=zh&feed=...&period=...

const REPORT = JSON.parse(document.getElementById("report").textContent);
const PERIODS = REPORT.periods ?? [];
const WHOLE = null;

const FEEDS = new Map();
for (const row of REPORT.overall ?? []) rowsOf(row.feed ?? WHOLE).overall = row;
for (const row of REPORT.rows ?? []) rowsOf(row.feed ?? WHOLE).periods.set(row.period, row);

function rowsOf(feed) {
  if (!FEEDS.has(feed)) FEEDS.set(feed, { feed, overall: undefined, periods: new Map() });
  return FEEDS.get(feed);
}

function readState() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const feed = hash.get("feed");
  const period = hash.get("period");
  return {
    lang: LANGUAGES.includes(hash.get("lang")) ? hash.get("lang") : navigator.language.startsWith("zh") ? "zh" : "en",
    feed: FEEDS.has(feed) ? feed : FEEDS.has(WHOLE) ? WHOLE : [...FEEDS.keys()][0] ?? WHOLE,
    period: PERIODS.includes(period) ? period : null,
    table: hash.get("table") === "periods" ? "periods" : "feeds",
  };
}

function addressOf(state) {
  const hash = new URLSearchParams({ lang: state.lang });
  if (state.feed !== WHOLE) hash.set("feed", state.feed);
  if (state.period) hash.set("period", state.period);
  if (state.table === "periods") hash.set("table", "periods");
  return `#${hash}`;
}

const go = (change) => { location.hash = addressOf({ ...readState(), ...change }); };

const feedName = (feed) => ((feed ?? WHOLE) === WHOLE ? say("whole") : feed);
const rowOf = (state) => (state.period ? FEEDS.get(state.feed)?.periods.get(state.period) : FEEDS.get(state.feed)?.overall);

// The last period with a number up to the chosen one: changes are told of it.
function latestRow(feed, period) {
  const upTo = period ? PERIODS.slice(0, PERIODS.indexOf(period) + 1) : PERIODS;
  const rows = upTo.map((name) => FEEDS.get(feed)?.periods.get(name)).filter((row) => row?.organic);
  return rows[rows.length - 1];
}
