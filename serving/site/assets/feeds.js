// All feeds that verdicts were stored of, with their counts; each leads to its report.

import { askPatiently } from "/site/api.js";
import { drawing, element } from "/site/elements.js";
import { showProblem } from "/site/problem_view.js";
import { startShell } from "/site/shell.js";
import { currentLanguage, nameOf, say } from "/site/words.js";
import { COLOURS } from "/site/verdict.js";
import WORDS from "/site/names.js";

const place = document.getElementById("feeds");
const BAR = 220;
let feeds = null;
let next = null;

function show() {
  if (!feeds) return;
  place.replaceChildren(
    element("p", {}, element("a", { href: addressOf(null) }, say("all_feeds"))),
    feeds.length ? table() : element("p", { class: "calm" }, say("no_feeds")),
    ...(next === null ? [] : [element("button", { type: "button", onclick: load }, say("more"))]));
}

const addressOf = (feed) => `/reports/feed${feed === null ? "" : `?feed=${encodeURIComponent(feed)}`}#lang=${currentLanguage()}`;
const count = (value) => value.toLocaleString("en-US");

function table() {
  const head = ["feed", "notes", "labels", "days"].map((key) => element("th", { scope: "col" }, say(key)));
  const row = (each) => element("tr", {},
    element("th", { scope: "row" }, element("a", { href: addressOf(each.feed_id) }, each.feed_id)),
    element("td", {}, count(each.n)), element("td", {}, labelBar(each), element("small", {}, labelText(each))),
    element("td", {}, each.first_day ? `${each.first_day} – ${each.last_day}` : say("undated")));
  return element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": say("page_reports") },
    element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, feeds.map(row))));
}

const share = (each, label) => (each.n ? each.labels[label] / each.n : 0);
const ORDER = ["organic", "disclosed_ad", "undisclosed_ad", "diversion"];

function labelBar(each) {
  let left = 0;
  const part = (label) => {
    const box = drawing("rect", { x: left, width: BAR * share(each, label), height: 12, fill: COLOURS[label], stroke: "#fff", "stroke-width": 1 });
    left += BAR * share(each, label);
    return box;
  };
  return drawing("svg", { class: "bar", width: BAR, height: 12, "aria-hidden": "true" }, ORDER.map(part));
}

const labelText = (each) => ORDER.map((label) => `${nameOf(WORDS.labels[label], label)} ${(100 * share(each, label)).toFixed(1)}%`).join(" · ");

async function load() {
  const problem = document.getElementById("problem");
  problem.replaceChildren();
  try {
    const answer = await askPatiently(`/v1/feeds?limit=100${next === null ? "" : `&after=${encodeURIComponent(next)}`}`);
    feeds = [...(feeds ?? []), ...answer.feeds];
    next = answer.next;
    show();
  } catch (error) {
    if (error.status === undefined) throw error;
    showProblem(problem, error);
  }
}

startShell(show);
window.addEventListener("huoren:key", () => { [feeds, next] = [null, null]; load(); });
load();
