// One socket to the gateway that comes back by itself: after a pause that doubles, with some chance in it.

export const FIRST_PAUSE = 500;
export const LONGEST_PAUSE = 15_000;
const PING_EVERY = 20_000;
const SILENT_AFTER = 45_000;
const OPENING = 10_000;
const REFUSED = new Set([1008, 4403]);
const EXPIRED = 4401;

export class Connection {
  // `hello()` says who we are and what we have seen; `hears`: {frame(frame), state(state)}.
  // States: connecting, open, lost (HTTP carries on), refused, expired (a new token is needed).
  constructor(url, hello, hears) {
    Object.assign(this, { url, hello, hears, attempts: 0, ready: false, ended: false });
    this.wake = () => !this.ready && !this.ended && this.timer && this.open();
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.#drop();
    this.hears.state(this.attempts > 1 ? "lost" : "connecting");
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      return this.#again();
    }
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => this.socket === socket && socket.send(JSON.stringify({ type: "hello", ...this.hello() }));
    socket.onmessage = ({ data }) => this.socket === socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => this.socket === socket && this.#closed(code);
    this.watch = setInterval(() => this.#keepAlive(), PING_EVERY);
    // A proxy may swallow the handshake without ever saying no.
    this.opening = setTimeout(() => !this.ready && this.#closed(1006), OPENING);
  }

  send(frame) {
    if (this.ready) this.socket.send(JSON.stringify(frame));
    return this.ready;
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.#drop();
  }

  #take(frame) {
    this.heard = Date.now();
    if (frame.type === "session") {
      this.ready = true;
      this.attempts = 0;
    }
    this.hears.frame(frame);
    if (frame.type === "session") this.hears.state("open");
  }

  #closed(code) {
    this.#drop();
    if (this.ended) return;
    if (REFUSED.has(code)) return this.hears.state("refused");
    if (code === EXPIRED) return this.hears.state("expired");
    this.#again();
  }

  #again() {
    this.attempts += 1;
    // The first loss is most often a restart that is over in a moment.
    this.hears.state(this.attempts > 1 ? "lost" : "connecting");
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.attempts - 1));
    this.timer = setTimeout(() => this.open(), pause * (0.5 + Math.random() / 2));
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    clearInterval(this.watch);
    clearTimeout(this.opening);
    socket?.close();
  }

  #keepAlive() {
    if (Date.now() - this.heard > SILENT_AFTER) this.#closed(1006);
    else this.send({ type: "ping" });
  }
}
