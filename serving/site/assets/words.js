// The language of the page (#lang=zh in the address) and every word that it says.

import STRINGS from "/site/strings.js";

const LANGUAGES = ["en", "zh"];
let language = "en";

export const currentLanguage = () => language;

export function readLanguage() {
  const given = new URLSearchParams(location.hash.slice(1)).get("lang");
  language = LANGUAGES.includes(given) ? given : navigator.language.startsWith("zh") ? "zh" : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

export function say(key, values = {}) {
  const text = key in STRINGS ? STRINGS[key][LANGUAGES.indexOf(language)] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export const isSaid = (key) => key in STRINGS;

// Of a thing that bears both names, such as a kind of evidence.
export const nameOf = (thing, fallback) => (thing ? thing[language] : fallback);

export const inBrackets = (text) => (language === "zh" ? `（${text}）` : ` (${text})`);

export function sayEverywhere(root = document) {
  for (const each of root.querySelectorAll("[data-say]")) each.textContent = say(each.dataset.say);
  for (const each of root.querySelectorAll("[data-say-label]")) each.setAttribute("aria-label", say(each.dataset.sayLabel));
}
