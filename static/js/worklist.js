// Keys and selection of the worklist. Everything also works without this.
import { bindKeys } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];
const boxes = () => [...document.querySelectorAll("[data-select]")];
const current = () => document.querySelector("[data-row].is-current");

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  if (!next) return;
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector("a").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function select() {
  const box = (current() ?? document.activeElement?.closest("[data-row]"))?.querySelector("[data-select]");
  if (!box) return;
  box.checked = !box.checked;
  selected();
}

function selected() {
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  const said = document.querySelector("[data-selected]");
  if (said) said.textContent = count === 1 ? "1 chart" : `${count} charts`;
  const whole = document.querySelector("[data-select-all]");
  if (!whole) return;
  whole.hidden = all.length === 0;
  whole.checked = count > 0 && count === all.length;
  whole.indeterminate = count > 0 && count < all.length;
}

let last = null; // the box clicked before: Shift selects everything between it and the next one

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select]");
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-select], [data-select-all]")) selected();
});
document.addEventListener("htmx:afterSettle", selected);
selected();

bindKeys({
  j: () => move(1),
  k: () => move(-1),
  x: select,
  m: () => document.querySelector("#moves select")?.focus(),
  n: () => document.getElementById("next-chart")?.click(),
  "/": () => document.getElementById("search")?.focus(),
  f: () => document.querySelector("#filters select")?.focus(),
});
