// The worksheet: type-ahead, and after each act the reader is where they were.

import "./combobox.js";

let place = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "sheet") return;
  const scroll = document.querySelector(".look-scroll");
  place = { top: scroll?.scrollTop ?? 0, focus: document.activeElement?.id ?? "" };
});

document.addEventListener("htmx:afterSettle", () => {
  if (!place) return;
  const scroll = document.querySelector(".look-scroll");
  if (scroll) scroll.scrollTop = place.top;
  if (place.focus) document.getElementById(place.focus)?.focus({ preventScroll: true });
  place = null;
});

// One open form at a time, and its field ready to type in.
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.(".look-acts details") || !details.open) return;
  document.querySelectorAll(".look-acts details[open]").forEach((other) => { if (other !== details) other.open = false; });
  details.querySelector("[name=code], [name=comment], select")?.focus();
}, true);

// A choice in these menus is the act itself; without scripts there is a button.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
