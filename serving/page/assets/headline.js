// The one number, in figures and in a plain sentence, and how it moved.

function headline(state, row) {
  const place = `${feedName(state.feed)} · ${state.period ?? say("range")}`;
  const share = row?.organic;
  const facts = [
    row?.audit && say("labels_n", { n: count(row.audit.labelled) }),
    say("notes_n", { n: count(row?.n ?? 0) }),
    say(`weight_${REPORT.weight}`),
  ];
  return element("section", { id: "headline", "aria-live": "polite" },
    element("p", { class: "place" }, place),
    element("p", { class: "figures" },
      element("strong", { class: share ? null : "none" }, share ? percent(share.share) : say("no_number")),
      share && element("span", { class: "interval" }, say("ci", { level: level(), low: decimal(100 * share.ci_low), high: percent(share.ci_high) })),
      row && chip(row.status)),
    element("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
    element("p", { class: "plain" }, share
      ? say(`plain_${REPORT.weight}`, { share: Math.round(100 * share.share) })
      : say("plain_none", { reason: row?.reasons?.join("; ") || (row ? say(`meaning_${row.status}`) : say("no_reason")) })),
    row && share && element("p", { class: "meaning" }, `${say(`status_${row.status}`)}${say("colon")}${say(`meaning_${row.status}`)}`),
    movement(state));
}

function movement(state) {
  const latest = latestRow(state.feed, state.period);
  if (!latest) return null;
  const changes = [latest.since_last_year, latest.since_last_period].filter(Boolean);
  if (state.period && !changes.length) return null;
  return element("ul", { class: "cards" },
    !state.period && PERIODS.length > 1 && element("li", {},
      element("span", { class: "what" }, say("latest"), say("colon"), latest.period),
      element("b", {}, withInterval(latest.organic)), " ", chip(latest.status)),
    changes.map((change) => element("li", {},
      element("span", { class: "what" }, say("since", { period: change.since })),
      element("b", {}, changeSentence(change)))));
}

function changeSentence(change) {
  const interval = `(${range(change.ci_low, change.ci_high)})`;
  const size = say("points", { value: decimal(100 * Math.abs(change.difference)) });
  if (change.ci_low <= 0 && change.ci_high >= 0) return `${say("no_clear_change")}${say("colon")}${say("points", { value: signed(100 * change.difference) })} ${interval}`;
  return `${say(change.difference < 0 ? "fell" : "rose", { size })} ${interval}`;
}
