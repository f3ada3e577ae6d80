/** The frame of a page: who is signed in, whether this is a demo, and what to do when nobody is. */

import { find, make } from "./dom.js";
import { waysIn, waysOf } from "./sign-in.js";

/** The theme and direction that this person chose on any of our pages. */
export function dress() {
  const root = document.documentElement;
  const theme = localStorage.getItem("mesh.theme");
  if (theme) root.dataset.theme = theme;
  if (localStorage.getItem("mesh.dir") === "rtl") root.dir = "rtl";
}

/** Nobody is signed in, or not as somebody who may see this. */
export class Refused extends Error {
  constructor(status) {
    super(status === 403 ? "This page is for supervisors and operators." : "Please sign in to see this page.");
    this.status = status;
  }
}

/** What an API answers, as JSON. Its problems become errors in its own words. */
export async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 403) throw new Refused(answer.status);
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(found.detail || `The gateway answered ${answer.status}.`), { status: answer.status });
  return found;
}

/** Fill the bar; what these two endpoints cannot tell is left out. */
export async function greet() {
  const [about, me] = await Promise.all([ask("/api/about").catch(() => null), ask("/api/people/me").catch(() => null)]);
  find(".demo").hidden = !about?.demo;
  const who = find(".who");
  if (!me?.person) return;
  const leave = make("button", { class: "quiet", type: "button", onclick: () => signOut(me.csrf) }, "Sign out");
  who.replaceChildren(make("span", {}, me.person.display_name || me.person.name), leave);
}

/** Instead of the page: a way in for people who are not, or not as somebody who may see it. */
export async function turnAway(refused) {
  const about = await ask("/api/about").catch(() => ({}));
  const here = location.pathname + location.search;
  find("main").replaceChildren(make(
    "div",
    { class: "sign-in card" },
    make("h1", {}, document.title),
    make("p", { class: "soft" }, refused.message),
    waysIn(waysOf(about), here, () => location.reload()),
  ));
}

async function signOut(csrf) {
  await fetch("/api/people/sign-out", { method: "POST", headers: { "X-CSRF-Token": csrf } });
  location.reload();
}
