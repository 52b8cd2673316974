// One act at a time. What is pressed or clicked while an act is on its way waits for its answer, so
// that "a a a" accepts three suggestions, and no answer arrives for a pane that is gone by then.

let busy = null;
let waiting = [];

export function inTurn(act) {
  return () => (busy ? waiting.push(act) : act());
}

// The fresh pane is in place: go on with what waited.
export function takeTurns() {
  busy = null;
  while (waiting.length && !busy) {
    waiting.shift()();
    // What was typed for a field that only now has the focus must not be taken for commands.
    if (document.activeElement?.matches("input[name=code], input[name=comment]")) waiting = [];
  }
}

// What a form is about, the same before and after an answer: each × and each fix has the address of its like, and
// only its hidden values tell which one it is. These the answer gives anew:
const FRESH = new Set(["csrfmiddlewaretoken", "version", "seconds_spent", "code_system"]);
export function about(form) {
  const hidden = [...form.elements].filter((field) => field.type === "hidden" && !FRESH.has(field.name));
  return JSON.stringify([form.getAttribute("action"), ...hidden.map((field) => [field.name, field.value])]);
}
export function formAbout(name) {
  return [...document.querySelectorAll("#work form")].find((form) => about(form) === name);
}

// The same form in the fresh pane, with what the person had filled in and the button that was pressed.
function submitAgain(name, filled, pressed) {
  const form = formAbout(name);
  if (!form) return;
  for (const [name, value] of filled) {
    const field = form.elements[name];
    if (field && field.type !== "hidden" && "value" in field) field.value = value;
  }
  const button = pressed?.id ? document.getElementById(pressed.id) : form.querySelector(`button[value="${pressed?.value}"]`);
  if (button) button.click(); // htmx sends the button that was clicked, not the one that a form is submitted with
  else form.requestSubmit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!busy || !form.closest("#work")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const again = [about(form), [...new FormData(form)], event.submitter];
  waiting.push(() => submitAgain(...again));
}, true);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "work") busy = event.detail.xhr;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr !== busy || event.detail.successful) return;
  busy = null;
  waiting = [];
});
