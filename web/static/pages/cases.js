// The filter of a list: the panel stays as one left it.
"use strict";

(() => {
  const panel = document.querySelector(".gm-case-filter");
  const wide = matchMedia("(min-width: 1200px)");
  if (panel) {
    panel.open = sessionStorage.getItem("gm-case-filter") === "open" && wide.matches;
    panel.addEventListener("toggle", () => sessionStorage.setItem("gm-case-filter", panel.open ? "open" : ""));
  }
})();
