// The conversation with the gateway: a WebSocket that resumes where it was, and HTTP while there is none.
// Everything is sent with a message id of our own, so sending it again is always safe.

const STORED = "support-chat";
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const UNCONFIRMED_AFTER = 4_000;
const PING_EVERY = 20_000;
const SILENT_AFTER = 45_000;
const POLL_EVERY = 2_000;
const POLL_PERSON_EVERY = 10_000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// crypto.randomUUID exists only where the page came by https or from this machine.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED));
  } catch {
    return null;
  }
}

export class Talk {
  // `shows`: {connection(state), reply(reply), progress(event), message(id, state, note)}
  constructor(email, shows, earlier = null) {
    this.email = email;
    this.shows = shows;
    this.session = earlier?.session ?? newId();
    this.sequence = earlier?.sequence ?? 0;
    this.unanswered = new Map((earlier?.unanswered ?? []).map(([id, text]) => [id, { text, accepted: false, posting: false }]));
    this.polled = new Set();
    this.attempts = 0;
    this.ended = false;
    this.ready = false;
    this.remember();
  }

  open() {
    if (this.ended) return;
    this.shows.connection(this.attempts > 1 ? "slow" : "connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = `session_id=${this.session}&after=${this.sequence}`;
    const socket = new WebSocket(`${scheme}//${location.host}/ws/${encodeURIComponent(this.email)}?${query}`);
    this.socket = socket;
    this.heard = Date.now();
    socket.onmessage = (event) => this.socket === socket && this.take(JSON.parse(event.data));
    socket.onclose = (event) => this.socket === socket && this.closed(event.code);
    this.watch = setInterval(() => this.keepAlive(socket), PING_EVERY);
  }

  end() {
    this.ended = true;
    clearInterval(this.watch);
    this.socket?.close();
    sessionStorage.removeItem(STORED);
  }

  prepare(text, id = newId()) {
    this.unanswered.set(id, { text, accepted: false, posting: false });
    this.remember();
    return id;
  }

  deliver(id) {
    this.shows.message(id, "sending", "Sending");
    this.send(id);
  }

  async earlier() {
    const answer = await fetch(`/api/sessions/${this.session}/messages`, { headers: { "X-Customer-Email": this.email } });
    return answer.ok ? (await answer.json()).messages : [];
  }

  // -- the socket

  take(frame) {
    this.heard = Date.now();
    switch (frame.type) {
      case "session":
        this.ready = true;
        this.attempts = 0;
        this.sequence = frame.sequence;
        this.shows.connection("open");
        for (const id of this.unanswered.keys()) this.send(id);
        break;
      case "accepted":
        this.accepted(frame.message_id);
        break;
      case "progress":
        if (this.unanswered.has(frame.message_id)) this.shows.progress(frame);
        break;
      case "reply":
        this.sequence = Math.max(this.sequence, frame.sequence ?? 0);
        this.answered(frame);
        break;
      case "superseded":
        this.superseded(frame.message_id);
        break;
      case "error":
        if (frame.message_id) this.post(frame.message_id);
        break;
    }
  }

  closed(code) {
    clearInterval(this.watch);
    this.ready = false;
    if (this.ended) return;
    if (code === 1008) {
      this.shows.connection("refused");
      return;
    }
    this.attempts += 1;
    this.shows.connection(this.attempts > 1 ? "slow" : "connecting");
    // The first loss is most often a restart that is over in a moment; after that HTTP carries on.
    if (this.attempts > 1) for (const id of this.unanswered.keys()) this.post(id);
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.attempts - 1));
    setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
  }

  keepAlive(socket) {
    if (Date.now() - this.heard > SILENT_AFTER) {
      this.closed(1006);
      this.socket = null;
      socket.close();
    } else if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "ping" }));
  }

  send(id) {
    const message = this.unanswered.get(id);
    if (this.ready) {
      this.socket.send(JSON.stringify({ type: "message", text: message.text, message_id: id }));
      setTimeout(() => !this.unanswered.get(id)?.accepted && this.post(id), UNCONFIRMED_AFTER);
    } else if (this.attempts > 1) this.post(id);
  }

  // -- without the socket

  async post(id) {
    const message = this.unanswered.get(id);
    if (!message || message.posting) return;
    message.posting = true;
    for (let pause = FIRST_PAUSE; this.unanswered.get(id) === message && !this.ended; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const answer = await this.posted(id, message.text);
      if (answer?.ok) return this.received(id, await answer.json());
      if (answer && answer.status < 500) return this.failed(id, (await answer.json()).detail);
      this.shows.message(id, "sending", "Not sent yet, trying again");
      await sleep(pause);
    }
  }

  async posted(id, text) {
    const body = { message: text, customer_email: this.email, session_id: this.session, message_id: id };
    try {
      return await fetch("/api/chat", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    } catch {
      return null;
    }
  }

  received(id, answer) {
    this.accepted(id);
    if (answer.status === "pending") return this.poll(id, POLL_EVERY);
    if (answer.status === "superseded") return this.superseded(id);
    this.answered(asReply(answer));
    if (answer.status === "escalated") this.poll(id, POLL_PERSON_EVERY);
  }

  async poll(id, pause) {
    if (this.polled.has(id)) return;
    this.polled.add(id);
    for (let last = "pending"; (last === "pending" || last === "escalated") && !this.ended;) {
      await sleep(last === "escalated" ? POLL_PERSON_EVERY : pause);
      // What comes meanwhile comes by the socket.
      if (this.ready && last !== "pending") break;
      const answer = await fetch(`/api/chat/${id}`, { headers: { "X-Customer-Email": this.email } }).then((found) => (found.ok ? found.json() : null), () => null);
      if (answer?.status === "superseded") this.superseded(id);
      else for (const reply of answer?.replies ?? []) this.answered(asReply(reply));
      last = answer?.status ?? last;
    }
    this.polled.delete(id);
  }

  // -- what became of a message

  accepted(id) {
    const message = this.unanswered.get(id);
    if (message) message.accepted = true;
    this.shows.message(id, "sent", "Delivered");
  }

  answered(reply) {
    this.unanswered.delete(reply.message_id);
    this.remember();
    this.shows.message(reply.message_id, "sent", "Delivered");
    this.shows.reply(reply);
  }

  // The answer to a later message is the answer to this one too.
  superseded(id) {
    this.unanswered.delete(id);
    this.remember();
    this.shows.message(id, "superseded", "Answered together with your next message");
  }

  failed(id, why) {
    this.unanswered.delete(id);
    this.remember();
    this.shows.message(id, "failed", why ?? "It could not be sent.");
  }

  remember() {
    const unanswered = [...this.unanswered].map(([id, { text }]) => [id, text]);
    const { email, session, sequence } = this;
    sessionStorage.setItem(STORED, JSON.stringify({ email, session, sequence, unanswered }));
  }
}

function asReply(answer) {
  const { message_id, response: text, status, sources, metadata } = answer;
  return { message_id, text, status, sources, author: metadata.author, at: metadata.at, reply_id: metadata.reply_id };
}
