// Windows above the page: menu, shortcuts, ready replies, passing on, handing back.

import { get } from "./api.js";
import { choose } from "./look.js";
import { h, toast } from "./dom.js";
import { KEYS } from "./keys.js";
import { want, wanted } from "./notify.js";
import { filled, insert } from "./composer.js";
import { chooseCapacity, ownCapacity } from "./people.js";
import { capacityOf, state } from "./store.js";

const THEMES = [["", "as the system"], ["light", "light"], ["dark", "dark"]];
let count = 0;

function dialog(title, ...children) {
  const id = `title-${(count += 1)}`;
  const made = h("dialog", { "aria-labelledby": id },
    h("div", { class: "dialog-head" }, h("h2", { id }, title), quiet("Close", () => made.close())),
    ...children);
  made.addEventListener("close", () => made.remove());
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  made.showModal();
  return made;
}

function quiet(words, onclick) {
  return h("button", { type: "button", class: "quiet", onclick }, words);
}

function lasting(words, onclick) {
  return h("button", { type: "button", onclick }, words);
}

function submit(words) {
  return h("button", { type: "submit", class: "primary" }, words);
}

// A form that closes its window and goes on with what was written.
function form(close, then, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    close();
    then();
  };
  return h("form", { class: "stack", onsubmit }, ...children);
}

const soft = (words) => h("span", { class: "soft" }, words);

export const isOpen = () => Boolean(document.querySelector("dialog[open]"));

export function showHelp() {
  dialog("Keyboard shortcuts",
    h("dl", { class: "keys" }, KEYS.map(({ shown, words }) =>
      h("div", {}, h("dt", {}, shown.map((key) => h("kbd", {}, key))), h("dd", {}, words)))),
    h("p", { class: "soft" }, "Single keys work while you are not writing. They can be switched off in the menu."));
}

export function showMenu(acts) {
  const theme = localStorage.getItem("mesh.theme") ?? "";
  const made = dialog("Menu",
    h("p", {}, "Signed in as ", h("strong", {}, state.me.display_name), soft(state.me.skills.map((one) => ` · ${one}`).join(""))),
    h("label", { class: "option" }, "Colours ",
      h("select", { id: "theme", onchange: (event) => choose("mesh.theme", event.target.value) },
        THEMES.map(([value, words]) => h("option", { value, selected: value === theme }, words)))),
    h("label", { class: "option" }, "Conversations at the same time ",
      h("input", { id: "capacity", type: "number", min: 1, max: 100, placeholder: String(capacityOf(state.me.name) ?? ""), value: ownCapacity() ?? "", onchange: (event) => chooseCapacity(Number(event.target.value)) })),
    check("Right to left", localStorage.getItem("mesh.dir") === "rtl", (on) => choose("mesh.dir", on ? "rtl" : "")),
    check("Notifications for new conversations", wanted(), notify),
    check("Single-key shortcuts", localStorage.getItem("desk.keys") !== "off", allowKeys),
    h("div", { class: "row" }, lasting("Shortcuts", () => instead(showHelp)), lasting("Sign out", () => instead(acts.signOut))));

  function instead(act) {
    made.close();
    act();
  }
}

const allowKeys = (on) => localStorage.setItem("desk.keys", on ? "on" : "off");

function check(words, checked, then) {
  const onchange = (event) => then(event.target.checked, event.target);
  return h("label", { class: "option" }, h("input", { type: "checkbox", checked, onchange }), words);
}

async function notify(on, box) {
  box.checked = await want(on);
  if (on && !box.checked) toast("Your browser does not allow notifications from here.", "bad");
}

export async function pickCanned() {
  if (state.case?.item.kind !== "reply" || !state.case.waiting) return;
  state.canned = await get("/api/desk/canned").catch(() => state.canned);
  const list = h("ul", { class: "picks" });
  const search = h("input", { type: "search", id: "find", placeholder: "Find a reply", "aria-label": "Find a reply" });
  const made = dialog("Ready replies", search, list);
  function show(words) {
    list.replaceChildren(...ranked(words).map((one) => h("li", {}, ready(one, use))));
    if (list.children.length) return;
    const why = state.canned.length ? "No ready reply has these words." : "The shop has no ready replies yet.";
    list.append(h("li", { class: "soft" }, why));
  }
  function use(text) {
    made.close();
    insert(text);
  }
  show("");
  search.addEventListener("input", () => show(search.value));
  search.addEventListener("keydown", (event) => event.key === "Enter" && list.querySelector("button")?.click());
  search.focus();
}

function ready({ title, text, language: lang }, use) {
  const words = filled(text);
  return h("button", { type: "button", class: "pick-one", onclick: () => use(words) },
    h("strong", { lang, dir: "auto" }, title),
    h("span", { class: "soft", lang, dir: "auto" }, words));
}

// First those in the language of the conversation, and among them those for its matter.
function ranked(words) {
  const { meant } = state.case;
  const language = meant.language || "en";
  const wanting = words.toLowerCase().split(/\s+/).filter(Boolean);
  const score = (one) => 2 * (one.language === language) + one.intents.includes(meant.intent);
  return state.canned
    .filter((one) => wanting.every((word) => `${one.title} ${one.text}`.toLowerCase().includes(word)))
    .sort((a, b) => score(b) - score(a));
}

export async function askTransfer(then) {
  const found = await get("/api/desk/people").catch(() => ({ skills: [], people: [] }));
  const skill = h("input", { id: "skill", name: "skill", list: "skills", required: true, maxlength: 40, autocomplete: "off" });
  const note = h("textarea", { id: "why", rows: 3, maxlength: 2000, dir: "auto" });
  const made = dialog("Pass it on",
    form(() => made.close(), () => then(skill.value.trim(), note.value.trim()),
      h("label", { for: "skill" }, "To people who are good at"), skill,
      h("datalist", { id: "skills" }, found.skills.map((name) => h("option", { value: name }))),
      found.skills.length > 0 && h("div", { class: "choices" }, found.skills.map((name) => quiet(name, () => choice(name)))),
      h("label", { for: "why" }, "Note for them ", soft("(the customer does not see it)")), note,
      submit("Pass it on")));
  skill.focus();

  function choice(name) {
    skill.value = name;
    note.focus();
  }
}

export function askHandBack(then) {
  const note = h("textarea", { id: "reason", rows: 3, maxlength: 2000, dir: "auto" });
  const made = dialog("Hand it back",
    form(() => made.close(), () => then(note.value.trim()),
      h("p", {}, "The assistant answers this message, and automatic replies may go out again."),
      h("label", { for: "reason" }, "Why ", soft("(kept as a note)")), note,
      submit("Hand it back")));
  note.focus();
}
