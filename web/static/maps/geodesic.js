// Lengths and areas on the ellipsoid WGS84, for places within a city.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const A = 6378137;
  const E2 = 0.00669437999014;
  const E = Math.sqrt(E2);
  const radians = (degrees) => (degrees * Math.PI) / 180;

  // Metres between two places (lat, lng in degrees) by the radii of curvature at their middle latitude: better than 1 in 100,000 up to 50 km.
  const distance = (from, to) => {
    const middle = radians((from.lat + to.lat) / 2);
    const w = 1 - E2 * Math.sin(middle) ** 2;
    const north = ((A * (1 - E2)) / w ** 1.5) * radians(to.lat - from.lat);
    const east = (A / Math.sqrt(w)) * Math.cos(middle) * radians(to.lng - from.lng);
    return Math.hypot(north, east);
  };

  // The ellipsoid's area from the equator to a latitude, a radian of longitude wide.
  const zone = (lat) => {
    const s = Math.sin(radians(lat));
    return ((A * A * (1 - E2)) / 2) * (s / (1 - E2 * s * s) + Math.log((1 + E * s) / (1 - E * s)) / (2 * E));
  };

  gridmap.geodesic = {
    // Metres along places.
    length: (places) => places.slice(1).reduce((sum, place, index) => sum + distance(places[index], place), 0),
    // Square metres inside places, whichever way round.
    area: (places) => {
      if (places.length < 3) return 0;
      const from = zone(places[0].lat);
      const sum = places.reduce((total, place, index) => {
        const next = places[(index + 1) % places.length];
        return total + radians(next.lng - place.lng) * ((zone(place.lat) + zone(next.lat)) / 2 - from);
      }, 0);
      return Math.abs(sum);
    },
  };
})();
