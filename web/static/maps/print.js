// Printing the map: a sheet of A4 with title, legend, scale and date; the panels stay away (maps/tools.css).
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const SHEET_MM = 277;
  const TILES_WAIT_MS = 5000;
  let view = null;
  let folded = false;

  const loaded = (map) => new Promise((done) => {
    const end = Date.now() + TILES_WAIT_MS;
    const look = () => {
      let busy = false;
      map.eachLayer((layer) => { if (layer instanceof L.GridLayer && layer.isLoading()) busy = true; });
      if (busy && Date.now() < end) setTimeout(look, 100);
      else done();
    };
    setTimeout(look, 200);
  });

  // To two figures: a screen knows no paper, and neither does the browser's own margin.
  const scaleOf = (map) => {
    const box = map.getBounds();
    const middle = box.getCenter().lat;
    const across = gridmap.geodesic.length([L.latLng(middle, box.getWest()), L.latLng(middle, box.getEast())]);
    return Number((across / (SHEET_MM / 1000)).toPrecision(2)).toLocaleString("en-US");
  };

  const fill = (map) => {
    const words = (name, text) => { const found = document.querySelector(`[data-gm-print-${name}]`); if (found) found.textContent = text; };
    const title = document.querySelector("#card [data-gm-title]");
    words("title", title ? `· ${title.textContent.trim()}` : "");
    words("scale", map.gridmap.toolWords ? map.gridmap.toolWords.scale.replace("{number}", scaleOf(map)) : "");
  };

  const prepare = (map) => {
    if (view) return;
    view = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
    const { legend } = map.gridmap;
    folded = Boolean(legend) && !legend.open;
    document.body.classList.add("gm-printing");
    map.gridmap.settling = true;
    map.invalidateSize({ animate: false });
    map.fitBounds(view.bounds, { animate: false });
    if (legend) legend.open = true;
    fill(map);
  };

  const restore = (map) => {
    if (!view) return;
    document.body.classList.remove("gm-printing");
    map.invalidateSize({ animate: false });
    map.setView(view.centre, view.zoom, { animate: false });
    if (folded && map.gridmap.legend) map.gridmap.legend.open = false;
    map.gridmap.settling = false;
    view = null;
  };

  gridmap.printMap = async (map) => {
    prepare(map);
    await loaded(map);
    window.print();
    restore(map);
  };

  addEventListener("beforeprint", () => gridmap.map && prepare(gridmap.map));
  addEventListener("afterprint", () => gridmap.map && restore(gridmap.map));
})();
