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
