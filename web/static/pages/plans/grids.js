// What is done with whole grids: begin, end, rename, lock, join, split, find what is in none.
"use strict";

(() => {
  const { NONE } = gridmap.plans;

  gridmap.plans.newGrid = (table, name) => {
    const numbers = table.draft.known.map((grid) => table.draft.grids[grid].name);
    let number = table.draft.known.length + 1;
    while (numbers.includes(table.text("new_name", { number }))) number += 1;
    const made = table.act("did_new", () => table.draft.addGrid({ name: name || table.text("new_name", { number }), kind: "general", code: null }));
    if (made === undefined) return;
    table.state.erase = false;
    table.choose(made);
    table.say("new_made", { grid: table.nameOf(made) });
  };

  gridmap.plans.removeGrid = (table, grid) => {
    if (table.draft.isLocked(grid)) return table.say("grid_locked", { grid: table.nameOf(grid) });
    const name = table.nameOf(grid);
    const units = [...table.draft.members[grid]];
    table.act("did_remove", () => {
      table.draft.assign(units, NONE);
      table.draft.change(grid, null);
    });
    table.choose(NONE);
    table.say("removed", { grid: name, units: table.count(units.length) });
  };

  gridmap.plans.rename = (table, grid, name, kind) => {
    const facts = table.draft.grids[grid];
    if (!name.trim() || (facts.name === name.trim() && facts.kind === kind)) return;
    table.act("did_rename", () => table.draft.change(grid, { ...facts, name: name.trim(), kind }));
  };

  gridmap.plans.toggleLock = (table, grid) => {
    if (!table.config.may_draw || table.draft.fixed.has(grid)) return;
    const locked = !table.draft.locked.has(grid);
    table.draft.lock([grid], locked);
    table.say(locked ? "grid_now_locked" : "grid_now_unlocked", { grid: table.nameOf(grid) });
  };

  gridmap.plans.lockAll = (table, locked) => {
    const free = table.draft.known.filter((grid) => !table.draft.fixed.has(grid));
    table.draft.lock(free, locked);
    table.say(locked ? "all_locked" : "all_unlocked", { grids: free.length });
  };

  gridmap.plans.join = (table, grid, other) => {
    const { draft } = table;
    const locked = [grid, other].find((each) => draft.isLocked(each));
    if (grid === other) return;
    if (locked !== undefined) return table.say("grid_locked", { grid: table.nameOf(locked) });
    if (draft.communityOf(grid) !== draft.communityOf(other)) return table.say("join_community");
    if (!draft.neighboursOf(grid).has(other)) return table.say("join_apart", { one: table.nameOf(grid), other: table.nameOf(other) });
    const name = table.nameOf(other);
    table.act("did_join", () => {
      draft.assign([...draft.members[other]], grid);
      draft.change(other, null);
    });
    table.choose(grid);
    table.say("joined", { one: table.nameOf(grid), other: name });
  };

  // On which side of a line of points (pixels of zoom 0) a place lies; the first and last stretch go on for ever.
  const side = (line, x, y) => {
    let least = Infinity;
    let found = 0;
    for (let at = 0; at + 1 < line.length; at += 1) {
      const [[ax, ay], [bx, by]] = [line[at], line[at + 1]];
      const [dx, dy] = [bx - ax, by - ay];
      let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
      if (at > 0) along = Math.max(along, 0);
      if (at + 2 < line.length) along = Math.min(along, 1);
      const far = (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2;
      if (far >= least) continue;
      least = far;
      found = Math.sign(dx * (y - ay) - dy * (x - ax));
    }
    return found;
  };

  // Which grid a line divides: that in which most of its points every few pixels lie.
  const crossed = (table, line) => {
    const { ground, draft } = table;
    const counts = new Map();
    for (let at = 0; at + 1 < line.length; at += 1) {
      for (let step = 0; step < 50; step += 1) {
        const part = (step + 0.5) / 50;
        const unit = ground.at(ground.latLng(line[at][0] + part * (line[at + 1][0] - line[at][0]), line[at][1] + part * (line[at + 1][1] - line[at][1])));
        if (unit >= 0 && draft.labels[unit] >= 0) counts.set(draft.labels[unit], (counts.get(draft.labels[unit]) || 0) + 1);
      }
    }
    return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? NONE;
  };

  // Divide a grid along a line: units go by their middles. The part with more households stays the grid that it was.
  gridmap.plans.split = (table, latlngs) => {
    const { ground, draft } = table;
    const line = latlngs.map((each) => ground.point(each)).filter(([x, y], at, all) => at === 0 || x !== all[at - 1][0] || y !== all[at - 1][1]);
    if (line.length < 2) return;
    const grid = crossed(table, line);
    if (grid === NONE) return table.say("split_nothing");
    if (draft.isLocked(grid)) return table.say("grid_locked", { grid: table.nameOf(grid) });
    const parts = [[], []];
    for (const unit of draft.members[grid]) parts[side(line, ground.x[unit], ground.y[unit]) > 0 ? 0 : 1].push(unit);
    if (!parts[0].length || !parts[1].length) return table.say("split_one_side", { grid: table.nameOf(grid) });
    const weight = (units) => units.reduce((sum, unit) => sum + ground.households[unit], 0);
    const leaves = weight(parts[0]) < weight(parts[1]) ? parts[0] : parts[1];
    const facts = draft.grids[grid];
    const made = table.act("did_split", () => {
      const number = draft.addGrid({ name: table.text("split_name", { grid: facts.name }), kind: facts.kind, code: null });
      draft.assign(leaves, number);
      return number;
    });
    if (made === undefined) return;
    table.choose(made);
    table.say("was_split", { grid: facts.name, one: table.count(weight(draft.members[grid] ? [...draft.members[grid]] : [])), other: table.count(weight(leaves)) });
  };

  // The next unit in no grid after the one under the keyboard.
  gridmap.plans.nextUnassigned = (table) => {
    const { labels } = table.draft;
    const { unassigned } = table.figures.total;
    if (!unassigned) return table.say("none_unassigned");
    let unit = table.state.cursor;
    do unit = (unit + 1) % labels.length; while (labels[unit] >= 0);
    if (table.map.getZoom() < 15) table.map.setView(table.ground.middle(unit), 16, { animate: false });
    table.point(unit);
    table.say("unassigned_found", { units: table.count(unassigned), households: table.count(table.figures.total.unassignedHouseholds) });
  };
})();
