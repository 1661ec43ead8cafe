// Correcting a place: the pin on the map and the typed coordinates say the same, and what the move would do is asked for.
"use strict";

(() => {
  const form = document.querySelector("form[data-gm-move]");
  if (!form) return;
  const { lon, lat } = form.elements;
  let waiting = null;

  const ask = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const asked = new URLSearchParams({ lon: lon.value, lat: lat.value });
      htmx.ajax("GET", `${form.dataset.gmMove}?${asked}`, { target: "#preview", swap: "innerHTML", source: lon });
    }, 250);
  };

  document.addEventListener("gridmap:moved", (event) => {
    lon.value = event.detail.lon.toFixed(6);
    lat.value = event.detail.lat.toFixed(6);
    ask();
  });
  for (const field of [lon, lat]) {
    field.addEventListener("change", () => {
      const place = [Number(lon.value), Number(lat.value)];
      if (place.every(Number.isFinite) && Math.abs(place[1]) <= 85 && window.gridmap?.movePin) gridmap.movePin(...place);
      ask();
    });
  }
  // The form can be sent once it is known what that does.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "preview") form.querySelector("[type=submit]").disabled = !event.detail.target.querySelector("[data-gm-moves]");
  });
  document.addEventListener("DOMContentLoaded", () => { if (form.dataset.gmTyped) lon.dispatchEvent(new Event("change")); });
})();
