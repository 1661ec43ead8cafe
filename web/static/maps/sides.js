// Grids of two versions on two maps; a grid that is chosen on one shows what lies there on the other.
"use strict";
window.gridmap = window.gridmap || {};

gridmap.sides = async (left, right, settings) => {
  const maps = { left, right };
  const other = { left: "right", right: "left" };
  const layers = { left: [], right: [] };
  const names = { left: [], right: [] };
  const done = gridmap.wait(left);
  const said = document.querySelector("[data-gm-sides-said]");
  let pairs = [];
  let chosen = null;

  const usual = (feature) => ({ color: "#174a6d", weight: 1.5, dashArray: null, fillColor: feature.properties.colour, fillOpacity: 0.45 });
  const faint = { color: "#7d8a93", weight: 1, dashArray: null, fillOpacity: 0.08 };
  const strong = { color: "#0b3a5b", weight: 4, fillOpacity: 0.6 };
  const found = { color: "#7a3b00", weight: 4, dashArray: "8 5", fillOpacity: 0.6 };
  const all = (work) => Object.keys(maps).forEach((side) => layers[side].forEach((layer, number) => work(layer, side, number)));

  const clear = () => {
    chosen = null;
    all((layer) => layer.setStyle(usual(layer.feature)));
    if (said) said.textContent = said.dataset.gmSidesSaid;
    document.querySelectorAll("[data-gm-side]").forEach((choice) => { choice.value = ""; });
  };
  const choose = (side, number, move) => {
    if (chosen && chosen.side === side && chosen.number === number && !move) {
      clear();
      return;
    }
    chosen = { side, number };
    const [mine, theirs] = side === "left" ? [0, 1] : [1, 0];
    const there = new Set(pairs.filter((pair) => pair[mine] === number).map((pair) => pair[theirs]));
    all((layer, at, place) => {
      if (at === side && place === number) layer.setStyle({ ...usual(layer.feature), ...strong }).bringToFront();
      else if (at !== side && there.has(place)) layer.setStyle({ ...usual(layer.feature), ...found }).bringToFront();
      else layer.setStyle({ ...usual(layer.feature), ...faint });
    });
    document.querySelectorAll("[data-gm-side]").forEach((choice) => { choice.value = choice.dataset.gmSide === side ? String(number) : ""; });
    const words = [...there].map((place) => names[other[side]][place]).join(settings.and) || settings.none;
    if (said) said.textContent = settings.said[side].replace("{grid}", () => names[side][number]).replace("{grids}", () => words);
    if (move) maps[side].fitBounds(layers[side][number].getBounds(), { padding: [60, 60], maxZoom: 17, animate: false });
  };

  try {
    const answer = await fetch(settings.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const content = await answer.json();
    pairs = content.pairs;
    for (const [side, map] of Object.entries(maps)) {
      L.geoJSON(content[side], {
        style: usual,
        onEachFeature: (feature, layer) => {
          const { number, words } = feature.properties;
          layers[side][number] = layer;
          names[side][number] = words[0];
          layer.bindTooltip(() => words.join(" · "), { sticky: true });
          layer.on("click", (event) => {
            L.DomEvent.stop(event);
            choose(side, number, false);
          });
        },
      }).addTo(map);
      map.on("click", clear);
    }
    document.querySelectorAll("[data-gm-side]").forEach((choice) => choice.addEventListener("change", () => {
      if (choice.value === "") clear();
      else choose(choice.dataset.gmSide, Number(choice.value), true);
    }));
    left.getContainer().dataset.gmReady = "";
  } catch {
    gridmap.say(left, left.gridmap.words.failed);
  } finally {
    done();
  }
};
