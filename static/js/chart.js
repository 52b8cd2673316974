// The chart page: which suggestion is selected, what the keys do, and where the eye is kept.
import { bindCharacters } from "./keys.js";
import "./beat.js";
import "./combobox.js";
import { toggleBook } from "./book.js";
import { focusSearch } from "./chart-search.js";
import { addCode, showAnchor, stepNote } from "./documentation.js";
import { keepDrafts, restoreDrafts } from "./drafts.js";
import { closeFindings, findingsAreOpen, numberFixes, pressFix, toggleFindings } from "./findings.js";
import "./reorder.js";
import { inTurn, takeTurns } from "./turns.js";

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
    const state = states.includes("pending") ? "pending" : states[0] ?? "rejected";
    if (mark.dataset.state !== state) mark.dataset.state = state;
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
  showAnchor(links[evidenceAt].dataset.evidence);
}

function press(act) {
  current()?.querySelector(`[data-act="${act}"] button`)?.click();
}

function open(act) {
  const details = current()?.querySelector(`details[data-act="${act}"]`);
  if (!details) return;
  details.open = true;
  enter(details);
}

// One form at a time, and the keyboard goes where it begins.
function enter(details) {
  for (const other of document.querySelectorAll("details.act[open]")) if (other !== details) other.open = false;
  paintForms();
  details.querySelector("input:not([type=hidden]):not([name=comment]), .reason")?.focus({ preventScroll: true });
  details.scrollIntoView({ block: "nearest" });
}

function giveReason(number) {
  const form = current()?.querySelector("details.act[open] form");
  const button = form?.querySelector(`[data-key="${number}"]`);
  if (button?.value === "other" && !form.comment.value.trim()) form.comment.focus();
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

function openLine() {
  const row = document.querySelector("[data-assigned].is-current.has-line") ?? document.querySelector("[data-assigned].has-line");
  const details = row?.querySelector("[data-line]");
  if (!details) return;
  details.open = true;
  enter(details);
}

// At the selected assigned code, else at the selected suggestion.
function openBookHere() {
  const here = document.querySelector("[data-assigned].is-current") ?? current();
  toggleBook(here?.dataset.code, here?.dataset.system);
}

function go(place) {
  const target = byId(place);
  if (!target) return;
  closeFindings();
  if (target.matches(".sug")) return select(target);
  selectRow(target);
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

// A row of the assigned codes; the suggestion that it came from is selected with it.
function selectRow(row) {
  const card = row.dataset.suggestion && byId(`s${row.dataset.suggestion}`);
  if (card) return select(card, { focus: false, scrollText: false });
  for (const other of document.querySelectorAll("[data-assigned]")) other.classList.toggle("is-current", other === row);
}

// Escape closes what is open and leaves a field, so that the keys act again.
function closeAll() {
  const inside = closeFindings();
  const typing = document.activeElement?.matches("input:not([type=checkbox]), select, textarea");
  if (!inside && !typing && !document.querySelector("details.act[open]")) return;
  for (const details of document.querySelectorAll("details.act[open]")) details.open = false;
  (current() ?? byId("documentation")).focus({ preventScroll: true });
}

const acts = {
  next: () => step(1),
  previous: () => step(-1),
  accept: () => press("accept"),
  modify: () => open("modify"),
  reject: () => open("reject"),
  undo: () => byId("undo-form")?.requestSubmit(),
  add: addCode,
  principal: () => assignedRow()?.querySelector("[data-first]")?.click(),
  poa: cyclePoa,
  line: openLine,
  book: openBookHere,
  findings: toggleFindings,
  fix: () => current()?.querySelector("[data-fix]")?.click(),
  evidence: () => showEvidence(evidenceAt + 1),
  next_note: () => stepNote(1),
  previous_note: () => stepNote(-1),
  search: focusSearch,
};
// While a form is open the keys that change something else rest: a word typed beside a field is no command.
const RESTING = new Set(["next", "previous", "accept", "undo", "principal", "poa", "fix"]);
const formIsOpen = () => Boolean(document.querySelector("details.act[open]"));
const fixesAreShown = () => findingsAreOpen() && !formIsOpen();
const pressDigit = (number) => (fixesAreShown() ? pressFix(number) : giveReason(number));
// A fix is the one that had the digit when it was pressed: while an answer is on its way, its form waits, not the digit.
const digit = (number) => () => (fixesAreShown() ? pressFix(number) : inTurn(() => pressDigit(number))());
const keys = { "Control+Enter": inTurn(() => byId("submit-next")?.click()) };
for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) keys[number] = digit(number);
for (const [act, key] of Object.entries(JSON.parse(byId("keys").textContent)))
  keys[key] = inTurn(() => (RESTING.has(act) && formIsOpen() ? null : acts[act]()));
bindCharacters(keys);
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
  const there = event.target.closest("[data-go]");
  if (there) {
    event.preventDefault();
    return go(there.dataset.go);
  }
  const row = event.target.closest("[data-assigned]");
  if (row && !event.target.closest("button, select, summary, input, a")) return selectRow(row);
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
  if (card && card !== current()) select(card, { focus: false, scrollText: !event.target.closest(".acts") });
});

