// What this page does with elements. How they are made is the same on all our pages.

import { make as h } from "../views/dom.js";

export { h };

export const byId = (id) => document.getElementById(id);

// Replace what is inside without losing the focus of what stays: by data-key, or by id.
export function fill(parent, ...children) {
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  const id = active?.id;
  parent.replaceChildren(...children.flat().filter(Boolean));
  if (!active || parent.contains(active)) return;
  const again = key ? parent.querySelector(`[data-key="${CSS.escape(key)}"]`) : id && byId(id);
  again?.focus({ preventScroll: true });
}

export function toast(text, kind = "info") {
  const told = h("p", { class: `toast ${kind}` }, text);
  byId("toasts").append(told);
  setTimeout(() => told.remove(), kind === "bad" ? 9000 : 5000);
}
