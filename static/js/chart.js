// The chart page: which suggestion is selected, what the keys do, and where the eye is kept.
import { bindKeys } from "./keys.js";
import "./combobox.js";

const IDLE_SECONDS = 300;
const byId = (id) => document.getElementById(id);
const cards = () => [...document.querySelectorAll(".sug")];
const pending = () => cards().filter((card) => card.dataset.state === "pending");

let currentId = null;
let evidenceAt = 0;
let lastAct = performance.now();

function current() {
  return currentId && byId(`s${currentId}`);
}

function paintMarks() {
  for (const mark of document.querySelectorAll("mark[data-s]")) {
    const ids = mark.dataset.s.split(" ");
    const states = ids.map((id) => byId(`s${id}`)?.dataset.state).filter(Boolean);
    mark.dataset.state = states.includes("pending") ? "pending" : states[0] ?? "rejected";
    mark.classList.toggle("is-current", ids.includes(currentId));
  }
}

function select(card, { focus = true, scrollText = true } = {}) {
  for (const other of cards()) other.classList.toggle("is-current", other === card);
  currentId = card?.dataset.id ?? null;
  evidenceAt = 0;
  for (const row of document.querySelectorAll("[data-assigned]")) row.classList.toggle("is-current", Boolean(currentId) && row.dataset.suggestion === currentId);
  paintMarks();
  if (!card) return;
  if (focus) card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  if (scrollText) showEvidence(0);
}

function step(by) {
  const all = cards();
  if (!all.length) return;
  const at = all.indexOf(current());
  select(all[Math.max(0, Math.min(all.length - 1, at + by))]);
}

function showEvidence(index) {
  const links = [...(current()?.querySelectorAll("[data-evidence]") ?? [])];
  if (!links.length) return;
  evidenceAt = index % links.length;
  const anchor = byId(`ev-${links[evidenceAt].dataset.evidence}`);
  const pane = byId("documentation");
  if (!anchor || !pane) return;
  const box = anchor.getBoundingClientRect();
  const view = pane.getBoundingClientRect();
  // Words that can be read already stay where they are.
  if (box.top < view.top + 60 || box.bottom > view.bottom - 60) pane.scrollTop += box.top - view.top - view.height / 3;
}

function press(act) {
  current()?.querySelector(`[data-act="${act}"] button`)?.click();
}

function open(act) {
  const details = current()?.querySelector(`details[data-act="${act}"]`);
  if (!details) return;
  for (const other of document.querySelectorAll("details.act[open]")) if (other !== details) other.open = false;
  details.open = true;
  details.querySelector(act === "modify" ? "input[data-combobox]" : ".reason")?.focus();
}

function rejectWith(number) {
  const details = current()?.querySelector('details[data-act="reject"][open]');
  const button = details?.querySelector(`[data-key="${number}"]`);
  if (button?.value === "other" && !details.querySelector("[name=comment]").value.trim()) details.querySelector("[name=comment]").focus();
  else button?.click();
}

function assignedRow() {
  return document.querySelector("[data-assigned].is-current") ?? document.querySelector("[data-assigned]:last-child");
}

function cyclePoa() {
  const menu = assignedRow()?.querySelector("select[name=poa]");
  if (!menu) return;
  menu.selectedIndex = (menu.selectedIndex + 1) % menu.options.length;
  menu.dispatchEvent(new Event("change", { bubbles: true }));
}

function stepNote(by) {
  const notes = [...document.querySelectorAll(".note")];
  const pane = byId("documentation");
  const top = pane.getBoundingClientRect().top + 20;
  const at = notes.findLastIndex((note) => note.getBoundingClientRect().top <= top + 40);
  notes[Math.max(0, Math.min(notes.length - 1, at + by))]?.scrollIntoView({ block: "start" });
}

function closeAll() {
  for (const details of document.querySelectorAll("details.act[open]")) details.open = false;
  current()?.focus({ preventScroll: true });
}

const numbers = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((number) => [String(number), () => rejectWith(number)]));
bindKeys({
  j: () => step(1),
  k: () => step(-1),
  a: () => press("accept"),
  m: () => open("modify"),
  r: () => open("reject"),
  e: () => showEvidence(evidenceAt + 1),
  u: () => byId("undo-form")?.requestSubmit(),
  p: () => assignedRow()?.querySelector("[data-first]")?.click(),
  o: cyclePoa,
  n: () => stepNote(1),
  "Shift+N": () => stepNote(-1),
  "/": () => byId("add-code")?.focus(),
  "Control+Enter": () => byId("submit-next")?.click(),
  ...numbers,
});
document.addEventListener("keydown", (event) => event.key === "Escape" && closeAll());

// How long the person looked before this act; a pause of more than five minutes is no work.
document.addEventListener("submit", stampTime, true);
document.addEventListener("htmx:configRequest", (event) => {
  if ("seconds_spent" in event.detail.parameters) event.detail.parameters.seconds_spent = secondsSinceLastAct();
});
function secondsSinceLastAct() {
  return Math.min(IDLE_SECONDS, Math.round((performance.now() - lastAct) / 1000));
}
function stampTime(event) {
  const field = event.target.querySelector?.("[name=seconds_spent]");
  if (field) field.value = secondsSinceLastAct();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-evidence]");
  if (link) {
    event.preventDefault();
    const card = link.closest(".sug");
    select(card, { scrollText: false });
    showEvidence([...card.querySelectorAll("[data-evidence]")].indexOf(link));
    return;
  }
  const mark = event.target.closest("mark[data-s]");
  if (mark) return select(byId(`s${mark.dataset.s.split(" ")[0]}`), { scrollText: false });
  const card = event.target.closest(".sug");
  if (card && card !== current()) select(card, { focus: false });
});

// After an act the pane is new: keep its scroll, and go on to the next suggestion that needs a person.
let scrollOfList = 0;
let wasPending = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "work") return;
  scrollOfList = byId("suggestions")?.scrollTop ?? 0;
  wasPending = current()?.dataset.state === "pending";
  lastAct = performance.now();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "work" && event.detail.elt?.id !== "work") return;
  const list = byId("suggestions");
  if (list) list.scrollTop = scrollOfList;
  const here = current();
  const moved = wasPending && here && here.dataset.state !== "pending";
  if (moved || !here) {
    const after = cards().slice(here ? cards().indexOf(here) : 0).find((card) => card.dataset.state === "pending") ?? pending()[0];
    if (after) return select(after);
    select(here, { focus: false, scrollText: false });
    return byId("submit-next")?.focus();
  }
  const focused = document.activeElement;
  select(here, { focus: !focused || focused === document.body, scrollText: false });
});

select(pending()[0] ?? null, { scrollText: false });
