// Whoever presses a button twice means it once: a form that was sent a moment ago is not sent again.
// Without this the second one is answered, too: by what it came to, or by what stands in its way by then.
"use strict";

const A_MOMENT = 1500;  // milliseconds
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const now = performance.now();
  if (now - (sent.get(event.target) ?? -A_MOMENT) < A_MOMENT) event.preventDefault();
  else sent.set(event.target, now);
});
