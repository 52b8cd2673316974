// Search in the chart's notes: the hits are painted over the text, which itself stays as it is.
import { showBox } from "./documentation.js";

const field = document.getElementById("chart-words");
const hits = () => [...document.querySelectorAll("[data-hit]")];
let at = -1;

// A range over the note's text; `begin` and `end` count as the server's UTF-16 units do.
function rangeOf(hit) {
  const text = document.querySelector(`#note-${hit.dataset.hit} .note-text`);
  if (!text) return null;
  const range = document.createRange();
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let passed = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const next = passed + node.length;
    if (!begun && hit.dataset.begin < next) {
      range.setStart(node, hit.dataset.begin - passed);
      begun = true;
    }
    if (begun && hit.dataset.end <= next) {
      range.setEnd(node, hit.dataset.end - passed);
      return range;
    }
    passed = next;
  }
  return null;
}

function paint() {
  if (!("highlights" in CSS)) return;
  const ranges = hits().map(rangeOf);
  CSS.highlights.set("hits", new Highlight(...ranges.filter(Boolean)));
  const current = ranges[at];
  if (current) CSS.highlights.set("hit", new Highlight(current));
  else CSS.highlights.delete("hit");
}

function go(index) {
  const all = hits();
  if (!all.length) return;
  at = (index + all.length) % all.length;
  for (const each of all) each.toggleAttribute("aria-current", each === all[at]);
  const range = rangeOf(all[at]);
  if (range) showBox(() => range.getBoundingClientRect());
  all[at].scrollIntoView({ block: "nearest" });
  paint();
}

export function focusSearch() {
  field.focus();
  field.select();
}

// Enter goes to the next place, Shift+Enter back; Escape clears.
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && hits().length) {
    event.preventDefault();
    go(at + (event.shiftKey ? -1 : 1));
  } else if (event.key === "Escape" && field.value) {
    event.stopPropagation();
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-hit]");
  if (!link) return;
  event.preventDefault();
  go(hits().indexOf(link));
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "hits") return;
  at = -1;
  paint();
});
