// A form whose answer takes a moment says that it works.
"use strict";

(() => {
  const each = (work) => document.querySelectorAll("button[data-gm-wait]").forEach(work);
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[data-gm-wait]");
    if (!button) return;
    button.dataset.gmWords = button.textContent;
    button.textContent = button.dataset.gmWait;
    button.disabled = true;
    event.target.setAttribute("aria-busy", "true");
  });
  // The way back shows the page as it was left.
  addEventListener("pageshow", () => each((button) => {
    if (!button.dataset.gmWords) return;
    button.textContent = button.dataset.gmWords;
    button.disabled = false;
    button.form.removeAttribute("aria-busy");
  }));
})();
