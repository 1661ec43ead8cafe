// What the units look like: coloured by grid, thin lines between units, strong ones between grids, barriers.
"use strict";

(() => {
  const LINE = "#16232d";
  const BARRIERS = { water: "#2f7fb5", rail: "#5b5b5b", motorway: "#b4571b", trunk: "#b4571b", primary: "#b4571b", secondary: "#b4571b" };
  //: Thinner than this between neighbours the units' own lines would be a grey veil.
  const LEAST_UNIT_PIXELS = 9;

  const hatching = (context) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = "#a3333d";
    pen.lineWidth = 1.2;
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
    return context.createPattern(tile, "repeat");
  };

  class Drawing {
    constructor(map, draft, colours) {
      this.draft = draft;
      this.colours = colours;
      this.ground = draft.ground;
      this.borders = gridmap.plans.bordersOf(draft.ground);
      this.barriers = true;
      this.opacity = 0.55;
      this.usual = Math.sqrt((this.ground.boxOf(this._all()).reduce((sum, side, at) => sum + (at < 2 ? -side : side), 0) / 2) ** 2 / this.ground.size);
      this.canvas = gridmap.plans.canvas(map, "plan-units", 410, (...asked) => this._paint(...asked));
    }

    _all() {
      return Array.from({ length: this.ground.size }, (_, unit) => unit);
    }

    // After a change: units that changed hands, and all of a grid that got another colour.
    follow(units, recoloured) {
      const changed = [...units, ...recoloured.flatMap((grid) => [...this.draft.members[grid]])];
      if (changed.length) this.canvas.redraw(this.ground.boxOf(changed));
    }

    redraw() {
      this.canvas.redraw();
    }

    _paint(context, canvas, box) {
      const visible = this._visible(box);
      this._fill(context, canvas, visible);
      if (this.usual * canvas.scale > LEAST_UNIT_PIXELS) this._thin(context, canvas, visible);
      this._strong(context, canvas, box);
    }

    _visible([west, north, east, south]) {
      const { box, size } = this.ground;
      const found = [];
      for (let unit = 0, at = 0; unit < size; unit += 1, at += 4) {
        if (box[at] <= east && box[at + 2] >= west && box[at + 1] <= south && box[at + 3] >= north) found.push(unit);
      }
      return found;
    }

    trace(context, canvas, unit) {
      for (const { x, y } of this.ground.rings[unit]) {
        context.moveTo(canvas.x(x[0]), canvas.y(y[0]));
        for (let at = 1; at < x.length; at += 1) context.lineTo(canvas.x(x[at]), canvas.y(y[at]));
        context.closePath();
      }
    }

    // One path a colour: many small fills cost more than a large one.
    _fill(context, canvas, visible) {
      const byColour = new Map();
      for (const unit of visible) {
        const label = this.draft.labels[unit];
        const colour = label < 0 ? "" : this.colours.of(label);
        if (!byColour.has(colour)) byColour.set(colour, []);
        byColour.get(colour).push(unit);
      }
      for (const [colour, units] of byColour) {
        context.beginPath();
        for (const unit of units) this.trace(context, canvas, unit);
        context.globalAlpha = colour ? this.opacity : 0.75;
        context.fillStyle = colour || "#ffffff";
        context.fill("evenodd");
        context.globalAlpha = 1;
        if (colour) continue;
        this.hatch ||= hatching(context);
        context.fillStyle = this.hatch;
        context.fill("evenodd");
      }
    }

    _thin(context, canvas, visible) {
      context.beginPath();
      for (const unit of visible) this.trace(context, canvas, unit);
      context.strokeStyle = "rgba(40, 50, 58, .45)";
      context.lineWidth = 0.7;
      context.stroke();
    }

    _strong(context, canvas, [west, north, east, south]) {
      const { x1, y1, x2, y2, a, b, barrier } = this.borders;
      const { labels } = this.draft;
      const lines = new Map();
      const line = (colour, at) => {
        if (!lines.has(colour)) lines.set(colour, new Path2D());
        lines.get(colour).moveTo(canvas.x(x1[at]), canvas.y(y1[at]));
        lines.get(colour).lineTo(canvas.x(x2[at]), canvas.y(y2[at]));
      };
      for (let at = 0; at < x1.length; at += 1) {
        if ((x1[at] < west && x2[at] < west) || (x1[at] > east && x2[at] > east) || (y1[at] < north && y2[at] < north) || (y1[at] > south && y2[at] > south)) continue;
        if (b[at] < 0 || labels[a[at]] !== labels[b[at]]) line(LINE, at);
        else if (this.barriers && BARRIERS[barrier[at]]) line(BARRIERS[barrier[at]], at);
      }
      context.lineCap = "round";
      const wide = canvas.scale > 2 ** 15 ? 1 : 0.7;
      for (const [colour, path] of lines) {
        if (colour === LINE) continue;
        context.strokeStyle = colour;
        context.lineWidth = 2 * wide;
        context.stroke(path);
      }
      const outline = lines.get(LINE);
      if (!outline) return;
      for (const [colour, width] of [["rgba(255, 255, 255, .8)", 5], [LINE, 2.6]]) {
        context.strokeStyle = colour;
        context.lineWidth = width * wide;
        context.stroke(outline);
      }
    }
  }

  gridmap.plans.BARRIERS = BARRIERS;
  gridmap.plans.Drawing = Drawing;
})();
