// The button that prints the sheets.
"use strict";

document.addEventListener("click", (event) => { if (event.target.closest("[data-gm-print]")) print(); });
