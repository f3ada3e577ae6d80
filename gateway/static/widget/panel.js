// The window of the widget: its head, what is going on, and the views that take turns below it.

import { h, icon, iconButton } from "./dom.js";

const TOLD_AFTER = 700;

export class Panel {
  // `acts`: {close(), list(), end()}
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    this.menu = iconButton("list", words.t("conversations"), acts.list, { "aria-expanded": "false" });
    this.finish = iconButton("end", words.t("end"), acts.end, { hidden: true });
    this.status = h("p", { class: "status", role: "status" });
    this.demo = h("p", { class: "demo", hidden: true }, words.t("demo"));
    this.person = h("p", { class: "person", role: "status", hidden: true });
    this.typing = h("p", { class: "typing", hidden: true }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span"));
    // What is heard: replies, and what is being done for them, not too often.
    this.heard = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.body = h("div", { class: "body" });
    const head = h("header", {}, this.menu, h("div", { class: "title" }, h("h2", { id: "title" }, words.t("title")), this.status), this.finish, iconButton("close", words.t("close"), acts.close));
    this.element = h("section", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, onkeydown: (event) => this.#key(event) }, head, this.demo, this.person, this.body, this.heard);
  }

  show(...views) {
    this.body.replaceChildren(...views);
  }

  connection(state) {
    this.status.dataset.state = state;
    this.status.textContent = this.words.of("connection", state === "lost" && !navigator.onLine ? "offline" : state);
  }

  busy(actor) {
    this.typing.hidden = actor === null;
    const said = actor === null ? "" : this.words.of("doing", actor || "working");
    this.typing.lastElementChild.textContent = said;
    clearTimeout(this.told);
    if (said) this.told = setTimeout(() => this.say(said), TOLD_AFTER);
  }

  say(text) {
    this.heard.textContent = text;
  }

  waits({ waiting, name, usually, within }) {
    const { words } = this;
    this.person.hidden = !waiting && !name;
    this.person.dataset.joined = String(Boolean(name));
    const wait = usually ?? within;
    const sentence = usually ? "waitsWithin" : within ? "waitsAtMost" : "waits";
    const told = name ? words.t("joined", { name }) : words.t(sentence, wait ? { time: words.minutes(wait) } : {});
    if (!this.person.hidden && this.person.textContent !== told) this.person.textContent = told;
  }

  // Full screen there is nothing behind it to go to.
  #key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.acts.close();
    }
    if (event.key !== "Tab" || !matchMedia("(max-width: 480px), (max-height: 420px)").matches) return;
    const stops = [...this.element.querySelectorAll("button, a, input, textarea, summary, [tabindex='0']")].filter((one) => one.checkVisibility() && !one.disabled);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (event.target !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}

// The conversations so far, and a way to begin another.
export function sessionList(words, sessions, { use, fresh }) {
  const line = ({ id, title, at, unread, ended }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "session", onclick: () => use(id) },
        h("span", { class: "name", dir: "auto" }, title || words.t("untitled")),
        h("small", {}, `${words.day(new Date(at))}, ${words.time(new Date(at))}${ended ? ` · ${words.t("ended")}` : ""}`),
        unread.length ? h("span", { class: "count" }, h("span", { class: "unseen" }, words.t("unread")), String(unread.length)) : null,
      ),
    );
  const begin = h("button", { type: "button", class: "solid", onclick: fresh }, words.t("fresh"));
  return h(
    "div",
    { class: "sessions" },
    h("h3", { tabindex: "-1" }, words.t("conversations")),
    sessions.length ? h("ul", {}, sessions.map(line)) : h("p", { class: "none" }, words.t("noConversations")),
    begin,
  );
}

// In the demo, and only there, an address is all that it takes.
export function askEmail(words, taken) {
  const email = h("input", { type: "email", id: "email", required: true, maxlength: "254", autocomplete: "email", placeholder: "name@example.com", "aria-describedby": "why" });
  const why = h("p", { id: "why", class: "problem", role: "alert" });
  const form = h("form", { class: "who", novalidate: true }, h("label", { for: "email" }, words.t("email")), email, why, h("button", { type: "submit", class: "solid" }, words.t("begin")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    email.value = email.value.trim();
    const well = email.value && email.checkValidity();
    email.setAttribute("aria-invalid", String(!well));
    why.textContent = well ? "" : words.t("emailWrong");
    if (well) taken(email.value);
    else email.focus();
  });
  return form;
}

export const ending = (words, fresh) =>
  h("div", { class: "ending" }, h("p", {}, icon("end"), words.t("endedHere")), h("button", { type: "button", class: "solid", onclick: fresh }, words.t("fresh")));
