// Names and households of grids on the map. A label is drawn once and kept as a picture: writing hundreds anew takes too long.
"use strict";

(() => {
  const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  const SIGNS = { under: "↓", over: "↑", in: "", free: "" };
  const LOCK = "\uf47a"; // bi-lock-fill
  const INK = "#0b3a5b";
  const HEIGHT = 36;
  const PICTURES_MOST = 4000;
  const LEAST_GRID_PIXELS = 24; // smaller grids would vanish below their names
  const AROUND = 120; // pixels that a label may reach from its place

  const write = (pen, words, x, y, colour) => {
    pen.strokeStyle = "rgba(255, 255, 255, .92)";
    pen.lineWidth = 3.5;
    pen.strokeText(words, x, y);
    pen.fillStyle = colour;
    pen.fillText(words, x, y);
  };

  class Labels {
    constructor(map, draft, figures, words) {
      Object.assign(this, { draft, figures, words });
      this.pictures = new Map();
      this.places = new Map();
      this.layout = new Map();
      this.hidden = new Set();
      this.canvas = gridmap.plans.canvas(map, "plan-labels", 420, (...asked) => this._paint(...asked));
      document.fonts?.load("12px bootstrap-icons", LOCK).then(() => this.redraw(), () => {});
    }

    // These grids have other units or another name: only their own labels are drawn anew, those that have no room stay away until the map moves.
    follow(grids) {
      const boxes = [];
      for (const grid of grids) {
        this.places.delete(grid);
        const was = this.layout.get(grid);
        if (!this.figures.of.get(grid)?.units) this.layout.delete(grid);
        else if (was) this.layout.set(grid, this._slot(grid));
        else if (!this.hidden.has(grid)) return this.redraw();
        for (const slot of [was, this.layout.get(grid)]) if (slot) boxes.push([slot.x, slot.y, slot.x, slot.y]);
      }
      this.partly = true;
      for (const box of boxes) this.canvas.redraw(box, AROUND);
      this.partly = false;
    }

    redraw() {
      this.canvas.redraw();
    }

    // The unit nearest to the middle of a grid carries its name.
    place(grid) {
      if (this.places.has(grid)) return this.places.get(grid);
      const { x, y, area_m2: area } = this.draft.ground;
      const sum = [0, 0, 0];
      for (const unit of this.draft.members[grid]) {
        sum[0] += x[unit] * area[unit];
        sum[1] += y[unit] * area[unit];
        sum[2] += area[unit];
      }
      let best = -1;
      let least = Infinity;
      for (const unit of this.draft.members[grid]) {
        const far = (x[unit] - sum[0] / sum[2]) ** 2 + (y[unit] - sum[1] / sum[2]) ** 2;
        if (far < least) [best, least] = [unit, far];
      }
      this.places.set(grid, best);
      return best;
    }

    _paint(context, canvas, [west, north, east, south]) {
      if (!this.partly) this._arrange(canvas);
      for (const { x, y, picture } of this.layout.values()) {
        const across = picture.wide / 2 / canvas.scale;
        if (x + across < west || x - across > east || y + HEIGHT / 2 / canvas.scale < north || y - HEIGHT / 2 / canvas.scale > south) continue;
        context.drawImage(picture.image, canvas.x(x) - picture.wide / 2, canvas.y(y) - HEIGHT / 2, picture.wide, HEIGHT);
      }
    }

    // Large grids first; a label that would lie on another is left out.
    _arrange(canvas) {
      const taken = [];
      this.layout.clear();
      this.hidden.clear();
      const grids = [...this.figures.of].filter(([, each]) => each.units).sort((one, other) => other[1].area_m2 - one[1].area_m2);
      const perMetre = (256 * canvas.scale) / (40075016.7 * Math.cos((canvas._map.getCenter().lat * Math.PI) / 180));
      for (const [grid, { area_m2: area }] of grids) {
        this.hidden.add(grid);
        if (Math.sqrt(area) * perMetre < LEAST_GRID_PIXELS) continue;
        const slot = this._slot(grid);
        const [x, y] = [canvas.x(slot.x), canvas.y(slot.y)];
        if (!canvas._bounds.contains([x, y])) continue;
        const wide = slot.picture.wide / 2;
        if (taken.some((other) => Math.abs(other.x - x) < other.wide + wide && Math.abs(other.y - y) < HEIGHT - 2)) continue;
        taken.push({ x, y, wide });
        this.layout.set(grid, slot);
        this.hidden.delete(grid);
      }
    }

    _slot(grid) {
      const unit = this.place(grid);
      return { x: this.draft.ground.x[unit], y: this.draft.ground.y[unit], picture: this._picture(grid, this.figures.of.get(grid)) };
    }

    _picture(grid, { households, bounds, pieces }) {
      const { name } = this.draft.grids[grid];
      const locked = this.draft.isLocked(grid);
      const count = `${households.toLocaleString("en-US")}${this.words.households_short}${SIGNS[bounds]}${pieces > 1 ? " ⚠" : ""}`;
      const key = `${name} ${count} ${locked}`;
      if (!this.pictures.has(key)) {
        if (this.pictures.size > PICTURES_MOST) this.pictures.clear();
        this.pictures.set(key, this._write(name, count, locked, bounds === "under" || bounds === "over"));
      }
      return this.pictures.get(key);
    }

    _write(name, count, locked, outside) {
      const dense = Math.min(window.devicePixelRatio || 1, 2);
      const image = document.createElement("canvas");
      const pen = image.getContext("2d");
      const font = `600 13px ${FONT}`;
      pen.font = font;
      const wide = Math.ceil(Math.max(pen.measureText(name).width, pen.measureText(count).width)) + (locked ? 40 : 8);
      image.width = dense * wide;
      image.height = dense * HEIGHT;
      pen.scale(dense, dense);
      Object.assign(pen, { font, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
      write(pen, name, wide / 2, 10, INK);
      write(pen, count, wide / 2, 26, outside ? "#8f1f2a" : "#1d252c");
      if (locked) {
        pen.font = "12px bootstrap-icons";
        write(pen, LOCK, wide - 9, 10, INK);
      }
      return { image, wide };
    }
  }

  gridmap.plans.Labels = Labels;
})();
