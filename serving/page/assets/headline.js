// The one number, in figures and in a plain sentence, and how it moved.

function headline(state, row) {
  const share = row?.organic;
  const facts = [
    row?.audit && say("labels_n", { n: count(row.audit.labelled) }),
    say("notes_n", { n: count(row?.n ?? 0) }),
    say(`weight_${REPORT.weight}`),
  ];
  return element("section", { id: "headline", "aria-label": say("title") },
    element("p", { class: "place" }, placeName(state)),
    element("p", { class: "figures" }, share ? figures(share) : element("strong", { class: "none" }, say("no_number")), row && chip(row.status)),
    element("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
    element("p", { class: "plain" }, plainSentence(row)),
    row && share && element("p", { class: "meaning" }, `${say(`status_${row.status}`)}${say("colon")}${say(`meaning_${row.status}`)}`),
    row && (share ? isWide(share) : row.status === "insufficient") && advice(state, row),
    movement(state));
}

const placeName = (state) => `${feedName(state.feed)} · ${state.period ?? say("range")}`;

// Where the interval is wide it is the number, and its middle is beside it.
function figures(share) {
  const [low, high] = [100 * share.ci_low, 100 * share.ci_high];
  if (isWide(share)) {
    return [element("strong", {}, between(Math.floor(low), Math.ceil(high), "%", 0)),
      element("span", { class: "interval" }, `${say("ci", { level: level(), range: between(low, high) })}${language === "zh" ? "，" : ", "}${say("middle", { share: percent(share.share) })}`)];
  }
  return [element("strong", {}, percent(share.share)), element("span", { class: "interval" }, say("ci", { level: level(), range: between(low, high) }))];
}

function plainSentence(row) {
  const share = row?.organic;
  if (share && isWide(share)) return say(`wide_${REPORT.weight}`, { low: Math.floor(100 * share.ci_low), high: Math.ceil(100 * share.ci_high) });
  if (share) return say(`plain_${REPORT.weight}`, { share: Math.round(100 * share.share) });
  if (!row || row.status === "empty") return say("plain_empty");
  const meaning = say(`meaning_${row.status}`);
  const reasons = row.reasons?.length ? row.reasons : null;
  if (row.status === "insufficient") return reasons ? sentenceWithReasons("plain_none", reasons) : say("plain_none", { reason: say("no_reason") });
  return reasons ? sentenceWithReasons("plain_refused", reasons, { meaning }) : meaning;
}

function movement(state) {
  const latest = latestRow(state.feed, state.period);
  if (!latest) return null;
  const step = stepsOf(state.feed, "organic").filter((each) => !state.period || each.period <= state.period).pop();
  const changes = !state.period || latest.period === state.period ? [latest.since_last_year, latest.since_last_period].filter(Boolean) : [];
  if (state.period && !changes.length && !step) return null;
  return element("ul", { class: "cards" },
    step && element("li", { class: "step" },
      element("span", { class: "what" }, say("latest_step")),
      element("b", {}, stepSign(step), " ", say("moved_from", { period: step.period, moved: stepMoved(step) })), inBrackets(range(step.ci_low, step.ci_high))),
    !state.period && PERIODS.length > 1 && element("li", {},
      element("span", { class: "what" }, say("latest"), say("colon"), latest.period),
      element("b", {}, withInterval(latest.organic)), " ", chip(latest.status)),
    changes.map((change) => element("li", {},
      element("span", { class: "what" }, say("since", { period: change.since })),
      element("b", {}, changeSentence(change)))));
}

function changeSentence(change) {
  const interval = inBrackets(range(change.ci_low, change.ci_high));
  const size = say("points", { value: decimal(100 * Math.abs(change.difference)) });
  if (change.ci_low <= 0 && change.ci_high >= 0) return `${say("no_clear_change")}${say("colon")}${say("points", { value: signed(100 * change.difference) })}${interval}`;
  return `${say(change.difference < 0 ? "fell" : "rose", { size })}${interval}`;
}
