// The middle pane: tabs, the note in view, evidence, and words selected to search a code for.

const byId = (id) => document.getElementById(id);
const pane = byId("documentation");
const picker = byId("find-code");
const scrolled = {};
let tab = "notes";

export const openTab = () => tab;

export function showTab(name) {
  if (name === tab) return;
  scrolled[tab] = pane.scrollTop;
  tab = name;
  paintTabs();
  pane.scrollTop = scrolled[name] ?? 0;
  document.dispatchEvent(new CustomEvent("tab:shown", { detail: name }));
}

function paintTabs() {
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== tab;
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

const notes = () => [...document.querySelectorAll("[data-note]")];

function noteInView() {
  const line = pane.getBoundingClientRect().top + 60;
  return notes().findLastIndex((note) => note.getBoundingClientRect().top <= line);
}

export function stepNote(by) {
  showTab("notes");
  const all = notes();
  all[Math.max(0, Math.min(all.length - 1, noteInView() + by))]?.scrollIntoView({ block: "start" });
}

function paintNoteList() {
  if (tab !== "notes") return;
  const note = notes()[Math.max(0, noteInView())];
  for (const link of document.querySelectorAll("[data-note-link]")) link.classList.toggle("is-current", link.dataset.noteLink === note?.dataset.note);
}

// Bring evidence into view. Words that can be read already stay where they are.
export function showAnchor(id) {
  const anchor = byId(`ev-${id}`);
  if (anchor) showBox(() => anchor.getBoundingClientRect());
}

export function showBox(measure) {
  showTab("notes");
  const box = measure();
  const view = pane.getBoundingClientRect();
  if (box.top < view.top + 60 || box.bottom > view.bottom - 60) pane.scrollTop += box.top - view.top - view.height / 3;
}

function selectedWords() {
  const selection = getSelection();
  const inNote = selection.rangeCount && !selection.isCollapsed && selection.anchorNode.parentElement?.closest(".note-text");
  const words = inNote ? selection.toString().replace(/\s+/g, " ").trim() : "";
  return words.length >= 3 && words.length <= 80 ? words : "";
}

// Go to the field that adds a code, and search for the words that are selected in a note.
export function addCode() {
  const field = byId("add-code");
  if (!field) return;
  const words = selectedWords();
  picker.hidden = true;
  field.focus();
  field.select();
  if (!words) return;
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function offerPicker() {
  picker.hidden = !selectedWords() || !byId("add-code");
  if (picker.hidden) return;
  const words = getSelection().getRangeAt(0).getBoundingClientRect();
  const around = picker.parentElement.getBoundingClientRect();
  picker.style.left = `${Math.max(8, Math.min(words.left - around.left, around.width - 330))}px`;
  picker.style.top = `${words.bottom - around.top + 6}px`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-tab]");
  if (link) {
    event.preventDefault();
    showTab(link.dataset.tab);
  } else if (event.target.closest("[data-note-link]")) showTab("notes");
});
pane.addEventListener("mouseup", () => setTimeout(offerPicker));
document.addEventListener("selectionchange", () => getSelection().isCollapsed && (picker.hidden = true));
pane.addEventListener("scroll", () => {
  picker.hidden = true;
  requestAnimationFrame(paintNoteList);
}, { passive: true });
picker.addEventListener("mousedown", (event) => event.preventDefault());
picker.addEventListener("click", addCode);
document.addEventListener("htmx:afterSettle", paintTabs);

paintTabs();
paintNoteList();
