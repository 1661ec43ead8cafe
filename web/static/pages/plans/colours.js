// Colours of grids: neighbours never have the same one, and a grid keeps its own while it can.
"use strict";

(() => {
  // Told apart also by those who see red and green alike.
  const COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d8c72e", "#7a7fd6", "#a3785a", "#8fbf5f", "#5f9ea0"];

  class Colours {
    constructor(draft) {
      this.draft = draft;
      this.number = new Map();
      this.follow(draft.known);
    }

    of(grid) {
      return COLOURS[this.number.get(grid)];
    }

    // Look at these grids again; those that got another colour.
    follow(grids) {
      const changed = [];
      for (const grid of grids) {
        if (!this.draft.grids[grid]) {
          this.number.delete(grid);
          continue;
        }
        const around = this._around(grid);
        const own = this.number.get(grid);
        if (own !== undefined && !around[own]) continue;
        const used = this._used();
        const free = COLOURS.map((_, colour) => colour).sort((one, other) => around[one] - around[other] || used[one] - used[other] || one - other);
        this.number.set(grid, free[0]);
        changed.push(grid);
      }
      return changed;
    }

    // How many neighbours of a grid have each colour.
    _around(grid) {
      const found = COLOURS.map(() => 0);
      for (const other of this.draft.neighboursOf(grid)) {
        const colour = this.number.get(other);
        if (colour !== undefined) found[colour] += 1;
      }
      return found;
    }

    _used() {
      const found = COLOURS.map(() => 0);
      for (const colour of this.number.values()) found[colour] += 1;
      return found;
    }
  }

  gridmap.plans.Colours = Colours;
})();
