// Where somebody said something: a numbered pin, hollow when it is settled.
"use strict";

(() => {
  gridmap.commentMark = (map, comment) => {
    const svg = gridmap.svg("svg", { width: 44, height: 44, viewBox: "-22 -22 44 44", "aria-hidden": "true" });
    const [fill, ink] = comment.settled ? ["#fff", "#5b6770"] : ["#8a5a00", "#fff"];
    svg.append(gridmap.svg("path", { d: "M0 21 L-7 8 A12 12 0 1 1 7 8 Z", fill, stroke: comment.settled ? "#5b6770" : "#fff", "stroke-width": 1.5 }));
    svg.append(gridmap.svg("text", { y: 2, "text-anchor": "middle", "font-size": 12, "font-weight": 600, fill: ink }, comment.number));
    const icon = L.divIcon({ className: "gm-comment-pin", html: svg, iconSize: [44, 44], iconAnchor: [22, 43] });
    const mark = L.marker([comment.lat, comment.lon], { icon, title: comment.label, alt: comment.label, keyboard: true }).addTo(map);
    mark.on("click", () => map.getContainer().dispatchEvent(new CustomEvent("gridmap:comment", { bubbles: true, detail: comment.ref })));
    return mark;
  };
})();