// Tab reaches the buttons of another suggestion: that one is selected then. A mouse press is left
// alone until its click, for the layout must not move under it.
document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".sug");
  if (card && card !== current() && event.target.matches(":focus-visible")) select(card, { focus: false, scrollText: false });
});
// What the style sheet needs to know of the open forms.
function paintForms() {
  for (const acts of document.querySelectorAll(".acts")) acts.classList.toggle("has-form", Boolean(acts.querySelector("details[open]")));
  byId("work").classList.toggle("has-form", Boolean(document.querySelector(".sug details.act[open]")));
  byId("work").classList.toggle("has-line", Boolean(document.querySelector(".line[open]")));
}
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.act")) paintForms();
  if (event.target.matches("details.act") && event.target.open && !event.target.contains(document.activeElement.closest("form"))) enter(event.target);
}, true);

// The server is told which suggestions stand here, and answers with those that the act has changed.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.target.id === "work" && event.detail.verb === "post")
    event.detail.parameters.shown = cards().map((card) => `${card.dataset.id}:${card.dataset.version}`).join(" ");
});

// After an act the pane is new, or what is below the suggestions and some of them: keep its scroll, and go on to
// the next suggestion that needs a person. The notes stay where they are.
const isWork = (element) => element.id === "work" || element.id === "work-rest";
let before = { scroll: 0, scrollAssigned: 0, findings: false, states: new Map() };
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isWork(event.detail.target) || event.detail.isError) return;
  before = {
    scroll: byId("suggestions").scrollTop,
    scrollAssigned: byId("assigned-list").scrollTop,
    findings: findingsAreOpen(),
    states: new Map(cards().map((card) => [card.dataset.id, card.dataset.state])),
  };
  keepDrafts(event.detail.requestConfig?.elt);
  lastAct = performance.now();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!isWork(event.target)) return;
  byId("suggestions").scrollTop = before.scroll;
  byId("assigned-list").scrollTop = before.scrollAssigned;
  // The suggestions that the answer left out are as it knows them: their forms speak of its version.
  for (const field of document.querySelectorAll("#suggestions [name=version]")) field.value = byId("work-rest").dataset.version;
  paintForms();
  numberFixes();
  goOn({ typing: restoreDrafts() });
  keepFindings();
  takeTurns();
});

// A chart that is not taken: on to what is still asked, the warnings to be seen or the findings to be mended.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id !== "submit-form" || event.detail.successful) return;
  const box = byId("acknowledged");
  if (box && !box.checked && !document.querySelector("#findings-list .finding-error")) box.focus();
  else if (!findingsAreOpen()) toggleFindings();
});

// Who mends one finding after the other stays in their list.
function keepFindings() {
  if (!before.findings || findingsAreOpen()) return;
  toggleFindings();
}

function goOn({ typing }) {
  const was = (card) => before.states.get(card.dataset.id);
  const reopened = cards().find((card) => card.dataset.state === "pending" && was(card) && was(card) !== "pending");
  if (reopened) return select(reopened, { focus: !typing, scrollText: false });
  const here = current();
  const decided = here && here.dataset.state !== "pending" && was(here) === "pending";
  if (decided || !here) {
    const next = cards().slice(here ? cards().indexOf(here) : 0).find((card) => card.dataset.state === "pending") ?? pending()[0];
    if (next) return select(next, { focus: !typing, scrollText: false });
    select(here, { focus: false, scrollText: false });
    return typing || (byId("acknowledged") ?? byId("submit-next"))?.focus();
  }
  const lost = !document.activeElement || document.activeElement === document.body;
  select(here, { focus: lost, scrollText: false });
}

select(pending()[0] ?? null, { scrollText: false });

// From here on the keys act.
document.documentElement.dataset.keys = "ready";
