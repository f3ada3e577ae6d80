// The conversation in the middle: who it is with, what was said, what colleagues noted, and who has it.

import { byId, fill, h } from "./dom.js";
import { countdown, offerLeft, reasons, tick } from "./queue.js";
import { isMine, isOffered, isOfferedToMe, lookers, mayTake, nameOf, state } from "./store.js";
import { clock, day, plain, whose } from "./words.js";

const WHO = { customer: "Customer", agent: "Assistant", human: "Colleague" };
const WAITS = { reply: "Waits for an answer", approval: "Waits for approval" };
const MARK = {
  escalated: "Told to wait for a person",
  superseded: "Not sent",
  apologised: "Apology",
  dead_lettered: "Could not be finished",
};

export function showConversation(acts) {
  const found = state.case;
  for (const id of ["head", "lines", "acts"]) byId(id).hidden = !found;
  byId("none").hidden = Boolean(found);
  if (!found) return;
  showHead(acts);
  showLines();
}

export function showHead(acts) {
  const { item, waiting } = state.case;
  const name = whose(item);
  fill(
    byId("head"),
    h("div", { class: "whom" },
      h("h2", { dir: "auto", id: "whom", tabindex: -1 }, name),
      h("p", { class: "soft" }, item.customer_name ? `${item.customer_email} · ` : "", plain(item.tier) || "No tier known"),
      byMail(item),
    ),
    h("p", { class: "standing" }, standing(item, waiting)),
    h("div", { class: "buttons" }, buttons(item, waiting, acts)),
    several(acts),
  );
  announce(item);
  tick();
}

// A name of a file is the sender's word, like the subject: shown, and never opened.
function byMail(item) {
  if (item.channel !== "email") return null;
  const files = item.enclosed.length ? `Attached, not opened: ${item.enclosed.join(", ")}` : "";
  return [
    h("p", { class: "mail" }, h("span", { class: "pill" }, "E-mail"), " ", h("strong", { dir: "auto" }, item.subject || "No subject")),
    files && h("p", { class: "soft", dir: "auto" }, files),
  ];
}

// Who has it, for those who do not see it change; the time that is left would be read aloud every second.
function announce(item) {
  const words = item.claimed_by ? `${isMine(item) ? "You have" : `${nameOf(item.claimed_by)} has`} this conversation.` : "";
  if (byId("announced").textContent !== words) byId("announced").textContent = words;
}

function standing(item, waiting) {
  const others = lookers(item.session_id, item).map((one) => one.display_name);
  const verb = others.length > 1 ? "look" : "looks";
  const looks = others.length ? h("span", { class: "soft" }, ` · ${others.join(", ")} ${verb} at it too`) : "";
  if (item.claimed_by && !isMine(item)) {
    return [h("strong", { class: "taken" }, `${nameOf(item.claimed_by)} has this conversation.`), looks];
  }
  const whose = isMine(item) ? "You have this conversation." : "Nobody has it yet.";
  if (!waiting) {
    return [isMine(item) ? `Answered. ${whose} What comes next comes to you.` : "It does not wait any more.", looks];
  }
  return [whose, " ", h("span", { class: "soft" }, "Time left "), countdown(item), looks, offer(item)];
}

// Whom it is offered to, why, and how long they have to claim it.
function offer(item) {
  if (!isOffered(item)) return "";
  const mine = isOfferedToMe(item);
  return h("span", { class: mine ? "offered mine" : "offered" },
    h("strong", {}, `Offered to ${nameOf(item.offered_to)}`), ` ${reasons(item)} `, offerLeft(item));
}

function buttons(item, waiting, acts) {
  const mine = isMine(item);
  const free = !item.claimed_by && mayTake(item);
  const reply = waiting && item.kind === "reply";
  return [
    free && waiting && button("Claim", "Take it over (C)", acts.claim, "primary"),
    (mine || free) && waiting && button("Transfer", "Pass it on to people of a skill (T)", acts.transfer),
    (mine || free) && reply && button("Hand back", "Let the mesh answer it (B)", acts.handBack),
    mine && button("Release", "Let go of it (U)", acts.release),
  ];
}

function button(words, title, onclick, kind = "") {
  return h("button", { type: "button", class: kind, data: { key: words }, title, onclick }, words);
}

// Several messages of one conversation may wait, each for an answer of its own.
function several(acts) {
  const items = state.waiting.filter((item) => item.session_id === state.session);
  if (items.length < 2) return null;
  const oldest = [...items].sort((a, b) => Date.parse(a.waiting_since) - Date.parse(b.waiting_since));
  return h("div", { class: "several", role: "group", "aria-label": "Messages that wait for an answer" },
    oldest.map((item) => h("button", {
      type: "button", class: "quiet", data: { key: item.message_id }, "aria-pressed": String(item.message_id === state.messageId),
      onclick: () => acts.open(state.session, item.message_id),
    }, h("span", { dir: "auto" }, item.customer_message ?? item.message_id))));
}

function showLines() {
  const box = byId("lines");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const other = box.dataset.session !== state.session;
  let shownDay = "";
  const made = [];
  for (const one of merged()) {
    if (day(one.at) !== shownDay) made.push(h("p", { class: "day" }, (shownDay = day(one.at))));
    made.push(one.note ? note(one) : line(one));
  }
  renew(box, made);
  box.dataset.session = state.session;
  // When all is drawn: what is written below takes room from it.
  if (atEnd || other) requestAnimationFrame(() => box.scrollTo(0, box.scrollHeight));
}

// What is there stays: a log reads aloud whatever is put into it.
function renew(box, made) {
  const old = [...box.children];
  made.forEach((one, index) => {
    if (!old[index]) box.append(one);
    else if (!old[index].isEqualNode(one)) old[index].replaceWith(one);
  });
  for (const gone of old.slice(made.length)) gone.remove();
}

function merged() {
  const { lines, notes } = state.case;
  const said = lines.map((one) => ({ ...one, at: one.timestamp }));
  const noted = notes.map((one) => ({ ...one, note: true }));
  return [...said, ...noted].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function line(one) {
  const waits = one.sender === "customer" && one.message_id === state.case.item.message_id && state.case.waiting;
  const mark = one.sender === "customer" ? (waits ? WAITS[state.case.item.kind] : "") : MARK[one.status] ?? "";
  return h("article", { class: `line ${one.sender} ${one.status}` },
    signature(WHO[one.sender], one.at, mark),
    h("p", { dir: "auto" }, one.content));
}

function note(one) {
  return h("article", { class: "line note" },
    signature(plain(nameOf(one.by)), one.at, "Internal note"),
    h("p", { dir: "auto" }, one.text));
}

function signature(who, at, mark) {
  const time = h("time", { dateTime: at }, clock(at));
  return h("header", {}, h("strong", {}, who), " ", time, mark && h("span", { class: "mark" }, mark));
}
