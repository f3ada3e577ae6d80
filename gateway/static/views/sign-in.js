/** The way in for people of the team, the same on every page: with a name and a password, or by the company's account. */

import { make } from "./dom.js";

/** What the ways in are here: `password` or `oidc`; by password when that cannot be found out. */
export const waysOf = (about) => about?.sign_in ?? ["password"];

/** The form and the link. `entered({person, csrf})` is called with who came in; `next` is where the link leads back to. */
export function waysIn(ways, next, entered) {
  const account = `/api/people/oidc/start?next=${encodeURIComponent(next)}`;
  return [
    ways.includes("password") && form(entered),
    ways.includes("oidc") && make("a", { class: "button", href: account }, "Sign in with your company account"),
  ];
}

function form(entered) {
  const name = make("input", { id: "name", name: "name", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, maxlength: 80 });
  const password = make("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 200 });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const enter = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const found = await signedIn(name.value.trim(), password.value);
      password.value = "";
      await entered(found);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      password.select();
    }
  };
  return make(
    "form",
    { class: "stack", onsubmit: enter },
    make("label", { for: "name" }, "Name"), name,
    make("label", { for: "password" }, "Password"), password,
    problem,
    make("button", { class: "primary", type: "submit" }, "Sign in"),
  );
}

async function signedIn(name, password) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch("/api/people/sign-in", { method: "POST", headers, body: JSON.stringify({ name, password }) })
    .catch(() => { throw new Error("The gateway cannot be reached now."); });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.detail ?? "That did not work.");
  return found;
}
