// What every page does: theme, help, notices, time spent.

const root = document.documentElement;

function toggleTheme() {
  const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `medcode_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

export function openHelp() {
  document.getElementById("help").showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) toggleTheme();
  if (event.target.closest("[data-help-open]")) openHelp();
  event.target.closest("[data-dismiss]")?.closest(".notice").remove();
});

// A notice of success needs no answer; one that says what went wrong stays until it is dismissed.
setTimeout(() => document.querySelectorAll(".notice-info, .notice-success").forEach((notice) => notice.closest(".notices") && notice.remove()), 6000);

// A refusal belongs to the act before it: the next act clears it.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get") document.getElementById("notices").replaceChildren();
});

document.addEventListener("htmx:sendError", () => say("The server does not answer. Nothing was changed; try again in a moment."));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say("Something broke on our side. Nothing was half saved; try again in a minute.");
});

function say(sentence) {
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  notice.role = "alert";
  notice.textContent = sentence;
  document.getElementById("notices").replaceChildren(notice);
}
