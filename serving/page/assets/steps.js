// Steps in a series that are not chance, in words and signs.

// In order of time.
const stepsOf = (feed, series) => (REPORT.change_points ?? [])
  .filter((each) => (each.feed ?? WHOLE) === feed && each.series === series && PERIODS.includes(each.period))
  .sort((a, b) => PERIODS.indexOf(a.period) - PERIODS.indexOf(b.period));

const stepScale = (step) => (step.series === "organic" ? 100 : 1);
const stepSign = (step) => (step.size < 0 ? "▼" : "▲");
const stepSize = (step) => say(step.series === "organic" ? "points" : "per_1000", { value: decimal(stepScale(step) * Math.abs(step.size)) });
const stepMoved = (step) => say(step.size < 0 ? "fell" : "rose", { size: stepSize(step) });
const stepChance = (step) => inBrackets(`${range(step.ci_low, step.ci_high, stepScale(step))}${language === "zh" ? "；" : "; "}q${equals(step.q_value)}`);
const stepSentence = (step) => `${say(`step_${step.series}`, { period: step.period, moved: stepMoved(step) })}${stepChance(step)}`;
