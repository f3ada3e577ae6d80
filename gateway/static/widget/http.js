// Requests to the gateway. An answer is {ok, status, body, wait}; null while the gateway cannot be reached.

export class Gateway {
  constructor(base, identity) {
    this.base = base.replace(/\/+$/, "");
    this.identity = identity;
  }

  get socketUrl() {
    return `${this.base.replace(/^http/, "ws")}/ws`;
  }

  get(path, session) {
    return this.#ask(path, { headers: this.#who(session) });
  }

  post(path, body, session) {
    const headers = { ...this.#who(session), "Content-Type": "application/json" };
    return this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  upload(session, file) {
    const headers = { ...this.#who(session), "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) };
    return this.#ask(`/api/uploads/${session.remote}`, { method: "POST", headers, body: file });
  }

  // The file goes by way of memory: a plain link could not say who asks.
  async download(session, { attachment_id: id, name }) {
    const path = `/api/uploads/${session.remote}/${id}`;
    const answer = await fetch(this.base + path, { headers: this.#who(session) }).catch(() => null);
    if (!answer?.ok) return false;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return true;
  }

  #who(session) {
    const { token, email } = this.identity;
    return {
      ...(token ? { Authorization: `Bearer ${token}` } : email ? { "X-Customer-Email": email } : {}),
      ...(session?.secret ? { "X-Session-Secret": session.secret } : {}),
    };
  }

  async #ask(path, options) {
    try {
      const answer = await fetch(this.base + path, options);
      const body = await answer.json().catch(() => ({}));
      return { ok: answer.ok, status: answer.status, body, busy: body.reason === "busy", wait: Number(answer.headers.get("Retry-After")) || 0 };
    } catch {
      return null;
    }
  }
}
