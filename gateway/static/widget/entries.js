// The lines of a conversation in one shape, whether they come from the history, from the socket or by HTTP.

// A customer's line: {key: the message's id, id, kind: "customer", text, at, state, attachments}
export const messageOf = ({ id, text, attachments, at }) => ({ key: id, id, kind: "customer", text, attachments, at: new Date(at), state: "sending" });

export function entryOfLine(line) {
  const { message_id: id, line_id, sender: kind, content: text, timestamp, status, attachments } = line;
  const said = { id, kind, text, status, attachments, at: new Date(timestamp), line: true };
  if (kind === "customer") return { ...said, key: id, state: "received" };
  return { ...said, ...apart(line, text), key: line_id, parts: line.parts ?? [] };
}

export function entryOfReply({ reply_id: key, message_id: id, text, status, author, at, parts = [], sources }) {
  return { key, id, kind: author === "human" ? "human" : "agent", status, parts, at: new Date(at), ...apart({ sources }, text) };
}

// What POST /api/chat answers, as the socket would have sent it.
export function replyOfAnswer({ message_id, response: text, status, sources, parts, metadata: { reply_id, author, at } }) {
  return { message_id, text, status, sources, parts, author, at, reply_id };
}

// What a request says of the files that go with it.
export const ids = (attachments) => (attachments?.length ? { attachments: attachments.map((one) => one.attachment_id) } : {});

export const part = (entry, kind) => entry.parts?.find((one) => one.kind === kind);
export const handoff = (entry) => part(entry, "handoff");

// The last paragraph of an answer names what it quotes: that is small print here.
function apart({ sources = [] }, whole) {
  const end = whole.lastIndexOf("\n\n");
  const last = whole.slice(end + 2);
  const named = end > 0 && sources.length > 0 && sources.every(({ section }) => last.includes(section));
  return named ? { text: whole.slice(0, end), sources: last } : { text: whole, sources: "" };
}
