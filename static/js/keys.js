// Keys, only while nobody is typing.
import { tinykeys } from "../vendor/tinykeys/tinykeys.js";
import { openHelp } from "./app.js";

export function isTyping(event) {
  const target = event.target;
  if (target.type === "checkbox") return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

// `map` is { key: act }; a key with Control works while typing, too.
export function bindKeys(map) {
  const guarded = { "?": openHelp, "Shift+?": openHelp, ...map };
  const bindings = {};
  for (const [key, act] of Object.entries(guarded)) {
    bindings[key] = (event) => {
      if (document.querySelector("dialog[open]")) return;
      if (isTyping(event) && !key.includes("Control")) return;
      event.preventDefault();
      act(event);
    };
  }
  tinykeys(window, bindings);
}

// `map` is { character as typed: act }, and "Control+Enter" besides. A person's own keys are matched by what
// they type, so that "N" and "/" work on every layout; anything with Ctrl, Alt or Meta is left to the browser.
export function bindCharacters(map) {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const command = event.ctrlKey || event.altKey || event.metaKey;
    const key = event.ctrlKey && event.key === "Enter" ? "Control+Enter" : event.key;
    if (command && key !== "Control+Enter" && !event.getModifierState("AltGraph")) return;
    const act = key === "?" ? openHelp : map[key];
    if (!act || (isTyping(event) && key !== "Control+Enter")) return;
    event.preventDefault();
    act(event);
  });
}
