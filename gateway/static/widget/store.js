// What this browser remembers: the conversations of one customer and what is not sent yet. Tabs tell each other.

const MOST_SESSIONS = 20;
const MOST_UNREAD = 99;

// crypto.randomUUID exists only where the page came by https or from this machine.
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Store {
  // `hears(news)` is told what other tabs do.
  constructor(key, hears = () => {}) {
    this.key = `support-chat ${key}`;
    this.memory = new Map();
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(this.key) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => hears(data);
  }

  // The address that was typed in the demo.
  get email() {
    return this.#read(`${this.key} email`);
  }

  set email(email) {
    this.#write(`${this.key} email`, email);
  }

  // -- conversations, the one used last first

  get sessions() {
    return this.#read(this.key) ?? [];
  }

  get current() {
    return this.sessions.find((session) => !session.ended) ?? null;
  }

  session(id) {
    return this.sessions.find((session) => session.id === id) ?? null;
  }

  // `remote` is the id under which the gateway knows it: an anonymous customer is given one.
  begin(anonymous) {
    const id = newId();
    const session = { id, remote: anonymous ? null : id, title: "", at: Date.now(), sequence: 0, unread: [] };
    this.#write(this.key, [session, ...this.sessions].slice(0, MOST_SESSIONS));
    return session;
  }

  change(id, changes) {
    this.#write(this.key, this.sessions.map((session) => (session.id === id ? { ...session, ...changes } : session)));
  }

  use(id) {
    const session = this.session(id);
    if (session) this.#write(this.key, [session, ...this.sessions.filter((other) => other.id !== id)]);
  }

  // -- what nobody has read: by id, so that two tabs count a reply once

  get unread() {
    return this.sessions.reduce((sum, session) => sum + session.unread.length, 0);
  }

  addUnread(id, reply) {
    const unread = this.session(id)?.unread ?? [];
    if (!unread.includes(reply)) this.change(id, { unread: [...unread, reply].slice(-MOST_UNREAD) });
  }

  // -- what is not answered yet, kept over a reload

  outbox(id) {
    return this.#read(`${this.key} out ${id}`) ?? [];
  }

  put(id, message) {
    this.#write(`${this.key} out ${id}`, [...this.outbox(id).filter((other) => other.id !== message.id), message]);
  }

  take(id, message) {
    const left = this.outbox(id).filter((other) => other.id !== message);
    this.#write(`${this.key} out ${id}`, left.length ? left : null);
  }

  // -- inside

  tell(news) {
    this.channel?.postMessage(news);
  }

  end() {
    this.channel?.close();
  }

  #read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return this.memory.get(name) ?? null;
    }
  }

  // Where a browser keeps nothing, the page itself remembers until it is closed.
  #write(name, value) {
    this.memory.set(name, value);
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch {}
  }
}
