// The shop card: FastTabs stay open or closed as they were left, and a field that a choice governs is greyed at once.
// Without this the first group is open, and fields are greyed when the card is saved or given more rows.
"use strict";

const form = document.querySelector(".card-form");
const wanted = document.getElementById(location.hash.slice(1));
let asked = new AbortController();

for (const tab of document.querySelectorAll("details.tab")) {
  const left = localStorage.getItem(tab.id);
  if (tab.contains(wanted)) tab.open = true;
  else if (left && !tab.querySelector(".mistake")) tab.open = left === "open";
  tab.addEventListener("toggle", () => localStorage.setItem(tab.id, tab.open ? "open" : "closed"));
}
wanted?.scrollIntoView();

form?.addEventListener("change", async ({ target }) => {
  if (!target.matches("select, [role=switch]")) return;
  asked.abort();
  asked = new AbortController();
  const typed = new URLSearchParams(new FormData(form));
  typed.set("more-rows", "");
  try {
    const answer = await fetch(form.action, { method: "POST", body: typed, signal: asked.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const field of form.querySelectorAll(".card-field")) {
      const now = page.getElementById(field.id);
      if (now && now.classList.contains("off") !== field.classList.contains("off")) field.replaceWith(now);
    }
  } catch (problem) {
    if (problem.name !== "AbortError") console.info("what is greyed is seen when the card is saved", problem);
  }
});
