// How the numbers are made, what each status means, and how the measuring changed.

function methodSection() {
  const notes = ["method_estimand", "method_count", "method_audited", "method_model", "method_shrunk", "method_change"];
  const changes = REPORT.metric_changes ?? [];
  return section("method", say("method"),
    element("ul", { class: "notes" }, notes.map((key) => element("li", {}, say(key)))),
    element("h3", {}, say("statuses")),
    element("ul", { class: "meanings" }, EVERY_STATUS.map((status) => element("li", {}, chip(status), ` ${say(`meaning_${status}`)}`))),
    changes.length > 0 && [element("h3", {}, say("metric_changes")), element("ul", { class: "notes" }, changes.map((change) => element("li", {}, (language === "zh" && change.text_zh) || change.text)))],
    element("p", { class: "references" }, say("references")), element("p", { class: "references" }, say("vendored")));
}
