// A note is pasted, and its verdict shown.

import { ask } from "/site/api.js";
import { element } from "/site/elements.js";
import EXAMPLES from "/site/examples.js";
import { addComment, nameRows, readForm, writeForm } from "/site/note_form.js";
import { problemView, showProblem } from "/site/problem_view.js";
import { startShell } from "/site/shell.js";
import { sentenceOf, verdictView } from "/site/verdict.js";
import { nameOf, say } from "/site/words.js";
import WORDS from "/site/names.js";

const at = (id) => document.getElementById(id);
let shown = null; // the note and its verdict
let failed = null;

function show() {
  drawExamples();
  nameRows();
  at("counted").textContent = say(at("dry-run").checked ? "dry_run_about" : "counted_about");
  if (failed) at("problem").replaceChildren(problemView(failed));
  if (shown) at("verdict").replaceChildren(...verdictView(shown.note, shown.verdict));
}

function drawExamples() {
  const focused = document.activeElement?.id;
  const place = document.querySelector(".examples");
  for (const button of place.querySelectorAll("button")) button.remove();
  const choose = (name) => () => { writeForm(EXAMPLES[name]); at("note").requestSubmit(); };
  place.append(...Object.keys(EXAMPLES).map((name) =>
    element("button", { type: "button", id: `example-${name}`, onclick: choose(name) }, nameOf(WORDS.labels[name], name))));
  if (focused?.startsWith("example-")) at(focused).focus({ preventScroll: true });
}

async function submit(event) {
  event.preventDefault();
  const { note, options } = readForm();
  at("submit").disabled = true;
  failed = null;
  at("problem").replaceChildren();
  try {
    shown = { note, verdict: await ask("/v1/classify", { ...note, options }) };
    at("verdict").replaceChildren(...verdictView(note, shown.verdict));
    at("said").textContent = sentenceOf(shown.verdict);
    at("verdict").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  } catch (error) {
    if (error.status === undefined) throw error;
    failed = error;
    shown = null;
    at("verdict").replaceChildren();
    showProblem(at("problem"), error);
  } finally {
    at("submit").disabled = false;
  }
}

at("note").addEventListener("submit", submit);
at("add-comment").addEventListener("click", () => addComment({}, { focus: true }));
at("dry-run").addEventListener("change", () => {
  const isDry = at("dry-run").checked;
  at("counting").hidden = isDry;
  if (!isDry && !at("note-id").value) at("note-id").value = `page-${Date.now().toString(36)}`;
  at("counted").textContent = say(isDry ? "dry_run_about" : "counted_about");
});
at("date").value = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
window.addEventListener("huoren:key", () => { if (failed?.status === 401) at("note").requestSubmit(); });
startShell(show);
