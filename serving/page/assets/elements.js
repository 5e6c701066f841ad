// Building HTML and SVG: text never becomes markup.

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const drawing = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function section(id, title, ...children) {
  return element("section", { id, "aria-labelledby": `${id}-title` }, element("h2", { id: `${id}-title` }, title), children);
}

function table(head, rows, attributes = {}) {
  const cells = (row) => row.map((cell, at) => element(at ? "td" : "th", at ? {} : { scope: "row" }, cell));
  return element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": attributes.label },
    element("table", { class: attributes.class },
      element("thead", {}, element("tr", {}, head.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, cells(row))))));
}

// A plot as an image with a name for screen readers, as wide as the place it stands in.
function chart(label, options) {
  const marks = options.marks.flat(Infinity).filter(Boolean);
  const drawn = Plot.plot({ style: { fontSize: "12px", fontFamily: "inherit", overflow: "visible" }, ...options, marks });
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", label);
  return element("div", { class: "chart" }, drawn);
}
