// Time at work, the lease, and which notes were read: told to the server, kept nowhere in the browser.

const BEAT = 20;
const IDLE = 60;
const READ_AFTER = 3;
const byId = (id) => document.getElementById(id);
const pane = document.querySelector("[data-beat]");
const documentation = byId("documentation");
let lastTouch = performance.now();
let active = 0;
let elapsed = 0;
const looked = new Map();

function post(url, values, options = {}) {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  return fetch(url, { method: "POST", headers, body: new URLSearchParams(values), ...options });
}

for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) {
  document.addEventListener(kind, () => { lastTouch = performance.now(); }, { capture: true, passive: true });
}

async function beat(options) {
  const seconds = active;
  active = 0;
  try {
    const answer = await post(pane.dataset.beat, { seconds, version: byId("work-rest").dataset.version }, options);
    const page = answer.ok && !answer.redirected ? await answer.text() : "";
    if (page.includes('id="lease"')) {
      const fresh = document.createRange().createContextualFragment(page).querySelector("#lease");
      // A notice that is there already is not read out again.
      if (fresh.textContent.trim() === byId("lease").textContent.trim()) return;
      byId("lease").replaceWith(fresh);
      window.htmx.process(fresh);
    } else active += seconds;
  } catch {
    active += seconds;
  }
}

// A note is read when most of it, or of what the pane can show, was before the eyes for a few seconds.
function watchNotes() {
  const view = documentation.getBoundingClientRect();
  for (const link of document.querySelectorAll(".note-list .is-unread")) {
    const note = byId(`note-${link.dataset.noteLink}`)?.getBoundingClientRect();
    if (!note?.height) continue;
    const seen = Math.min(note.bottom, view.bottom) - Math.max(note.top, view.top);
    if (seen < Math.min(note.height, view.height) * 0.6) continue;
    const times = (looked.get(link) ?? 0) + 1;
    looked.set(link, times);
    if (times >= READ_AFTER) markRead(link);
  }
}

function markRead(link) {
  link.classList.remove("is-unread");
  for (const mark of link.querySelectorAll(".unread-dot, .sr")) mark.remove();
  post(pane.dataset.read, { note: link.dataset.noteLink }).catch(() => {});
}

setInterval(() => {
  if (document.visibilityState !== "visible") return;
  const working = performance.now() - lastTouch < IDLE * 1000;
  if (working) {
    active += 1;
    watchNotes();
  }
  elapsed += 1;
  // A page that is only looked at still hears who holds the chart.
  if (elapsed % BEAT === 0) beat();
}, 1000);
window.addEventListener("pagehide", () => active && beat({ keepalive: true }));
