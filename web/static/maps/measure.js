// Measuring on the map: clicks (or Enter for the middle) set points, Backspace takes one back, Escape ends.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const grouped = (number, digits = 0) =>
    number.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  gridmap.lengthWords = (metres, words) =>
    metres < 1000 ? `${grouped(metres)} ${words.metres}` : `${grouped(metres / 1000, 2)} ${words.kilometres}`;
  gridmap.areaWords = (squareMetres, words) => {
    if (squareMetres < 10000) return `${grouped(squareMetres)} ${words.square_metres}`;
    if (squareMetres < 1e6) return `${grouped(squareMetres / 10000, 2)} ${words.hectares}`;
    return `${grouped(squareMetres / 1e6, 3)} ${words.square_kilometres}`;
  };

  const button = (box, icon, words, work) => {
    const made = L.DomUtil.create("button", "gm-map-button", box);
    made.type = "button";
    made.title = words;
    made.setAttribute("aria-label", words);
    L.DomUtil.create("i", `bi bi-${icon}`, made).setAttribute("aria-hidden", "true");
    made.addEventListener("click", work);
    return made;
  };

  // One measuring at a time: ``kind`` is distance or area, "" when none is under way.
  class Measure {
    constructor(map, words) {
      Object.assign(this, { map, words, kind: "", places: [], buttons: {} });
      this.drawn = L.layerGroup().addTo(map);
      document.addEventListener("keydown", (event) => this.key(event));
    }

    toggle(kind) {
      const next = this.kind === kind ? "" : kind;
      this.end();
      if (next) this.begin(next);
    }

    begin(kind) {
      this.kind = kind;
      this.buttons[kind].setAttribute("aria-pressed", "true");
      this.map.gridmap.tool = (place) => { this.places.push(place); this.show(); };
      this.map.doubleClickZoom.disable();
      this.map.getContainer().classList.add("gm-measuring");
      this.box = this.makeBox();
      this.map.getContainer().focus({ preventScroll: true });
      this.show();
    }

    end() {
      if (!this.kind) return;
      this.buttons[this.kind].setAttribute("aria-pressed", "false");
      this.kind = "";
      this.places = [];
      this.map.gridmap.tool = null;
      this.map.doubleClickZoom.enable();
      this.map.getContainer().classList.remove("gm-measuring");
      this.drawn.clearLayers();
      this.box.remove();
    }

    undo() {
      this.places.pop();
      this.show();
    }

    makeBox() {
      const box = L.DomUtil.create("div", "gm-measure", this.map.getContainer());
      const total = L.DomUtil.create("output", "gm-measure-total", box);
      total.setAttribute("aria-live", "polite");
      button(box, "arrow-counterclockwise", this.words.undo, () => this.undo());
      button(box, "x-lg", this.words.close, () => this.end());
      L.DomUtil.create("p", "gm-measure-hint", box).textContent = this.words.hint;
      L.DomEvent.disableClickPropagation(box);
      return box;
    }

    show() {
      const colours = { color: "#b4381f", weight: 3, interactive: false };
      this.drawn.clearLayers();
      const line = this.kind === "area" ? L.polygon(this.places, { ...colours, fillOpacity: 0.15 }) : L.polyline(this.places, colours);
      this.drawn.addLayer(line);
      for (const place of this.places) {
        this.drawn.addLayer(L.circleMarker(place, { ...colours, radius: 4, fillColor: "#fff", fillOpacity: 1 }));
      }
      this.box.querySelector("output").textContent = this.kind === "area"
        ? gridmap.areaWords(gridmap.geodesic.area(this.places), this.words)
        : gridmap.lengthWords(gridmap.geodesic.length(this.places), this.words);
    }

    key(event) {
      if (!this.kind) return;
      if (event.key === "Escape") {
        const { kind } = this;
        this.end();
        this.buttons[kind].focus();
        event.stopPropagation();
      }
      if (event.key === "Backspace" && !event.target.closest("input, textarea, select")) {
        event.preventDefault();
        this.undo();
      }
    }
  }

  gridmap.tools = (map, words) => {
    const measure = new Measure(map, words);
    map.gridmap.toolWords = words;
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "leaflet-bar gm-map-tools");
      L.DomEvent.disableClickPropagation(box);
      for (const [kind, icon] of [["distance", "rulers"], ["area", "bounding-box-circles"]]) {
        measure.buttons[kind] = button(box, icon, words[kind], () => measure.toggle(kind));
        measure.buttons[kind].setAttribute("aria-pressed", "false");
      }
      button(box, "printer", words.print, () => gridmap.printMap(map));
      return box;
    };
    control.addTo(map);
  };
})();
