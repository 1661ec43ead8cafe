// Owners in doubt: the place, its circle and the grids that may hold it on the map; keys go through the list and to the buttons.
"use strict";

(() => {
  const page = document.querySelector("[data-gm-doubts]");
  if (!page) return;
  // The owner's outline is whole, the others' are broken: told apart without colour too, and each bears its number and words.
  const COLOURS = ["#1f5f8b", "#9a4d00", "#6b3fa0", "#2c6e49", "#5b6770"];
  let drawn = null;

  const draw = () => {
    const map = window.gridmap?.map;
    if (!map) return;
    drawn?.remove();
    drawn = L.layerGroup().addTo(map);
    gridmap.unmark(map);
    const place = JSON.parse(page.querySelector("[data-gm-doubt]").dataset.gmPlace);
    if (place.lon === undefined) return;
    const at = L.latLng(place.lat, place.lon);
    // The likeliest comes last, so that its outline and its words lie above the others.
    [...place.grids.entries()].reverse().forEach(([index, grid]) => {
      const color = COLOURS[Math.min(index, COLOURS.length - 1)];
      L.geoJSON(grid.shape, { interactive: false, style: { color, weight: 3, dashArray: grid.owns ? null : "7 5", fillColor: color, fillOpacity: 0.1 } }).addTo(drawn);
      if (!grid.label) return;
      L.tooltip({ permanent: true, direction: "center", className: "gm-doubt-label", interactive: false })
        .setLatLng(grid.label).setContent(document.createTextNode(grid.words)).addTo(drawn);
    });
    if (place.accuracy) {
      L.circle(at, { radius: place.accuracy, color: "#1d252c", weight: 2, dashArray: "3 4", fillColor: "#1d252c", fillOpacity: 0.08, interactive: false }).addTo(drawn);
    }
    gridmap.mark(map, at);
    map.fitBounds(at.toBounds(2 * place.around), { maxZoom: 19, animate: false });
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "queue") return;
    draw();
    // After a decision Enter decides the next one; whoever goes through the list stays in it.
    const inList = event.detail.requestConfig?.verb === "get";
    const current = page.querySelector(inList ? ".gm-queue-rows [aria-current]" : ".gm-choices button:enabled") ?? page.querySelector("#doubt-title");
    current?.focus({ preventScroll: true });
    // On a phone map, question and list lie below each other.
    if (matchMedia("(max-width: 767.98px)").matches) page.scrollIntoView();
  });

  const rows = () => [...page.querySelectorAll(".gm-queue-rows a")];
  // Keys come faster than answers: steps taken meanwhile are made up for after the answer.
  let asking = false;
  let ahead = 0;
  const step = (by) => {
    if (asking) {
      ahead += by;
      return;
    }
    const links = rows();
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const to = Math.max(0, Math.min(at + by, links.length - 1));
    if (to !== at) links[to]?.click();
  };

  page.addEventListener("htmx:beforeRequest", () => { asking = true; });
  document.addEventListener("htmx:afterRequest", () => {
    asking = false;
    const by = ahead;
    ahead = 0;
    if (by) step(by);
  });

  const toChoice = (choice) => {
    page.querySelectorAll("[data-gm-choice]").forEach((each) => each.classList.toggle("gm-shown", each === choice));
    choice?.querySelector("button").focus();
  };

  const KEYS = { j: 1, k: -1 };
  const ARROWS = { ArrowDown: 1, ArrowUp: -1 };
  // Single keys work only while the list or the question has the focus.
  page.addEventListener("keydown", (event) => {
    if (!event.target.closest("#queue") || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = /^[1-9]$/.test(event.key) ? page.querySelectorAll("[data-gm-choice]")[Number(event.key) - 1] : null;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (choice) toChoice(choice);
    else if (KEYS[key]) step(KEYS[key]);
    else if (ARROWS[key] && event.target.closest(".gm-queue-rows")) step(ARROWS[key]);
    else if (event.key === "Enter" && event.target.closest(".gm-queue-rows [aria-current]")) toChoice(page.querySelector("[data-gm-choice]"));
    else return;
    event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", draw);
})();
