/** The mesh view: the plan, the pulse that arrives once a second, and what somebody picks from it. */

import { counted, find, lasting, make, worded } from "../views/dom.js";
import { Refused, ask, dress, greet, turnAway } from "../views/frame.js";
import { Graph } from "./graph.js";
import { Motion } from "./motion.js";
import { actorPanel, messagePanel, noPanel } from "./panel.js";

const REFRESH = 2000;
const LATEST = 7;

dress();
greet();

const panel = find("#panel");
const empty = find(".empty", panel);
const graph = new Graph(find("#graph"), (name) => chooseActor(name));
const motion = new Motion(graph);
let shown = { stations: -1, links: -1 };
let looking = { actor: null, message: null };
let stream = null;
let latest = [];

/** Open the stream of pulses anew, with the events of the followed message on it. */
function listen() {
  stream?.close();
  const query = looking.message ? `?message_id=${encodeURIComponent(looking.message)}` : "";
  stream = new EventSource(`/api/mesh/events${query}`);
  stream.addEventListener("pulse", (event) => beat(JSON.parse(event.data)));
  stream.addEventListener("followed", () => refollow());
  stream.onerror = () => {
    trouble("The live view lost its connection and tries again.");
    // The browser tries again by itself, unless it got an answer that is no stream.
    if (stream.readyState === EventSource.CLOSED) relisten();
  };
}

/** Open the stream again when the gateway answers; say so when this person may not see it any more. */
function relisten() {
  setTimeout(() => ask("/api/mesh").then(listen, (error) => (error instanceof Refused ? refused(error) : relisten())), REFRESH);
}

async function beat(pulse) {
  if (pulse.stations !== shown.stations || pulse.links !== shown.links) {
    const plan = await ask("/api/mesh").catch(refused);
    if (!plan) return;
    shown = { stations: pulse.stations, links: pulse.links };
    graph.show(plan);
    refollow();
  }
  trouble([pulse.queues, pulse.traces].filter(Boolean).join(" "));
  graph.update(pulse.actors);
  graph.flow(pulse.flows);
  motion.send(pulse.sample, looking.message);
  summarise(pulse);
  tabulate(pulse.actors);
  passBy(pulse.sample);
}

function trouble(words) {
  const place = find("#trouble");
  place.hidden = !words;
  if (place.textContent !== words) place.textContent = words;
}

function summarise(pulse) {
  const works = Object.values(pulse.actors);
  const total = (pick) => works.reduce((sum, work) => sum + (pick(work) ?? 0), 0);
  const answers = Object.values(pulse.answers).reduce((sum, count) => sum + count, 0);
  const figures = {
    "Answers, last minute": counted(answers),
    "Visits, last minute": counted(total((work) => work.rate)),
    "Messages inside": counted(total((work) => work.inside)),
    "Waiting in queues": counted(total((work) => work.mailbox?.backlog)),
    "Retries, last minute": counted(total((work) => work.retries)),
    "Actors served": `${works.filter((work) => work.mailbox?.workers).length} of ${works.length}`,
  };
  const place = find("#summary");
  if (!place.children.length) {
    place.append(...Object.keys(figures).map((name) => make("div", {}, make("dt", {}, name), make("dd"))));
  }
  Object.values(figures).forEach((value, index) => {
    find("dd", place.children[index]).textContent = value;
  });
}

function tabulate(works) {
  const body = find("#actors tbody");
  const names = Object.keys(works);
  if (body.children.length !== names.length || names.some((name, index) => body.children[index].dataset.actor !== name)) {
    body.replaceChildren(...names.map(row));
  }
  names.forEach((name, index) => {
    const { rate, inside, latency, retries, mailbox } = works[name];
    const values = [
      counted(rate), counted(inside), lasting(latency?.p50), lasting(latency?.p95), counted(retries),
      mailbox ? counted(mailbox.backlog) : "–", mailbox?.backlog ? lasting(mailbox.oldest) : "–", mailbox ? counted(mailbox.workers) : "–",
    ];
    values.forEach((value, place) => {
      body.children[index].cells[place + 1].textContent = value;
    });
  });
}

