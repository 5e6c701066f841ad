// The trust box: what is estimated, from how much, and how the checks came out.

function trustSection(state, row) {
  const facts = [
    [say("estimand"), say(`estimand_${REPORT.weight}`)],
    [say("frame"), say("frame_text")],
    [say("weight"), say(`weight_${REPORT.weight}`)],
    ...(row ? rowFacts(row) : []),
    [say("undated"), state.feed === WHOLE ? count(d3.sum(Object.values(REPORT.undated ?? {}))) : count(REPORT.undated?.[state.feed] ?? 0)],
    [say("generated"), day(REPORT.generated_at)],
    [say("models"), row?.model_versions?.join(", ") || REPORT.model_version],
    [say("policies"), row?.policy_versions?.join(", ")],
    [say("audit_file"), REPORT.audit_sha256 && element("code", {}, REPORT.audit_sha256.slice(0, 16), "…")],
    [say("unplaced"), REPORT.unplaced_audit_labels > 0 && count(REPORT.unplaced_audit_labels)],
    [say("reasons"), row?.reasons?.length > 0 && element("ul", {}, row.reasons.map((reason) => element("li", {}, reasonText(reason))))],
  ].filter(([, fact]) => fact !== undefined && fact !== null && fact !== false && fact !== "");
  return section("trust", say("trust"),
    element("p", { class: "about" }, say("trust_about", { feed: feedName(state.feed), period: state.period ?? say("range") })),
    element("dl", {}, facts.map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, fact)))));
}

function rowFacts(row) {
  const { audit, checks = {} } = row;
  const numbers = (...values) => values.some((value) => !missing(value)) && values.map((value) => percent(value)).join(", ");
  return [
    [say("status"), [chip(row.status), ` ${say(`meaning_${row.status}`)}`]],
    [say("notes"), count(row.n)],
    [say("n_eff"), !missing(row.n_eff) && count(row.n_eff)],
    [say("audit"), audit ? say("audit_facts", { design: say(`design_${audit.design}`), drawn: count(audit.drawn), labelled: count(audit.labelled), twice: count(audit.labelled_twice) }) : say("no_audit")],
    [say("agreement"), !missing(audit?.agreement) && percent(audit.agreement)],
    [say("band"), !missing(audit?.band_low) && between(100 * audit.band_low, 100 * audit.band_high)],
    [say("counted"), !missing(checks.naive?.share) && withInterval(checks.naive)],
    [say("pacc_emq"), numbers(checks.pacc_organic, checks.emq_organic)],
    [say("goodness_of_fit"), !missing(checks.goodness_of_fit_p) && `p${equals(checks.goodness_of_fit_p)}`],
    [say("audit_model"), !missing(checks.audit_model_z) && `z=${signed(checks.audit_model_z)}, p${equals(checks.audit_model_p)}`],
    [say("condition"), !missing(checks.condition) && decimal(checks.condition, 2)],
    [say("validation_counts"), Object.entries(checks.validation_counts ?? {}).map(([name, n]) => `${say(`label_${name}`)} ${count(n)}`).join(", ")],
    [say("lag"), !missing(checks.lag_days_median) && decimal(checks.lag_days_median)],
    [say("late"), checks.late_notes > 0 && count(checks.late_notes)],
    [say("complete"), row.period && say(row.is_complete === false ? "no" : "yes")],
  ];
}
