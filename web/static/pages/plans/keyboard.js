// The keyboard: move between units, choose tools, do everything that the mouse does. Letters work while the map has the focus.
"use strict";

(() => {
  const { NONE } = gridmap.plans;
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const TOOLS = { 1: "pick", 2: "click", 3: "rectangle", 4: "brush", 5: "split", 6: "join", 7: "comment" };

  class Keyboard {
    constructor(table) {
      this.table = table;
      this.points = [];
      const { map } = table;
      const element = map.getContainer();
      map.keyboard.disable();
      // Before the map's own keys: Enter on the map means the unit here, not the middle of the map.
      element.addEventListener("keydown", (event) => {
        if (event.target === element && this.key(event)) {
          event.preventDefault();
          event.stopImmediatePropagation();
        }
      }, true);
      document.addEventListener("keydown", (event) => this.everywhere(event));
      table.on("tool", () => this.forget());
    }

    everywhere(event) {
      if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select, dialog")) return;
      const key = event.key.toLowerCase();
      const work = { z: () => (event.shiftKey ? this.table.redo() : this.table.undo()), y: () => this.table.redo(), s: () => document.querySelector("[data-command=save]:not(:disabled)")?.click() }[key];
      if (!work) return;
      event.preventDefault();
      work();
    }

    // Whether the key meant something here.
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const { table } = this;
      const arrow = ARROWS[event.key];
      if (arrow && event.shiftKey) return table.map.panBy([120 * arrow[0], 120 * arrow[1]]);
      if (arrow) return this.step(arrow) || true;
      if (TOOLS[event.key]) return this.use(TOOLS[event.key]);
      const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const work = {
        Enter: () => this.enter(event.shiftKey), " ": () => this.enter(event.shiftKey), Escape: () => this.escape(),
        "+": () => table.map.zoomIn(), "=": () => table.map.zoomIn(), "-": () => table.map.zoomOut(),
        "]": () => table.tools.setReach(table.tools.metres + 10), "[": () => table.tools.setReach(table.tools.metres - 10),
        ",": () => this.next(-1), ".": () => this.next(1), g: () => this.pick(), e: () => gridmap.plans.erase(table), n: () => gridmap.plans.newGrid(table), u: () => gridmap.plans.nextUnassigned(table),
        Delete: () => this.takeOut(), Backspace: () => this.takeOut(), f: () => this.finish(),
        l: () => (event.shiftKey ? gridmap.plans.lockAll(table, table.draft.known.some((grid) => !table.draft.isLocked(grid))) : this.lock()),
        c: () => table.tools.only.click(), "?": () => gridmap.plans.openDialog("help-dialog"),
      }[letter];
      if (!work) return false;
      work();
      return true;
    }

    use(tool) {
      this.table.tools.use(tool);
      return true;
    }

    step([dx, dy]) {
      const { table } = this;
      const { cursor } = table.state;
      const found = cursor < 0 ? this.middle() : table.ground.towards(cursor, dx, dy);
      if (found >= 0) table.point(found);
    }

    // The unit nearest to the middle of what is seen.
    middle() {
      const { ground, map } = this.table;
      const [x, y] = ground.point(map.getCenter());
      let best = -1;
      let least = Infinity;
      for (let unit = 0; unit < ground.size; unit += 1) {
        const far = (ground.x[unit] - x) ** 2 + (ground.y[unit] - y) ** 2;
        if (far < least) [best, least] = [unit, far];
      }
      return best;
    }

    next(step) {
      const { size } = this.table.ground;
      this.table.point((this.table.state.cursor + step + size) % size);
    }

    pick() {
      const { draft, state } = this.table;
      if (state.cursor < 0 || draft.labels[state.cursor] === NONE) return;
      state.erase = false;
      this.table.choose(draft.labels[state.cursor]);
    }

    lock() {
      if (this.table.state.active >= 0) gridmap.plans.toggleLock(this.table, this.table.state.active);
    }

    takeOut() {
      if (this.table.state.cursor >= 0) this.table.assign([this.table.state.cursor], NONE);
    }

    // Enter does at the unit here what a click does there.
    enter(whole) {
      const { table } = this;
      const { tools, ground } = table;
      const unit = table.state.cursor;
      if (unit < 0) return this.step([0, 0]);
      const work = {
        rectangle: () => this.corner(unit), split: () => this.points.push(this.drop(unit)),
        brush: () => {
          const to = tools.target;
          if (to !== undefined) table.assign(tools.limited(ground.around(ground.middle(unit), tools.metres), unit), to, "did_brush");
        },
        click: () => {
          const to = tools.target;
          if (to !== undefined) table.assign(whole ? tools.compoundOf(unit) : [unit], to);
        },
      }[tools.name];
      if (work) work();
      else tools.tool.click(ground.middle(unit), unit);
    }

    // The first corner of a rectangle, then the other one.
    corner(unit) {
      const { table } = this;
      if (!this.points.length) {
        this.points.push(this.drop(unit));
        table.say("corner_set");
        return;
      }
      const [{ latlng, unit: first }] = this.points;
      this.forget();
      // A hair more than from middle to middle, so that both corners are in.
      table.tools.tool.apply(L.latLngBounds(latlng, table.ground.middle(unit)).pad(1e-6), table.ground.middle(first));
    }

    drop(unit) {
      const latlng = this.table.ground.middle(unit);
      return { unit, latlng, mark: L.circleMarker(latlng, { radius: 6, color: "#0b3a5b", fillOpacity: 1, interactive: false, pmIgnore: true }).addTo(this.table.map) };
    }

    finish() {
      if (this.table.tools.name !== "split") return;
      const line = this.points.map(({ latlng }) => latlng);
      this.forget();
      if (line.length > 1) gridmap.plans.split(this.table, line);
      else this.table.tools.tool.finish();
    }

    escape() {
      this.forget();
      this.table.tools.use(this.table.tools.name);
    }

    forget() {
      this.points.forEach(({ mark }) => mark.remove());
      this.points = [];
    }
  }

  gridmap.plans.parts.push((table) => { table.keyboard = new Keyboard(table); });
})();
