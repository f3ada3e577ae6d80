// What is written: a reply to the customer or a note to colleagues, begun from a suggestion or a ready reply.

import { act } from "./api.js";
import { byId, fill, h, toast } from "./dom.js";
import { hold, isMine, mayTake, nameOf, state } from "./store.js";

const BLANK = /\{[a-z_]+\}/g;
const drafts = new Map();
let mode = "reply";
// Only a note can be written while somebody else has it; afterwards the box is for replies again.
let forced = false;
// What the box on the page belongs to. Another conversation may be on its way already.
let drawn = null;
let refresh = () => {};
let pick = () => {};

export function composing(whenDone, pickCanned) {
  refresh = whenDone;
  pick = pickCanned;
}

const draftKey = () => `${state.me?.name} ${drawn?.message_id} ${mode}`;
const stays = () => localStorage.getItem("desk.stay") === "on";

export function showComposer() {
  const { item, waiting } = state.case;
  const taken = item.claimed_by && !isMine(item);
  const asked = !taken && !mayTake(item);
  const open = waiting && !taken && !asked && item.kind === "reply";
  if (drawn?.message_id !== item.message_id) [mode, forced] = ["reply", false];
  drawn = item;
  if (open && forced && !drafts.get(draftKey())) mode = "reply";
  forced = !open && (forced || mode === "reply");
  if (!open) mode = "note";
  const shape = `${item.message_id} ${mode} ${open} ${item.claimed_by ?? ""} ${asked} ${state.case.suggestion?.text ?? ""}`;
  // What somebody is writing must not be drawn anew under their hands.
  if (byId("acts").dataset.shape === shape) return;
  byId("acts").dataset.shape = shape;
  const words = taken ? `${nameOf(item.claimed_by)} answers this customer. You can leave a note.`
    : `${nameOf(item.offered_to)} is asked first. You can leave a note.`;
  fill(
    byId("acts"),
    (taken || asked) && waiting && h("p", { class: "banner" }, words),
    open && mode === "reply" && suggestion(),
    form(open),
  );
  grow();
}

function suggestion() {
  const found = state.case.suggestion;
  if (!found) return null;
  const source = found.source === "held_back" ? "The assistant was about to send this" : "The assistant would answer this";
  const whose = found.author === "model" ? `${source}; words of a model` : source;
  return h("details", { class: "suggestion" },
    h("summary", {}, h("strong", {}, "Suggested reply"), " ", h("span", { class: "soft" }, whose)),
    h("p", { dir: "auto" }, found.text),
    button("suggest", "Use it", "Put it into the box (S)", useSuggestion));
}

function form(open) {
  const reply = mode === "reply";
  return h("form", { class: `composer ${mode}`, onsubmit: send },
    h("div", { class: "modes", role: "group", "aria-label": "Write" },
      open && modeButton("reply", "Reply", "R"),
      modeButton("note", "Internal note", "N"),
      reply && button("canned", "Ready replies", "Ready replies (/)", pick)),
    h("label", { for: "text", class: "unseen" }, reply ? "Your reply to the customer" : "Your note for colleagues"),
    h("textarea", {
      id: "text", rows: 3, dir: "auto", maxlength: reply ? 8000 : 2000,
      placeholder: reply ? "Write to the customer" : "Only colleagues see this", "aria-describedby": "blanks",
      oninput: typed, onkeydown: keyed,
    }, drafts.get(draftKey())),
    h("div", { class: "row" },
      h("p", { id: "blanks", class: "problem", role: "status" }),
      reply && h("label", { class: "stay" }, h("input", { type: "checkbox", checked: stays(), onchange: stay }), "Stay with the customer"),
      h("button", { type: "submit", class: "primary", data: { key: "send" }, title: "Control and Enter" },
        reply ? "Send" : "Add note")));
}

function button(key, words, title, onclick) {
  return h("button", { type: "button", class: "quiet", data: { key }, title, onclick }, words);
}

function stay(event) {
  localStorage.setItem("desk.stay", event.target.checked ? "on" : "off");
}

function modeButton(name, words, key) {
  const pressed = String(mode === name);
  const data = { key: `mode-${name}` };
  const title = `${words} (${key})`;
  return h("button", { type: "button", data, "aria-pressed": pressed, title, onclick: () => write(name) }, words);
}

export function write(name) {
  if (!state.case) return;
  mode = name;
  showComposer();
  byId("text")?.focus();
}

export function useSuggestion() {
  if (state.case?.suggestion) insert(state.case.suggestion.text);
}

export function insert(text) {
  write("reply");
  const box = byId("text");
  if (!box || mode !== "reply") return;
  box.value = box.value.trim() ? `${box.value.trimEnd()}\n\n${text}` : text;
  typed();
  const blank = box.value.search(BLANK);
  box.focus();
  if (blank >= 0) box.setSelectionRange(blank, box.value.indexOf("}", blank) + 1);
}

export function filled(text) {
  const known = { ...state.case?.variables, agent_name: state.me.display_name };
  return text.trim().replace(BLANK, (blank) => known[blank.slice(1, -1)] ?? blank);
}

function typed() {
  drafts.set(draftKey(), byId("text").value);
  const blanks = mode === "reply" ? byId("text").value.match(BLANK) : null;
  byId("blanks").textContent = blanks ? `Fill in ${[...new Set(blanks)].join(", ")} first.` : "";
  grow();
}

function grow() {
  const box = byId("text");
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.rows = Math.min(12, Math.max(3, box.value.split("\n").length + 1));
}

function keyed(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

async function send(event) {
  event.preventDefault();
  const text = byId("text").value.trim();
  if (!text) return;
  if (mode === "reply" && text.match(BLANK)) {
    byId("text").focus();
    return;
  }
  const button = event.target.querySelector("[type=submit]");
  button.disabled = true;
  const key = draftKey();
  try {
    await (mode === "reply" ? reply(text) : act(drawn.message_id, "notes", { text }));
    drafts.delete(key);
    mode = "reply";
    byId("acts").dataset.shape = "";
  } catch (error) {
    toast(error.message, "bad");
  }
  button.disabled = false;
  await refresh();
}

async function reply(text) {
  const item = drawn;
  if (stays()) await act(item.message_id, "claim");
  await act(item.message_id, "reply", { text });
  toast("Sent.", "good");
  if (stays()) hold(item);
  else if (isMine(item)) await act(item.message_id, "release").catch(() => {});
}
