// Two maps that move together; the pointer over one is shown on the other.
"use strict";
window.gridmap = window.gridmap || {};

gridmap.together = (one, other) => {
  let following = false;
  const follow = (from, to) => {
    const pointer = L.circleMarker([0, 0], { radius: 7, color: "#0b3a5b", weight: 2, fill: false, interactive: false, className: "gm-other-pointer" });
    from.on("move", () => {
      if (following) return;
      following = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      following = false;
    });
    from.on("mousemove", (event) => pointer.setLatLng(event.latlng).addTo(to));
    from.on("mouseout", () => pointer.remove());
    // A wheel on one map must not leave the other half-way through its own animation.
    from.options.zoomAnimation = false;
  };
  follow(one, other);
  follow(other, one);
  other.setView(one.getCenter(), one.getZoom(), { animate: false });
};
