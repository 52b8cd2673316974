// Drag an assigned code by its number to another place among those of its kind. The keys and buttons do the same;
// the new place is sent through the row's own form, with the chart's version.

import { inTurn } from "./turns.js";

const EDGE = 24;
const AHEAD = 4;
let drag = null;

const middle = (row) => row.top + row.height / 2;

function start(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button || drag) return;
  const row = grip.closest("[data-assigned]");
  const list = row.closest("[data-order]");
  const pane = list.closest(".assigned-list");
  const rows = [...list.children];
  if (rows.length < 2) return;
  event.preventDefault();
  drag = {
    row, list, pane, rows, grip, pointer: event.pointerId, from: rows.indexOf(row), to: rows.indexOf(row),
    y: event.clientY, scroll: pane.scrollTop, boxes: rows.map((each) => each.getBoundingClientRect()), moved: false,
  };
  grip.setPointerCapture(event.pointerId);
}

// Where the row hangs now, and the place between the others that is nearest to it.
function move(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const view = drag.pane.getBoundingClientRect();
  if (event.clientY < view.top + EDGE) drag.pane.scrollTop -= 8;
  if (event.clientY > view.bottom - EDGE) drag.pane.scrollTop += 8;
  const by = event.clientY - drag.y + drag.pane.scrollTop - drag.scroll;
  if (!drag.moved && Math.abs(by) < AHEAD) return;
  drag.moved = true;
  drag.list.classList.add("is-sorting");
  drag.row.classList.add("is-dragged");
  const own = drag.boxes[drag.from];
  const at = middle(own) + by;
  drag.to = drag.boxes.filter((box, index) => index !== drag.from && middle(box) < at).length;
  drag.rows.forEach((row, index) => {
    if (index === drag.from) row.style.transform = `translateY(${by}px)`;
    else if (index > drag.from && index <= drag.to) row.style.transform = `translateY(${-own.height}px)`;
    else if (index < drag.from && index >= drag.to) row.style.transform = `translateY(${own.height}px)`;
    else row.style.transform = "";
  });
}

function settle() {
  // Not left empty: htmx would copy the attribute, which the content policy refuses. (Unasked, Chromium leaves it.)
  for (const row of drag.rows) if (row.hasAttribute("style")) row.removeAttribute("style");
  drag.row.classList.remove("is-dragged");
  drag.list.classList.remove("is-sorting");
}

// The place that was let go of is shown at once; a refusal puts the row back.
function drop(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { row, list, from, to, moved, rows } = drag;
  settle();
  drag = null;
  if (!moved || from === to) return;
  const after = rows[from + 1] ?? null;
  list.insertBefore(row, to > from ? rows[to].nextElementSibling : rows[to]);
  inTurn(() => send(row.id, to + 1, () => list.insertBefore(row, after)))();
}

function send(id, to, putBack) {
  const form = document.querySelector(`#${id} form[data-act=move]`);
  if (!form) return;
  const finished = (answer) => {
    if (answer.detail.elt !== form) return;
    document.removeEventListener("htmx:afterRequest", finished);
    if (!answer.detail.successful) putBack();
  };
  document.addEventListener("htmx:afterRequest", finished);
  window.htmx.ajax("POST", form.getAttribute("action"), { source: form, target: "#work", swap: "outerHTML", values: { to } });
}

function cancel() {
  if (!drag) return;
  settle();
  drag = null;
}

document.addEventListener("pointerdown", start);
document.addEventListener("pointermove", move);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", cancel);
document.addEventListener("keydown", (event) => {
  if (!drag || event.key !== "Escape") return;
  event.stopImmediatePropagation();
  cancel();
}, true);
// A list that is drawn anew under the pointer ends the drag.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (drag && event.detail.target.contains(drag.row)) cancel();
});
