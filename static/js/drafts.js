// What a person types while an answer is on its way: the answer brings fresh forms, and what stood in the
// old ones goes into them, with the place of the keyboard. Only the form that was answered begins anew.
import { about, formAbout } from "./turns.js";

const TEXT = "textarea, input:not([type=hidden], [type=checkbox], [type=radio])";
const isText = (element) => Boolean(element?.matches?.(TEXT));

let drafts = [];
let typing = false;

export function keepDrafts(answered) {
  const here = document.activeElement;
  typing = isText(here) && here.form !== answered;
  drafts = [...document.querySelectorAll("#work form")]
    .filter((form) => form !== answered)
    .flatMap((form) => [...form.elements].filter(isText))
    .filter((field) => field === here || field.value !== field.defaultValue)
    .map((field) => ({ field, form: about(field.form), caret: field === here ? field.selectionStart : null }));
}

// True when the person is typing: then nothing else may take the keyboard, or a word becomes commands.
export function restoreDrafts() {
  for (const { field, form, caret } of drafts) if (!field.isConnected) restore(field, form, caret);
  drafts = [];
  return typing;
}

function restore(old, form, caret) {
  const field = formAbout(form)?.elements[old.name];
  if (!isText(field)) return;
  field.value = old.value;
  if (caret === null) return; // what was left behind is kept, and its form stays shut
  const details = field.closest("details");
  if (details) details.open = true;
  field.focus({ preventScroll: true });
  field.setSelectionRange(caret, caret);
  field.dispatchEvent(new Event("input", { bubbles: true })); // a list of codes is looked up again
}
