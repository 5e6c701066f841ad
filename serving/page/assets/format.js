// Numbers, days and words as a reader sees them, in the chosen language.

const STRINGS = JSON.parse(document.getElementById("strings").textContent);
const LANGUAGES = ["en", "zh"];
let language = "en";

function say(key, values = {}) {
  const text = STRINGS[key] ? STRINGS[key][LANGUAGES.indexOf(language)] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

const missing = (value) => value === null || value === undefined || Number.isNaN(value);
const percent = (value, digits = 1) => (missing(value) ? "–" : `${(100 * value).toFixed(digits)}%`);
const count = (value) => (missing(value) ? "–" : Math.round(value).toLocaleString("en-US"));
const decimal = (value, digits = 1) => (missing(value) ? "–" : value.toFixed(digits));
const level = () => percent(REPORT.level, 0);

function signed(value, digits = 1) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : (value < 0 ? "−" : "+") + text;
}

function probability(value) {
  if (missing(value)) return "–";
  return value < 0.001 ? "<0.001" : value.toFixed(3);
}

const equals = (value) => (value < 0.001 ? probability(value) : `=${probability(value)}`);

// Full-width in Chinese.
const inBrackets = (text) => (language === "zh" ? `（${text}）` : ` (${text})`);

// "68.9–73.7%"; in Chinese each end has its sign.
const between = (low, high, unit = "%", digits = 1) =>
  (missing(low) ? "–" : `${decimal(low, digits)}${language === "zh" ? unit : ""}–${decimal(high, digits)}${unit}`);

// "71.3% (68.9–73.7%)"
function withInterval(share) {
  return missing(share?.share) ? "–" : `${percent(share.share)}${inBrackets(between(100 * share.ci_low, 100 * share.ci_high))}`;
}

function densityWithInterval(density) {
  return missing(density?.value) ? "–" : `${decimal(density.value)}${inBrackets(between(density.ci_low, density.ci_high, ""))}`;
}

const range = (low, high, scale = 100) => say("to", { low: signed(scale * low), high: signed(scale * high) });

function day(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const options = { timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "short" };
  return time.toLocaleString(language === "zh" ? "zh-CN" : "en-GB", options) + inBrackets(say("beijing"));
}
