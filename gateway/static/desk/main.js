// The desk: brings the parts together.

import { act, get, me, post, welcome, whenSignedOut } from "./api.js";
import { composing, showComposer, useSuggestion, write } from "./composer.js";
import { showConversation, showHead } from "./conversation.js";
import { askHandBack, askTransfer, isOpen, pickCanned, showHelp, showMenu } from "./dialogs.js";
import { waysIn, waysOf } from "../views/sign-in.js";
import { byId, h, toast } from "./dom.js";
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { badge, due, news } from "./notify.js";
import { beaten, leave, present, showPeople, showPresence, switchPresence } from "./people.js";
import { planning, showPlan } from "./plan.js";
import { showQueue, step, tick } from "./queue.js";
import { changed, isMine, letGo, mayTake, nameOf, on, state } from "./store.js";
import { showUnderstanding } from "./understanding.js";

const CLAIMS_EVERY = 4;
const CONNECTION = { open: "Live", connecting: "Connecting" };
let stop = () => {};
let reading = 0;
let soon = null;

// -- opening and refreshing a conversation

async function open(session, messageId) {
  state.session = session;
  state.messageId = messageId;
  history.replaceState(null, "", `#${messageId}`);
  go("conversation");
  drawQueue();
  present();
  await refresh();
  byId("whom")?.focus({ preventScroll: true });
}

async function refresh() {
  if (!state.messageId) return;
  const turn = (reading += 1);
  try {
    const found = await get(`/api/desk/${encodeURIComponent(state.messageId)}/case`);
    if (turn !== reading) return;
    state.case = found;
    state.session = found.item.session_id;
    draw();
  } catch (error) {
    if (turn !== reading || error.status === 401) return;
    toast(error.message, "bad");
  }
}

function refreshSoon() {
  soon ??= setTimeout(() => {
    soon = null;
    refresh();
  }, 400);
}

function draw() {
  drawQueue();
  showConversation(acts);
  if (!state.case) return;
  const { item, waiting } = state.case;
  if (waiting && item.kind === "approval") showPlan();
  else showComposer();
  showUnderstanding();
}

const drawQueue = () => showQueue(open, chooseTab);

function chooseTab(tab) {
  state.tab = tab;
  drawQueue();
}

// -- what people do

async function attempt(work, done) {
  try {
    const found = await work();
    if (done) toast(done, "good");
    return found;
  } catch (error) {
    const { claimed_by: who, offered_to: asked } = error.problem ?? {};
    const told = who ? `${nameOf(who)} was faster and has this conversation.` : asked && `${nameOf(asked)} is asked first.`;
    toast(told || error.message, "bad");
    return null;
  } finally {
    await refresh();
  }
}

// What is on the page: an act is for what people saw when they chose it, whatever is being opened.
const shown = () => state.case?.item;
const mayAct = () => state.case?.waiting && mayTake(state.case.item);

const acts = {
  open,
  claim: () => {
    const item = shown();
    if (mayAct()) attempt(() => act(item.message_id, "claim"), "It is yours.");
  },
  release: () => {
    const item = shown();
    if (!isMine(item)) return;
    letGo(item.session_id);
    attempt(() => act(item.message_id, "release"), "Released.");
  },
  transfer: () => {
    const item = shown();
    if (mayAct()) askTransfer((skill, note) => passOn(item, skill, note));
  },
  handBack: () => {
    const item = shown();
    if (mayAct() && item.kind === "reply") askHandBack((reason) => handBack(item, reason));
  },
  signOut: async () => {
    leave();
    await post("/api/people/sign-out").catch(() => {});
    signedOut();
  },
};

async function passOn({ message_id, session_id }, skill, note) {
  const all = state.waiting.filter((item) => item.session_id === session_id).map((item) => item.message_id);
  letGo(session_id);
  await attempt(async () => {
    for (const id of all) if (id !== message_id) await act(id, "transfer", { skill });
    await act(message_id, "transfer", note ? { skill, note } : { skill });
  }, `Passed on to ${skill}.`);
}

async function handBack({ message_id, session_id }, reason) {
  letGo(session_id);
  await attempt(() => act(message_id, "hand-back", reason ? { reason } : {}), "Handed back.");
}

// -- what is heard

