// An upload: a file that is too large is told before it is sent; while it goes, the page says so.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-gm-upload]");
  if (!form) return;
  const file = form.elements.file;
  const told = document.getElementById("file-too-large");
  const tooLarge = () => file.files.length > 0 && file.files[0].size > Number(form.dataset.gmUpload) * 1024 * 1024;
  const check = () => {
    told.hidden = !tooLarge();
    told.textContent = told.hidden ? "" : form.dataset.gmTooLarge;
    file.setCustomValidity(told.textContent);
  };
  file.addEventListener("change", check);
  form.addEventListener("submit", () => { document.getElementById("sending").hidden = false; });
  // Back from the next page it shows as it was left. Its first showing may come after the form was sent.
  addEventListener("pageshow", (event) => { if (event.persisted) document.getElementById("sending").hidden = true; });
});
