// A verdict as a reader sees it: what it is, what to do, and where in the text that stands.

import { drawing, element, section } from "/site/elements.js";
import { evidenceTable, markedText } from "/site/evidence.js";
import { inBrackets, nameOf, say } from "/site/words.js";
import WORDS from "/site/names.js";

export const COLOURS = { organic: "#009E73", disclosed_ad: "#b5dcf7", undisclosed_ad: "#E69F00", diversion: "#8f3b00" };
const BAR = 300;

const labelName = (label) => nameOf(WORDS.labels[label], label);
const decisionChip = (decision) => element("span", { class: `chip ${decision}` }, say(`decision_${decision}`));

export function sentenceOf(verdict) {
  return `${labelName(verdict.label)}${say("colon")}${say(`decision_${verdict.decision}`)}`;
}

export function verdictView(note, verdict) {
  const evidence = verdict.evidence.map((each, at) => ({ ...each, at }));
  return [
    section("result", say("result"),
      element("p", { class: "figures" }, element("span", { class: `label ${verdict.label}` }, labelName(verdict.label)), decisionChip(verdict.decision)),
      element("p", {}, say(`meaning_${verdict.label}`)),
      verdict.author_label !== verdict.label && element("p", {}, say("author_label", { label: labelName(verdict.author_label) })),
      verdict.diversion_by && element("p", {}, say(`diverted_by_${verdict.diversion_by}`)),
      element("p", {}, ruleSentence(verdict.rule)),
      scores(verdict)),
    section("where", say("in_the_text"),
      element("p", { class: "about" }, evidence.length ? say("evidence_about") : say("no_evidence")),
      texts(note, verdict, evidence)),
    evidence.length > 0 && section("evidence", say("evidence"), evidenceTable(evidence, WORDS.kinds, fieldName)),
    section("versions", say("versions"), versions(verdict),
      element("details", {}, element("summary", {}, say("as_json")), element("pre", { tabindex: 0 }, JSON.stringify(verdict, null, 2)))),
  ].filter(Boolean);
}

function ruleSentence(rule) {
  return rule ? say(`rule_${rule.status}`, { id: rule.id, since: rule.since }) : say("rule_none");
}

function scores(verdict) {
  const row = ([label, score]) => element("tr", {}, element("th", { scope: "row" }, labelName(label)),
    element("td", {}, bar(score, COLOURS[label])), element("td", {}, `${(100 * score).toFixed(1)}%`));
  const question = ([name, p]) => `${say(`question_${name}`)} ${(100 * p).toFixed(1)}%`;
  const ordered = Object.entries(verdict.scores).sort(([, a], [, b]) => b - a);
  return [element("table", { class: "scores" }, element("caption", { class: "unseen" }, say("scores")), element("tbody", {}, ordered.map(row))),
    element("p", { class: "about" }, Object.entries(verdict.questions).map(question).join(" · "))];
}

const bar = (score, colour) => drawing("svg", { viewBox: `0 0 ${BAR} 14`, preserveAspectRatio: "none", "aria-hidden": "true" },
  drawing("rect", { width: BAR, height: 14, fill: "#eef0f3" }),
  drawing("rect", { width: Math.max(1, BAR * score), height: 14, fill: colour, stroke: "#4d5866", "stroke-width": 0.5 }));

function fieldName(field) {
  const [, name, at] = /^(\w+?)(?:\[(\d+)\])?$/.exec(field) ?? [null, field];
  return say(`field_${name}`) + (at === undefined ? "" : ` ${Number(at) + 1}`);
}

function texts(note, verdict, evidence) {
  const decisions = new Map(verdict.comments.map((each) => [each.comment_id, each]));
  const fields = [["title", note.title], ["body", note.body], ...(note.tags ?? []).map((text, at) => [`tags[${at}]`, text]),
    ...(note.image_texts ?? []).map((text, at) => [`image_texts[${at}]`, text]),
    ...(note.comments ?? []).map((each, at) => [`comments[${at}]`, each.text, each])];
  return fields.filter(([, text]) => text).map(([field, text, comment]) => {
    const judged = comment && decisions.get(comment.comment_id);
    return element("div", { class: "text", "data-field": field },
      element("span", { class: "where" }, fieldName(field), comment?.is_author ? inBrackets(say("by_author")) : null),
      judged && [" ", decisionChip(judged.decision), element("small", {}, ` ${(100 * judged.score).toFixed(0)}%`)],
      element("p", { dir: "auto" }, markedText(text, evidence.filter((each) => each.field === field && each.end > each.start), WORDS.kinds)));
  });
}

function versions(verdict) {
  const facts = [["model_version", verdict.model_version], ["ruleset_version", verdict.ruleset_version], ["policy_version", verdict.policy_version],
    ["date_source", say(`date_${verdict.date_source}`)], ["request_id", verdict.request_id], ["latency", verdict.latency_ms === null ? "–" : `${verdict.latency_ms} ms`]];
  return element("dl", {}, facts.map(([key, value]) => element("div", {}, element("dt", {}, say(key)), element("dd", {}, value ?? "–"))));
}
