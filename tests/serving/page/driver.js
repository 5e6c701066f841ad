// Step through the page as a reader would, and leave in its place what it showed after each step.
const all = (query) => [...document.querySelectorAll(query)];

const actions = {
  look() {},
  click(query) {
    const button = document.querySelector(query);
    button.focus();
    button.click();
  },
  choose(query, text) {
    const select = document.querySelector(query);
    select.value = [...select.options].find((each) => each.textContent === text).value;
    select.dispatchEvent(new Event("change"));
  },
  type(query, text) {
    const input = document.querySelector(query);
    input.value = text;
    input.dispatchEvent(new Event("input"));
  },
  print() { window.dispatchEvent(new Event("beforeprint")); },
};

const look = () => ({
  hash: decodeURIComponent(location.hash),
  lang: document.documentElement.lang,
  headline: document.querySelector("#headline")?.textContent ?? "",
  charts: Object.fromEntries(all("main > section[id]").map((each) => [each.id, each.querySelectorAll(".chart svg").length])),
  feeds: all(".feeds tbody tr").map((each) => each.cells[0].textContent),
  ratios: all(".feeds tbody .share").map((each) => each.textContent),
  sorted: all(".feeds th").map((each) => each.getAttribute("aria-sort")).join(),
  steps: all("#series svg text").map((each) => each.textContent).filter((text) => /^[▼▲]/.test(text)),
  refused: all("#series svg text").filter((each) => each.textContent === "×").length,
  runs: all('#series svg [aria-label="line"]').map((each) => each.querySelectorAll("path").length),
  command: document.querySelector("#headline code")?.textContent ?? "",
  alarms: all("#alarms li").map((each) => each.textContent),
  elsewhere: document.querySelector("#alarms p a")?.textContent ?? "",
  foreign: all("main [lang=en]").map((each) => each.textContent),
  said: document.querySelector("#said").textContent,
  columns: all(".feeds thead th").map((each) => each.className),
  cells: all(".feeds tbody tr:first-child > *").map((each) => each.className),
  closed: all("details:not([open])").length,
  text: document.querySelector("#page").textContent,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  focus: document.activeElement?.id ?? "",
});

(async () => {
  const seen = [];
  for (const [action, ...rest] of STEPS) {
    actions[action](...rest);
    await new Promise((done) => setTimeout(done, 50));
    seen.push(look());
  }
  const out = document.createElement("pre");
  out.textContent = JSON.stringify(seen);
  document.body.replaceChildren(out);
})();
