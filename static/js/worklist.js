// Keys of the worklist.
import { bindKeys } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  if (!next) return;
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  const link = next.querySelector("a");
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

bindKeys({
  j: () => move(1),
  k: () => move(-1),
  n: () => document.getElementById("next-chart")?.requestSubmit(),
  "/": () => document.querySelector("#filters select")?.focus(),
  f: () => document.querySelector("#filters select")?.focus(),
});
