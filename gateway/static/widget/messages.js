// The list of what was said: lines with days between them. Only what is in view is laid out.

import { cards } from "./cards.js";
import { h, icon } from "./dom.js";
import { part } from "./entries.js";

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/;
const NEAR_TOP = 300;
const AWAY = -120;

export class MessageList {
  // `acts`: {again(id), download(reference), quick(text), earlier()}
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    this.shown = new Map();
    this.lines = h("div", { class: "lines", role: "log", "aria-live": "off", "aria-label": words.t("conversation") });
    this.tail = h("div", { class: "tail" });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon("down"), words.t("newest"));
    const inner = h("div", { class: "inner" }, h("p", { class: "welcome" }, words.t("welcome")), this.lines, this.tail);
    this.scroller = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.t("conversation"), onscroll: () => this.#scrolled() }, inner);
    this.element = h("div", { class: "said" }, this.scroller, this.jump);
  }

  add(entries, first) {
    const fragment = document.createDocumentFragment();
    let day = first ? null : this.lines.lastElementChild?.dataset.day;
    let last = first ? null : this.last;
    for (const entry of entries) {
      if (entry.at.toDateString() !== day) fragment.append(this.#day(entry.at));
      fragment.append(this.#line(entry, last));
      day = entry.at.toDateString();
      last = entry;
    }
    if (first) this.#above(fragment, day);
    else this.lines.append(fragment);
    if (!first || !this.last) this.last = last ?? this.last;
    if (entries.length) this.#offer();
    const ours = !first && entries.some(({ kind }) => kind === "customer");
    if (ours) this.toEnd();
    else if (!first && entries.length && this.scroller.scrollTop < AWAY) this.jump.hidden = false;
  }

  change(entry) {
    const old = this.shown.get(entry.key);
    if (old) this.#fill(old.querySelector(".meta"), entry);
  }

  // What stands below the last line: a rating, an end.
  below(...elements) {
    this.extra = elements;
    this.#offer();
  }

  toEnd() {
    this.scroller.scrollTop = 0;
    this.jump.hidden = true;
  }

  #above(fragment, day) {
    const top = this.lines.firstElementChild;
    // The day that went on above is named there now.
    if (top?.dataset.day === day && top.matches(".day")) top.remove();
    this.lines.prepend(fragment);
  }

  #day(at) {
    return h("div", { class: "day", "data-day": at.toDateString() }, h("span", {}, this.words.day(at)));
  }

  #line(entry, last) {
    const { words } = this;
    const who = words.t(entry.kind === "customer" ? "you" : entry.kind === "human" ? "person" : "support");
    const follows = last?.kind === entry.kind && entry.at - last.at < 120_000;
    const made = h(
      "div",
      { class: `line ${entry.kind}${follows ? " follows" : ""}`, "data-day": entry.at.toDateString(), "data-status": entry.status },
      h("div", { class: "bubble" }, h("span", { class: "unseen" }, `${who}: `), h("p", { dir: "auto" }, linked(entry.text)), this.#files(entry)),
      cards(entry, words),
      h("div", { class: "meta" }),
    );
    this.#fill(made.querySelector(".meta"), entry);
    this.shown.set(entry.key, made);
    return made;
  }

  #files({ attachments }) {
    return (attachments ?? []).map((one) =>
      h("button", { type: "button", class: "file", onclick: () => this.acts.download(one) }, icon("file"), h("span", {}, one.name), h("small", {}, this.words.size(one.size))),
    );
  }

  #fill(meta, entry) {
    const { words } = this;
    const mark = entry.kind === "human" ? words.t("byPerson") : entry.status === "apologised" ? words.t("apologised") : "";
    const state = entry.state && h("span", { class: "state", "data-state": entry.state }, words.of("states", entry.state), entry.why && `: ${entry.why}`);
    const again = entry.state === "failed" && h("button", { type: "button", class: "plain", onclick: () => this.acts.again(entry.id) }, words.t("again"));
    const time = h("time", { datetime: entry.at.toISOString() }, words.time(entry.at));
    const sources = entry.sources && h("span", { class: "sources", dir: "auto" }, entry.sources);
    meta.replaceChildren(...[time, mark && h("span", { class: "mark" }, mark), state, again, sources].filter(Boolean));
  }

  // Answers that fit are offered below the newest line only.
  #offer() {
    const offered = this.last && part(this.last, "quick_replies");
    const choose = (text) => () => this.acts.quick(text);
    const buttons = (offered?.options ?? []).map(({ label, text }) => h("button", { type: "button", class: "quick", dir: "auto", onclick: choose(text) }, label));
    const group = buttons.length && h("div", { class: "quicks", role: "group", "aria-label": this.words.t("suggestions") }, buttons);
    this.tail.replaceChildren(...[group, ...(this.extra ?? [])].filter(Boolean));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (scrollTop > AWAY) this.jump.hidden = true;
    if (scrollHeight - clientHeight + scrollTop < NEAR_TOP) this.acts.earlier();
  }
}

// Addresses become links, everything stays text.
const linked = (text) =>
  text.split(LINK).map((piece, place) => (place % 2 ? h("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece));
