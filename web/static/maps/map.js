// The map itself: position in the address, scale, waiting, clicks and keys, legend.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const readHash = () => {
    const parts = location.hash.slice(1).split("/").map(Number);
    return parts.length >= 3 && parts.slice(0, 3).every(Number.isFinite) && Math.abs(parts[1]) <= 85 ? parts : null;
  };

  // The way back for whoever has lost the city.
  const wholeButton = (box, words, work) => {
    const button = L.DomUtil.create("a", "gm-whole", box);
    button.href = "#";
    button.title = words;
    button.setAttribute("role", "button");
    button.setAttribute("aria-label", words);
    L.DomUtil.create("i", "bi bi-house", button);
    L.DomEvent.disableClickPropagation(button);
    L.DomEvent.on(button, "click", (event) => {
      L.DomEvent.preventDefault(event);
      work();
    });
  };

  gridmap.createMap = (id, settings) => {
    const element = document.getElementById(id);
    const map = L.map(element, { maxZoom: settings.maxZoom, zoomControl: false, attributionControl: false, zoomSnap: 1, worldCopyJump: false });
    map.gridmap = { words: settings.words };
    gridmap.makePanes(map);
    const zoom = L.control.zoom({ position: "topleft", zoomInTitle: settings.words.zoom_in, zoomOutTitle: settings.words.zoom_out }).addTo(map);
    wholeButton(zoom.getContainer(), settings.words.whole, () => map.fitBounds(settings.bounds));
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    L.control.attribution({ position: "bottomright", prefix: "Leaflet" }).addTo(map);
    if (settings.attribution) map.attributionControl.addAttribution(settings.attribution);
    const at = readHash();
    if (at) map.setView([at[1], at[2]], at[0]);
    else if (settings.opensOn) {
      map.fitBounds(settings.opensOn, { animate: false, maxZoom: 18 });
      map.gridmap.opened = true;
    }
    else {
      map.fitBounds(settings.bounds, { animate: false });
      map.gridmap.bounds = L.latLngBounds(settings.bounds);
    }
    map.on("moveend", () => {
      if (map.gridmap.settling) return;
      const centre = map.getCenter();
      history.replaceState(null, "", `#${map.getZoom()}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`);
    });
    // Leaflet asks whether tiles are still missing only when one arrives: a view that was left before its tiles came would wait for ever.
    map.on("moveend zoomend resize", () => setTimeout(() => map.eachLayer((layer) => {
      if (!(layer instanceof L.GridLayer) || !layer._loading || !layer._noTilesToLoad()) return;
      layer._loading = false;
      layer.fire("load");
    }), 300));
    // The address changed by hand or by a link: go there.
    addEventListener("hashchange", () => {
      const wanted = readHash();
      if (wanted) map.setView([wanted[1], wanted[2]], wanted[0]);
    });
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      foldLegend(map);
      // The chosen place stays in sight when a sheet takes a part of the screen.
      const mark = map.gridmap.mark;
      if (mark && !map.getBounds().contains(mark.getLatLng())) map.panTo(mark.getLatLng(), { animate: false });
    }).observe(element);
    watchLoading(map);
    // Leaflet gives the map the focus on a click: only the keyboard needs to see that.
    element.addEventListener("pointerdown", () => element.classList.add("gm-pointer"), true);
    element.addEventListener("keydown", () => element.classList.remove("gm-pointer"), true);
    element.addEventListener("blur", () => element.classList.remove("gm-pointer"));
    const choose = (latlng) => {
      // A tool that is at work takes the place instead.
      if (map.gridmap.tool) {
        map.gridmap.tool(latlng);
        return;
      }
      gridmap.mark(map, latlng);
      element.dispatchEvent(new CustomEvent("gridmap:place", { bubbles: true, detail: { map, lat: latlng.lat, lon: latlng.lng } }));
    };
    map.on("click", (event) => choose(event.latlng.wrap()));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === element) choose(map.getCenter().wrap());
    });
    gridmap.map = map;
    return map;
  };

  // The first view shows everything; where there is room to spare, it moves from under the legend.
  gridmap.clearLegend = (map) => {
    const legend = map.gridmap.legend;
    if (!map.gridmap.bounds || !legend || legend.hidden || map.getSize().x < 600) return;
    const { x: right, y: bottom } = map.latLngToContainerPoint(map.gridmap.bounds.getSouthEast());
    if (bottom < map.getSize().y - legend.offsetHeight - 20) return;
    const left = map.latLngToContainerPoint(map.gridmap.bounds.getNorthWest()).x;
    const covered = right - (map.getSize().x - legend.offsetWidth - 20);
    const shift = Math.floor(Math.min(covered, left - 12));
    if (shift <= 0) return;
    // Nobody chose this view: it stays out of the address.
    map.gridmap.settling = true;
    map.panBy([shift, 0], { animate: false });
    map.gridmap.settling = false;
  };

  gridmap.unmark = (map) => {
    map.gridmap.mark?.remove();
    map.gridmap.mark = null;
  };

  gridmap.mark = (map, latlng) => {
    if (!map.gridmap.mark) {
      map.gridmap.mark = L.circleMarker(latlng, { radius: 8, color: "#fff", weight: 3, fillColor: "#1f5f8b", fillOpacity: 1, interactive: false });
      map.gridmap.mark.addTo(map);
    }
    map.gridmap.mark.setLatLng(latlng);
  };

  // A bar at the top of the map when something takes longer than half a second.
  gridmap.wait = (map) => {
    const element = map.getContainer();
    let shown = false;
    const timer = setTimeout(() => {
      element.gridmapWaiting = (element.gridmapWaiting || 0) + 1;
      element.classList.add("gm-waiting");
      shown = true;
    }, 500);
    return () => {
      clearTimeout(timer);
      if (!shown) return;
      shown = false;
      element.gridmapWaiting -= 1;
      if (!element.gridmapWaiting) element.classList.remove("gm-waiting");
    };
  };

  const watchLoading = (map) => {
    const open = new Map();
    map.on("layeradd", ({ layer }) => {
      if (!(layer instanceof L.GridLayer) || layer.gridmapWatched) return;
      layer.gridmapWatched = true;
      layer.on("loading", () => { if (!open.has(layer)) open.set(layer, gridmap.wait(map)); });
      layer.on("load remove", () => { open.get(layer)?.(); open.delete(layer); });
      layer.on("tileerror", () => gridmap.say(map, map.gridmap.words.failed));
    });
  };

  gridmap.say = (map, words) => {
    const element = map.getContainer();
    let note = element.querySelector(".gm-map-note");
    if (!note) {
      note = L.DomUtil.create("div", "gm-map-note", element);
      note.setAttribute("role", "status");
    }
    note.textContent = words;
    note.classList.add("gm-shown");
    clearTimeout(note.gridmapTimer);
    note.gridmapTimer = setTimeout(() => note.classList.remove("gm-shown"), 6000);
  };

  const sample = (name) => {
    const box = L.DomUtil.create("span", name.startsWith("#") ? "gm-legend-sample" : `gm-legend-sample gm-sample-${name}`);
    if (name.startsWith("#")) box.style.backgroundColor = name;
    return box;
  };

  // On a small map a long legend is folded, so that it leaves the layer switch free.
  const foldLegend = (map) => {
    const box = map.gridmap.legend;
    const { x, y } = map.getSize();
    if (box && box.offsetHeight > (x < 600 ? 0.36 : 0.6) * y) box.open = false;
  };

  // All legends of a map share one box, so that they stack instead of covering each other.
  const legendBox = (map) => {
    if (!map.gridmap.legend) {
      const control = L.control({ position: "bottomright" });
      control.onAdd = () => {
        const box = L.DomUtil.create("details", "gm-legend leaflet-control");
        box.open = true;
        const summary = L.DomUtil.create("summary", "", box);
        summary.textContent = map.gridmap.words.legend;
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      };
      map.gridmap.legend = control.addTo(map).getContainer();
    }
    return map.gridmap.legend;
  };

  gridmap.legend = (map, settings, layer) => {
    const box = legendBox(map);
    const part = L.DomUtil.create("section", "gm-legend-part", box);
    L.DomUtil.create("h2", "", part).textContent = settings.title;
    if (settings.unit) L.DomUtil.create("div", "gm-legend-unit", part).textContent = settings.unit;
    const list = L.DomUtil.create("ul", "", part);
    for (const row of settings.rows) {
      const item = L.DomUtil.create("li", "", list);
      const line = row.choice ? L.DomUtil.create("button", "gm-legend-choice", item) : item;
      line.append(sample(row.sample), row.words);
      if (!row.choice) continue;
      line.type = "button";
      line.addEventListener("click", () =>
        map.getContainer().dispatchEvent(new CustomEvent("gridmap:class", { bubbles: true, detail: { map, choice: row.choice } })));
    }
    if (settings.note) L.DomUtil.create("div", "gm-legend-note", part).textContent = settings.note;
    const follow = () => {
      part.hidden = Boolean(layer) && !map.hasLayer(layer);
      box.hidden = [...box.querySelectorAll("section")].every((other) => other.hidden);
    };
    map.on("layeradd layerremove", (event) => { if (event.layer === layer) follow(); });
    follow();
    foldLegend(map);
  };
})();
