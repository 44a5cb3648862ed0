// What a page fetches by itself: if that fails, the page says that it is older than it looks, and why, until it succeeds.
// Without this the page stays as it is; its time stands on it, and a link fetches it anew.
"use strict";

const failed = new Set();

document.addEventListener("htmx:afterRequest", ({ detail: { successful, target, xhr } }) => {
  if (successful) failed.delete(target.id);
  else failed.add(target.id);
  document.getElementById("not-fetched")?.remove();
  if (failed.size) document.querySelector("main").prepend(told(xhr.responseText));
});

/** What to say of a failure: that there was one, and the problem where our own page tells one. */
function told(answer) {
  const word = document.getElementById("word-of-failure").content.firstElementChild.cloneNode(true);
  const problem = new DOMParser().parseFromString(answer, "text/html").querySelector("#problem");
  if (problem) word.append(...problem.children);
  word.id = "not-fetched";
  return word;
}

// What is fetched anew is fetched under the eyes and hands of whoever is there: what was unfolded stays so, and the focus
// stays on the same link or button, wherever that stands now.
const REACHED = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const left = new Map();

const named = (one) => [one.tagName, one.href ?? one.form?.action, one.name, one.textContent.trim()].join(" ");
const folds = (part) => [...part.querySelectorAll("details")];

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  const held = target.contains(document.activeElement) ? named(document.activeElement) : "";
  left.set(target.id, { held, open: folds(target).filter((fold) => fold.open).map((fold) => named(fold.firstElementChild)) });
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const now = document.getElementById(target.id);
  const { held, open } = left.get(target.id) ?? { held: "", open: [] };
  if (!now) return;
  for (const fold of folds(now)) fold.open ||= open.includes(named(fold.firstElementChild));
  if (held) [...now.querySelectorAll(REACHED)].find((one) => named(one) === held)?.focus({ preventScroll: true });
});
