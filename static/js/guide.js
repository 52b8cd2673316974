// The guided first chart. It only watches what the person does: it takes no key, no click and no focus.
import { isTyping } from "./keys.js";

const byId = (id) => document.getElementById(id);
const guide = byId("guide");
const steps = [...guide.querySelectorAll("[data-step]")];
// Names of steps, so that the next chart goes on where this one left off; nothing of the chart.
const place = `medcode-guide-${guide.dataset.person}`;
const done = new Set((sessionStorage.getItem(place) ?? "").split(" ").filter(Boolean));

const now = () => steps.find((step) => !done.has(step.dataset.step));
const isOpen = () => guide.isConnected;

function paint() {
  const current = now();
  for (const step of steps) {
    step.toggleAttribute("data-done", done.has(step.dataset.step));
    if (step === current) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  const left = steps.filter((step) => !done.has(step.dataset.step)).length;
  byId("guide-count").textContent = current ? `${steps.length - left + 1} of ${steps.length}` : "";
  byId("guide-skip").hidden = !current;
  if (current) byId("guide-now").replaceChildren(...[...current.childNodes].map((node) => node.cloneNode(true)));
  else byId("guide-now").textContent = "That is all of it. Press ? for every key, and for this guide again.";
}

function finish(name) {
  if (!isOpen() || done.has(name)) return;
  done.add(name);
  sessionStorage.setItem(place, [...done].join(" "));
  paint();
  if (!now()) store();
}

// Sent past htmx, and kept alive: the last step is the submit, which leaves the page.
function store() {
  sessionStorage.removeItem(place);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  fetch(guide.dataset.end, { method: "POST", headers, body: new URLSearchParams(), keepalive: true }).catch(() => {});
}

// An act counts once the server has done it, whether a key or the mouse began it.
document.addEventListener("htmx:afterRequest", (event) => {
  const { successful, requestConfig } = event.detail;
  if (!successful || requestConfig.verb !== "post") return;
  const path = new URL(requestConfig.path, location.href).pathname;
  const step = steps.find((each) => each.dataset.act?.split(" ").some((end) => path.endsWith(end)));
  if (step) finish(step.dataset.step);
});

// Looking at evidence asks the server nothing: here the key or the click is the act.
const reading = guide.querySelector("[data-step=evidence]");
document.addEventListener("keydown", (event) => {
  if (event.key !== reading.dataset.key || event.ctrlKey || event.altKey || event.metaKey) return;
  if (isTyping(event) || document.querySelector("dialog[open]")) return;
  if (document.querySelector(".sug.is-current [data-evidence]")) finish("evidence");
});
document.addEventListener("click", (event) => event.target.closest("[data-evidence], mark[data-s]") && finish("evidence"));

byId("guide-skip").addEventListener("click", () => finish(now().dataset.step));

// Ended early. Who ended it with the keyboard goes on in the documentation, not at the top of the page.
byId("guide-end").addEventListener("submit", () => sessionStorage.removeItem(place));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === guide && guide.contains(document.activeElement)) byId("documentation").focus({ preventScroll: true });
});

paint();
