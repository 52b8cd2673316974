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
