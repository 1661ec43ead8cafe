// Panels beside the map: fold and open, cards for a clicked place, search results, the map's position kept in links.
"use strict";

(() => {
  const narrow = matchMedia("(max-width: 767.98px)");
  const panel = (id) => document.getElementById(id);
  // Wide screens start with open panels, phones without: the style sheet knows, so that nothing jumps while the page loads.
  const isOpen = (id) => panel(id) !== null && getComputedStyle(panel(id)).display !== "none";

  const show = (id, open) => {
    // On a phone one sheet at a time: the map keeps the rest of the screen.
    if (open && narrow.matches) ["left", "right"].forEach((other) => other !== id && show(other, false));
    panel(id)?.classList.toggle("gm-open", open);
    panel(id)?.classList.toggle("gm-folded", !open);
    document.querySelectorAll(`[data-gm-open="${id}"]`).forEach((button) => button.setAttribute("aria-expanded", String(open)));
  };

  gridmap.openPanel = (id) => show(id, true);

  const withView = (address) => address.split("#")[0] + location.hash;

  const loadCard = (address, lon, lat) => {
    const target = panel("card");
    const url = new URL(address, location.href);
    url.searchParams.set("lon", lon.toFixed(6));
    url.searchParams.set("lat", lat.toFixed(6));
    const reach = gridmap.reachOfPoints?.(gridmap.map);
    if (reach) url.searchParams.set("reach_m", reach.toFixed(1));
    const done = gridmap.wait(gridmap.map);
    show("right", true);
    htmx.ajax("GET", url.pathname + url.search, { source: panel("right"), target, swap: "innerHTML" }).finally(() => {
      done();
      panel("right").scrollTop = 0;
      panel("right").querySelector(".gm-sheet-body").scrollTop = 0;
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    ["left", "right"].forEach((id) => show(id, isOpen(id)));
    // Leaflet says this in English only.
    const layers = document.querySelector(".leaflet-control-layers-toggle");
    if (layers) layers.title = gridmap.map.gridmap.words.layers;
    if (gridmap.map) gridmap.clearLegend(gridmap.map);
    document.querySelectorAll("form[data-gm-keep-view]").forEach((form) => {
      // A chosen period needs no "all".
      form.addEventListener("formdata", ({ formData }) => { if (formData.get("from") || formData.get("to")) formData.delete("period"); });
      form.addEventListener("submit", () => {
        // Another area has a view of its own.
        if (form.elements.area.value === form.dataset.gmArea) form.action = withView(form.action);
      });
    });
  });

  document.addEventListener("gridmap:place", (event) => {
    const address = panel("right")?.dataset.gmCard;
    if (address) loadCard(address, event.detail.lon, event.detail.lat);
  });

  // The grid of the card is the one with the strong outline.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "card") return;
    const found = event.detail.target.querySelector("[data-gm-grid]");
    gridmap.chooseGrid(found ? Number(found.dataset.gmGrid) : null);
  });

  document.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-gm-fold]");
    if (fold) {
      show(fold.dataset.gmFold, false);
      document.querySelector(`[data-gm-open="${fold.dataset.gmFold}"]`)?.focus();
    }
    const open = event.target.closest("[data-gm-open]");
    if (open) {
      show(open.dataset.gmOpen, !isOpen(open.dataset.gmOpen));
      if (isOpen(open.dataset.gmOpen)) panel(open.dataset.gmOpen).querySelector("input, a, button")?.focus({ preventScroll: true });
    }
    const clear = event.target.closest("[data-gm-clear]");
    if (clear) {
      panel(clear.dataset.gmClear).replaceChildren();
      gridmap.chooseGrid(null);
    }
    const link = event.target.closest("a[data-gm-keep-view]");
    if (link) {
      const href = link.getAttribute("href");
      link.setAttribute("href", withView(href));
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !narrow.matches) return;
    ["left", "right"].forEach((id) => isOpen(id) && show(id, false));
  });

  // A fragment that did not come: say so where it is missed.
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, () => gridmap.map && gridmap.say(gridmap.map, gridmap.map.gridmap.words.failed));
  }
})();
