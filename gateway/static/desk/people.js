// Who is at the desk, and saying that we are.

import { post, put } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { capacityOf, changed, loadOf, state } from "./store.js";
import { initials, plain } from "./words.js";

const win = crypto.randomUUID().replaceAll("-", "");
const SHOWN = 6;
const CAPACITY = "desk.capacity";
const LATE = 7000;
let said = 0;

export async function present() {
  if (!state.me) return;
  said = Date.now();
  const looking = state.session ? { looking: state.session } : {};
  const capacity = ownCapacity() ? { capacity: ownCapacity() } : {};
  await put("/api/desk/presence", { window: win, state: state.here, ...looking, ...capacity }).catch(() => {});
}

// Whether we have said that we are here of late.
export const beaten = () => Date.now() - said < LATE;

export const ownCapacity = () => Number(localStorage.getItem(CAPACITY)) || null;

export function chooseCapacity(count) {
  if (count >= 1 && count <= 100) localStorage.setItem(CAPACITY, String(Math.round(count)));
  else localStorage.removeItem(CAPACITY);
  return present();
}

export function leave() {
  if (state.me) post("/api/desk/presence/leave", { window: win }, { keepalive: true }).catch(() => {});
}

export function switchPresence() {
  state.here = state.here === "available" ? "away" : "available";
  showPresence();
  changed("presence");
  return present();
}

export function showPresence() {
  const button = byId("presence");
  const capacity = capacityOf(state.me?.name);
  const load = capacity ? `${loadOf(state.me.name)} of ${capacity}` : "";
  button.replaceChildren(plain(state.here), load && h("span", { class: "load" }, load));
  button.setAttribute("aria-pressed", String(state.here === "available"));
  button.title = "Switch between available and away (A)";
}

export function showPeople() {
  const others = state.people.filter((one) => one.person !== state.me?.name);
  const more = others.length - SHOWN;
  fill(byId("colleagues"), others.slice(0, SHOWN).map(avatar), more > 0 && h("li", { class: "more" }, `+${more}`));
}

function avatar(one) {
  const load = one.capacity ? `, ${loadOf(one.person)} of ${one.capacity}` : "";
  const words = `${one.display_name}, ${one.state}${load}${one.looking.length ? ", in a conversation" : ""}`;
  return h("li", { class: "avatar", title: words, data: { state: one.state } },
    h("span", { "aria-hidden": "true" }, initials(one.display_name)),
    h("span", { class: "unseen" }, words));
}
