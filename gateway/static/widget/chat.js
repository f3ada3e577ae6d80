// What happens when: brings the conversation, what the browser remembers and the window together.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Gateway } from "./http.js";
import { MessageList } from "./messages.js";
import { Panel, askEmail, ending, sessionList } from "./panel.js";
import { rating } from "./rating.js";
import { Store } from "./store.js";

const QUIET = 60_000;

export class Chat {
  // `shows`: {unread(count), close(), expired()}
  constructor(base, identity, words, shows) {
    Object.assign(this, { base, identity, words, shows, shown: false });
    this.gateway = new Gateway(base, identity);
    this.panel = new Panel(words, { close: shows.close, list: () => this.#list(), end: () => this.#end() });
    this.composer = new Composer(words, { say: (text, files) => this.#say(text, files), upload: (file) => this.#upload(file) });
    this.#remember();
    this.seen = () => this.#read();
    document.addEventListener("visibilitychange", this.seen);
  }

  get element() {
    return this.panel.element;
  }

  // Go on where the customer was.
  async start() {
    const about = await this.gateway.get("/api/about");
    const demo = about?.body.demo ?? false;
    this.panel.demo.hidden = !demo;
    this.asks = demo && this.anonymous;
    if (this.asks && this.store.email) return this.#known(this.store.email);
    this.#open(this.asks ? null : this.store.current?.id);
  }

  show(shown) {
    this.shown = shown;
    this.element.hidden = !shown;
    if (!shown) return;
    this.#read();
    (this.element.querySelector(".who input") ?? this.composer).focus();
  }

  renew(identity) {
    Object.assign(this.identity, identity);
    this.talk?.renew();
  }

  end() {
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.quiet);
    this.talk?.end();
    this.store.end();
    this.element.remove();
  }

  // -- the conversation

  #remember() {
    this.store = new Store(`${this.base} ${named(this.identity)}`, (news) => this.#told(news));
  }

  #open(id) {
    this.talk?.end();
    this.talk = null;
    clearTimeout(this.quiet);
    const { words } = this;
    this.list = new MessageList(words, {
      again: (key) => this.talk.again(key),
      download: (one) => this.#download(one),
      quick: (text) => this.#say(text, []),
      earlier: () => this.talk?.earlier(),
    });
    this.list.element.append(this.panel.typing);
    this.panel.busy(null);
    this.panel.waits({ waiting: false });
    this.panel.finish.hidden = !id;
    this.panel.connection("idle");
    if (id) this.#resume(id);
    this.#talk();
    this.shows.unread(this.store.unread);
  }

  #resume(id) {
    this.talk = new Conversation(this.gateway, this.store, id, {
      added: (entries, first) => this.#added(entries, first),
      changed: (entry) => this.list.change(entry),
      state: (state) => this.#state(state),
      busy: (actor) => this.panel.busy(actor),
      person: (person) => this.panel.waits(person),
    });
    this.talk.open();
  }

  #say(text, files) {
    if (!this.talk) this.#open(this.store.begin(this.anonymous).id);
    this.list.below();
    clearTimeout(this.quiet);
    this.talk.say(text, files);
  }

  get anonymous() {
    return !this.identity.email && !this.identity.token;
  }

  #added(entries, first) {
    this.list.add(entries, first);
    const replies = entries.filter(({ kind }) => kind !== "customer");
    if (first || !replies.length) return;
    for (const reply of replies) {
      this.store.addUnread(this.talk.id, reply.key);
      this.panel.say(`${this.words.t(reply.kind === "human" ? "person" : "support")}: ${reply.text}`);
    }
    this.#read();
    this.#askSoon();
  }

  #state(state) {
    this.panel.connection(state);
    if (state === "expired") this.shows.expired();
  }

  #read() {
    if (this.shown && this.talk && document.visibilityState === "visible" && this.talk.session.unread.length) {
      this.store.change(this.talk.id, { unread: [] });
      this.store.tell({ type: "read" });
    }
    this.shows.unread(this.store.unread);
  }

  // What another tab has done.
  #told(news) {
    if (news.type === "said" && !this.talk) this.#open(news.session);
    if (news.session && news.session === this.talk?.id) this.talk.told(news);
    this.shows.unread(this.store.unread);
  }

  // -- files

  async #upload(file) {
    if (!this.talk) this.#open(this.store.begin(this.anonymous).id);
    // The gateway names the conversation of somebody whom it does not know.
    if (!this.talk.session.remote) await this.talk.begun;
    const answer = await this.gateway.upload(this.talk.session, file);
    if (answer?.ok) return { reference: answer.body };
    return { why: answer ? answer.body.detail : this.words.t("noUpload") };
  }

  async #download(one) {
    if (!(await this.gateway.download(this.talk.session, one))) this.composer.complain(this.words.t("noFile", { name: one.name }));
  }

  // -- views

  #talk() {
    this.panel.menu.setAttribute("aria-expanded", "false");
    if (this.asks) return this.panel.show(askEmail(this.words, (email) => this.#known(email)));
    const ended = this.talk?.session.ended;
    this.panel.finish.hidden = !this.talk || ended;
    this.panel.show(this.list.element, ended ? ending(this.words, () => this.#fresh()) : this.composer.element);
  }

  #known(email) {
    this.store.email = this.identity.email = email;
    this.asks = false;
    this.store.end();
    this.#remember();
    this.#open(this.store.current?.id);
    if (this.shown) this.composer.focus();
  }

  #list() {
    if (this.panel.menu.getAttribute("aria-expanded") === "true") return this.#back();
    this.panel.menu.setAttribute("aria-expanded", "true");
    const view = sessionList(this.words, this.store.sessions, { use: (id) => this.#use(id), fresh: () => this.#fresh() });
    this.panel.show(view);
    view.querySelector("h3").focus();
  }

  #back() {
    this.#talk();
    this.composer.focus();
  }

  #use(id) {
    this.store.use(id);
    if (id === this.talk?.id) return this.#back();
    this.#open(id);
    this.#read();
    this.composer.focus();
  }

  #fresh() {
    this.#open(null);
    this.composer.focus();
  }

  // -- the end

  #end() {
    clearTimeout(this.quiet);
    this.store.change(this.talk.id, { ended: true });
    this.panel.waits({ waiting: false });
    this.#talk();
    if (!this.#rate()) this.element.querySelector(".ending button").focus();
  }

  // When it has been quiet for a while behind a final answer, one may ask.
  #askSoon() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => !this.talk?.waiting.size && !this.talk?.person.waiting && this.#rate(), QUIET);
  }

  #rate() {
    const { talk } = this;
    const about = talk.answered;
    if (!about || talk.session.rated === about) return false;
    const form = rating(this.words, async (stars, said) => {
      const answer = await talk.rate(stars, said);
      if (answer?.ok) this.store.change(talk.id, { rated: about });
      return Boolean(answer?.ok);
    });
    this.list.below(form);
    this.list.toEnd();
    if (talk.session.ended) form.querySelector("input").focus();
    return true;
  }
}

// Under which name a customer's conversations are remembered. A token is not checked here: the gateway does that.
function named({ email, token }) {
  try {
    const claims = token && JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    if (claims) return String(claims.email ?? claims.sub ?? claims.customer_id);
  } catch {}
  return email || "anonymous";
}
