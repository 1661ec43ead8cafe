// Layers that Folium has none for: vector tiles and the choropleth by grid.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  // From below: a background of pictures lies in Leaflet's own pane (200).
  const PANES = { base: 210, heat: 300, choropleth: 320, grids: 340, divisions: 350, compound_names: 360, gates: 370, services: 380 };
  gridmap.makePanes = (map) => {
    for (const [name, height] of Object.entries(PANES)) {
      map.createPane(name).style.zIndex = height;
      map.getPane(name).style.pointerEvents = "none";
    }
  };
  const tiles = (name, options) =>
    protomapsL.leafletLayer({ attribution: "", maxDataZoom: 16, pane: name, tileDelay: 1, ...options });

  // The grid whose card is open; layers of grids draw it with a strong outline.
  const gridLayers = [];
  gridmap.chosenGrid = null;
  gridmap.chooseGrid = (id) => {
    if (id === gridmap.chosenGrid) return;
    gridmap.chosenGrid = id;
    for (const layer of gridLayers) if (layer._map) layer.rerenderTiles();
  };

  gridmap.vectorLayer = (settings) => {
    const names = settings.language === "en" ? ["name_en", "name", "code"] : ["name", "code"];
    const style = gridmap.styles[settings.style](names, settings);
    // Names of compounds keep clear of those of grids: their layer reads both tiles.
    const from = settings.gridsUrl
      ? { sources: { grids: { url: settings.gridsUrl, maxDataZoom: 16 }, places: { url: settings.url, maxDataZoom: 16 } } }
      : { url: settings.url };
    const layer = tiles(settings.style, {
      ...from, minZoom: settings.minZoom || 0, paintRules: style.paint, labelRules: settings.labels === false ? [] : style.label,
    });
    layer.gridmapStyle = settings.style;
    if (settings.style === "grids") gridLayers.push(layer);
    return layer;
  };

  // Too little data: grey lines.
  const hatching = () => protomapsL.createPattern(8, 8, (_canvas, context) => {
    context.strokeStyle = "#777";
    context.lineWidth = 1;
    context.moveTo(0, 8);
    context.lineTo(8, 0);
    context.stroke();
  });

  class ClassFill {
    constructor(colours) {
      this.colours = colours;
      this.classes = new Map();
      this.pattern = hatching();
    }
    take(values) {
      this.classes.clear();
      values.classes.forEach((ids, index) => ids.forEach((id) => this.classes.set(id, index)));
      (values.hatched || []).forEach((id) => this.classes.set(id, -1));
    }
    draw(context, geometry, _zoom, feature) {
      const found = this.classes.get(feature.id);
      if (found === undefined) return;
      context.globalAlpha = 0.7;
      context.fillStyle = found < 0 ? context.createPattern(this.pattern, "repeat") : this.colours[found];
      context.beginPath();
      for (const ring of geometry) {
        ring.forEach((point, index) => (index ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
      }
      context.fill();
    }
  }

  gridmap.choropleth = (map, settings) => {
    const fill = new ClassFill(settings.colours);
    const layer = tiles("choropleth", { url: settings.url, paintRules: [{ dataLayer: "grids", symbolizer: fill }], labelRules: [] });
    let asked = null;
    let under = null;
    layer.gridmapAddress = settings.values;
    // Colours of another address on the same tiles; a later call ends an earlier one.
    layer.gridmapShow = async (address) => {
      under?.abort();
      under = new AbortController();
      const done = gridmap.wait(map);
      asked = layer.gridmapAddress = address;
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: under.signal });
        if (!answer.ok) throw new Error(String(answer.status));
        fill.take(await answer.json());
        if (layer._map) layer.rerenderTiles();
      } catch (error) {
        if (error.name === "AbortError") return;
        asked = null;
        gridmap.say(map, map.gridmap.words.failed);
      } finally {
        done();
      }
    };
    layer.on("add", () => { if (!asked) layer.gridmapShow(layer.gridmapAddress); });
    return layer;
  };

  // Pictures of another address in place of those of a tile layer, each as it comes: nothing flickers.
  gridmap.showTiles = (layer, address) => {
    layer.setUrl(address, true);
    return Promise.all(Object.values(layer._tiles).map(({ el, coords }) => new Promise((done) => {
      el.onload = el.onerror = done;
      el.src = layer.getTileUrl(coords);
    })));
  };
})();
