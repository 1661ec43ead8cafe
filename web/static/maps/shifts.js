// Points that a correction would move: a ring where they are stated, a disc where they would lie, a line between.
"use strict";
window.gridmap = window.gridmap || {};

gridmap.shifts = async (map, settings) => {
  const done = gridmap.wait(map);
  try {
    const answer = await fetch(settings.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { pairs } = await answer.json();
    const drawn = L.featureGroup();
    const renderer = L.canvas({ padding: 0.5 });
    for (const [lat, lon, newLat, newLon] of pairs) {
      const [before, after] = [[lat, lon], [newLat, newLon]];
      L.polyline([before, after], { renderer, color: "#555", weight: 1, opacity: 0.35, interactive: false }).addTo(drawn);
      L.circleMarker(before, { renderer, radius: 4, color: settings.before, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(drawn);
      L.circleMarker(after, { renderer, radius: 4, color: "#fff", weight: 1, fillColor: settings.after, fillOpacity: 0.9, interactive: false }).addTo(drawn);
    }
    drawn.addTo(map);
    if (pairs.length && !location.hash) map.fitBounds(drawn.getBounds(), { padding: [24, 24], maxZoom: 17 });
    map.getContainer().dispatchEvent(new CustomEvent("gridmap:shifts", { bubbles: true }));
  } catch {
    gridmap.say(map, map.gridmap.words.failed);
  } finally {
    done();
  }
};
