// What a reader must know before trusting the numbers: alarms, and steps that are not chance.

const SHOWN_FIRST = 6;

function alarms(state) {
  const here = (item) => state.feed === WHOLE || (item.feed ?? WHOLE) === state.feed;
  const items = [
    ...(REPORT.alarms ?? []).filter(here).map(alarmItem),
    ...(REPORT.change_points ?? []).filter(here).sort((a, b) => a.q_value - b.q_value).map(stepItem),
  ];
  if (!items.length) return section("alarms", say("happened"), element("p", { class: "calm" }, say("no_alarms")));
  const rest = items.slice(SHOWN_FIRST);
  return section("alarms", say("happened"),
    element("ul", { class: "alarms" }, items.slice(0, SHOWN_FIRST)),
    rest.length > 0 && element("details", {}, element("summary", {}, say("more", { n: rest.length })), element("ul", { class: "alarms" }, rest)));
}

function alarmItem(alarm) {
  const where = [feedName(alarm.feed), alarm.period].filter(Boolean).join(" · ");
  return element("li", { class: "alarm" },
    element("b", {}, "⚠ ", say(`alarm_${alarm.kind}`)), " ", element("span", { class: "where" }, feedLink(alarm.feed ?? WHOLE, where)), " ",
    (language === "zh" && alarm.text_zh) || alarm.text,
    !missing(alarm.p_value) && ` p${equals(alarm.p_value)}`);
}

function stepItem(step) {
  return element("li", { class: "step" },
    element("b", {}, step.size < 0 ? "▼ " : "▲ ", say("step")), " ",
    element("span", { class: "where" }, feedLink(step.feed ?? WHOLE, feedName(step.feed))), " ",
    say(`step_${step.series}`, { period: step.period, moved: say(step.size < 0 ? "fell" : "rose", { size: stepSize(step, Math.abs(step.size)) }) }),
    ` ${stepChance(step)}`);
}

const stepScale = (step) => (step.series === "organic" ? 100 : 1);
const stepSize = (step, size) => say(step.series === "organic" ? "points" : "per_1000", { value: decimal(stepScale(step) * size) });
const stepChance = (step) => `(${range(step.ci_low, step.ci_high, stepScale(step))}; q${equals(step.q_value)})`;

const feedLink = (feed, text) => element("a", { href: addressOf({ ...readState(), feed }) }, text);
