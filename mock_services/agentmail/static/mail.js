// Keeps the page true while it is open: what is shown is fetched again, and replaced only where it differs.
const EVERY = 2000;

async function look() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let changed = false;
  for (const part of ["nav.threads", "#content"]) changed = renew(fresh, part) || changed;
  if (changed) document.querySelector("#news").textContent = "New mail has arrived.";
}

function renew(fresh, selector) {
  const [now, next] = [document, fresh].map((page) => page.querySelector(selector));
  if (!now || !next || unopened(now) === next.innerHTML) return false;
  // A reader keeps the place, the focus and what was unfolded.
  const focused = now.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const unfolded = [...now.querySelectorAll("details")].map((one) => one.open);
  const top = now.scrollTop;
  now.replaceChildren(...next.childNodes);
  now.querySelectorAll("details").forEach((one, index) => { one.open = unfolded[index] ?? false; });
  now.scrollTop = top;
  if (focused) now.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return true;
}

function unopened(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("details[open]").forEach((one) => one.removeAttribute("open"));
  return copy.innerHTML;
}

setInterval(look, EVERY);
