// One tag puts customer support on a page:
//   <script type="module" src="https://support.example.com/static/widget/widget.js" customer-email="..."></script>
// Attributes: gateway, customer-email, identity-token, locale, accent, position, theme, open.

import { Chat } from "./chat.js";
import { h, icon } from "./dom.js";
import { sheetOf } from "./style.js";
import { chosen, texts } from "./texts.js";

const ATTRIBUTES = ["gateway", "customer-email", "identity-token", "locale", "accent", "position", "theme", "open"];
const NAME = "support-chat";

class SupportChat extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.toggle() }, icon("chat"), this.badge);
    this.box = h("div", { class: "box" }, this.launcher);
    root.replaceChildren(this.box);
    this.opened = this.hasAttribute("open");
    this.#dress();
    this.#then(() => this.#start());
  }

  disconnectedCallback() {
    this.#then(() => this.#stop());
  }

  attributeChangedCallback(name, before, now) {
    if (!this.launcher || before === now) return;
    if (name === "identity-token" && before && now) this.chat?.renew({ token: now });
    else if (name === "open") this.toggle(now !== null);
    else if (["accent", "position", "theme"].includes(name)) this.#dress();
    else this.#restart();
  }

  toggle(open = !this.opened) {
    this.opened = open;
    return this.#then(() => this.#show());
  }

  // One thing after the other, however fast attributes change and buttons are pressed.
  #then(work) {
    this.work = (this.work ?? Promise.resolve()).then(work).catch((error) => console.error("support-chat:", error));
    return this.work;
  }

  // A token that ran out is asked for here: set `identity-token` anew.
  #expired() {
    this.dispatchEvent(new CustomEvent("identity-expired", { bubbles: true, composed: true }));
  }

  #dress() {
    const accent = this.getAttribute("accent");
    this.shadowRoot.adoptedStyleSheets = [sheetOf(accent)];
    this.box.dataset.position = this.getAttribute("position") ?? "right";
    this.box.dataset.theme = this.getAttribute("theme") ?? "auto";
  }

  async #start() {
    if (!this.isConnected) return;
    await this.#speak();
    if (this.opened) await this.#show();
    // Whoever has talked to us before hears of a reply with the window closed.
    else if (localKeys().some((key) => key.startsWith(NAME))) (globalThis.requestIdleCallback ?? setTimeout)(() => this.#then(() => this.#load()));
  }

  async #speak() {
    this.words = await texts(chosen(this.getAttribute("locale"), document.documentElement.lang, ...navigator.languages));
    this.box.dir = this.words.direction;
    this.box.lang = this.words.language;
    this.#label();
  }

  async #show() {
    if (!this.isConnected) return;
    const before = this.launcher.getAttribute("aria-expanded") === "true";
    this.launcher.setAttribute("aria-expanded", String(this.opened));
    this.box.classList.toggle("open", this.opened);
    if (!this.words) await this.#speak();
    if (this.opened) await this.#load();
    this.chat?.show(this.opened);
    this.#label();
    if (before && !this.opened) this.launcher.focus({ preventScroll: true });
  }

  async #load() {
    if (this.chat || !this.isConnected) return;
    const identity = { email: this.getAttribute("customer-email"), token: this.getAttribute("identity-token") };
    const base = this.getAttribute("gateway") || new URL(import.meta.url).origin;
    this.chat = new Chat(base, identity, this.words, { unread: (count) => this.#unread(count), close: () => this.toggle(false), expired: () => this.#expired() });
    this.box.prepend(this.chat.element);
    await this.chat.start();
  }

  #stop() {
    this.chat?.end();
    this.chat = this.words = null;
  }

  // Several attributes that change at once are one change.
  #restart() {
    if (this.stale) return;
    this.stale = true;
    this.#then(() => {
      this.stale = false;
      this.#stop();
      return this.#start();
    });
  }

  #unread(count) {
    this.unread = count;
    this.badge.hidden = !count;
    this.badge.textContent = String(count);
    this.#label();
  }

  #label() {
    if (!this.words) return;
    const open = this.opened;
    const news = this.unread && !open ? `, ${this.words.t("unread")} ${this.unread}` : "";
    this.launcher.setAttribute("aria-label", this.words.t(open ? "close" : "launch") + news);
    this.launcher.firstElementChild.replaceWith(icon(open ? "down" : "chat"));
  }
}

function localKeys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, SupportChat);

// The tag that loaded us says how; a page may also write <support-chat> itself.
const tag = [...document.scripts].find(({ src }) => src === import.meta.url);
if (tag && !document.querySelector(NAME)) {
  const made = document.createElement(NAME);
  for (const name of ATTRIBUTES) if (tag.hasAttribute(name)) made.setAttribute(name, tag.getAttribute(name));
  document.body.append(made);
}
