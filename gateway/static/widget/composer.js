// Where the customer writes, and the files that go with it.

import { h, icon, iconButton } from "./dom.js";

const MOST_FILES = 5;
const LARGEST = 10 * 1024 * 1024;
const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
const LONGEST = 8_000;

export class Composer {
  // `acts`: {say(text, references), upload(file) -> {reference} or {why}}
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    this.files = [];
    this.text = h("textarea", { rows: "1", maxlength: String(LONGEST), "aria-label": words.t("message"), placeholder: words.t("write"), enterkeyhint: "send", autocomplete: "off", dir: "auto" });
    this.picker = h("input", { type: "file", accept: KINDS.join(), multiple: true, hidden: true, tabindex: "-1" });
    this.chips = h("ul", { class: "chips", "aria-label": words.t("files"), hidden: true });
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    const attach = iconButton("clip", words.t("attach"), () => this.picker.click());
    const send = h("button", { type: "submit", class: "send", "aria-label": words.t("send"), title: words.t("send") }, icon("send"));
    this.element = h("form", { class: "composer" }, this.chips, this.problem, h("div", { class: "row" }, attach, this.text, this.picker, send));
    this.#listen();
  }

  focus() {
    this.text.focus();
  }

  complain(why) {
    this.problem.textContent = why;
    this.problem.hidden = !why;
  }

  #listen() {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("paste", (event) => event.clipboardData.files.length && this.attach(event.clipboardData.files));
    this.picker.addEventListener("change", () => {
      this.attach(this.picker.files);
      this.picker.value = "";
    });
  }

  attach(list) {
    this.complain("");
    for (const file of list) {
      if (this.files.length >= MOST_FILES) return this.complain(this.words.t("tooMany"));
      if (file.size > LARGEST) this.complain(this.words.t("tooLarge", { name: file.name }));
      else if (!KINDS.includes(file.type)) this.complain(this.words.t("wrongKind", { name: file.name }));
      else this.#upload({ file, name: file.name, size: file.size });
    }
  }

  async #upload(one) {
    if (!this.files.includes(one)) this.files.push(one);
    Object.assign(one, { state: "uploading", reference: null });
    this.#show();
    const { reference, why } = await this.acts.upload(one.file);
    Object.assign(one, { reference, state: reference ? "ready" : "failed" });
    if (why) this.complain(why);
    this.#show();
  }

  #show() {
    const { words } = this;
    const remove = (one) => () => {
      this.files = this.files.filter((other) => other !== one);
      this.#show();
      this.focus();
    };
    const chip = (one) =>
      h(
        "li",
        { class: "file", "data-state": one.state },
        icon("file"),
        h("span", { dir: "auto" }, one.name),
        one.state === "failed" ? h("button", { type: "button", class: "plain", onclick: () => this.#upload(one) }, words.t("again")) : h("small", {}, one.state === "ready" ? words.size(one.size) : words.t("uploading")),
        iconButton("close", words.t("remove", { name: one.name }), remove(one)),
      );
    this.chips.replaceChildren(...this.files.map(chip));
    this.chips.hidden = this.files.length === 0;
  }

  #send() {
    const ready = this.files.filter(({ state }) => state === "ready");
    if (ready.length < this.files.length) return this.complain(this.words.t("uploadFirst"));
    const text = this.text.value.trim() || (ready.length ? this.words.t("seeFiles") : "");
    if (!text) return;
    this.text.value = "";
    this.files = [];
    this.complain("");
    this.#show();
    this.acts.say(text, ready.map(({ reference }) => reference));
    this.focus();
  }
}
