// Shortcuts. Single keys count only where nobody writes, and can be switched off.

export const KEYS = [
  { shown: ["J", "K"], words: "next and previous conversation" },
  { shown: ["Enter"], words: "open the conversation" },
  { shown: ["C"], words: "claim it" },
  { shown: ["R"], words: "write a reply" },
  { shown: ["N"], words: "write an internal note" },
  { shown: ["S"], words: "use the suggested reply" },
  { shown: ["/"], words: "ready replies" },
  { shown: ["Ctrl", "Enter"], words: "send what is written" },
  { shown: ["T"], words: "transfer by skill" },
  { shown: ["B"], words: "hand back to the assistant" },
  { shown: ["U"], words: "release" },
  { shown: ["A"], words: "available or away" },
  { shown: ["1", "2", "3"], words: "to the queue, the conversation, what is known" },
  { shown: ["Esc"], words: "leave the box, close what is open" },
  { shown: ["?"], words: "this list" },
];

const WRITING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export function listen(acts, busy) {
  document.addEventListener("keydown", (event) => {
    if (busy() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const writing = event.target.matches?.(WRITING);
    if (event.key === "Escape" && writing) {
      event.target.blur();
      acts.focus("conversation");
      return;
    }
    if (writing || localStorage.getItem("desk.keys") === "off") return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
