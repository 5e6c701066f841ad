// One feed's report (?feed=NAME), or that of all feeds: the numbers come from the API, the report page's script draws them.

import { askPatiently } from "/site/api.js";
import { element } from "/site/elements.js";
import { showProblem } from "/site/problem_view.js";
import { startShell } from "/site/shell.js";
import { say } from "/site/words.js";

const CHOICES = { period: ["cut", "month"], weight: ["weight", "count"] };
const query = new URLSearchParams(location.search);
const feed = query.get("feed");
const page = document.getElementById("page");
let isDrawn = false;

const chosen = (name) => query.get(name) ?? CHOICES[name][1];
const path = () => (feed === null ? "/v1/authenticity" : `/v1/feeds/${encodeURIComponent(feed)}/authenticity`);

for (const [name, [id]] of Object.entries(CHOICES)) {
  const select = document.getElementById(id);
  select.value = chosen(name);
  select.addEventListener("change", () => {
    query.set(name, select.value);
    location.search = query;
  });
}

async function load() {
  const problem = document.getElementById("problem");
  problem.replaceChildren();
  page.replaceChildren(element("p", { class: "calm" }, say("loading")));
  try {
    const report = await askPatiently(`${path()}?period=${encodeURIComponent(chosen("period"))}&weight=${encodeURIComponent(chosen("weight"))}`);
    isDrawn = true;
    document.body.append(element("script", { type: "application/json", id: "report" }, JSON.stringify(report)), element("script", { src: "/site/report.js" }));
  } catch (error) {
    if (error.status === undefined) throw error;
    page.replaceChildren();
    showProblem(problem, error);
  }
}

startShell(() => {}, { languages: false });
window.addEventListener("huoren:key", () => { if (!isDrawn) load(); });
load();
