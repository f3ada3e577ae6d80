/** Elements without markup in strings: what a text says is only ever text. */

const SVG = "http://www.w3.org/2000/svg";

/** An element with these properties and children; `class`, `data-…`, `aria-…` and `role` become attributes. */
export function make(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for a drawing. */
export function draw(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

export const find = (selector, under = document) => under.querySelector(selector);

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const number = new Intl.NumberFormat();
const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const counted = (value) => number.format(value ?? 0);
export const sum = (value) => money.format(value ?? 0);
export const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");

/** A duration in seconds, as short as it can be said. */
export function lasting(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} d`;
}

export const timeOf = (stamp) =>
  stamp ? new Date(stamp).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "–";

/** A wire name in words: `response_generator` is "Response generator". */
export function worded(name) {
  const words = String(name).replaceAll("_", " ").replace(/\bapi\b/, "API").trim();
  return words ? words[0].toUpperCase() + words.slice(1) : "Unknown";
}
