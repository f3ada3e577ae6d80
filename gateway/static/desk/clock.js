// A worker: its timer goes on while the page is in the background, where a page's own timers are slowed down.

setInterval(() => postMessage("tick"), 5_000);
