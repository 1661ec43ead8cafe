// Shapes with words: findings and the like, drawn by Leaflet from GeoJSON.
"use strict";
window.gridmap = window.gridmap || {};

gridmap.shapes = (map, settings) => {
  const popup = (lines) => {
    const box = L.DomUtil.create("div");
    lines.forEach((line, at) => { L.DomUtil.create(at ? "div" : "strong", "", box).textContent = line; });
    return box;
  };
  const layer = L.geoJSON(null, {
    style: (feature) => {
      const colour = settings.colours[feature.properties.kind] || "#333";
      return { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.45 };
    },
    onEachFeature: (feature, part) => part.bindPopup(() => popup(feature.properties.words)),
  });
  let asked = false;
  layer.on("add", async () => {
    if (asked) return;
    asked = true;
    const done = gridmap.wait(map);
    try {
      const answer = await fetch(settings.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      layer.addData(await answer.json());
      map.getContainer().dispatchEvent(new CustomEvent("gridmap:shapes", { bubbles: true }));
    } catch (error) {
      asked = false;
      gridmap.say(map, map.gridmap.words.failed);
    } finally {
      done();
    }
  });
  return layer;
};
