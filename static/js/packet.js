// The packet's own print button; without scripts the browser's menu prints as well.

const button = document.querySelector("[data-print-now]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
