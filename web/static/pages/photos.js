// The photos of a case, larger, one after the other: by click, by keys, from their marks on the map.
"use strict";

(() => {
  const viewer = document.querySelector("dialog[data-gm-photos]");
  const links = [...document.querySelectorAll("a[data-gm-photo]")];
  if (!viewer || !links.length || !viewer.showModal) return;
  const picture = viewer.querySelector("img");
  const facts = viewer.querySelector("[data-gm-photo-facts]");
  const count = viewer.querySelector("[data-gm-photo-count]");
  const original = viewer.querySelector("[data-gm-photo-original]");
  let at = 0;

  if (links.length < 2) viewer.querySelectorAll("[data-gm-step]").forEach((button) => { button.hidden = true; });

  const show = (index) => {
    at = (index + links.length) % links.length;
    const link = links[at];
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    facts.replaceChildren(...[...link.closest("li").querySelector(".gm-photo-facts").childNodes].map((node) => node.cloneNode(true)));
    count.textContent = `${at + 1} / ${links.length}`;
    original.href = link.dataset.gmOriginal;
    if (!viewer.open) viewer.showModal();
  };

  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
  }));
  viewer.addEventListener("click", (event) => {
    const step = event.target.closest("[data-gm-step]");
    if (step) show(at + Number(step.dataset.gmStep));
    else if (event.target === viewer || event.target.closest("[data-gm-close]")) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  viewer.addEventListener("close", () => links[at].focus());
  // Photo and case together on the map, however far apart.
  document.addEventListener("click", (event) => {
    const where = event.target.closest("[data-gm-photo-lat]");
    const map = window.gridmap?.map;
    if (!where || !map) return;
    const places = L.latLngBounds([[Number(where.dataset.gmPhotoLat), Number(where.dataset.gmPhotoLon)]]);
    if (map.gridmap.mark) places.extend(map.gridmap.mark.getLatLng());
    map.fitBounds(places.pad(0.2), { maxZoom: 19, animate: false });
    map.getContainer().scrollIntoView({ block: "center" });
  });
  document.addEventListener("gridmap:photo", (event) => {
    const index = links.findIndex((link) => Number(link.dataset.gmPhoto) === event.detail);
    if (index >= 0) show(index);
  });
})();
