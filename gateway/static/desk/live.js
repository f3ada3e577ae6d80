// Everything that changes, as the server tells it. The browser connects again by itself; we ask why when it gives up.

import { me } from "./api.js";

const WAIT = 3000;

export function follow(take, show, signedOut) {
  let source = null;
  let stopped = false;

  function open() {
    if (stopped) return;
    source = new EventSource("/api/desk/live");
    source.onopen = () => show("open");
    source.onerror = lost;
    for (const kind of ["waiting", "people", "said", "noted", "due", "trouble", "beat"]) {
      source.addEventListener(kind, (event) => take[kind]?.(JSON.parse(event.data)));
    }
  }

  async function lost() {
    show("connecting");
    if (source.readyState !== EventSource.CLOSED) return;
    try {
      await me();
      setTimeout(open, WAIT);
    } catch (error) {
      if (error.status === 401) signedOut();
      else setTimeout(open, WAIT);
    }
  }

  open();
  return () => {
    stopped = true;
    source?.close();
  };
}