function row(name) {
  const choose = make("button", { type: "button", onclick: () => chooseActor(name) }, worded(name));
  const cells = Array.from({ length: 8 }, () => make("td", { class: "number" }));
  return make("tr", { "data-actor": name }, make("th", { scope: "row" }, choose), ...cells);
}

/** The moves that were just seen, each message once. */
function passBy(moves) {
  if (!moves.length) return;
  const ids = new Set(moves.map((move) => move.message_id));
  latest = [...moves.toReversed().filter((move, index, all) => all.findIndex((one) => one.message_id === move.message_id) === index),
    ...latest.filter((move) => !ids.has(move.message_id))].slice(0, LATEST);
  if (!empty.isConnected || empty.contains(document.activeElement)) return;
  find("#latest").replaceChildren(...latest.map((move) => make("li", {},
    make("button", { class: "id-button", type: "button", onclick: () => follow(move.message_id) }, move.message_id),
    make("span", { class: "soft" }, move.target || "answered"))));
}

// -- choosing

async function chooseActor(name) {
  const streaming = looking.message !== null;
  looking = { actor: name, message: null };
  graph.pick(name);
  graph.light([]);
  if (streaming) listen();
  await showActor(true);
}

async function showActor(first = false) {
  const name = looking.actor;
  const found = await ask(`/api/mesh/actors/${encodeURIComponent(name)}`).catch(refused);
  if (!found || looking.actor !== name) return;
  place(actorPanel(found, { close, follow }), first);
}

async function follow(messageId) {
  looking = { actor: null, message: messageId };
  find("#message").value = messageId;
  history.replaceState(null, "", `?message=${encodeURIComponent(messageId)}`);
  graph.pick(null);
  listen();
  await showMessage(true);
}

let following = null;
/** Something happened to the followed message: look again, at most every quarter of a second. */
function refollow() {
  if (looking.message && !following) following = setTimeout(() => { following = null; showMessage(); }, 250);
}

async function showMessage(first = false) {
  const messageId = looking.message;
  if (!messageId) return;
  const found = await ask(`/api/mesh/messages/${encodeURIComponent(messageId)}`).catch((error) => {
    if (error instanceof Refused) return refused(error);
    place(noPanel(error.message, close), first);
    return null;
  });
  if (!found || looking.message !== messageId) return;
  place(messagePanel(found, { close, choose: chooseActor }), first);
  graph.light(found.stops.flatMap((stop) => stop.visits).filter((visit) => visit.state === "doing").map((visit) => visit.actor));
}

function close() {
  const streaming = looking.message !== null;
  const back = looking.actor ? graph.actors.get(looking.actor) : find("#message");
  looking = { actor: null, message: null };
  history.replaceState(null, "", location.pathname);
  graph.pick(null);
  graph.light([]);
  if (streaming) listen();
  panel.replaceChildren(empty);
  back?.focus();
}

/** Put this into the panel; where a person was within it stays as it was. */
function place(content, first) {
  const within = panel.contains(document.activeElement) ? [...panel.querySelectorAll("button, a")].indexOf(document.activeElement) : -1;
  const { scrollTop } = panel;
  panel.replaceChildren(content);
  panel.scrollTop = first ? 0 : scrollTop;
  if (first) panel.focus({ preventScroll: matchMedia("(min-width: 72rem)").matches });
  else if (within >= 0) panel.querySelectorAll("button, a")[within]?.focus();
}

function refused(error) {
  if (!(error instanceof Refused)) return trouble(error.message);
  stream?.close();
  turnAway(error);
  return null;
}

// -- beginning

find("#follow").addEventListener("submit", (event) => {
  event.preventDefault();
  follow(find("#message").value.trim());
});
setInterval(() => {
  if (document.hidden) return;
  if (looking.actor) showActor();
  else refollow();
}, REFRESH);

const first = await ask("/api/mesh").catch(refused);
if (first) {
  shown = { stations: first.stations.length, links: first.links.length };
  graph.show(first);
  const wanted = new URLSearchParams(location.search).get("message");
  if (wanted) follow(wanted);
  else listen();
}
