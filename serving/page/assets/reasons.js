// Why a row has no number, or not the one it could have: told in English by the report, in Chinese where it is known.

const REASONS = JSON.parse(document.getElementById("reasons").textContent).map(([pattern, chinese]) => [new RegExp(pattern), chinese]);

function reasonText(reason) {
  const known = language === "zh" && REASONS.find(([pattern]) => pattern.test(reason));
  if (!known) return element("span", { lang: "en" }, reason);
  return reason.replace(known[0], known[1]).replace(/\b[a-z]+_?[a-z]*\b/g, (word) => (STRINGS[`label_${word}`] ? say(`label_${word}`) : word));
}

// Reasons in one line, told within a sentence of `say` at {reason}.
function sentenceWithReasons(key, reasons, values = {}) {
  const [before, after] = say(key, values).split("{reason}");
  const told = reasons.flatMap((reason, at) => [at > 0 && (language === "zh" ? "；" : "; "), reasonText(reason)]);
  return [before, told, after];
}
