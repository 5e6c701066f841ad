// Evidence where it stands: a text cut at every end of a span, each piece marked with what covers it.

import { element } from "/site/elements.js";
import { nameOf, say } from "/site/words.js";

const ROUTES = { contact: "contact", typed_code: "typed_code", lead: "lead", in_site: "in_site" };

const lookOf = (kind) => ROUTES[kind?.route] ?? "sign";

// `items`: [{at, start, end, kind, ...}] of this text, positions in UTF-16 units; `at` numbers an item in the answer.
export function markedText(text, items, kinds) {
  const cuts = [...new Set([0, text.length, ...items.flatMap((each) => [each.start, each.end])])].sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index];
    const covering = items.filter((each) => each.start <= start && end <= each.end).sort((a, b) => a.start - b.start || b.end - a.end);
    return covering.length ? piece(text.slice(start, end), covering, end, kinds) : text.slice(start, end);
  });
}

function piece(text, covering, end, kinds) {
  const [top] = covering;
  const ending = covering.filter((each) => each.end === end).map((each) => nameOf(kinds[each.kind], each.kind));
  const mark = element("mark", { class: lookOf(kinds[top.kind]), tabindex: 0, "aria-describedby": "tip",
    "data-at": covering.map((each) => each.at).join(" "), "data-name": [...new Set(ending)].join(" · ") || null }, text);
  const show = () => showTip(mark, covering, kinds);
  for (const event of ["mouseenter", "focus", "click"]) mark.addEventListener(event, show);
  for (const event of ["mouseleave", "blur"]) mark.addEventListener(event, hideTip);
  return mark;
}

function showTip(mark, covering, kinds) {
  hideTip();
  const line = (each) => [nameOf(kinds[each.kind], each.kind), `${say("detector")} ${each.detector}`,
    each.rule_id && `${say("rule")} ${each.rule_id}`, say(`source_${each.hit_source}`)].filter(Boolean).join(" · ");
  const tip = element("div", { id: "tip", role: "tooltip" }, covering.map((each) => element("p", {}, line(each))));
  document.body.append(tip);
  const place = mark.getClientRects()[0];
  const left = Math.min(place.left, document.documentElement.clientWidth - tip.offsetWidth - 16);
  tip.style.left = `${Math.max(8, left) + scrollX}px`;
  tip.style.top = `${place.top + scrollY - tip.offsetHeight - 8}px`;
}

function hideTip() {
  document.getElementById("tip")?.remove();
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });

export function evidenceTable(evidence, kinds, fieldName) {
  const head = ["kind", "words", "where", "detector", "rule", "source"].map((key) => element("th", { scope: "col" }, say(key)));
  const row = (each) => element("tr", {},
    element("th", { scope: "row" }, element("span", { class: lookOf(kinds[each.kind]) }, nameOf(kinds[each.kind], each.kind))),
    element("td", {}, each.text, each.value && each.value !== each.text && element("small", {}, each.value)), element("td", {}, fieldName(each.field)),
    element("td", {}, each.detector), element("td", {}, each.rule_id ?? "–"), element("td", {}, say(`source_${each.hit_source}`)));
  return element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": say("evidence") },
    element("table", { class: "evidence" }, element("thead", {}, element("tr", {}, head)), element("tbody", {}, evidence.map(row))));
}
