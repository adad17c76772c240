// What pages do beyond links and forms; everything works without it.
"use strict";

// One click is one request: a form that was sent cannot be sent again by impatience.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// Files dropped on an upload area go into its input.
document.addEventListener("dragover", (event) => {
  const area = event.target.closest("[data-drop]");
  if (!area) return;
  event.preventDefault();
  area.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  event.target.closest?.("[data-drop]")?.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const area = event.target.closest("[data-drop]");
  if (!area) return;
  event.preventDefault();
  area.classList.remove("over");
  const input = area.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
