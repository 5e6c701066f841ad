// The four measures beside the ratio, each small, each with its interval.

function measuresSection(state, width) {
  const columns = width < 640 ? 1 : 2;
  const each = Math.floor((width - 28 * (columns - 1)) / columns);
  const about = { ad_density: `ad_density_${REPORT.weight}` };
  const figures = ["commercial", "ad_density", "disclosure", "comments"].map((name) => {
    const title = say(name);
    const drawn = seriesChart(state.feed, name, { width: each, height: 190, title, chosen: state.period });
    const row = rowOf(state);
    const measure = MEASURES[name];
    const found = row && measure.read(row);
    const value = found && (found.share === undefined ? densityWithInterval(found) : withInterval(found));
    return element("figure", {},
      element("figcaption", {}, element("b", {}, title), row && element("span", { class: "value" }, " ", value || chip(measure.status(row))),
        element("small", {}, say(about[name] ?? `${name}_about`))),
      PERIODS.length > 0 && (drawn ?? element("p", { class: "calm" }, name === "comments" ? say("no_comments") : say("no_measure", { status: statuses(state.feed, measure) }))));
  });
  return section("measures", say("measures"), element("div", { class: "grid" }, figures));
}

function statuses(feed, measure) {
  const rows = [...(FEEDS.get(feed)?.periods.values() ?? [])];
  return [...new Set(rows.map((row) => say(`status_${measure.status(row)}`)))].join(", ") || "–";
}
