// A plan that waits for approval: what is to be done, with its sums, to approve, change or refuse.

import { act } from "./api.js";
import { byId, fill, h, toast } from "./dom.js";
import { isMine, nameOf, state } from "./store.js";
import { plain, sum } from "./words.js";

const TOLD = ["order_id", "tracking_number", "sku", "size", "color", "tier", "phone", "reason"];
let refresh = () => {};
// What the plan on the page belongs to. Another conversation may be on its way already.
let drawn = null;

export function planning(whenDone) {
  refresh = whenDone;
}

export function showPlan() {
  const { item } = state.case;
  const taken = Boolean(item.claimed_by) && !isMine(item);
  drawn = item;
  const shape = `plan ${item.message_id} ${taken} ${JSON.stringify(item.action_plan)}`;
  if (byId("acts").dataset.shape === shape) return;
  byId("acts").dataset.shape = shape;
  const actions = item.action_plan?.actions ?? [];
  fill(byId("acts"),
    taken && h("p", { class: "banner" }, `${nameOf(item.claimed_by)} decides this.`),
    h("form", { class: "plan", onsubmit: (event) => event.preventDefault() },
      h("h3", {}, "To be done, if you approve"),
      h("ol", {}, actions.map((action, index) => h("li", {}, one(action, index, taken)))),
      h("label", { for: "verdict" }, "Note ", h("span", { class: "soft" }, "(needed to refuse: the customer reads the reason)")),
      h("textarea", { id: "verdict", rows: 2, maxlength: 2000, dir: "auto", disabled: taken }),
      h("p", { id: "plan-problem", class: "problem", role: "alert" }),
      h("div", { class: "row" },
        h("button", { type: "button", class: "danger", id: "refuse", disabled: taken, onclick: refuse }, "Refuse"),
        h("button", { type: "button", class: "primary", id: "approve", disabled: taken, onclick: () => approve(actions) },
          "Approve"))));
}

function one(action, index, taken) {
  const facts = TOLD.filter((name) => action[name]).map((name) => `${plain(name)}: ${action[name]}`);
  if (action.address) facts.push(`Address: ${Object.values(action.address).filter(Boolean).join(", ")}`);
  return [
    h("label", { class: "pick" },
      h("input", { type: "checkbox", checked: true, disabled: taken, data: { action: index }, onchange: relabel }),
      h("strong", {}, plain(action.name))),
    action.amount === undefined || action.amount === null ? null : amount(action, index, taken),
    h("p", { class: "soft", dir: "auto" }, facts.join(" · ")),
  ];
}

function amount(action, index, taken) {
  const order = state.case.found.orders.find((found) => found.order_id === action.order_id);
  const left = order && Math.max(0, order.paid - order.refunded);
  return h("span", { class: "amount" },
    h("label", { for: `amount-${index}` }, order ? `Amount in ${order.currency}` : "Amount"),
    h("input", {
      id: `amount-${index}`, type: "number", min: "0.01", step: "0.01", max: left || undefined, value: action.amount,
      disabled: taken, data: { amount: index }, oninput: relabel,
    }),
    order && h("span", { class: "soft" }, `of ${sum(left, order.currency)} paid and not refunded`));
}

function chosen(actions) {
  const picked = (index) => document.querySelector(`[data-action="${index}"]`).checked;
  return actions
    .map((action, index) => {
      const box = document.querySelector(`[data-amount="${index}"]`);
      return box ? { ...action, amount: Number(box.value) } : action;
    })
    .filter((_, index) => picked(index));
}

function relabel() {
  const actions = drawn.action_plan?.actions ?? [];
  const same = JSON.stringify(chosen(actions)) === JSON.stringify(actions);
  byId("approve").textContent = same ? "Approve" : "Approve as changed";
  complain("");
}

const complain = (words) => (byId("plan-problem").textContent = words);
const note = () => byId("verdict").value.trim();

async function approve(actions) {
  const wrong = [...document.querySelectorAll("[data-amount]")].find((box) => !box.checkValidity());
  if (wrong) {
    complain(`The amount cannot be approved: ${wrong.validationMessage}`);
    wrong.focus();
    return;
  }
  const plan = chosen(actions);
  if (!plan.length) {
    complain("Nothing is left of the plan: refuse it instead.");
    return;
  }
  const words = note() ? { note: note() } : {};
  const same = JSON.stringify(plan) === JSON.stringify(actions);
  await decide(same ? "approve" : "change", same ? words : { ...words, action_plan: { actions: plan } }, "Approved.");
}

async function refuse() {
  if (!note()) {
    complain("Say why: the customer is told.");
    byId("verdict").focus();
    return;
  }
  await decide("refuse", { note: note() }, "Refused.");
}

async function decide(verb, body, done) {
  try {
    await act(drawn.message_id, verb, body);
    toast(done, "good");
    byId("acts").dataset.shape = "";
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
}
