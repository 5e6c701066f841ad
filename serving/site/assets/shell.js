// What stands on every page: the way to the others, the language, and the key where the service asks for one.

import { element } from "/site/elements.js";
import { forgetKey, hasKey, keepKey } from "/site/api.js";
import { currentLanguage, readLanguage, say, sayEverywhere } from "/site/words.js";

const PAGES = { check: "/", reports: "/reports", docs: "/docs" };
const shell = document.getElementById("shell");

export function startShell(show, { languages = true } = {}) {
  const draw = () => {
    readLanguage();
    drawShell(languages);
    sayEverywhere();
    document.title = `huoren · ${say(`page_${shell.dataset.page}`)}`;
    show();
  };
  window.addEventListener("hashchange", draw);
  window.addEventListener("huoren:key", draw);
  draw();
}

function drawShell(languages) {
  const focused = document.activeElement?.id;
  const lang = currentLanguage();
  const link = ([name, path]) => element("a", { href: `${path}#lang=${lang}`, "aria-current": name === shell.dataset.page && "page" }, say(`page_${name}`));
  const choose = (code) => () => { location.hash = `lang=${code}`; };
  const choice = (code, name) => element("button", { type: "button", id: `lang-${code}`, lang: code, "aria-pressed": String(lang === code), onclick: choose(code) }, name);
  shell.replaceChildren(element("nav", { class: "controls", "aria-label": say("pages") },
    element("span", { class: "name" }, "huoren"), Object.entries(PAGES).map(link),
    languages && element("span", { class: "choice", role: "group", "aria-label": say("language") }, choice("zh", "中文"), choice("en", "English")),
    keyField()));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function keyField() {
  const field = element("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false" });
  const keep = (event) => {
    event.preventDefault();
    if (field.value.trim()) keepKey(field.value.trim());
    else forgetKey();
    document.getElementById("key-box").open = false;
    window.dispatchEvent(new Event("huoren:key"));
  };
  return element("details", { id: "key-box", open: document.getElementById("key-box")?.open },
    element("summary", {}, hasKey() ? say("key_kept") : say("key_none")),
    element("form", { class: "controls", onsubmit: keep }, element("label", { for: "key" }, say("key")), field,
      element("button", { type: "submit" }, say("key_use")), element("small", {}, say("key_about"))));
}

export function askForKey() {
  document.getElementById("key-box").open = true;
  document.getElementById("key").focus();
}
