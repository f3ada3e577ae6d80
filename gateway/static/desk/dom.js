// Elements without markup: all text goes in as text.

export const byId = (id) => document.getElementById(id);

export function h(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(made.dataset, value);
    else if (key in made && !key.startsWith("aria") && key !== "role" && key !== "list") made[key] = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

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
  const told = h("p", { className: `toast ${kind}` }, text);
  byId("toasts").append(told);
  setTimeout(() => told.remove(), kind === "bad" ? 9000 : 5000);
}
