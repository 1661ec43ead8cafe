// Figures of the grids on the table, by the same rules as the server's (gridmap.planning.scores); only what an action touches is counted anew.
"use strict";

(() => {
  class Figures {
    constructor(draft) {
      this.draft = draft;
      this.of = new Map();
      this.seen = new Int32Array(draft.ground.size);
      this.round = 0;
      this.follow(draft.known);
    }

    // Count these grids anew.
    follow(grids) {
      for (const grid of grids) {
        if (this.draft.grids[grid]) this.of.set(grid, this._count(grid));
        else this.of.delete(grid);
      }
      this.total = this._total();
    }

    _count(grid) {
      const { ground, labels, members } = this.draft;
      const found = { units: members[grid].size, households: 0, hours: 0, area_m2: 0, outline_m: 0, compactness: 0, pieces: 0 };
      const { border_m: border } = ground.edges;
      for (const unit of members[grid]) {
        found.households += ground.households[unit];
        found.hours += ground.hours[unit];
        found.area_m2 += ground.area_m2[unit];
        found.outline_m += ground.perimeter_m[unit];
        // From both sides, so twice in all: a border inside belongs to two outlines.
        for (let at = ground.start[unit]; at < ground.start[unit + 1]; at += 1) {
          if (labels[ground.neighbour[at]] === grid) found.outline_m -= border[ground.edge[at]];
        }
      }
      if (found.outline_m > 0) found.compactness = (4 * Math.PI * found.area_m2) / found.outline_m ** 2;
      found.pieces = this.piecesOf(grid).length;
      found.deviation = found.households / ground.plan.target - 1;
      found.bounds = this._bounds(grid, found);
      return found;
    }

    // The parts of a grid that hang together by the graph, the one with most households first: lists of units.
    piecesOf(grid) {
      const { ground, labels, members } = this.draft;
      this.round += 1;
      const parts = [];
      for (const first of members[grid]) {
        if (this.seen[first] === this.round) continue;
        const part = [first];
        this.seen[first] = this.round;
        for (let next = 0; next < part.length; next += 1) {
          const unit = part[next];
          for (let at = ground.start[unit]; at < ground.start[unit + 1]; at += 1) {
            const other = ground.neighbour[at];
            if (labels[other] !== grid || this.seen[other] === this.round) continue;
            this.seen[other] = this.round;
            part.push(other);
          }
        }
        parts.push(part);
      }
      const weight = (part) => part.reduce((sum, unit) => sum + ground.households[unit], 0);
      return parts.length < 2 ? parts : parts.map((part) => [weight(part), part]).sort((one, other) => other[0] - one[0]).map(([, part]) => part);
    }

    // "in", "under" or "over"; "free" for kinds of grids that the bounds do not hold.
    _bounds(grid, { households }) {
      const { lower, upper } = this.draft.ground.plan;
      if (this.draft.grids[grid].kind !== "general") return "free";
      if (households < lower) return "under";
      return households > upper ? "over" : "in";
    }

    _total() {
      const { ground, labels } = this.draft;
      const found = { grids: 0, within: 0, bound: 0, households: 0, hours: 0, unassigned: 0, unassignedHouseholds: 0, apart: 0, deviation: 0, worst: 0, compactness: 0 };
      for (let unit = 0; unit < ground.size; unit += 1) {
        if (labels[unit] >= 0) continue;
        found.unassigned += 1;
        found.unassignedHouseholds += ground.households[unit];
      }
      for (const each of this.of.values()) {
        if (!each.units) continue; // a new grid that nobody has filled yet is not stored either
        found.grids += 1;
        found.households += each.households;
        found.hours += each.hours;
        if (each.pieces > 1) found.apart += 1;
        if (each.bounds === "free") continue;
        found.bound += 1;
        found.compactness += each.compactness;
        found.within += each.bounds === "in";
        found.deviation += Math.abs(each.deviation);
        found.worst = Math.max(found.worst, Math.abs(each.deviation));
      }
      found.compactness /= found.bound || 1;
      found.deviation /= found.bound || 1;
      found.contiguous = found.unassigned === 0 && found.apart === 0;
      return found;
    }
  }

  gridmap.plans.Figures = Figures;
})();
