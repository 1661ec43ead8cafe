// Where photos were taken: a number, and a wedge towards where the camera looked.
"use strict";

(() => {
  gridmap.photoMark = (map, photo) => {
    const svg = gridmap.svg("svg", { width: 44, height: 44, viewBox: "-22 -22 44 44", "aria-hidden": "true" });
    if (photo.direction !== null) {
      svg.append(gridmap.svg("path", { d: "M0 0 L-9 -20 A22 22 0 0 1 9 -20 Z", fill: "#7a2f86", "fill-opacity": 0.55, transform: `rotate(${photo.direction})` }));
    }
    svg.append(gridmap.svg("circle", { r: 9, fill: "#fff", stroke: "#7a2f86", "stroke-width": 2 }));
    svg.append(gridmap.svg("text", { y: 4, "text-anchor": "middle", "font-size": 12, fill: "#1d252c" }, photo.number));
    const icon = L.divIcon({ className: "gm-photo-pin", html: svg, iconSize: [44, 44] });
    const mark = L.marker([photo.lat, photo.lon], { icon, title: photo.label, keyboard: true, zIndexOffset: 100 }).addTo(map);
    mark.on("click", () => document.dispatchEvent(new CustomEvent("gridmap:photo", { detail: photo.number })));
  };
})();