const take = {
  waiting: (items) => {
    state.waiting = items;
    const mine = items.find((item) => item.message_id === state.messageId);
    const before = state.case?.item;
    if (before && differs(mine, before)) refreshSoon();
    news(open);
    changed("queue");
  },
  people: (people) => {
    state.people = people;
    changed("people");
  },
  said: ({ session_id }) => session_id === state.session && refreshSoon(),
  noted: ({ message_id }) => message_id === state.messageId && refreshSoon(),
  due: ({ message_id }) => due(message_id, open),
  // Asked over our own line, and answered at once: that comes through when our own clock is slowed down.
  beat: () => present(),
  trouble: ({ detail }) => {
    byId("trouble").hidden = !detail;
    byId("trouble").textContent = detail ? `The list may be old. ${detail}` : "";
  },
};

// Only what can change under our eyes; anything else comes with the next reading.
function differs(now, before) {
  if (!now) return state.case.waiting;
  return !state.case.waiting || ["claimed_by", "skill", "offered_to", "offered_until"].some((name) => now[name] !== before[name]);
}

on("queue", () => {
  drawQueue();
  showPresence();
});
on("people", () => {
  showPresence();
  showPeople();
  drawQueue();
  if (state.case) showHead(acts);
});

let ticks = 0;

async function beat() {
  ticks += 1;
  if (!beaten()) present();
  if (ticks % CLAIMS_EVERY) return;
  const claimed = new Map([...state.held].map(([session, item]) => [session, item.message_id]));
  for (const item of state.waiting) if (isMine(item)) claimed.set(item.session_id, item.message_id);
  for (const [session, messageId] of claimed) {
    await act(messageId, "heartbeat").catch((error) => {
      if (error.status !== 409) return;
      letGo(session);
      if (session === state.session) refreshSoon();
    });
  }
}

// -- beginning and end

function show(connection) {
  byId("link").dataset.state = connection;
  byId("link").textContent = CONNECTION[connection];
}

function go(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll("[data-go]")) {
    if (button.dataset.go === view) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

async function begin(person) {
  state.me = person;
  byId("enter").hidden = true;
  byId("desk").hidden = false;
  showPresence();
  stop();
  stop = follow(take, show, signedOut);
  drawQueue();
  await present();
  const linked = location.hash.slice(1);
  if (/^[\w-]{1,64}$/.test(linked)) await open(null, linked);
}

async function signedOut() {
  stop();
  Object.assign(state, { me: null, waiting: [], people: [], case: null, session: null, messageId: null });
  state.held.clear();
  for (const one of document.querySelectorAll("dialog")) one.close();
  byId("desk").hidden = true;
  byId("enter").hidden = false;
  for (const id of ["lines", "acts", "head", "cards"]) byId(id).replaceChildren();
  byId("understanding").replaceChildren(h("p", { class: "empty" }, "What the mesh understood appears here."));
  byId("acts").dataset.shape = "";
  showConversation(acts);
  document.title = "Desk";
  byId("name")?.focus();
}

byId("presence").addEventListener("click", switchPresence);
byId("menu-open").addEventListener("click", () => showMenu(acts));
byId("sort").addEventListener("change", (event) => {
  state.sort = event.target.value;
  drawQueue();
});
for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => focus(button.dataset.go));

function focus(part) {
  go(part);
  byId(part).focus({ preventScroll: true });
}

listen({
  focus,
  j: () => { go("queue"); step(1); },
  k: () => { go("queue"); step(-1); },
  c: acts.claim, t: acts.transfer, b: acts.handBack, u: acts.release,
  r: () => write("reply"), n: () => write("note"), s: useSuggestion, "/": pickCanned,
  a: switchPresence, "?": showHelp,
  1: () => focus("queue"), 2: () => focus("conversation"), 3: () => focus("understanding"),
}, () => isOpen() || byId("desk").hidden);

composing(refresh, pickCanned);
planning(refresh);
whenSignedOut(signedOut);
new Worker("/static/desk/clock.js").onmessage = () => state.me && beat();
setInterval(tick, 1000);
addEventListener("pagehide", leave);
addEventListener("focus", badge);

const about = await get("/api/about").catch(() => ({ demo: false }));
byId("demo").hidden = !about.demo;
byId("sign-in").append(...waysIn(waysOf(about), "/desk", (found) => begin(welcome(found))).filter(Boolean));
await me().then(begin, signedOut);
