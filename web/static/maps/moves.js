// What changes between two layers of grids: outlines of both, ground and buildings that change hands; a row of the page leads to its place.
"use strict";
window.gridmap = window.gridmap || {};

gridmap.moves = async (map, settings) => {
  const renderer = L.canvas({ padding: 0.3 });
  const popup = (lines) => {
    const box = L.DomUtil.create("div");
    lines.forEach((line, at) => { L.DomUtil.create(at ? "div" : "strong", "", box).textContent = line; });
    return box;
  };
  const places = new Map();
  let chosen = null;

  const keep = (id, layer) => { if (!places.has(id)) places.set(id, layer); };
  const outlines = (features, style) => L.geoJSON(features, {
    style, renderer, interactive: false, onEachFeature: (feature, layer) => { layer.gridmapWords = feature.properties.words; keep(feature.properties.id, layer); },
  }).addTo(map);

  const show = (id) => {
    const place = places.get(id);
    if (!place) return;
    chosen?.remove();
    const bounds = place.getBounds ? place.getBounds() : L.latLngBounds([place.getLatLng()]);
    chosen = place.getBounds
      ? L.geoJSON(place.toGeoJSON(), { style: { color: "#0b3a5b", weight: 5, fill: false }, interactive: false }).addTo(map)
      : L.circleMarker(place.getLatLng(), { radius: 13, color: "#0b3a5b", weight: 4, fill: false, interactive: false }).addTo(map);
    map.fitBounds(bounds, { padding: [30, 30], maxZoom: 18, animate: false });
    map.openPopup(popup(place.gridmapWords), bounds.getCenter());
    map.getContainer().scrollIntoView({ block: "nearest" });
  };

  const done = gridmap.wait(map);
  try {
    const answer = await fetch(settings.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    const moves = L.geoJSON(found.moves, {
      renderer,
      style: { color: settings.ground, weight: 1, fillColor: settings.ground, fillOpacity: 0.45 },
      onEachFeature: (feature, layer) => {
        layer.gridmapWords = feature.properties.words;
        keep(feature.properties.id, layer);
        layer.bindPopup(() => popup(layer.gridmapWords));
      },
    }).addTo(map);
    const marks = [];
    // Seen from afar they would hide the ground that they stand on.
    const radius = () => (map.getZoom() >= 17 ? 6 : map.getZoom() >= 16 ? 4 : map.getZoom() >= 15 ? 2.5 : 1.5);
    outlines(found.old, { color: "#4a4a4a", weight: 1.5, dashArray: "5 5", fill: false });
    outlines(found.new, { color: settings.line, weight: 2, fill: false });
    for (const { id, at, words } of found.buildings) {
      const mark = L.circleMarker(at, { renderer, radius: radius(), color: "#fff", weight: 0.8, fillColor: settings.building, fillOpacity: 1 }).addTo(map);
      mark.gridmapWords = words;
      mark.bindPopup(() => popup(words));
      keep(id, mark);
      marks.push(mark);
    }
    map.on("zoomend", () => marks.forEach((mark) => mark.setRadius(radius())));
    if (found.moves.length && !location.hash) map.fitBounds(moves.getBounds(), { padding: [20, 20], maxZoom: 17, animate: false });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-gm-show]");
      if (button) show(button.dataset.gmShow);
    });
    map.getContainer().dispatchEvent(new CustomEvent("gridmap:moves", { bubbles: true }));
    map.getContainer().dataset.gmReady = "";
  } catch {
    gridmap.say(map, map.gridmap.words.failed);
  } finally {
    done();
  }
};
