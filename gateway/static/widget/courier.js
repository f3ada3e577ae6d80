// How messages get to the gateway and answers back while there is no socket: by HTTP, again and again until it works.

import { FIRST_PAUSE, LONGEST_PAUSE } from "./connection.js";
import { ids, replyOfAnswer } from "./entries.js";

const POLL_EVERY = 2_000;
export const POLL_PERSON_EVERY = 10_000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Courier {
  constructor(talk) {
    this.talk = talk;
    this.polled = new Set();
  }

  async post(id) {
    const { talk } = this;
    const message = talk.waiting.get(id);
    if (!message || message.posting) return;
    message.posting = true;
    for (let pause = FIRST_PAUSE; talk.waiting.get(id) === message && !talk.ended; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const answer = await talk.gateway.post("/api/chat", this.#body(message), talk.session);
      if (answer?.ok) return this.#received(id, answer.body);
      if (answer?.status === 401) break;
      if (answer && answer.status < 500 && answer.status !== 429) return talk.failed(id, answer.body.detail);
      talk.mark(id, answer?.busy ? "busy" : "queued");
      await sleep((answer?.wait ?? 0) * 1000 || pause);
      if (talk.connection.ready) break;
    }
    message.posting = false;
    if (talk.connection.ready) talk.send(id);
  }

  // Ask for the answer until it is there, or until the socket is back and brings it.
  async poll(id, pause) {
    const { talk } = this;
    if (this.polled.has(id)) return;
    this.polled.add(id);
    for (let last = "pending"; (last === "pending" || last === "escalated") && !talk.ended; ) {
      await sleep(last === "escalated" ? POLL_PERSON_EVERY : pause);
      if (talk.connection.ready) break;
      const answer = await talk.gateway.get(`/api/chat/${id}`, talk.session);
      if (!answer?.ok) continue;
      if (answer.body.status === "superseded") talk.superseded(id);
      else for (const reply of answer.body.replies ?? []) talk.reply(replyOfAnswer(reply));
      last = answer.body.status ?? last;
    }
    this.polled.delete(id);
  }

  #body({ id, text, attachments }) {
    const { session, gateway } = this.talk;
    const { email, token } = gateway.identity;
    return {
      message: text,
      message_id: id,
      ...(session.remote && { session_id: session.remote }),
      ...(email && !token && { customer_email: email }),
      ...ids(attachments),
    };
  }

  #received(id, body) {
    const { talk } = this;
    if (body.session_id) talk.known(body);
    talk.accepted(id);
    if (body.status === "pending") return this.poll(id, POLL_EVERY);
    if (body.status === "superseded") return talk.superseded(id);
    talk.reply(replyOfAnswer(body));
  }
}
