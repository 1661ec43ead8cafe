// How vector tiles look: paint rules and label rules for protomaps-leaflet. Quiet greys, so that what lies above is read first.
"use strict";
window.gridmap = window.gridmap || {};

(() => {
  const P = protomapsL;
  const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  const is = (property, ...values) => (_zoom, feature) => values.includes(feature.props[property]);
  const area = (layer, fill, filter, more = {}) => ({
    dataLayer: layer,
    symbolizer: new P.PolygonSymbolizer({ fill, ...more }),
    filter: (zoom, feature) => feature.geomType === 3 && (!filter || filter(zoom, feature)),
  });
  const line = (layer, color, width, filter, more = {}) => ({
    dataLayer: layer,
    symbolizer: new P.LineSymbolizer({ color, width, lineCap: "round", lineJoin: "round", ...more }),
    filter: filter,
  });
  const lineOnly = (filter) => (zoom, feature) => feature.geomType === 2 && filter(zoom, feature);
  const widths = (...stops) => P.exp(1.5, stops);

  // Width of a class of road, as [zoom, pixels], casing and fill.
  const ROADS = [
    { classes: ["path"], minzoom: 15, fill: "#d9d2c4", casing: null, stops: [[15, 0.8], [19, 3]] },
    { classes: ["service"], minzoom: 14, fill: "#ffffff", casing: "#d8d8d4", stops: [[14, 0.8], [19, 8]] },
    { classes: ["residential"], minzoom: 13, fill: "#ffffff", casing: "#d0d0cb", stops: [[13, 0.8], [16, 5], [19, 16]] },
    { classes: ["tertiary", "unclassified"], minzoom: 11, fill: "#ffffff", casing: "#c8c8c2", stops: [[11, 0.7], [14, 3], [19, 20]] },
    { classes: ["secondary"], minzoom: 10, fill: "#fff6d6", casing: "#d9c58c", stops: [[10, 0.8], [14, 4], [19, 24]] },
    { classes: ["primary"], minzoom: 8, fill: "#ffe9a8", casing: "#d6b25a", stops: [[8, 0.8], [14, 5], [19, 26]] },
    { classes: ["motorway", "trunk"], minzoom: 5, fill: "#fbd08a", casing: "#cf9440", stops: [[5, 0.6], [14, 6], [19, 28]] },
  ];
  const roadRules = () => {
    const casing = [];
    const fill = [];
    for (const road of ROADS) {
      const width = widths(...road.stops);
      const filter = is("class", ...road.classes);
      if (road.casing) {
        casing.push({ ...line("road", road.casing, (zoom) => width(zoom) + 1.4, filter), minzoom: Math.max(road.minzoom, 12) });
      }
      const far = road.casing || road.fill;
      fill.push({ ...line("road", (zoom) => (zoom >= 13 ? road.fill : far), width, filter), minzoom: road.minzoom });
    }
    return [...casing, ...fill];
  };

  const text = (labelProps, size, fill, more = {}) => ({
    labelProps, fill, stroke: "#ffffff", width: 2.5,
    font: (zoom) => `${more.weight || 400} ${typeof size === "function" ? size(zoom) : size}px ${FONT}`,
  });
  const pointLabel = (layer, symbolizer, minzoom, filter) => ({ dataLayer: layer, symbolizer: new P.CenteredTextSymbolizer(symbolizer), minzoom, filter });
  // The same label so many pixels below its point.
  const lowered = (rule, pixels) => ({ ...rule, symbolizer: { place: (layout, geometry, feature) => {
    const point = geometry[0][0].clone();
    point.y += pixels;
    return rule.symbolizer.place(layout, [[point]], feature);
  } } });

  // A name in the middle of an area.
  class AreaName extends P.CenteredTextSymbolizer {
    place(layout, geometry, feature) {
      const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
      for (const point of geometry[0]) {
        box.left = Math.min(box.left, point.x);
        box.right = Math.max(box.right, point.x);
        box.top = Math.min(box.top, point.y);
        box.bottom = Math.max(box.bottom, point.y);
      }
      const middle = geometry[0][0].clone();
      middle.x = (box.left + box.right) / 2;
      middle.y = (box.top + box.bottom) / 2;
      return super.place(layout, [[middle]], feature);
    }
  }

  gridmap.pointLabel = (layer, names, size, fill, minzoom) => pointLabel(layer, text(names, size, fill), minzoom);
  gridmap.lowered = lowered;

  // A grid's name stands a little above its middle: where a compound is a grid of its own, the compound's name stands below.
  const gridName = (names) => lowered(pointLabel("grid_labels", text(names, (zoom) => (zoom >= 15 ? 14 : 12), "#14415f", { weight: 600 }), 10), -9);
  // The room of grids' names, for a layer of names that has the tiles of grids beside its own: it draws nothing there.
  gridmap.roomOfGridNames = (names, source) => {
    const rule = gridName(names);
    return { ...rule, dataSource: source, symbolizer: { place: (...asked) => {
      const labels = rule.symbolizer.place(...asked);
      return labels && labels.map((label) => ({ ...label, draw: () => {} }));
    } } };
  };
  // The same label at the first of so many pixels below its point where nothing else stands.
  gridmap.whereFree = (rule, steps) => ({ ...rule, symbolizer: { place: (layout, geometry, feature) => {
    let labels;
    for (const pixels of steps) {
      labels = lowered(rule, pixels).symbolizer.place(layout, geometry, feature);
      if (!labels || !labels.some((label) => layout.index.labelCollides(label, Infinity))) break;
    }
    return labels;
  } } });
  gridmap.labelFont = (size) => `600 ${size}px ${FONT}`;

  gridmap.styles = {
    base: (names, settings) => ({
      paint: [
        area("landcover", "#dcead0", is("kind", "green")),
        area("landcover", "#bcd7e8", is("kind", "water")),
        line("landcover", "#a5c8de", widths([9, 0.8], [16, 3]), lineOnly(is("kind", "water"))),
        line("landcover", "#c3dcb0", widths([9, 0.8], [16, 2]), lineOnly(is("kind", "green"))),
        area("landcover", "#e4e1dd", is("kind", "rail")),
        area("compound", "#f6efe4", null, { stroke: "#d9b98c", width: 1 }),
        area("building", "#ddd6cc", null, { stroke: "#c4bbae", width: 0.6 }),
        ...roadRules(),
        line("landcover", "#9a9a9a", widths([9, 0.8], [16, 2.4]), lineOnly(is("kind", "rail"))),
        { ...line("landcover", "#ffffff", widths([9, 0.4], [16, 1.4]), lineOnly(is("kind", "rail")), { dash: [6, 6] }), minzoom: 13 },
      ],
      label: [
        { dataLayer: "road", minzoom: 14, symbolizer: new P.LineLabelSymbolizer(text(names, 12, "#5d564a")), filter: (_z, f) => Boolean(f.props.name) },
        // A map may have the names as a layer of their own.
        ...(settings.compoundNames === false ? [] : [{ dataLayer: "compound", minzoom: 15, symbolizer: new AreaName(text(names, 12, "#8a5f24")) }]),
        { dataLayer: "landcover", minzoom: 13, symbolizer: new AreaName(text(names, 12, "#45718c")), filter: (_z, f) => f.geomType === 3 && f.props.kind === "water" && Boolean(f.props.name) },
        { dataLayer: "building", minzoom: 17, symbolizer: new AreaName(text(["name"], 11, "#6b6257")), filter: (_z, f) => Boolean(f.props.name) },
      ],
    }),
    grids: (names) => ({
      paint: [
        { ...line("grids", "#ffffff", widths([13, 2], [16, 4.5]), null, { opacity: 0.65 }), minzoom: 13 },
        line("grids", "#1f5f8b", widths([8, 0.2], [11, 0.5], [13, 1.1], [16, 2.2])),
        line("grids", "#ffffff", 7, (_zoom, feature) => feature.id === gridmap.chosenGrid),
        line("grids", "#0b3a5b", 4, (_zoom, feature) => feature.id === gridmap.chosenGrid),
      ],
      label: [
        gridName(names),
      ],
    }),
    divisions: (names) => ({
      paint: [
        // Bands, since these boundaries run along those of grids, which must stay readable.
        line("divisions", "#7b3f98", widths([12, 2], [16, 7]), is("level", "community"), { opacity: 0.18 }),
        line("divisions", "#7b3f98", widths([9, 2], [16, 11]), is("level", "street"), { opacity: 0.25 }),
        line("divisions", "#5e2a7a", widths([8, 2], [16, 14]), is("level", "district", "city"), { opacity: 0.35 }),
      ],
      label: [
        { ...pointLabel("division_labels", text(names, 15, "#5e2a7a", { weight: 600 }), 7, is("level", "district")), maxzoom: 11 },
        { ...pointLabel("division_labels", text(names, 14, "#6b3589", { weight: 600 }), 10, is("level", "street")), maxzoom: 13 },
        // The tiles leave a community's name out where its grids show theirs.
        pointLabel("division_labels", text(names, 13, "#6b3589"), 12, is("level", "community")),
      ],
    }),
  };
})();
