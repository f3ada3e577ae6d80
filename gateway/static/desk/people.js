// Who is at the desk, and saying that we are.

import { post, put } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { changed, state } from "./store.js";
import { initials, plain } from "./words.js";

const win = crypto.randomUUID().replaceAll("-", "");
const SHOWN = 6;

export async function present() {
  if (!state.me) return;
  const looking = state.session ? { looking: state.session } : {};
  await put("/api/desk/presence", { window: win, state: state.here, ...looking }).catch(() => {});
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
  button.textContent = plain(state.here);
  button.setAttribute("aria-pressed", String(state.here === "available"));
  button.title = "Switch between available and away (A)";
}

export function showPeople() {
  const others = state.people.filter((one) => one.person !== state.me?.name);
  const more = others.length - SHOWN;
  fill(byId("colleagues"), others.slice(0, SHOWN).map(avatar), more > 0 && h("li", { class: "more" }, `+${more}`));
}

function avatar(one) {
  const words = `${one.display_name}, ${one.state}${one.looking.length ? ", in a conversation" : ""}`;
  return h("li", { class: "avatar", title: words, data: { state: one.state } },
    h("span", { "aria-hidden": "true" }, initials(one.display_name)),
    h("span", { class: "unseen" }, words));
}
