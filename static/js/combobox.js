// Type-ahead for codes: arrows, Enter and Escape in the field; a click in the list.

const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));

function close(input) {
  listOf(input)?.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function select(input, option) {
  if (option.getAttribute("aria-disabled") === "true") {
    // A category is no code to assign: narrow the search to what lies below it.
    input.value = option.dataset.code;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  input.value = option.dataset.code;
  close(input);
  input.focus();
  const reason = input.form.querySelector(".reason");
  if (reason) reason.focus();
  else input.form.requestSubmit();
}

function move(input, step) {
  const options = [...listOf(input).querySelectorAll("[role=option]")];
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = options[(at + step + options.length) % options.length];
  options[at]?.removeAttribute("aria-selected");
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", next.id);
}

document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-combobox]");
  if (!input) return;
  const chosen = listOf(input)?.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !event.ctrlKey && chosen) {
    event.preventDefault();
    select(input, chosen);
  } else if (event.key === "Enter" && !event.ctrlKey && input.form.querySelector(".reason")) {
    // The code stands; what is missing is the reason.
    event.preventDefault();
    close(input);
    input.form.querySelector(".reason").focus();
  } else if (event.key === "Escape" && listOf(input)?.childElementCount) {
    event.stopPropagation();
    close(input);
  }
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  const input = document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
  select(input, option);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.detail.target;
  const input = list.id && document.querySelector(`[data-combobox][aria-controls="${list.id}"]`);
  if (!input) return;
  // An answer that comes after the field was left or emptied is stale.
  if (document.activeElement !== input || input.value.trim().length < 2) close(input);
  else input.setAttribute("aria-expanded", String(list.childElementCount > 0));
});
