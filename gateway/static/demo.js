// The page around the widget: who asks, how it looks, and the tag that a shop would write.

const byId = (id) => document.getElementById(id);
const people = [...document.querySelectorAll("[data-email]")];
const LOOKS = ["locale", "theme", "position", "accent"];
await customElements.whenDefined("support-chat");
const widget = document.querySelector("support-chat");

function show() {
  const names = ["customer-email", ...LOOKS].filter((name) => widget.hasAttribute(name));
  const attributes = names.map((name) => `\n        ${name}="${widget.getAttribute(name)}"`).join("");
  byId("code").textContent = `<script type="module" src="${location.origin}/static/widget/widget.js"${attributes}></script>`;
}

for (const button of people) {
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    for (const other of people) other.setAttribute("aria-pressed", String(other === button));
    byId("ask").textContent = `Ask, for example: ${button.dataset.ask}`;
    widget.setAttribute("customer-email", button.dataset.email);
    show();
  });
}
for (const name of LOOKS) {
  byId(name).addEventListener("change", ({ target }) => {
    widget.setAttribute(name, target.value);
    show();
  });
}
show();
const about = await fetch("/api/about").then((answer) => answer.json(), () => ({}));
byId("demo").hidden = byId("people").hidden = !about.demo;
