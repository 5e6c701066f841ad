// The API as /openapi.json describes it: methods by topic, what each takes and what it answers.

import { ask } from "/site/api.js";
import { element, section } from "/site/elements.js";
import { showProblem } from "/site/problem_view.js";
import { prose, schemaView } from "/site/schema_view.js";
import { startShell } from "/site/shell.js";
import { isSaid, say } from "/site/words.js";

const METHODS = ["get", "post", "put", "delete"];
let api = null;

function show() {
  if (!api) return;
  const start = `curl ${location.origin}/v1/classify -H 'Content-Type: application/json' \\\n  -d '{"note_id": "n1", "body": "加薇信 silver_ring88 看图册", "options": {"dry_run": true}}'`;
  document.getElementById("docs").replaceChildren(
    element("pre", { tabindex: 0, "aria-label": say("example") }, start), element("p", { class: "about" }, say("docs_key")), ...topics());
}

function topics() {
  const byTag = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((name) => name in methods)) {
      const tag = methods[method].tags?.[0] ?? "";
      byTag.set(tag, [...(byTag.get(tag) ?? []), endpoint(method, path, methods[method])]);
    }
  }
  byTag.set("webhooks", Object.entries(api.webhooks ?? {}).map(([name, { post }]) => endpoint("post", name, post)));
  return [...byTag].map(([tag, endpoints]) =>
    section(`tag-${tag || "other"}`, isSaid(`tag_${tag}`) ? say(`tag_${tag}`) : tag, endpoints));
}

function endpoint(method, path, operation) {
  const parameters = (operation.parameters ?? []).map((each) => resolve(each));
  return element("details", { class: "endpoint", id: `${method}-${path}` },
    element("summary", {}, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path), ` ${operation.summary ?? ""}`),
    operation.description && element("p", {}, prose(operation.description)),
    operation["x-role"] && element("p", { class: "about" }, say("needs", { role: operation["x-role"] })),
    parameters.length > 0 && [element("h4", {}, say("parameters")), element("ul", { class: "schema" }, parameters.map((each) => element("li", {},
      element("code", {}, each.name), ` ${each.in}`, each.required && ` · ${say("required")}`, each.description && [" · ", prose(each.description)], schemaView(each.schema, resolve))))],
    operation.requestBody && [element("h4", {}, say("takes")), bodies(resolve(operation.requestBody).content)],
    element("h4", {}, say("answers")),
    Object.entries(operation.responses ?? {}).map(([status, answer]) => answerView(status, resolve(answer))));
}

function answerView(status, answer) {
  const head = [element("b", {}, status), ` ${answer.description ?? ""}`];
  if (!answer.content || Number(status) >= 400) return element("p", {}, head);
  return element("details", {}, element("summary", {}, head), bodies(answer.content));
}

const bodies = (content) => Object.entries(content ?? {}).map(([type, { schema, example }]) =>
  element("div", {}, element("small", {}, type), schema && schemaView(schema, resolve),
    example && element("pre", { tabindex: 0, "aria-label": say("example") }, JSON.stringify(example, null, 2))));

function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.split("/").slice(1).reduce((place, name) => place?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);
}

startShell(show);
ask("/openapi.json").then((answer) => { api = answer; show(); }, (error) => showProblem(document.getElementById("problem"), error));
