// Type-ahead for codes: arrows, Home, End, Enter and Escape in the field; a click in the list.
// The list belongs to the text in the field: an answer to any other text is dropped.

const SHORTEST = 2;
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const inputOf = (list) => list?.id && document.querySelector(`[data-combobox][aria-controls="${list.id}"]`);
const optionsOf = (input) => [...(listOf(input)?.querySelectorAll("[role=option]") ?? [])];
const chosenOf = (input) => listOf(input)?.querySelector("[aria-selected=true]");

function close(input) {
  const list = listOf(input);
  list?.replaceChildren();
  list?.removeAttribute("aria-busy");
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  say(input, "");
}

// What a screen reader hears; made once beside the list, so that it is there before it speaks.
function say(input, text) {
  const list = listOf(input);
  if (!list) return;
  let status = list.nextElementSibling;
  if (!status?.matches("[data-combobox-status]")) {
    status = document.createElement("span");
    status.dataset.comboboxStatus = "";
    status.setAttribute("role", "status");
    list.after(status);
  }
  status.textContent = text;
}

function select(input, option) {
  input.value = option.dataset.code;
  if ("narrows" in option.dataset) {
    // A category is no code to assign: the search goes on among the codes below it.
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  if (input.form.elements.code_system) input.form.elements.code_system.value = option.dataset.system;
  window.htmx?.trigger(input, "htmx:abort");
  close(input);
  input.focus();
  const reason = input.form.querySelector(".reason");
  if (reason) reason.focus();
  else input.form.requestSubmit();
}

function choose(input, option) {
  chosenOf(input)?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

// From the field itself, down is the first option and up the last; past either end it goes round.
function move(input, step) {
  const options = optionsOf(input);
  if (!options.length) return;
  const at = options.indexOf(chosenOf(input));
  const from = at < 0 && step < 0 ? options.length : at;
  choose(input, options[(from + step + options.length) % options.length]);
}

function onKey(event, input) {
  const chosen = chosenOf(input);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if ((event.key === "Home" || event.key === "End") && chosen) {
    // Once in the list they mean the list; before that, the text.
    event.preventDefault();
    choose(input, optionsOf(input).at(event.key === "Home" ? 0 : -1));
  } else if (event.key === "Enter" && !event.ctrlKey && chosen) {
    event.preventDefault();
    select(input, chosen);
  } else if (event.key === "Enter" && !event.ctrlKey && input.form.querySelector(".reason")) {
    // The code stands; what is missing is the reason.
    event.preventDefault();
    close(input);
    input.form.querySelector(".reason").focus();
  } else if (event.key === "Escape" && listOf(input)?.childElementCount) {
    event.stopImmediatePropagation();
    window.htmx?.trigger(input, "htmx:abort");
    close(input);
  }
}

// Before the page's own keys: Escape closes the list, and only the next one what is around it.
document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-combobox]");
  if (input && !event.isComposing) onKey(event, input);
}, true);

document.addEventListener("input", (event) => {
  const input = event.target.closest?.("[data-combobox]");
  if (!input) return;
  if (event.isTrusted && input.form.elements.code_system) input.form.elements.code_system.value = "";
  if (input.value.trim().length < SHORTEST) {
    window.htmx?.trigger(input, "htmx:abort");
    close(input);
    return;
  }
  // The old list stays to read until the new one comes, but nothing in it is chosen any more.
  chosenOf(input)?.setAttribute("aria-selected", "false");
  input.removeAttribute("aria-activedescendant");
  listOf(input)?.setAttribute("aria-busy", "true");
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  const input = option && inputOf(option.parentElement);
  if (input) select(input, option);
});

// The answer to what was asked, and only while it is still what stands in the field.
document.addEventListener("htmx:beforeSwap", (event) => {
  const input = inputOf(event.detail.target);
  if (!input) return;
  const asked = event.detail.requestConfig.parameters[input.name];
  const stale = asked !== input.value || document.activeElement !== input || input.value.trim().length < SHORTEST;
  if (stale) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const input = inputOf(event.detail.target);
  if (!input) return;
  const options = optionsOf(input);
  options.forEach((option, index) => { option.id = `${event.detail.target.id}-${index}`; });
  event.detail.target.removeAttribute("aria-busy");
  event.detail.target.scrollTop = 0;
  input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", String(options.length > 0));
  say(input, options.length ? `${options.length} ${options.length === 1 ? "code" : "codes"}` : listOf(input).textContent.trim());
});

// A field that is left takes its list along; a failed request must not leave it waiting for ever.
document.addEventListener("focusout", (event) => {
  const input = event.target.closest?.("[data-combobox]");
  if (!input || listOf(input)?.contains(event.relatedTarget)) return;
  window.setTimeout(() => { if (document.activeElement !== input && !listOf(input)?.matches(":hover")) close(input); }, 150);
});

for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, (event) => {
    const input = event.target.closest?.("[data-combobox]");
    if (input) close(input);
  });
}
