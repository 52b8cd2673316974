// Keys of the code book: / searches, f keeps a favourite, u goes up.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    const field = document.getElementById("book-q");
    field.focus();
    field.select();
  } else if (event.key === "f") {
    document.querySelector("[data-book-favourite]")?.click();
  } else if (event.key === "u") {
    document.querySelector("[data-book-up]")?.click();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "book") return;
  // A new code is read from its top, by eyes and by screen readers.
  const title = document.querySelector("#book h1");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
});
