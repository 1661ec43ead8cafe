// Addresses to be placed: the candidates of the open order stand numbered on the map; a click on it sets a pin; keys choose.
"use strict";

(() => {
  const page = document.querySelector("[data-gm-queue]");
  if (!page) return;
  let marks = null;

  const order = () => page.querySelector("[data-gm-order]");
  const candidates = () => [...page.querySelectorAll("[data-gm-candidate]")];
  const place = (row) => L.latLng(Number(row.dataset.gmLat), Number(row.dataset.gmLon));

  const point = (row) => candidates().forEach((each) => each.classList.toggle("gm-shown", each === row));

  const draw = () => {
    const map = window.gridmap?.map;
    if (!map) return;
    marks?.remove();
    marks = L.layerGroup().addTo(map);
    gridmap.unmark(map);
    const rows = candidates();
    rows.forEach((row, index) => {
      const at = place(row);
      const name = row.querySelector("b").textContent;
      L.circle(at, { radius: Number(row.dataset.gmRadius), color: "#1f5f8b", weight: 1, fillOpacity: 0.08, interactive: false }).addTo(marks);
      const icon = L.divIcon({ className: "gm-candidate-number", html: String(index + 1), iconSize: null });
      const mark = L.marker(at, { icon, keyboard: false, title: name }).addTo(marks);
      mark.on("click", () => {
        point(row);
        row.querySelector("button")?.focus();
      });
    });
    if (rows.length) map.fitBounds(L.latLngBounds(rows.map(place)).pad(0.3), { maxZoom: 17, animate: false });
  };

  // The form for the pin says where it is, and can be sent from then on.
  document.addEventListener("gridmap:place", ({ detail }) => {
    const form = page.querySelector("[data-gm-pin]");
    if (!form) return;
    form.elements.lon.value = detail.lon.toFixed(6);
    form.elements.lat.value = detail.lat.toFixed(6);
    const words = form.querySelector("[data-gm-pin-words]");
    words.textContent = words.dataset.gmPinned.replace("{place}", `${form.elements.lon.value}, ${form.elements.lat.value}`);
    const button = form.querySelector("button");
    button.disabled = false;
    button.classList.replace("btn-outline-primary", "btn-primary");
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "queue") return;
    // By hand: htmx would keep a copy of the page with its map.
    history.replaceState(null, "", order().dataset.gmOrder);
    draw();
    const head = document.getElementById("order-title");
    head?.focus({ preventScroll: matchMedia("(min-width: 768px)").matches });
  });

  // Single keys work only while the panel has the focus, and never while something is typed.
  page.addEventListener("keydown", (event) => {
    if (!event.target.closest("[data-gm-order]") || event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = /^[1-9]$/.test(event.key) ? candidates()[Number(event.key) - 1] : null;
    if (row) {
      event.preventDefault();
      point(row);
      window.gridmap?.map?.panTo(place(row), { animate: false });
      row.querySelector("button")?.focus();
    } else if (event.key.toLowerCase() === "n") {
      const links = [...page.querySelectorAll(".gm-queue-rows a")];
      const at = links.findIndex((link) => link.hasAttribute("aria-current"));
      (links[at + 1] || links[0])?.click();
    }
  });

  page.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-gm-candidate]");
    if (row) point(row);
  });

  document.addEventListener("DOMContentLoaded", draw);
})();
