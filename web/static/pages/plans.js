// Places of grids and comments on the map beside them; a place for a new comment.
"use strict";

(() => {
  const theMap = () => window.gridmap?.map;

  const show = (lon, lat) => {
    const map = theMap();
    if (!map) return;
    const at = L.latLng(lat, lon);
    map.setView(at, Math.max(map.getZoom(), 16), { animate: false });
    gridmap.mark(map, at);
    map.getContainer().scrollIntoView({ block: "nearest" });
  };
  document.querySelectorAll("[data-gm-lon]").forEach((each) => {
    each.addEventListener("click", () => show(Number(each.dataset.gmLon), Number(each.dataset.gmLat)));
  });

  const box = document.querySelector("[data-gm-comments]");
  if (!box) return;
  const form = box.querySelector("[data-gm-comment-form]");
  const button = box.querySelector("[data-gm-place]");
  const words = box.querySelector("[data-gm-place-words]");

  const choose = ({ lat, lng }) => {
    form.elements.lon.value = lng.toFixed(6);
    form.elements.lat.value = lat.toFixed(6);
    gridmap.mark(theMap(), L.latLng(lat, lng));
    words.textContent = words.dataset.gmChosen;
    button.setAttribute("aria-pressed", "false");
    theMap().gridmap.tool = null;
    form.elements.text.focus();
  };
  button.addEventListener("click", () => {
    const map = theMap();
    if (!map) return;
    words.textContent = words.dataset.gmChoosing;
    button.setAttribute("aria-pressed", "true");
    map.gridmap.tool = (latlng) => choose(latlng.wrap());
    map.getContainer().scrollIntoView({ block: "nearest" });
    map.getContainer().focus();
  });

  document.addEventListener("gridmap:comment", (event) => {
    const comment = document.getElementById(`comment-${event.detail}`);
    comment?.scrollIntoView({ block: "center" });
    comment?.focus({ preventScroll: true });
  });
})();
