// What is known: why a person is needed, what the message was understood to mean, the customer, the orders, the route.

import { byId, fill, h } from "./dom.js";
import { nameOf, state } from "./store.js";
import { SERVICES, clock, day, percent, plain, sentence, sum } from "./words.js";

export function showUnderstanding() {
  const found = state.case;
  const box = byId("understanding");
  if (!found) return;
  const top = box.dataset.message === found.item.message_id ? box.scrollTop : 0;
  const closed = new Set([...box.querySelectorAll("details:not([open])")].map((one) => one.dataset.key));
  fill(box, why(found), meaning(found), customer(found), orders(found), tickets(found), route(found));
  const other = box.dataset.message !== found.item.message_id;
  for (const one of box.querySelectorAll("details")) one.open = other || !closed.has(one.dataset.key);
  box.dataset.message = found.item.message_id;
  box.scrollTop = top;
}

function part(key, title, ...children) {
  return h("details", { open: true, data: { key } }, h("summary", {}, h("h2", {}, title)), ...children);
}

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  return shown.length ? h("dl", {}, shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value)))) : null;
}

function why(found) {
  const { item, transfer } = found;
  return part("why", "Why it is here",
    h("ul", { class: "reasons" }, [...found.reasons].reverse().slice(0, 4).map((reason) => h("li", {}, sentence(reason)))),
    found.objections.length > 0 && h("p", { class: "pill warn" }, `The assistant's reply failed: ${found.objections.map(plain).join(", ")}`),
    facts([
      ["Waits since", item.waiting_since && `${day(item.waiting_since)}, ${clock(item.waiting_since)}`],
      ["Passed on", transfer && `to ${transfer.skill} by ${nameOf(transfer.by)}`],
    ]));
}

function meaning({ felt, meant, entities }) {
  const others = meant.secondary.map((one) => plain(one.intent)).join(", ");
  const sure = meant.confidence === null ? "" : ` (${percent(meant.confidence)})`;
  return part("meaning", "What it means",
    facts([
      ["Intent", meant.intent && plain(meant.intent) + sure],
      ["Also", others],
      ["Feeling", felt.sentiment && plain(felt.sentiment.toLowerCase())],
      ["Urgency", plain(felt.urgency)],
      ["Signals", felt.escalation_signals.map(plain).join(", ")],
      ["Language", plain(meant.language)],
    ]) ?? h("p", { class: "soft" }, "It came with a plan of its own; nothing was analysed."),
    felt.score !== null && gauge(felt.score),
    entities.length > 0 && h("ul", { class: "entities", "aria-label": "What was named" }, entities.map(entity)));
}

function entity({ kind, value }) {
  return h("li", { class: "pill" }, h("span", { class: "soft" }, plain(kind.replace(/s$/, ""))), " ", value);
}

function gauge(score) {
  const words = `Mood ${score > 0 ? "+" : ""}${score.toFixed(2)}, from -1 to 1`;
  return h("div", { class: "mood" },
    h("meter", { min: -1, max: 1, low: -0.3, high: 0.3, optimum: 1, value: score, "aria-label": words }),
    h("span", { class: "soft" }, words));
}

function customer({ found, item }) {
  const one = found.customer;
  const away = found.unavailable.map((name) => SERVICES[name] ?? name).join(", ");
  return part("customer", "Customer",
    facts([
      ["Name", one?.name], ["E-mail", item.customer_email], ["Phone", one?.phone], ["Tier", plain(one?.tier)],
      ["Since", one?.since && day(one.since)], ["Verified", one && (one.verified ? "Yes" : "No")],
      ["Store credit", one?.store_credit ? sum(one.store_credit) : ""],
    ]) ?? h("p", { class: "soft" }, "Nobody by this address is known to the shop."),
    away && h("p", { class: "pill warn" }, `Could not be asked: ${away}`));
}

function orders({ found, entities }) {
  const named = new Set(entities.map((one) => one.value));
  const list = [...found.orders].sort((a, b) => named.has(b.order_id) - named.has(a.order_id));
  return part("orders", `Orders (${list.length})`,
    found.unknown_orders.length > 0 && h("p", { class: "pill warn" }, `Not theirs or unknown: ${found.unknown_orders.join(", ")}`),
    list.map((order) => one(order, parcelOf(order, found), named.has(order.order_id))));
}

const parcelOf = (order, found) => found.tracking.find((parcel) => parcel.order_id === order.order_id);

function one(order, parcel, named) {
  const items = order.items.map((item) => `${item.quantity} × ${item.name}`).join(", ");
  return h("article", { class: named ? "order named" : "order" },
    h("header", {},
      h("strong", {}, order.order_id),
      h("span", { class: "pill" }, plain(order.status)),
      named && h("span", { class: "pill brand" }, "Named")),
    h("p", { dir: "auto" }, items),
    facts([
      ["Total", sum(order.total, order.currency)],
      ["Refunded", order.refunded ? sum(order.refunded, order.currency) : ""],
      ["Placed", order.placed_at && day(order.placed_at)],
      ["Expected", order.expected_delivery && day(order.expected_delivery)],
      ["Delivered", order.delivered_at && day(order.delivered_at)],
      ["Parcel", parcel && `${plain(parcel.status)}, ${parcel.carrier ?? ""} ${parcel.tracking_number}`],
      ["Trouble", parcel && troubles(parcel)],
      ["Refunds", order.refunds.map((refund) => `${sum(refund.amount, order.currency)} ${plain(refund.status).toLowerCase()}`).join(", ")],
      ["Returns", order.returns.map((back) => plain(back.status)).join(", ")],
    ]));
}

function troubles(parcel) {
  const open = parcel.exceptions.filter((one) => !one.resolved);
  return open.map((one) => (one.description || plain(one.code)).replace(/\.$/, "")).join("; ");
}

function tickets({ found }) {
  if (!found.tickets.length) return null;
  return part("tickets", `Earlier matters (${found.tickets.length})`,
    h("ul", { class: "reasons" }, found.tickets.map(ticket)));
}

function ticket({ subject, resolution, closed_at }) {
  const end = resolution || (closed_at ? "closed" : "open");
  return h("li", { dir: "auto" }, subject, " ", h("span", { class: "soft" }, end));
}

function route({ route: way, workflow, item }) {
  const done = way.done.filter((entry) => entry.kind !== "edited" && entry.kind !== "entered");
  return part("route", "Route travelled",
    h("ol", { class: "route" },
      done.map(visit),
      way.here.map((name) => h("li", { class: "here", "aria-current": "step" }, plain(name), " ", soft("now"))),
      way.ahead.map((name) => h("li", { class: "ahead" }, plain(name)))),
    h("p", {},
      h("a", { href: workflow, target: "_blank", rel: "noreferrer" }, "Open the workflow in Temporal"),
      h("br"),
      h("code", { class: "soft" }, item.message_id)));
}

function visit(entry) {
  const how = { failed: "failed", operator: entry.did }[entry.kind];
  const words = [entry.at && clock(entry.at), took(entry.seconds), how].filter(Boolean).join(" · ");
  return h("li", { class: entry.kind }, plain(entry.actor), " ", soft(words));
}

function took(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

const soft = (words) => h("span", { class: "soft" }, words);
