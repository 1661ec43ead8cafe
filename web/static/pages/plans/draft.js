// The draft on the table: which unit is in which grid, undo and redo. What is locked or fixed never changes, whoever asks.
"use strict";

(() => {
  const NONE = -1;

  class Draft {
    // ``changed`` hears { units, grids } after every change: the units that changed hands, the grids that gained, lost or were renamed.
    constructor(ground, version, changed) {
      this.ground = ground;
      this.changed = changed;
      this.labels = new Int32Array(ground.size).fill(NONE);
      this.grids = [];
      this.members = [];
      this.locked = new Set();
      this.done = [];
      this.undone = [];
      this.open = null;
      this._load(version);
    }

    _load(version) {
      version.grids.forEach(({ name, kind, code, locked }, grid) => {
        this._write(grid, { name, kind, code });
        if (locked) this.locked.add(grid);
      });
      version.labels.forEach((label, unit) => this._put(unit, label));
      this.fixed = new Set(this.ground.fixed.flatMap((code, unit) => (code === null || this.labels[unit] < 0 ? [] : [this.labels[unit]])));
    }

    // Numbers of the grids that there are. A number is never given twice, so that an action can be taken back.
    get known() {
      return this.grids.flatMap((grid, number) => (grid ? [number] : []));
    }

    isLocked(grid) {
      return grid >= 0 && (this.locked.has(grid) || this.fixed.has(grid));
    }

    communityOf(grid) {
      const [first] = this.members[grid] || [];
      return first === undefined ? NONE : this.ground.community[first];
    }

    neighboursOf(grid) {
      const { start, neighbour } = this.ground;
      const found = new Set();
      for (const unit of this.members[grid]) {
        for (let at = start[unit]; at < start[unit + 1]; at += 1) found.add(this.labels[neighbour[at]]);
      }
      found.delete(grid);
      found.delete(NONE);
      return found;
    }

    // Everything that ``work`` does is one action: { words, units, before, after, grids }. An action within an action is part of it.
    act(words, work) {
      if (this.open) return work();
      this.begin(words);
      try {
        return work();
      } finally {
        this.end();
      }
    }

    begin(words) {
      this.open = { words, before: new Map(), grids: new Map() };
      this.touched = { units: new Set(), grids: new Set() };
    }

    // Tell what the action that is open has changed since it was last told.
    tell() {
      const { units, grids } = this.touched;
      if (!units.size && !grids.size) return;
      this.touched = { units: new Set(), grids: new Set() };
      this.changed({ units: [...units], grids: [...grids] });
    }

    end() {
      const { words, before, grids } = this.open;
      this.open = null;
      const units = [...before.keys()].filter((unit) => before.get(unit) !== this.labels[unit]);
      if (units.length || grids.size) {
        this.done.push({
          words, units, before: units.map((unit) => before.get(unit)), after: units.map((unit) => this.labels[unit]),
          grids: [...grids].map(([grid, was]) => ({ grid, was, is: this.grids[grid] })),
        });
        this.undone = [];
      }
      this.tell();
    }

    // Put units into a grid (-1: into none). What may not move stays: how many of each reason comes back, with the units that moved.
    assign(units, to) {
      const refused = { fixed: 0, locked: 0, community: 0 };
      const moved = [];
      if (this.isLocked(to)) return { moved, refused: { ...refused, locked: units.length } };
      let home = to === NONE ? NONE : this.communityOf(to);
      for (const unit of units) {
        const from = this.labels[unit];
        if (from === to) continue;
        if (this.ground.fixed[unit] !== null) refused.fixed += 1;
        else if (this.isLocked(from)) refused.locked += 1;
        else if (to !== NONE && home !== NONE && this.ground.community[unit] !== home) refused.community += 1;
        else {
          if (home === NONE) home = this.ground.community[unit];
          moved.push(unit);
        }
      }
      this._move(moved, moved.map(() => to));
      return { moved, refused };
    }

    addGrid(grid) {
      const number = this.grids.length;
      this.change(number, grid);
      return number;
    }

    // A grid's name and kind (null: the grid ends), as part of the action that is open.
    change(grid, facts) {
      if (!this.open.grids.has(grid)) this.open.grids.set(grid, this.grids[grid] ?? null);
      this._write(grid, facts);
      this.touched.grids.add(grid);
    }

    // Labels and grids of another version, a suggestion or a file in one action. Locked and fixed grids keep exactly their units: what
    // should leave them stays, what should join them is in no grid. How many units that concerns comes back.
    replace(version) {
      const numbers = gridmap.plans.matched(this, version);
      let kept = 0;
      const wanted = Array.from(version.labels, (label, unit) => {
        const [from, to] = [this.labels[unit], label < 0 ? NONE : numbers[label]];
        if (from === to || !(this.isLocked(from) || this.isLocked(to))) return to;
        kept += 1;
        return this.isLocked(from) ? from : NONE;
      });
      numbers.forEach((number, at) => {
        const { name, kind, code } = version.grids[at];
        if (!this.isLocked(number)) this.change(number, { name, kind, code });
      });
      const units = wanted.flatMap((label, unit) => (label === this.labels[unit] ? [] : [unit]));
      this._move(units, units.map((unit) => wanted[unit]));
      for (const grid of this.known) {
        if (!this.members[grid].size && !this.isLocked(grid)) this.change(grid, null);
      }
      return kept;
    }

    // The first grid that forbids an action to be taken back or done again, by number; null where nothing does.
    hinders({ units, before, after }) {
      for (let at = 0; at < units.length; at += 1) {
        for (const grid of [before[at], after[at]]) if (this.isLocked(grid)) return grid;
      }
      return null;
    }

    // Take the last action back, or do the last one again that was taken back. { action } or { locked: grid } or {} where there is none.
    undo() {
      return this._step(this.done, this.undone, "before", "was");
    }

    redo() {
      return this._step(this.undone, this.done, "after", "is");
    }

    _step(from, to, labels, facts) {
      const action = from.at(-1);
      if (!action) return {};
      const locked = this.hinders(action);
      if (locked !== null) return { locked };
      to.push(from.pop());
      for (const each of action.grids) this._write(each.grid, each[facts]);
      const touched = this._shift(action.units, action[labels]);
      for (const each of action.grids) touched.add(each.grid);
      this.changed({ units: action.units, grids: [...touched] });
      return { action };
    }

    lock(grids, locked) {
      for (const grid of grids) {
        if (locked) this.locked.add(grid);
        else this.locked.delete(grid);
      }
      this.changed({ units: [], grids: [...grids] });
    }

    // What is stored: grids that have units, numbered anew in their order.
    toJSON() {
      const used = this.known.filter((grid) => this.members[grid].size);
      const place = new Map(used.map((grid, at) => [grid, at]));
      return {
        labels: Array.from(this.labels, (label) => place.get(label) ?? NONE),
        grids: used.map((grid) => ({ ...this.grids[grid], locked: this.locked.has(grid) })),
      };
    }

    _move(units, labels) {
      if (!units.length) return;
      for (const unit of units) if (!this.open.before.has(unit)) this.open.before.set(unit, this.labels[unit]);
      for (const unit of units) this.touched.units.add(unit);
      for (const grid of this._shift(units, labels)) this.touched.grids.add(grid);
    }

    _shift(units, labels) {
      const touched = new Set();
      units.forEach((unit, at) => {
        touched.add(this.labels[unit]).add(labels[at]);
        this._put(unit, labels[at]);
      });
      touched.delete(NONE);
      return touched;
    }

    _put(unit, label) {
      this.members[this.labels[unit]]?.delete(unit);
      this.labels[unit] = label;
      this.members[label]?.add(unit);
    }

    _write(grid, facts) {
      this.grids[grid] = facts;
      this.members[grid] ||= new Set();
    }
  }

  // For each grid of a version the number that it has on the table: that of the grid it shares most households with, else a new one.
  gridmap.plans.matched = (draft, version) => {
    const shared = new Map();
    version.labels.forEach((label, unit) => {
      const here = draft.labels[unit];
      if (label < 0 || here < 0) return;
      const key = `${label} ${here}`;
      // A unit without households counts as well, though little.
      shared.set(key, (shared.get(key) || 0) + draft.ground.households[unit] + 0.001);
    });
    const numbers = version.grids.map(() => null);
    const taken = new Set();
    const pairs = [...shared].map(([key, weight]) => [...key.split(" ").map(Number), weight]);
    // A locked grid finds its own first, so that it can stay.
    pairs.sort((one, other) => draft.isLocked(other[1]) - draft.isLocked(one[1]) || other[2] - one[2] || one[0] - other[0] || one[1] - other[1]);
    for (const [label, here] of pairs) {
      if (numbers[label] !== null || taken.has(here)) continue;
      numbers[label] = here;
      taken.add(here);
    }
    let next = draft.grids.length;
    return numbers.map((number) => number ?? next++);
  };

  gridmap.plans.NONE = NONE;
  gridmap.plans.Draft = Draft;
})();
