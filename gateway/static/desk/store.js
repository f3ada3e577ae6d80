// What this window knows, and who wants to hear of it. One conversation may have several messages that wait.

import { TIERS, URGENCIES } from "./words.js";

export const state = {
  me: null,
  demo: false,
  waiting: [],
  people: [],
  skills: [],
  canned: [],
  tab: "all",
  sort: "urgency",
  here: "available",
  session: null,
  messageId: null,
  case: null,
  held: new Map(JSON.parse(sessionStorage.getItem("desk.held") ?? "[]")),
};

const wanting = new Map();

export function on(topic, then) {
  wanting.set(topic, [...(wanting.get(topic) ?? []), then]);
}

export function changed(...topics) {
  const found = new Set(topics.flatMap((topic) => wanting.get(topic) ?? []));
  for (const then of found) then();
}

export function nameOf(person) {
  if (person === state.me?.name) return "you";
  return state.people.find((one) => one.person === person)?.display_name ?? person;
}

export function isMine(item) {
  return Boolean(item?.claimed_by) && item.claimed_by === state.me?.name;
}

export function isOffered(item) {
  return Boolean(item?.offered_to) && !item.claimed_by && Date.parse(item.offered_until) > Date.now();
}

export function isOfferedToMe(item) {
  return isOffered(item) && item.offered_to === state.me?.name;
}

export function isForMe(item) {
  return isOfferedToMe(item) || (Boolean(item.skill) && state.me.skills.includes(item.skill));
}

const mayAnything = () => Boolean(state.me?.roles.some((role) => role !== "agent"));

// Nobody else has it, nor is asked first.
export function mayTake(item) {
  if (item.claimed_by) return isMine(item);
  return !isOffered(item) || !item.reserved || isOfferedToMe(item) || mayAnything();
}

// What somebody has or is asked for, as far as the list shows it.
export function loadOf(person) {
  const theirs = state.waiting.filter((item) => item.claimed_by === person || (isOffered(item) && item.offered_to === person));
  const held = person === state.me?.name ? [...state.held.keys()] : [];
  return new Set([...theirs.map((item) => item.session_id), ...held]).size;
}

export function capacityOf(person) {
  return state.people.find((one) => one.person === person)?.capacity ?? null;
}

// Who looks at it besides me and besides who has it.
export function lookers(session, item) {
  const known = new Set([state.me?.name, item?.claimed_by]);
  return state.people.filter((one) => !known.has(one.person) && one.looking.includes(session));
}

// Conversations, each with the most pressing of its messages first; those that are mine and answered come along.
export function conversations() {
  const found = new Map();
  for (const item of sorted(state.waiting)) {
    const key = item.session_id ?? item.message_id;
    if (found.has(key)) found.get(key).items.push(item);
    else found.set(key, { key, item, items: [item], answered: false });
  }
  for (const [key, item] of state.held) {
    if (!found.has(key)) found.set(key, { key, item, items: [], answered: true });
  }
  return [...found.values()];
}

export function shownConversations() {
  return conversations().filter((one) => TABS[state.tab].fits(one));
}

export const TABS = {
  all: { name: "All", fits: (one) => !one.answered },
  me: { name: "For me", fits: (one) => !one.answered && (isForMe(one.item) || isMine(one.item)) },
  mine: { name: "Mine", fits: (one) => one.answered || isMine(one.item) },
  approvals: { name: "Approvals", fits: (one) => one.items.some((item) => item.kind === "approval") },
};

const time = (at) => (at ? Date.parse(at) : Number.MAX_SAFE_INTEGER);
const place = (order, name) => (order.includes(name) ? order.indexOf(name) : order.length);

const KEYS = {
  urgency: (item) => place(URGENCIES, item.urgency),
  due: (item) => time(item.due_at),
  age: (item) => time(item.waiting_since),
  tier: (item) => place(TIERS, item.tier),
};

function sorted(items) {
  // What is offered to me is first whatever the order, then what was passed on to a skill of mine; what was passed on to
  // others is last.
  const passed = (item) => (isOfferedToMe(item) ? -1 : !item.skill ? 1 : isForMe(item) ? 0 : 2);
  const key = KEYS[state.sort];
  return [...items].sort(
    (a, b) => passed(a) - passed(b) || key(a) - key(b) || KEYS.urgency(a) - KEYS.urgency(b) || KEYS.age(a) - KEYS.age(b),
  );
}

export function hold(item) {
  state.held.set(item.session_id, item);
  remember();
}

export function letGo(session) {
  state.held.delete(session);
  remember();
}

function remember() {
  sessionStorage.setItem("desk.held", JSON.stringify([...state.held]));
}
