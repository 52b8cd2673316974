// The code book beside the notes: opened at a code, and its code used without typing it again.
import { openTab, showTab } from "./documentation.js";

const byId = (id) => document.getElementById(id);
const panel = byId("book-panel");
const use = byId("use-code");
let before = "notes";

function load(url) {
  delete byId("book").dataset.first;
  window.htmx.ajax("GET", url, { source: panel, target: "#book", select: "#book", swap: "outerHTML" });
}

export function openBook(code, system) {
  const first = byId("book").dataset.first;
  const day = panel.querySelector("[name=on]").value;
  // Named before the tab opens, so that it does not load the first page only to leave it.
  if (code) load(`/codebook/${encodeURIComponent(system)}/${encodeURIComponent(code)}/?on=${day}`);
  else if (first) load(first);
  showTab("book");
}

export function toggleBook(code, system) {
  if (openTab() === "book") return showTab(before);
  openBook(code, system);
}

// The code on the page, if it can be billed.
function shown() {
  const entry = panel.querySelector(".book-entry");
  const code = entry?.querySelector(".book-head .code")?.textContent.trim();
  const form = entry?.querySelector("form[action*='/favourite/']");
  if (!code || !form || !entry.querySelector(".book-standing.book-billable")) return null;
  return { code, system: decodeURIComponent(form.getAttribute("action").split("/")[2]) };
}

// Into the open Modify form, else onto the chart.
function useCode() {
  const found = shown();
  if (!found) return;
  const modify = document.querySelector(".sug details[data-act=modify][open] form");
  const form = modify ?? byId("add-form");
  if (!form) return;
  form.elements.code.value = found.code;
  if (form.elements.code_system) form.elements.code_system.value = found.system;
  if (modify) modify.querySelector(".reason").focus();
  else form.requestSubmit();
}

function paintUse() {
  if (!use) return;
  const found = shown();
  use.hidden = !found;
  if (found) use.textContent = `Use ${found.code}`;
}

use?.addEventListener("click", useCode);
document.addEventListener("tab:shown", (event) => {
  if (event.detail !== "book") before = event.detail;
  else if (byId("book").dataset.first) openBook();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-book]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openBook(link.dataset.book, "ICD-10-CM");
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "book") return;
  paintUse();
  byId("documentation").scrollTop = 0;
});
