// How service points, gates and names of compounds look: a disc with a sign, so that kinds are told apart without colour.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const COLOURS = { public: "#9b2c3b", care: "#1f6b4f", daily: "#7a4a12" };
  // Group and sign of a kind, in Chinese and English.
  const SERVICES = {
    service_hall: ["public", "厅", "H"], mediation: ["public", "调", "M"], police: ["public", "警", "P"], shelter: ["public", "避", "S"],
    clinic: ["care", "医", "C"], day_care: ["care", "托", "D"], canteen: ["care", "餐", "E"],
    rest_station: ["daily", "驿", "R"], culture: ["daily", "文", "A"], parcel: ["daily", "快", "X"], charging: ["daily", "充", "B"],
    recycling: ["daily", "收", "Y"], toilet: ["daily", "厕", "W"], other: ["daily", "点", "O"],
  };

  // A disc with a sign in its middle; small and without the sign from afar.
  class Disc {
    constructor(language) {
      this.language = language;
    }
    draw(context, geometry, zoom, feature) {
      const [group, zh, en] = SERVICES[feature.props.kind] || SERVICES.other;
      const { x, y } = geometry[0][0];
      const radius = zoom >= 15 ? 9 : 4;
      context.globalAlpha = 1;
      context.fillStyle = COLOURS[group];
      context.strokeStyle = "#ffffff";
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      if (zoom < 15) return;
      context.fillStyle = "#ffffff";
      context.font = gridmap.labelFont(11);
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(this.language === "en" ? en : zh, x, y + 0.5);
    }
  }

  // A gate is a small square: open below for vehicles, filled for pedestrians.
  class GateSign {
    draw(context, geometry, _zoom, feature) {
      const { x, y } = geometry[0][0];
      context.globalAlpha = 1;
      context.lineWidth = 2;
      context.strokeStyle = "#5a3d12";
      context.fillStyle = feature.props.kind === "pedestrian" ? "#5a3d12" : "#ffffff";
      context.fillRect(x - 4, y - 4, 8, 8);
      context.strokeRect(x - 4, y - 4, 8, 8);
    }
  }

  // A name below its point.
  const below = (layer, names, colour, minzoom) => gridmap.lowered(gridmap.pointLabel(layer, names, 11, colour, minzoom), 17);

  Object.assign(gridmap.styles, {
    services: (names, settings) => ({
      paint: [{ dataLayer: "services", symbolizer: new Disc(settings.language) }],
      label: [below("services", names, "#3a2a10", 17)],
    }),
    gates: (names) => ({
      paint: [{ dataLayer: "gates", symbolizer: new GateSign() }],
      label: [below("gates", names, "#5a3d12", 18)],
    }),
    compound_names: (names) => ({
      paint: [],
      label: [
        gridmap.roomOfGridNames(names, "grids"),
        gridmap.whereFree({ ...gridmap.pointLabel("compound_labels", names, 12, "#8a5f24", 16), dataSource: "places" }, [9, -9, 27, -27]),
      ],
    }),
  });

  // How far from a click a service point still counts as hit, in metres; 0 while none are drawn.
  gridmap.reachOfPoints = (map) => {
    let drawn = false;
    map.eachLayer((layer) => { if (layer.gridmapStyle === "services") drawn = map.getZoom() >= layer.options.minZoom; });
    if (!drawn) return 0;
    const size = map.getSize();
    const [here, there] = [[0, 0], [12, 0]].map(([x, y]) => map.containerPointToLatLng([size.x / 2 + x, size.y / 2 + y]));
    return here.distanceTo(there);
  };
})();
