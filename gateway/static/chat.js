// The page: what the conversation looks like. All text goes in as text, never as markup.

import { Talk, remembered } from "./talk.js";

const DOING = {
  sentiment_analyzer: "Reading your message",
  intent_analyzer: "Understanding your request",
  context_retriever: "Looking up your orders",
  knowledge_retriever: "Reading our help pages",
  decision_router: "Deciding what to do",
  api_query_executor: "Checking your order",
  response_generator: "Writing the answer",
  guardrail_validator: "Checking the answer",
  execution_coordinator: "Taking care of it",
  response_aggregator: "Sending the answer",
  escalation_router: "Finding somebody who can help",
  human_agent: "Waiting for a colleague",
};
const CONNECTION = {
  open: "Connected",
  connecting: "Connecting",
  slow: "Connection is slow, still working",
  refused: "Not connected",
};
const MARK = {
  escalated: "A colleague will answer you here",
  apologised: "We could not finish this",
};

const byId = (id) => document.getElementById(id);
const conversation = byId("conversation");
const email = byId("email");
const text = byId("text");
const shown = new Map();
const told = new Set();
const waiting = new Set();
let talk = null;

function element(name, className, content = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = content;
  return made;
}

function add(kind, content, at) {
  byId("welcome").hidden = true;
  const said = element("article", `said ${kind}`);
  const footer = element("footer", "");
  const time = element("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = at.toISOString();
  footer.append(time);
  said.append(element("p", "", content), footer);
  conversation.append(said);
  toTheEnd();
  return said;
}

function toTheEnd() {
  conversation.scrollTop = conversation.scrollHeight;
}

function note(said, className, content) {
  const footer = said.querySelector("footer");
  const found = footer.querySelector(`.${className}`) ?? footer.appendChild(element("span", className));
  found.textContent = content;
  toTheEnd();
}

function customerSaid(id, content, at = new Date()) {
  const said = add("customer", content, at);
  shown.set(id, said);
  return said;
}

function showReply(reply) {
  waiting.delete(reply.message_id);
  showTyping();
  // The same reply may come by socket, by HTTP and from the history.
  const key = `${reply.message_id} ${reply.text}`;
  if (told.has(key)) return;
  told.add(key);
  const [words, sources] = apart(reply);
  const said = add("agent", words, new Date(reply.at));
  if (sources) note(said, "sources", sources);
  said.dataset.status = reply.status;
  said.dataset.author = reply.author;
  const mark = reply.author === "human" ? "Answered by a person" : MARK[reply.status];
  if (mark) note(said, "mark", mark);
}

// The last paragraph of an answer names what it quotes: that is small print here. The history has the text alone.
function apart({ text: whole, sources = [] }) {
  const end = whole.lastIndexOf("\n\n");
  const last = whole.slice(end + 2);
  const named = sources.length > 0 ? sources.every(({ section }) => last.includes(section)) : /^Sources?: /.test(last);
  return end > 0 && named ? [whole.slice(0, end), last] : [whole, ""];
}

function showMessage(id, state, why) {
  const said = shown.get(id);
  if (!said) return;
  said.dataset.state = state;
  note(said, "note", why);
  if (state === "sending") return;
  said.querySelector("button")?.remove();
  if (state === "superseded") waiting.delete(id);
  if (state === "failed") {
    waiting.delete(id);
    said.querySelector("footer").append(retry(id, said));
  }
  showTyping();
}

function retry(id, said) {
  const button = element("button", "quiet", "Try again");
  button.type = "button";
  button.onclick = () => {
    button.remove();
    waiting.add(id);
    showTyping();
    talk.deliver(talk.prepare(said.querySelector("p").textContent, id));
  };
  return button;
}

function showTyping(actor = "") {
  byId("typing").hidden = waiting.size === 0;
  byId("doing").textContent = DOING[actor] ?? "Working on it";
  byId("actor").textContent = actor;
  toTheEnd();
}

function showConnection(state) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = CONNECTION[state];
  if (state === "refused") complain("This address was refused. Start a new conversation to correct it.");
}

function complain(problem) {
  byId("email-problem").hidden = !problem;
  byId("email-problem").textContent = problem;
  email.setAttribute("aria-invalid", String(Boolean(problem)));
}

const shows = {
  connection: showConnection,
  reply: showReply,
  message: showMessage,
  progress: ({ actor }) => showTyping(actor),
};

function begin(address, earlier = null) {
  talk = new Talk(address, shows, earlier);
  email.value = address;
  email.readOnly = true;
  byId("who").classList.add("begun");
  byId("fresh").hidden = false;
  return talk;
}

async function resume(earlier) {
  begin(earlier.email, earlier);
  const lines = await talk.earlier().catch(() => []);
  for (const line of lines) {
    if (line.sender === "customer") customerSaid(line.message_id, line.content, new Date(line.timestamp));
    else showReply({ ...line, text: line.content, author: line.sender === "human" ? "human" : "rules", at: line.timestamp });
  }
  for (const [id, { text: content }] of talk.unanswered) {
    if (!shown.has(id)) customerSaid(id, content);
    waiting.add(id);
  }
  showTyping();
  talk.open();
}

function started() {
  if (talk) return true;
  email.value = email.value.trim();
  if (!email.value || !email.checkValidity()) {
    complain("Please enter your e-mail address, so that we can find your orders.");
    return false;
  }
  complain("");
  begin(email.value).open();
  return true;
}

byId("who").addEventListener("submit", (event) => {
  event.preventDefault();
  if (started()) text.focus();
});
email.addEventListener("change", () => email.value && started());
byId("fresh").addEventListener("click", () => {
  talk?.end();
  location.reload();
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const content = text.value.trim();
  if (!content) return;
  if (!started()) {
    email.focus();
    return;
  }
  text.value = "";
  const id = talk.prepare(content);
  customerSaid(id, content);
  waiting.add(id);
  showTyping();
  talk.deliver(id);
  text.focus();
});

const earlier = remembered();
if (earlier?.email) resume(earlier);
else email.focus();
