// One conversation: what was said, what became of each message, and how it gets to the gateway.
// Everything is sent with a message id of our own, so sending it again is always safe.

import { Connection } from "./connection.js";
import { Courier, POLL_PERSON_EVERY } from "./courier.js";
import { entryOfLine, entryOfReply, handoff, ids, messageOf } from "./entries.js";
import { newId } from "./store.js";

const UNCONFIRMED_AFTER = 4_000;
const PAGE = 100;

export class Conversation {
  // `shows`: {added(entries, first), changed(entry), state(state), busy(actor), person(person)}
  constructor(gateway, store, id, shows) {
    Object.assign(this, { gateway, store, id, shows });
    this.entries = new Map();
    this.waiting = new Map();
    this.courier = new Courier(this);
    this.person = { waiting: false, name: null, usually: null, within: null };
    this.state = "connecting";
    this.sequence = this.session.sequence;
    this.begun = new Promise((resolve) => (this.begins = resolve));
    for (const message of store.outbox(id)) this.#wait(message);
    const hears = { frame: (frame) => this.#take(frame), state: (state) => this.#state(state) };
    this.connection = new Connection(gateway.socketUrl, () => this.#hello(), hears);
  }

  get session() {
    return this.store.session(this.id) ?? { id: this.id, remote: this.id, unread: [], sequence: 0 };
  }

  get all() {
    return [...this.entries.values()];
  }

  // The message that the last final answer was to.
  get answered() {
    return this.all.findLast(({ kind, status }) => kind !== "customer" && status !== "escalated")?.id ?? null;
  }

  async open() {
    await this.#load();
    if (!this.ended) this.connection.open();
  }

  end() {
    this.ended = true;
    this.connection.end();
  }

  async earlier() {
    const first = this.all.find(({ line }) => line);
    if (!this.more || !first) return;
    this.more = false;
    const answer = await this.#history(`&before=${encodeURIComponent(first.at.toISOString())}`);
    if (!answer?.ok) this.more = true;
    else this.#insert(answer.body);
  }

  say(text, attachments = []) {
    const message = { id: newId(), text, attachments, at: Date.now() };
    this.store.put(this.id, message);
    if (!this.session.title) this.store.change(this.id, { title: text.slice(0, 60) });
    this.store.change(this.id, { at: message.at });
    this.store.tell({ type: "said", session: this.id, message });
    this.#said(message);
    this.send(message.id);
  }

  again(id) {
    const { text, attachments, at } = this.entries.get(id);
    this.store.put(this.id, { id, text, attachments, at });
    this.#wait({ id, text, attachments, at });
    this.mark(id, "sending");
    this.send(id);
  }

  rate(stars, words) {
    return this.gateway.post(`/api/sessions/${this.session.remote}/ratings`, { message_id: this.answered, stars, ...(words && { words }) }, this.session);
  }

  // What another tab did here.
  told(news) {
    if (news.type === "said" && !this.entries.has(news.message.id)) this.#said(news.message);
    if (news.type === "state") this.mark(news.message, news.state);
  }

  renew() {
    const { token } = this.gateway.identity;
    if (this.state === "expired") this.connection.open();
    else if (token) this.connection.send({ type: "identity", identity_token: token });
  }

  // -- the socket

  #hello() {
    const { token, email } = this.gateway.identity;
    const { remote, secret } = this.session;
    return {
      ...(token ? { identity_token: token } : email ? { customer_email: email } : {}),
      ...(remote && { session_id: remote, after: this.sequence }),
      ...(secret && { session_secret: secret }),
    };
  }

  #take(frame) {
    switch (frame.type) {
      case "session":
        this.sequence = frame.sequence;
        this.known(frame);
        if (!this.loaded) this.#load();
        for (const id of this.waiting.keys()) this.send(id);
        break;
      case "accepted":
        this.accepted(frame.message_id);
        break;
      case "progress":
        this.#progress(frame);
        break;
      case "reply":
        this.#seen(frame.sequence ?? 0);
        this.reply(frame);
        break;
      case "superseded":
        this.superseded(frame.message_id);
        break;
      case "error":
        if (!frame.message_id) break;
        if (frame.retry_after) this.#later(frame);
        else this.courier.post(frame.message_id);
        break;
    }
  }

