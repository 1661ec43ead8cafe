// The filter of a list: empty fields stay out of the address, and the panel stays as one left it.
"use strict";

(() => {
  const form = document.querySelector("form[data-gm-tidy]");
  form?.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
  // Back to a page that the browser kept: its fields take input again.
  addEventListener("pageshow", () => form?.querySelectorAll("[disabled]").forEach((field) => { field.disabled = false; }));

  const panel = document.querySelector(".gm-case-filter");
  const wide = matchMedia("(min-width: 1200px)");
  if (panel) {
    panel.open = sessionStorage.getItem("gm-case-filter") === "open" && wide.matches;
    panel.addEventListener("toggle", () => sessionStorage.setItem("gm-case-filter", panel.open ? "open" : ""));
  }
})();
