// Orders and parcels as cards, drawn from the typed parts of a reply.

import { h } from "./dom.js";

const STEPS = ["processing", "shipped", "in_transit", "out_for_delivery", "delivered"];
const REACHED = { pending: 0, ...Object.fromEntries(STEPS.map((step, place) => [step, place])), delayed: 2 };
const GOOD = new Set(["delivered", "returned", "refunded"]);
const BAD = new Set(["delayed", "lost", "cancelled", "exception", "failed"]);

export function cards(entry, words) {
  return (entry.parts ?? []).map((part) => DRAWN[part.kind]?.(part, words)).filter(Boolean);
}

const DRAWN = { order, tracking };

function order(part, words) {
  const { order_id, status, placed_at, total, currency, items } = part;
  return card(
    words,
    words.t("order", { id: order_id }),
    status,
    steps(status, words),
    goods(items),
    facts([
      [words.t("placed"), placed_at && words.date(placed_at)],
      expected(part, words),
      [words.t("total"), total ? words.money(total, currency) : ""],
    ]),
  );
}

function tracking(part, words) {
  const { order_id, status, carrier, tracking_number, items, stops } = part;
  return card(
    words,
    words.t("parcel", { id: order_id }),
    status,
    steps(status, words),
    goods(items),
    facts([expected(part, words), [carrier ?? words.t("number"), h("bdi", { class: "number" }, tracking_number)]]),
    stops.length ? h("details", {}, h("summary", {}, words.t("history")), h("ol", { class: "stops" }, stops.map((one) => stop(one, words)))) : null,
  );
}

function card(words, title, status, ...content) {
  const tone = GOOD.has(status) ? "good" : BAD.has(status) ? "bad" : "";
  const head = h("div", { class: "head" }, h("strong", {}, title), h("span", { class: `chip ${tone}` }, words.of("status", status)));
  return h("div", { class: "card", role: "group", "aria-label": title }, head, content);
}

function expected({ status, expected: day, delivered_at: delivered }, words) {
  if (status === "delivered" && delivered) return [words.t("delivered"), words.date(delivered)];
  return [words.t("expected"), day && status in REACHED ? words.date(day) : ""];
}

function facts(pairs) {
  const told = pairs.filter(([, value]) => value);
  return told.length ? h("dl", {}, told.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))) : null;
}

function goods(items) {
  const named = ({ name, quantity, variant }) => `${quantity > 1 ? `${quantity} × ` : ""}${name}${variant ? ` (${variant})` : ""}`;
  return items.length ? h("ul", { class: "goods", dir: "auto" }, items.map((item) => h("li", {}, named(item)))) : null;
}

// How far it has come; the step it is at is marked for those who do not see it.
function steps(status, words) {
  const at = REACHED[status];
  if (at === undefined) return null;
  const made = STEPS.map((step, place) =>
    h("li", { class: place < at ? "done" : place === at ? "now" : "", "aria-current": place === at && "step" }, h("span", {}, words.of("steps", step))),
  );
  return h("ol", { class: "steps", "aria-label": words.t("progress") }, made);
}

const stop = ({ at, location, description }, words) =>
  h("li", { dir: "auto" }, h("time", {}, at ? `${words.date(at)}, ${words.time(new Date(at))}` : ""), h("span", {}, [description, location].filter(Boolean).join(", ")));
