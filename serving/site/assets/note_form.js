// The form as a note of the API, and a note as the form.

import { element } from "/site/elements.js";
import { say } from "/site/words.js";

const at = (id) => document.getElementById(id);
const list = at("comments");
const TRUTH = { true: true, false: false, "": null };

export function addComment({ text = "", is_author: isAuthor = false } = {}, { focus = false } = {}) {
  const words = element("input", { value: text, maxlength: 10000, autocomplete: "off" });
  words.addEventListener("paste", (event) => pasteLines(event, words));
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return; // Enter takes what an input method offers
    event.preventDefault();
    addComment({}, { focus: true });
  });
  const author = element("input", { type: "checkbox", class: "author", checked: isAuthor });
  const remove = element("button", { type: "button", onclick: () => { item.remove(); nameRows(); at("add-comment").focus(); } });
  const item = element("li", {}, element("div", { class: "row" }, words, element("label", { class: "tick" }, author, " ", element("span", { "data-say": "by_author" })), remove));
  list.append(item);
  nameRows();
  if (focus) words.focus();
}

export function nameRows() {
  [...list.children].forEach((item, index) => {
    item.querySelector("input").setAttribute("aria-label", say("comment_n", { n: index + 1 }));
    item.querySelector("span").textContent = say("by_author");
    const remove = item.querySelector("button");
    remove.textContent = say("remove");
    remove.setAttribute("aria-label", say("remove_n", { n: index + 1 }));
  });
}

// Several lines are several comments.
function pasteLines(event, words) {
  const lines = event.clipboardData.getData("text/plain").split(/\r?\n/).filter((line) => line.trim());
  if (lines.length < 2) return;
  event.preventDefault();
  const [first, ...rest] = lines;
  words.setRangeText(first, words.selectionStart, words.selectionEnd, "end");
  for (const line of rest) addComment({ text: line });
}

export function writeForm(note) {
  for (const name of ["title", "body"]) at(name).value = note[name] ?? "";
  at("tags").value = (note.tags ?? []).map((tag) => `#${tag}`).join(" ");
  list.replaceChildren();
  for (const comment of note.comments ?? []) addComment(comment);
  for (const id of ["is-ad", "declaration", "brand-partner", "enrolled", "industry", "link-kind", "image-texts"]) at(id).value = "";
  at("declaration").value = note.platform?.declaration ?? "";
  at("facts").open = Boolean(note.platform);
}

export function readForm() {
  const rows = [...list.children].map((item, index) => ({
    comment_id: `c${index + 1}`, text: item.querySelector("input").value, is_author: item.querySelector(".author").checked,
  }));
  const platform = { is_ad: TRUTH[at("is-ad").value], declaration: at("declaration").value || null, brand_partner: at("brand-partner").value || null,
    enrolled: TRUTH[at("enrolled").value], industry: at("industry").value || null };
  if (at("link-kind").value) platform.links = [{ kind: at("link-kind").value, platform: at("link-platform").value }];
  const isDry = at("dry-run").checked;
  const note = {
    note_id: (!isDry && at("note-id").value.trim()) || "page", title: at("title").value, body: at("body").value,
    tags: at("tags").value.split(/[\s,，#＃]+/).filter(Boolean), comments: rows.filter((each) => each.text.trim()), platform,
    image_texts: at("image-texts").value.split(/\r?\n/).filter((line) => line.trim()),
  };
  if (at("date").value) note.published_at = `${at("date").value}T12:00:00+08:00`;
  if (!isDry && at("feed-id").value.trim()) note.feed_id = at("feed-id").value.trim();
  return { note, options: { dry_run: isDry, offsets: "utf16" } };
}
