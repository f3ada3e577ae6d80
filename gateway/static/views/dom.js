/** Elements without markup in strings: what a text says is only ever text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with these properties and children.
 *
 * `on…` are listeners, `data` becomes `data-…`, everything else an attribute; null, undefined and false are left out,
 * among children too. A list among the children stands for what is in it.
 */
export function make(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for a drawing. */
export function draw(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

export const find = (selector, under = document) => under.querySelector(selector);

const given = (value) => value !== null && value !== undefined && value !== false;

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties).filter(([, value]) => given(value))) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => given(child) && child !== ""));
  return element;
}

const number = new Intl.NumberFormat();
const plain = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const counted = (value) => number.format(value ?? 0);
export const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");

/** A sum in its currency; the figure alone where nobody says which that is. */
export function sum(amount, currency) {
  if (amount === null || amount === undefined) return "";
  try {
    return currency ? new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount) : plain.format(amount);
  } catch {
    return `${plain.format(amount)} ${currency}`;
  }
}

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
