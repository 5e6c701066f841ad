// What a reader must know before trusting the numbers: alarms, and steps that are not chance.

const SHOWN_FIRST = 6;

function alarms(state) {
  const all = [...(REPORT.alarms ?? []).map((alarm) => ({ alarm, feed: alarm.feed ?? WHOLE })), ...untold()];
  const here = all.filter((item) => concerns(item, state)).sort((a, b) => (b.feed === state.feed) - (a.feed === state.feed) || !b.step - !a.step);
  const items = here.map((item) => (item.alarm ? alarmItem(item.alarm, state) : stepItem(item.step, state)));
  const elsewhere = all.length - here.length;
  const rest = items.slice(SHOWN_FIRST);
  return section("alarms", say("happened"),
    items.length ? element("ul", { class: "alarms" }, items.slice(0, SHOWN_FIRST)) : element("p", { class: "calm" }, say("no_alarms")),
    rest.length > 0 && element("details", {}, element("summary", {}, say("more", { n: rest.length })), element("ul", { class: "alarms" }, rest)),
    elsewhere > 0 && element("p", {}, feedLink(WHOLE, say("elsewhere", { n: count(elsewhere) }))));
}

// Steps that no alarm tells of, the surest first.
function untold() {
  const key = (each) => JSON.stringify([each.feed ?? WHOLE, each.kind ?? each.series, each.period]);
  const told = new Set((REPORT.alarms ?? []).map(key));
  return (REPORT.change_points ?? []).filter((step) => !told.has(key(step))).sort((a, b) => a.q_value - b.q_value)
    .map((step) => ({ step, feed: step.feed ?? WHOLE }));
}

// All feeds together: everything. One feed: its own, and what is told of several feeds at once and holds for it.
function concerns({ alarm, feed }, state) {
  if (state.feed === WHOLE || feed === state.feed) return true;
  if (feed !== WHOLE || !alarm) return false;
  if (alarm.kind === "series_break") return true;
  return alarm.kind === "unfinished_period" && FEEDS.get(state.feed)?.periods.get(alarm.period)?.is_complete === false;
}

function alarmItem(alarm, state) {
  const text = withoutPlace((language === "zh" && alarm.text_zh) || alarm.text, alarm);
  return element("li", { class: "alarm" },
    element("b", {}, "⚠ ", say(`alarm_${alarm.kind}`), say("colon")), place(alarm, [feedName(alarm.feed), alarm.period].filter(Boolean).join(" · "), state), text,
    !missing(alarm.p_value) && !/\bp [<=]/.test(text) && inBrackets(`p${equals(alarm.p_value)}`));
}

// The place stands before the text, as a link.
function withoutPlace(text, { feed, period }) {
  const names = [feed ?? "all feeds", feed ?? "全部信息流"];
  const starts = names.flatMap((name) => [`${name}, ${period}: `, `${name}: `, `${name}，${period}：`, `${name}：`, `${name}, whole range: `, `${name}，全部时段：`]);
  const start = starts.find((each) => text.startsWith(each)) ?? "";
  const rest = text.slice(start.length);
  return start ? rest[0].toUpperCase() + rest.slice(1) : rest;
}

function stepItem(step, state) {
  return element("li", { class: "step" },
    element("b", {}, stepSign(step), " ", say("step"), say("colon")), place(step, feedName(step.feed), state), stepSentence(step));
}

const place = (item, name, state) => [(item.feed ?? WHOLE) === state.feed ? name : element("span", { class: "where" }, feedLink(item.feed ?? WHOLE, name)), language === "zh" ? "。" : ". "];

const feedLink = (feed, text) => element("a", { href: addressOf({ ...readState(), feed }) }, text);
