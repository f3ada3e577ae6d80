// The queue: what waits, how urgent it is, how much time is left, and who has it.

import { byId, fill, h } from "./dom.js";
import { TABS, conversations, isMine, isOffered, isOfferedToMe, lookers, nameOf, shownConversations, state } from "./store.js";
import { initials, plain, sentence, span, sum, whose } from "./words.js";

const NOBODY = {
  all: "Nobody waits. Well done.",
  me: "Nothing is offered to you.",
  mine: "You have no conversation.",
  approvals: "Nothing waits for approval.",
};

export function showQueue(open, choose) {
  fill(byId("tabs"), Object.entries(TABS).map(([key, { name, fits }]) => tab(key, name, conversations().filter(fits).length, choose)));
  const found = shownConversations();
  fill(byId("cards"), found.map((one) => h("li", {}, card(one, open))));
  byId("nobody").hidden = found.length > 0;
  byId("nobody").textContent = NOBODY[state.tab];
  tick();
}

function tab(key, name, count, choose) {
  return h(
    "button",
    { type: "button", data: { key: `tab-${key}` }, "aria-pressed": String(state.tab === key), onclick: () => choose(key) },
    name, " ", h("span", { class: "count" }, String(count)),
  );
}

function card(one, open) {
  const { item, key } = one;
  const current = state.session === key;
  return h(
    "button",
    {
      type: "button", class: "card", data: { key, urgency: item.urgency ?? "" }, "aria-current": current ? "true" : undefined,
      onclick: () => open(key, item.message_id),
    },
    h("span", { class: "first" },
      h("strong", { class: "who", dir: "auto" }, whose(item)),
      one.answered ? h("span", { class: "pill good" }, "Answered") : countdown(item)),
    h("span", { class: "said", dir: "auto" }, item.customer_message ?? "It cannot be read now."),
    isOfferedToMe(item) && h("span", { class: "offer" },
      h("span", { class: "pill brand" }, "Offered to you"), h("span", {}, reasons(item)), offerLeft(item)),
    h("span", { class: "marks" }, marks(one)),
  );
}

function marks({ item, items, answered, key }) {
  return [
    !answered && item.urgency && h("span", { class: `pill urgency ${item.urgency}` }, plain(item.urgency)),
    item.channel === "email" && h("span", { class: "pill" }, "E-mail"),
    item.tier && item.tier !== "standard" && h("span", { class: "pill" }, plain(item.tier)),
    item.kind === "approval" && h("span", { class: "pill brand" }, `Approve ${amounts(item)}`.trim()),
    item.held_back && h("span", { class: "pill" }, "Held back"),
    items.length > 1 && h("span", { class: "pill" }, `${items.length} messages`),
    item.skill && h("span", { class: "pill brand" }, `For ${item.skill}`),
    item.intent && h("span", { class: "intent" }, plain(item.intent)),
    h("span", { class: "hands" }, hands(item, key)),
  ];
}

function hands(item, key) {
  const mine = isMine(item);
  const whose = mine ? "Yours" : nameOf(item.claimed_by);
  const holder = item.claimed_by && h("span", { class: mine ? "holder mine" : "holder" }, whose);
  const asked = isOffered(item) && !isOfferedToMe(item) && h("span", { class: "asked" }, `Offered to ${nameOf(item.offered_to)}`);
  return [...lookers(key, item).map(eye), asked, holder].filter(Boolean);
}

// Why it is offered to them: billing, German, 2 of 4.
export const reasons = (item) => sentence((item.offered_why ?? []).join(", "));

export function offerLeft(item) {
  return h("span", { class: "left", data: { offer: item.offered_until } });
}

function eye(one) {
  const words = `${one.display_name} looks at it`;
  return h("span", { class: "eye", title: words },
    h("span", { "aria-hidden": "true" }, initials(one.display_name)),
    h("span", { class: "unseen" }, words));
}

function amounts(item) {
  const total = (item.action_plan?.actions ?? []).reduce((all, action) => all + (action.amount ?? 0), 0);
  return total ? sum(total, item.currency) : "";
}

export function countdown(item) {
  if (!item.due_at) return h("span", { class: "due" }, "");
  return h("span", { class: "due", data: { due: item.due_at, since: item.waiting_since ?? "" } });
}

// Once a second: every deadline that is shown.
export function tick() {
  const now = Date.now();
  for (const shown of document.querySelectorAll("[data-due]")) {
    const [due, since] = [Date.parse(shown.dataset.due), Date.parse(shown.dataset.since)];
    const left = (due - now) / 1000;
    const words = left > 0 ? span(left) : "Overdue";
    if (shown.textContent !== words) shown.textContent = words;
    shown.dataset.level = left <= 0 ? "over" : left < (due - since) / 4000 ? "soon" : "fine";
    shown.title = `Until ${new Date(due).toLocaleString()}`;
  }
  for (const shown of document.querySelectorAll("[data-offer]")) {
    const left = (Date.parse(shown.dataset.offer) - now) / 1000;
    shown.textContent = left > 0 ? `${span(left)} to claim` : "Asked again";
  }
}

export function step(by) {
  const cards = [...byId("cards").querySelectorAll(".card")];
  if (!cards.length) return;
  const at = cards.indexOf(document.activeElement);
  const current = at >= 0 ? at : cards.findIndex((one) => one.getAttribute("aria-current"));
  cards[Math.min(cards.length - 1, Math.max(0, current < 0 ? 0 : current + by))].focus();
}
