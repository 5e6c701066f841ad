// Where an interval is too wide to act on: how many labels would help, and the command that draws the notes.

const WIDE = 0.2; // of an interval, as a share
const FEWEST_LABELS = 30; // for an audit to stand alone
const FEWEST_NOTES = 50; // for any number

const isWide = (share) => share.ci_high - share.ci_low >= WIDE;

const shellWord = (text) => (/^[\w.\-\u4e00-\u9fff]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

// One period is enough to begin with: the chosen one, or the last that has notes.
function advice(state, row) {
  const enough = PERIODS.filter((name) => FEEDS.get(state.feed)?.periods.get(name)?.n >= FEWEST_NOTES);
  const period = state.period ?? enough[enough.length - 1];
  if (PERIODS.length && !period) return null;
  if (!row || row.n < FEWEST_NOTES) return null;
  const feeds = [...FEEDS.values()].filter((each) => each.feed !== WHOLE && (state.feed === WHOLE || each.feed === state.feed));
  const labels = d3.sum(feeds, (each) => Math.min(FEWEST_LABELS, (period ? each.periods.get(period) : each.overall)?.n ?? 0));
  if (!labels) return null;
  const key = row.audit ? "advice_more" : "advice_model";
  const command = location.pathname === "/reports/feed" ? request(state, period) : commandLine(state, period);
  return element("p", { class: "advice" }, say(key, { n: count(labels), place: period ?? feedName(state.feed) }), " ", element("code", {}, command));
}

// A service's report has no archive beside it: there the service draws.
function request(state, period) {
  const feed = state.feed === WHOLE ? "FEED" : encodeURIComponent(state.feed);
  const asked = { period: REPORT.period, periods: period ? [period] : [], labels: FEWEST_LABELS, ...(REPORT.weight !== "count" && { design: "pps", weight: REPORT.weight }) };
  return `curl ${shellWord(`${location.origin}/v1/feeds/${feed}/audit-plan`)} -d '${JSON.stringify(asked)}'`;
}

function commandLine(state, period) {
  return ["huoren audit plan SCORED -o audit.csv", `--period ${REPORT.period}`, period && `--periods ${period}`,
    state.feed !== WHOLE && `--feed ${shellWord(state.feed)}`, `--labels ${FEWEST_LABELS}`,
    REPORT.weight !== "count" && `--design pps --weight ${REPORT.weight}`].filter(Boolean).join(" ");
}
