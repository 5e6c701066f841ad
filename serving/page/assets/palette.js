// Colours (after Okabe and Ito 2008: told apart by colour-blind readers, and by their grey in print) and the shape of each status.

const INK = "#1c2430";
const GREY = "#767f8c";
const BLUE = "#0072B2";

const LABEL_COLOURS = {
  organic: "#009E73", disclosed_ad: "#b5dcf7", undisclosed_ad: "#E69F00", ad: "#E69F00", diversion: "#8f3b00",
  not_organic: "#b9c0c9",
};

const STATUSES = {
  audited: { symbol: "circle", colour: "#00507d", solid: true },
  shrunk: { symbol: "diamond", colour: "#00694d", solid: true },
  shrunk_unaudited: { symbol: "diamond", colour: "#00694d", solid: false },
  model_based: { symbol: "triangle", colour: "#8a5a00", solid: true },
  screening: { symbol: "square", colour: "#a84600", solid: false },
  counted: { symbol: "square", colour: "#5a6676", solid: true },
};
const EVERY_STATUS = [
  "audited", "shrunk", "shrunk_unaudited", "model_based", "screening",
  "insufficient", "audit_used_in_training", "audit_broken", "mixed_versions", "empty",
];

const chip = (status) => element("span", { class: `chip ${status}`, title: say(`meaning_${status}`) }, say(`status_${status}`));

const SYMBOLS = { circle: d3.symbolCircle, diamond: d3.symbolDiamond, triangle: d3.symbolTriangle, square: d3.symbolSquare };

function statusIcon(status) {
  const look = STATUSES[status];
  const path = d3.symbol(SYMBOLS[look.symbol], 60)();
  return drawing("path", { d: path, transform: "translate(13,8)", fill: look.solid ? look.colour : "white", stroke: look.colour, "stroke-width": 1.5 });
}

const lineIcon = (colour, dash, width = 1.5) =>
  drawing("line", { x1: 1, x2: 25, y1: 8, y2: 8, stroke: colour, "stroke-dasharray": dash, "stroke-width": width });
const uprightIcon = (colour, dash, width = 1.5) =>
  drawing("line", { x1: 13, x2: 13, y1: 0, y2: 16, stroke: colour, "stroke-dasharray": dash, "stroke-width": width });
const boxIcon = (colour, opacity = 1) =>
  drawing("rect", { x: 1, y: 3, width: 24, height: 10, fill: colour, "fill-opacity": opacity });
const textIcon = (text, colour) => drawing("text", { x: 13, y: 13, "text-anchor": "middle", fill: colour, "font-size": 14 }, text);

// Each item: [drawing, text].
function legend(items) {
  return element("ul", { class: "legend" }, items.map(([icon, text]) =>
    element("li", {}, drawing("svg", { width: 26, height: 16, "aria-hidden": "true" }, icon), " ", text)));
}
