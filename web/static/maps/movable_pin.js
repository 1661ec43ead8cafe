// A pin that people move: by dragging, by a click on the map (or Enter for its middle), by arrow keys (a metre, with Shift ten).
"use strict";

(() => {
  const METRE = 1 / 111320;
  const KEYS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  gridmap.movablePin = (map, settings) => {
    const from = L.latLng(settings.lat, settings.lon);
    const element = map.getContainer();
    L.circleMarker(from, { radius: 6, color: "#555", weight: 2, dashArray: "3 3", fillOpacity: 0, interactive: false }).addTo(map);
    const way = L.polyline([from, from], { color: "#b4381f", weight: 2, dashArray: "6 4", interactive: false }).addTo(map);
    const icon = L.divIcon({ className: "gm-pin", html: '<i class="bi bi-geo-alt-fill" aria-hidden="true"></i>', iconSize: [44, 44], iconAnchor: [22, 40] });
    const pin = L.marker(from, { icon, draggable: true, keyboard: true, title: settings.words, alt: settings.words }).addTo(map);
    pin.getElement().setAttribute("aria-label", settings.words);
    gridmap.chooseGrid(settings.grid);

    const tell = () => {
      const at = pin.getLatLng().wrap();
      way.setLatLngs([from, at]);
      element.dispatchEvent(new CustomEvent("gridmap:moved", { bubbles: true, detail: { lon: at.lng, lat: at.lat } }));
    };
    gridmap.movePin = (lon, lat) => {
      const at = L.latLng(lat, lon);
      pin.setLatLng(at);
      way.setLatLngs([from, at]);
      if (!map.getBounds().contains(at)) map.panTo(at, { animate: false });
    };
    // The click means the pin itself: no second mark.
    map.gridmap.tool = (latlng) => {
      pin.setLatLng(latlng);
      tell();
    };
    pin.on("drag", () => way.setLatLngs([from, pin.getLatLng()]));
    pin.on("dragend", tell);
    pin.getElement().addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const metres = event.shiftKey ? 10 : 1;
      const { lat, lng } = pin.getLatLng();
      gridmap.movePin(lng + (step[0] * metres * METRE) / Math.cos((lat * Math.PI) / 180), lat + step[1] * metres * METRE);
      tell();
    });
  };
})();
