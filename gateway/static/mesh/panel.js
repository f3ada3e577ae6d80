/** What stands beside the graph: one actor, or one message on its way. */

import { counted, lasting, make, timeOf, worded } from "../views/dom.js";

const STATES = { done: "done", failed: "failed", left: "left", doing: "doing now", ahead: "ahead" };

/** An actor: what it is, what it does now, which visits failed. `follow` is called with a message's id. */
export function actorPanel(found, { close, follow }) {
  const { station, work, here, failures } = found;
  const policy = { timeout: 10, attempts: 5, deadline: 180, ...station.policy };
  return make(
    "div",
    { class: "detail" },
    top(worded(station.name), close, make("code", { class: "soft" }, station.name)),
    make("p", {}, station.purpose || (station.kind === "foreign" ? "Seen at work; nobody here has declared it." : "")),
    facts({
      "Visits/min": counted(work.rate),
      "Here now": counted(work.inside),
      "Retries/min": counted(work.retries),
      p50: lasting(work.latency?.p50),
      p95: lasting(work.latency?.p95),
      Workers: work.mailbox ? counted(work.mailbox.workers) : "–",
      Queue: work.mailbox ? counted(work.mailbox.backlog) : "–",
      "Oldest waits": work.mailbox ? lasting(work.mailbox.oldest) : "–",
      Kind: station.error_handler ? "error handler" : station.kind,
      "One try": lasting(policy.timeout),
      Tries: counted(policy.attempts),
      "All tries": lasting(policy.deadline),
    }),
    section("Here now", here, "No message is here now.", (one) => [id(one.message_id, follow), `for ${lasting(one.seconds)}${one.state && one.state !== "working" ? `, ${one.state}` : ""}`]),
    found.queues ? make("p", { class: "notice" }, found.queues) : "",
    section("Failed lately", failures, "Nothing failed within the last quarter of an hour.", (one) => [
      make("span", { class: "bad" }, one.why), make("span", { class: "soft" }, `${timeOf(one.at)} · `, id(one.message_id, follow)),
    ]),
  );
}

/** A message: its steps, times, the edits of its way and why. `choose` is called with an actor's name. */
export function messagePanel(found, { close, choose }) {
  const edits = Map.groupBy(found.edits, (edit) => edit.hop);
  return make(
    "div",
    { class: "detail" },
    top("Message", close, make("code", {}, found.message_id)),
    make("p", { role: "status" }, standing(found)),
    make("p", {}, make("a", { href: found.web_ui, rel: "noreferrer", target: "_blank" }, "Open its workflow in the Temporal Web UI")),
    make("ol", { class: "route" }, ...found.stops.flatMap((stop) => stop.visits.map((visit, place) =>
      visitLine(visit, place === stop.visits.length - 1 ? (edits.get(stop.hop) ?? []) : [], choose)))),
  );
}

/** A line that says why there is nothing to show. */
export function noPanel(words, close) {
  return make("div", { class: "detail" }, top("Message", close), make("p", { class: "problem", role: "alert" }, words));
}

function standing(found) {
  const began = found.since ? `Accepted at ${timeOf(found.since)}. ` : "";
  if (found.open) return `${began}Open: ${found.state || "working"}.`;
  const took = found.since && found.until ? ` after ${lasting((new Date(found.until) - new Date(found.since)) / 1000)}` : "";
  return `${began}${found.ended ? `Ended ${found.ended.replace("_", " ")}${took}.` : "No answer is written down yet."}`;
}

function visitLine(visit, edits, choose) {
  const took = visit.seconds === undefined || visit.seconds === null ? "" : ` · ${lasting(visit.seconds)}`;
  const name = make("button", { class: "id-button", type: "button", onclick: () => choose(visit.actor) }, visit.actor);
  return make(
    "li",
    { class: visit.state },
    make("span", { class: "mark", "aria-hidden": "true" }),
    make("span", {}, name, visit.why ? make("span", { class: "bad" }, ` ${visit.why}`) : ""),
    make("span", { class: "state", title: visit.at ? timeOf(visit.at) : null }, STATES[visit.state] + took),
    ...edits.map((edit) => make("span", { class: "edit" }, make("strong", {}, edit.by || "the mesh"), ` changed the way: ${edit.why}`)),
  );
}

function top(title, close, below = "") {
  const button = make("button", { class: "quiet close", type: "button", "aria-label": "Close the details", onclick: close }, "✕");
  return make("div", { class: "top" }, make("div", {}, make("h2", {}, title), below), button);
}

function facts(values) {
  return make("dl", { class: "facts" }, ...Object.entries(values).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function section(title, items, empty, line) {
  const list = items.length
    ? make("ul", { class: "lines" }, ...items.map((item) => make("li", {}, ...line(item).map((part) => make("span", {}, part)))))
    : make("p", { class: "soft" }, empty);
  return make("div", { class: "section" }, make("h3", {}, title), list);
}

function id(messageId, follow) {
  return make("button", { class: "id-button", type: "button", onclick: () => follow(messageId) }, messageId);
}
