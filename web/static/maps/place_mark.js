// One place on a map: a pin, a circle of its accuracy, the outline of the grid that owns it, the way to its edge.
"use strict";

(() => {
  gridmap.placeMark = (map, place) => {
    const at = L.latLng(place.lat, place.lon);
    if (map.gridmap.accuracy) map.gridmap.accuracy.remove();
    map.gridmap.accuracy = null;
    if (place.accuracy) {
      map.gridmap.accuracy = L.circle(at, { radius: place.accuracy, color: "#1f5f8b", weight: 1, fillColor: "#1f5f8b", fillOpacity: 0.12, interactive: false });
      map.gridmap.accuracy.addTo(map);
    }
    map.gridmap.edge?.remove();
    map.gridmap.edge = null;
    if (place.edge) {
      const edge = L.latLng(place.edge[1], place.edge[0]);
      map.gridmap.edge = L.polyline([at, edge], { color: "#b4381f", weight: 2, dashArray: "5 4", interactive: false }).addTo(map);
    }
    gridmap.mark(map, at);
    gridmap.chooseGrid(place.grid);
  };
})();
