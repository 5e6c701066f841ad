// Put the page together for what the address bar says, and again when that or the width changes.

const PAPER_WIDTH = 680;
const page = document.getElementById("page");

function controls(state) {
  const option = (value, text, chosen) => element("option", { value: String(value), selected: chosen }, text);
  const feeds = [...FEEDS.keys()];
  const feed = element("select", { id: "feed", onchange: (event) => go({ feed: feeds[Number(event.target.value)] }) },
    feeds.map((name, at) => [name, at]).sort(([a], [b]) => (b === WHOLE) - (a === WHOLE))
      .map(([name, at]) => option(at, feedName(name), name === state.feed)));
  const period = element("select", { id: "period", onchange: (event) => go({ period: event.target.value || null }) },
    option("", say("range"), !state.period), PERIODS.map((name) => option(name, name, name === state.period)));
  const language = (code, name) => element("button", { type: "button", id: `lang-${code}`, lang: code, "aria-pressed": String(state.lang === code), onclick: () => go({ lang: code }) }, name);
  return element("nav", { class: "controls", "aria-label": say("controls") },
    element("label", {}, `${say("feed")} `, feed),
    PERIODS.length > 1 && element("label", {}, `${say("period")} `, period),
    element("span", { class: "choice", role: "group", "aria-label": say("language") }, language("zh", "中文"), language("en", "English")));
}

function render(width = page.clientWidth) {
  const state = readState();
  language = state.lang;
  const row = rowOf(state);
  const focused = document.activeElement?.id;
  const parts = [
    element("header", {}, element("h1", {}, say("title")), element("p", { class: "about" }, say("subtitle"))),
    controls(state),
    element("main", {},
      FEEDS.size ? headline(state, row) : element("p", { class: "calm" }, say("nothing")),
      alarms(state), seriesSection(state, width), sharesSection(state, width), FEEDS.size > 0 && measuresSection(state, width), changesSection(state, width),
      FEEDS.size > 0 && feedsSection(state), trustSection(state, row), reliabilitySection(width), termsSection(width), methodSection()),
  ];
  page.replaceChildren(...parts);
  announce(state, row);
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = `${feedName(state.feed)} · ${say("title")}`;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// To screen readers, on a change of what is shown: the page is put together anew, which they would pass over.
const said = document.getElementById("said");

function announce(state, row) {
  const text = `${placeName(state)}${say("colon")}${row?.organic ? withInterval(row.organic) : say("no_number")}`;
  if (said.textContent !== text) said.textContent = text;
}

let drawnWidth = page.clientWidth;
let waiting = 0;
window.addEventListener("hashchange", () => render());
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (page.clientWidth === drawnWidth) return; // phones resize when their bars slide away
    drawnWidth = page.clientWidth;
    render();
  }, 150);
});
window.addEventListener("beforeprint", () => {
  sorting.onPaper = true;
  render(PAPER_WIDTH);
  for (const each of page.querySelectorAll("details")) each.open = true;
});
window.addEventListener("afterprint", () => { sorting.onPaper = false; render(); });
render();
