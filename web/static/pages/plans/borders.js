// The lines between units, from their shapes: who is on either side, and what barrier runs along.
"use strict";

(() => {
  const TOLERANCE = 1.5e-6 / 360 * 256; // half a step of the sixth decimal on both sides, in pixels of zoom 0

  // Each corner gets a number; corners of neighbours are the same to the last digit.
  const corners = () => {
    const known = new Map();
    const x = [];
    const y = [];
    return {
      x, y,
      number: (px, py) => {
        let column = known.get(px);
        if (!column) known.set(px, (column = new Map()));
        let found = column.get(py);
        if (found === undefined) {
          found = x.length;
          column.set(py, found);
          x.push(px);
          y.push(py);
        }
        return found;
      },
    };
  };

  // Corners that lie on a line between others, in order along it.
  const between = (place, from, to, candidates) => {
    const [ax, ay] = [place.x[from], place.y[from]];
    const [dx, dy] = [place.x[to] - ax, place.y[to] - ay];
    const length = Math.hypot(dx, dy);
    const found = [];
    for (const each of candidates) {
      if (each === from || each === to) continue;
      const along = ((place.x[each] - ax) * dx + (place.y[each] - ay) * dy) / length;
      const aside = Math.abs((place.x[each] - ax) * dy - (place.y[each] - ay) * dx) / length;
      if (along > TOLERANCE && along < length - TOLERANCE && aside <= TOLERANCE) found.push([along, each]);
    }
    return found.sort((one, other) => one[0] - other[0]).map(([, each]) => each);
  };

  // Segments with the unit on either side (-1: outside), by corners.
  class Segments {
    constructor() {
      this.place = corners();
      this.known = new Map();
    }

    add(unit, from, to) {
      if (from === to) return;
      const key = from < to ? from * 2 ** 26 + to : to * 2 ** 26 + from;
      const found = this.known.get(key);
      if (!found) this.known.set(key, { from, to, a: unit, b: -1 });
      else if (found.a !== unit) found.b = unit;
    }

    // Where a corner of one neighbour lies on a side of the other, the side is cut there, so that both match.
    cut() {
      const lone = [...this.known].filter(([, each]) => each.b < 0);
      const ends = [...new Set(lone.flatMap(([, each]) => [each.from, each.to]))].sort((one, other) => this.place.x[one] - this.place.x[other]);
      const first = (x) => {
        let [low, high] = [0, ends.length];
        while (low < high) {
          const half = (low + high) >> 1;
          if (this.place.x[ends[half]] < x) low = half + 1;
          else high = half;
        }
        return low;
      };
      for (const [key, { from, to, a }] of lone) {
        const [west, east] = [Math.min(this.place.x[from], this.place.x[to]), Math.max(this.place.x[from], this.place.x[to])];
        const chain = between(this.place, from, to, ends.slice(first(west - TOLERANCE), first(east + TOLERANCE)));
        if (!chain.length) continue;
        this.known.delete(key);
        [from, ...chain].forEach((each, at) => this.add(a, each, at < chain.length ? chain[at] : to));
      }
    }
  }

  // Columns: x1, y1, x2, y2 (pixels of zoom 0), units a and b (-1: outside), barrier ("" for none).
  gridmap.plans.bordersOf = (ground) => {
    const segments = new Segments();
    ground.rings.forEach((rings, unit) => rings.forEach(({ x, y }) => {
      const numbers = Array.from(x, (px, at) => segments.place.number(px, y[at]));
      numbers.forEach((number, at) => segments.add(unit, number, numbers[(at + 1) % numbers.length]));
    }));
    segments.cut();
    const classes = new Map();
    ground.edges.a.forEach((a, edge) => classes.set(a * ground.size + ground.edges.b[edge], ground.edges.barrier[edge]));
    const found = [...segments.known.values()];
    const { x, y } = segments.place;
    return {
      x1: Float64Array.from(found, ({ from }) => x[from]),
      y1: Float64Array.from(found, ({ from }) => y[from]),
      x2: Float64Array.from(found, ({ to }) => x[to]),
      y2: Float64Array.from(found, ({ to }) => y[to]),
      a: Int32Array.from(found, ({ a }) => a),
      b: Int32Array.from(found, ({ b }) => b),
      barrier: found.map(({ a, b }) => (b < 0 ? "" : classes.get(Math.min(a, b) * ground.size + Math.max(a, b)) || "")),
    };
  };
})();
