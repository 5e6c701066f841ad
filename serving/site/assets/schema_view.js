// A JSON schema as nested lists; what it refers to is unfolded only when opened, for a schema may hold itself.

import { element } from "/site/elements.js";
import { say } from "/site/words.js";

const BOUNDS = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format"];

// A description's `names` as code; nothing else of it is markup.
export const prose = (text) => text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));

export function schemaView(schema, resolve) {
  const whole = resolve(schema) ?? {};
  const every = whole.anyOf ?? whole.oneOf ?? whole.allOf ?? [];
  const parts = every.filter((part) => part.type !== "null");
  const only = parts.length === 1 ? parts[0] : null;
  const facts = [typeOf(whole), every.length > parts.length && say("or_null"), whole.enum && whole.enum.map((each) => JSON.stringify(each)).join(" | "), "const" in whole && JSON.stringify(whole.const),
    ...BOUNDS.filter((name) => name in whole).map((name) => `${name} ${whole[name]}`), "default" in whole && `= ${JSON.stringify(whole.default)}`].filter(Boolean);
  const about = [element("span", { class: "type" }, ` ${facts.join(" · ")}`), whole.description && element("div", {}, prose(whole.description))];
  if (only) return [nested(only, resolve), about];
  return [about,
    parts.length > 1 && element("ul", { class: "schema" }, parts.map((part) => element("li", {}, nested(part, resolve)))),
    whole.properties && properties(whole, resolve),
    whole.items && typeof whole.items === "object" && nested(whole.items, resolve)];
}

function typeOf(schema) {
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type;
  return type === "array" ? "array of" : type;
}

function properties(schema, resolve) {
  const row = ([name, value]) => element("li", {}, element("code", {}, name), schema.required?.includes(name) && ` · ${say("required")}`, nested(value, resolve));
  return element("ul", { class: "schema" }, Object.entries(schema.properties).map(row));
}

function nested(schema, resolve) {
  if (!schema.$ref) return schemaView(schema, resolve);
  const box = element("details", {}, element("summary", {}, schema.$ref.split("/").pop()));
  box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(element("div", {}, schemaView(schema, resolve))); });
  return box;
}