  // Told when to come back: with the same id, so that it keeps its turn.
  #later({ message_id: id, reason, retry_after: wait }) {
    const message = this.waiting.get(id);
    if (!message) return;
    message.later = Date.now() + wait * 1000;
    this.mark(id, reason === "busy" ? "busy" : "queued");
    setTimeout(() => this.send(id), wait * 1000);
  }

  known({ session_id: remote, session_secret: secret }) {
    this.store.change(this.id, { remote, ...(secret && { secret }) });
    this.begins();
  }

  #seen(sequence) {
    if (sequence <= this.sequence) return;
    this.sequence = sequence;
    this.store.change(this.id, { sequence });
  }

  #state(state) {
    this.state = state;
    this.shows.state(state);
    if (state !== "lost") return;
    for (const id of this.waiting.keys()) this.courier.post(id);
    if (this.person.waiting && this.person.message) this.courier.poll(this.person.message, POLL_PERSON_EVERY);
  }

  send(id) {
    const message = this.waiting.get(id);
    if (!message) return;
    const { text, attachments } = message;
    if (this.connection.send({ type: "message", text, message_id: id, ...ids(attachments) })) {
      setTimeout(() => !message.accepted && !(message.later > Date.now()) && this.courier.post(id), UNCONFIRMED_AFTER);
    } else if (this.state === "lost") this.courier.post(id);
  }

  // -- the history

  async #load() {
    // Where nothing was ever said there is nothing to ask for.
    const answer = this.session.remote && this.session.title ? await this.#history("") : null;
    this.loaded = !this.session.title || Boolean(answer?.ok);
    if (answer?.ok) {
      this.#insert(answer.body);
      this.#resume(answer.body);
    }
    for (const message of this.waiting.values()) if (!this.entries.has(message.id)) this.#add(messageOf(message));
    this.#busy();
  }

  #history(more) {
    return this.gateway.get(`/api/sessions/${this.session.remote}/messages?limit=${PAGE}${more}`, this.session);
  }

  #insert({ messages, earlier }) {
    const fresh = messages.map(entryOfLine).filter(({ key }) => !this.entries.has(key));
    this.more = Boolean(earlier) && fresh.length > 0;
    this.entries = new Map([...fresh.map((entry) => [entry.key, entry]), ...this.entries]);
    for (const { kind, id } of fresh) if (kind !== "customer") this.#done(id);
    this.shows.added(fresh, true);
  }

  // Whether a person is still to answer, as the newest lines tell it.
  #resume({ handled_by: name }) {
    const last = this.all.findLast(({ kind }) => kind !== "customer");
    if (last?.status === "escalated") this.#escalated(last);
    if (name) this.#person({ name });
    for (const { id } of this.waiting.values()) if (this.entries.get(id)?.line) this.accepted(id);
  }

  // -- what became of a message

  #said(message) {
    this.#wait(message);
    this.#add(messageOf(message));
    this.#busy();
  }

  #wait({ id, text, attachments, at }) {
    this.waiting.set(id, { id, text, attachments, at, accepted: false, posting: false });
  }

  accepted(id) {
    const message = this.waiting.get(id);
    if (message) message.accepted = true;
    this.mark(id, "sent");
    this.#busy();
    this.store.tell({ type: "state", session: this.id, message: id, state: "sent" });
  }

  #progress({ message_id: id, actor, state, by }) {
    if (state === "joined") return this.#person({ waiting: true, name: by ?? "" });
    if (state === "left") return this.#person({ name: null });
    if (!this.waiting.has(id)) return;
    this.mark(id, "received");
    this.#busy(actor);
  }

  reply(reply) {
    const entry = entryOfReply(reply);
    this.#done(entry.id);
    this.mark(entry.id, "received");
    // The same reply may come by socket, by HTTP and from the history.
    if (this.entries.has(entry.key)) return;
    this.#add(entry);
    if (entry.status === "escalated") this.#escalated(entry);
    else if (entry.kind === "human") this.#person({ waiting: false });
    this.#busy();
  }

  #escalated(entry) {
    const told = handoff(entry);
    this.#person({ waiting: true, usually: told?.usually_minutes ?? null, within: told?.within_minutes ?? null, message: entry.id });
    if (this.state === "lost") this.courier.poll(entry.id, POLL_PERSON_EVERY);
  }

  // The answer to a later message is the answer to this one too.
  superseded(id) {
    this.#done(id);
    this.mark(id, "superseded");
    this.#busy();
  }

  failed(id, why) {
    this.#done(id);
    this.mark(id, "failed", why);
    this.#busy();
  }

  #done(id) {
    if (this.waiting.delete(id)) this.store.take(this.id, id);
  }

  #add(entry) {
    this.entries.set(entry.key, entry);
    this.shows.added([entry], false);
  }

  mark(id, state, why = "") {
    const entry = this.entries.get(id);
    if (!entry || (entry.state === state && !why) || (state === "sent" && entry.state === "received")) return;
    this.shows.changed(Object.assign(entry, { state, why }));
  }

  #busy(actor = "") {
    this.shows.busy(actor || [...this.waiting.values()].some(({ accepted }) => accepted) ? actor : null);
  }

  #person(news) {
    this.person = { ...this.person, ...news };
    this.shows.person(this.person);
  }
}
