// What is written and marked above the units: names and households of grids, the chosen grid, the unit under the keyboard, the brush.
"use strict";

(() => {
  const ACCENT = "#0b3a5b";
  const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  const SIGNS = { under: "↓", over: "↑", in: "", free: "" };
  const LOCK = "\uf47a"; // bi-lock-fill

  class Marks {
    // ``state``: { active, cursor, hover, brush: { latlng, metres }, conflicts } as it is when drawn.
    constructor(map, draft, figures, drawing, state, words) {
      Object.assign(this, { map, draft, figures, drawing, state, words });
      this.canvas = gridmap.plans.canvas(map, "plan-marks", 420, (...asked) => this._paint(...asked));
      document.fonts?.load(`12px bootstrap-icons`, LOCK).then(() => this.redraw(), () => {});
    }

    redraw() {
      this.canvas.redraw();
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
      this._labels(context, canvas);
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

    // The unit nearest to the middle of a grid carries its name.
    place(grid) {
      const { x, y, area_m2: area } = this.draft.ground;
      const sum = [0, 0, 0];
      for (const unit of this.draft.members[grid]) {
        sum[0] += x[unit] * area[unit];
        sum[1] += y[unit] * area[unit];
        sum[2] += area[unit];
      }
      const [middleX, middleY] = [sum[0] / sum[2], sum[1] / sum[2]];
      let best = -1;
      let least = Infinity;
      for (const unit of this.draft.members[grid]) {
        const far = (x[unit] - middleX) ** 2 + (y[unit] - middleY) ** 2;
        if (far < least) [best, least] = [unit, far];
      }
      return best;
    }

    // Large grids first; a label that would lie on another is left out.
    _labels(context, canvas) {
      const taken = [];
      const grids = [...this.figures.of].filter(([, each]) => each.units).sort((one, other) => other[1].area_m2 - one[1].area_m2);
      const active = grids.findIndex(([grid]) => grid === this.state.active);
      if (active > 0) grids.unshift(...grids.splice(active, 1));
      for (const [grid, { households, bounds, pieces }] of grids) {
        const unit = this.place(grid);
        const [x, y] = [canvas.x(this.draft.ground.x[unit]), canvas.y(this.draft.ground.y[unit])];
        if (!canvas._bounds.contains([x, y])) continue;
        const name = this.draft.grids[grid].name;
        const count = `${households.toLocaleString("en-US")}${this.words.households_short}${SIGNS[bounds]}${pieces > 1 ? " ⚠" : ""}`;
        context.font = `600 13px ${FONT}`;
        const width = Math.max(context.measureText(name).width, context.measureText(count).width) + 8;
        const box = [x - width / 2, y - 18, x + width / 2, y + 18];
        if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
        taken.push(box);
        this._text(context, name, x, y - 8, ACCENT);
        this._text(context, count, x, y + 8, bounds === "under" || bounds === "over" ? "#8f1f2a" : "#1d252c");
        if (!this.draft.isLocked(grid)) continue;
        context.font = "12px bootstrap-icons";
        this._text(context, LOCK, x + width / 2 + 4, y - 8, ACCENT);
      }
    }

    _text(context, words, x, y, colour) {
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.strokeStyle = "rgba(255, 255, 255, .92)";
      context.lineWidth = 3.5;
      context.strokeText(words, x, y);
      context.fillStyle = colour;
      context.fillText(words, x, y);
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
