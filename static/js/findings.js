// Guideline findings: the list above the submit button, the digits that mend, and "go there".

const byId = (id) => document.getElementById(id);
const list = () => byId("findings");
const fixes = () => [...document.querySelectorAll("#findings-list [data-fix]")];

export const findingsAreOpen = () => Boolean(list()?.open);

// The digits stand on the fixes of the open list; names of keys are for eyes, not for screen readers.
export function numberFixes() {
  fixes().slice(0, 8).forEach((button, index) => {
    if (button.querySelector("kbd")) return;
    const key = document.createElement("kbd");
    key.textContent = String(index + 1);
    key.ariaHidden = "true";
    button.append(" ", key);
  });
}

export function toggleFindings() {
  const details = list();
  if (!details) return;
  details.open = !details.open;
  if (details.open) (fixes()[0] ?? details.querySelector("summary")).focus({ preventScroll: true });
}

export function pressFix(number) {
  fixes()[number - 1]?.click();
}

export function closeFindings() {
  if (!findingsAreOpen()) return false;
  const inside = list().contains(document.activeElement);
  list().open = false;
  return inside;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-findings]")) {
    event.preventDefault();
    if (!findingsAreOpen()) toggleFindings();
  }
  // A click beside the open list closes it, as it lies over the codes.
  if (findingsAreOpen() && !event.target.closest(".submit, [data-findings]")) list().open = false;
});
numberFixes();
