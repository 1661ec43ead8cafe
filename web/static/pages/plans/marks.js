// What is marked above the units: the chosen grid, the unit under pointer and keyboard, conflicts, the brush.
"use strict";

(() => {
  const ACCENT = "#0b3a5b";

  class Marks {
    // ``state``: { active, cursor, hover, brush: { latlng, metres }, conflicts } as it is when drawn.
    constructor(map, draft, drawing, state) {
      Object.assign(this, { map, draft, drawing, state });
      this.canvas = gridmap.plans.canvas(map, "plan-marks", 415, (...asked) => this._paint(...asked));
    }

    // Once a frame at most: a pointer moves more often.
    redraw() {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = null;
        this.canvas.redraw();
      });
    }

    _paint(context, canvas) {
      const { active, cursor, hover, brush, conflicts } = this.state;
      if (active >= 0 && this.draft.grids[active]) this._outline(context, canvas, active);
      if (conflicts.length) this._units(context, canvas, conflicts, "#a3333d", 3, []);
      if (hover >= 0) this._units(context, canvas, [hover], "rgba(255, 255, 255, .95)", 2, []);
      if (cursor >= 0) {
        this._units(context, canvas, [cursor], "#ffffff", 6, []);
        this._units(context, canvas, [cursor], ACCENT, 3, [6, 4]);
      }
      if (brush) this._brush(context, canvas, brush);
    }

    _units(context, canvas, units, colour, width, dash) {
      context.beginPath();
      for (const unit of units) this.drawing.trace(context, canvas, unit);
      context.setLineDash(dash);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
      context.setLineDash([]);
    }

    // The lines around a grid alone, not those between its units.
    _outline(context, canvas, grid) {
      const { x1, y1, x2, y2, a, b } = this.drawing.borders;
      const { labels } = this.draft;
      context.beginPath();
      for (let at = 0; at < x1.length; at += 1) {
        const [one, other] = [labels[a[at]] === grid, b[at] >= 0 && labels[b[at]] === grid];
        if (one === other) continue;
        context.moveTo(canvas.x(x1[at]), canvas.y(y1[at]));
        context.lineTo(canvas.x(x2[at]), canvas.y(y2[at]));
      }
      context.lineCap = "round";
      for (const [colour, width] of [["#ffffff", 8], [ACCENT, 5]]) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke();
      }
    }

    _brush(context, canvas, { latlng, metres }) {
      const at = this.map.latLngToLayerPoint(latlng);
      const across = (metres * 256 * canvas.scale) / (40075016.7 * Math.cos((latlng.lat * Math.PI) / 180));
      context.beginPath();
      context.arc(at.x, at.y, Math.max(across, 3), 0, 2 * Math.PI);
      for (const [colour, width] of [["#ffffff", 4], [ACCENT, 2]]) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke();
      }
    }
  }

  gridmap.plans.Marks = Marks;
})();
