// Telling somebody who looks elsewhere: the number in the title always, notifications when they were asked for.

import { conversations, isForMe, isMine, isOffered, isOfferedToMe, state } from "./store.js";

const KEY = "desk.notify";
let known = null;
let asked = new Set();

export const wanted = () => localStorage.getItem(KEY) === "on" && "Notification" in window && Notification.permission === "granted";

export async function want(yes) {
  if (!yes || !("Notification" in window)) {
    localStorage.removeItem(KEY);
    return false;
  }
  const granted = (await Notification.requestPermission()) === "granted";
  if (granted) localStorage.setItem(KEY, "on");
  return granted;
}

export function badge() {
  const open = conversations().filter((one) => !one.answered && !one.item.claimed_by).length;
  document.title = open ? `(${open}) Desk` : "Desk";
}

export function news(open) {
  const before = known;
  known = new Set(state.waiting.map((item) => item.message_id));
  badge();
  if (!before || state.here === "away") return;
  for (const item of state.waiting) {
    const fresh = !before.has(item.message_id);
    if (fresh && concerns(item)) tell(item, "A conversation waits", open);
    else if (isOfferedToMe(item) && !fresh && !asked.has(item.message_id)) tell(item, "A conversation is offered to you", open);
    // Who was told that it waits need not be told that it waits for them.
    if (fresh || isOfferedToMe(item)) asked.add(item.message_id);
  }
  asked = new Set([...asked].filter((id) => known.has(id)));
}

export function due(messageId, open) {
  const item = state.waiting.find((one) => one.message_id === messageId);
  if (item && concerns(item)) tell(item, "A deadline is near", open);
}

const concerns = (item) => isMine(item) || isOfferedToMe(item) || (!item.claimed_by && !isOffered(item) && (!item.skill || isForMe(item)));

// No word of the customer: a notification may be seen by whoever passes the screen.
function tell(item, title, open) {
  if (!wanted() || document.hasFocus()) return;
  const body = [item.urgency && `${item.urgency} urgency`, item.tier?.toUpperCase()].filter(Boolean).join(", ");
  const shown = new Notification(title, { body, tag: item.message_id });
  shown.onclick = () => {
    window.focus();
    open(item.session_id, item.message_id);
    shown.close();
  };
}
