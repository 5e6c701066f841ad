// An error of the service in a reader's words, and the service's own beside it.

import { element } from "/site/elements.js";
import { askForKey } from "/site/shell.js";
import { isSaid, say } from "/site/words.js";

export function problemView(error) {
  const known = isSaid(`problem_${error.status}`) ? `problem_${error.status}` : error.status >= 500 ? "problem_500" : "problem_other";
  const errors = error.problem.errors ?? [];
  return element("div", { class: "problem" },
    element("p", {}, element("b", {}, say(known, { seconds: error.retryAfter ?? "?" }))),
    errors.length
      ? element("ul", {}, errors.map((each) => element("li", {}, each.pointer ? element("code", {}, each.pointer) : null, each.pointer ? " " : null, each.detail)))
      : error.message && element("p", {}, error.message),
    error.problem.request_id && element("small", {}, say("request", { id: error.problem.request_id })));
}

export function showProblem(place, error) {
  place.replaceChildren(problemView(error));
  if (error.status === 401) askForKey();
}
