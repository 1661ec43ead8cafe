// The planning table: what is on it, what is chosen, and everything that follows an action.
"use strict";

(() => {
  const { Ground, Draft, Figures, Colours, Drawing, Marks, Labels, NONE } = gridmap.plans;

  // ``config`` comes with the page: addresses, words, what the account may do.
  class Table extends EventTarget {
    constructor(config, map) {
      super();
      this.config = config;
      this.words = config.words;
      this.map = map;
      // active: the grid that units go to (-1: none); cursor: the unit under the keyboard; hover: under the pointer.
      this.state = { active: NONE, cursor: -1, hover: -1, brush: null, conflicts: [] };
      this.lastMs = 0;
    }

    open(ground, version) {
      this.ground = new Ground(ground);
      this.base = version.version;
      this.put(version);
      this.drawing = new Drawing(this.map, this.draft, this.colours);
      this.marks = new Marks(this.map, this.draft, this.drawing, this.state);
      this.labels = new Labels(this.map, this.draft, this.figures, this.words);
      this.tell("open");
    }

    put(version) {
      this.draft = new Draft(this.ground, version, (change) => this._follow(change));
      this.figures = new Figures(this.draft);
      this.colours = new Colours(this.draft);
      this.savedAs = JSON.stringify(this.draft);
      this.state.active = this.draft.known.find((grid) => !this.draft.isLocked(grid)) ?? NONE;
    }

    // Another version in place of everything; nothing of before can be taken back.
    reset(version) {
      this.base = version.version;
      this.state.conflicts = [];
      this.put(version);
      Object.assign(this.drawing, { draft: this.draft, colours: this.colours });
      this.marks.draft = this.draft;
      Object.assign(this.labels, { draft: this.draft, figures: this.figures });
      this.labels.places.clear();
      this.labels.redraw();
      this.drawing.redraw();
      this.marks.redraw();
      this.tell("reset");
    }

    // Figures, colours and map follow a change at once; the panel and all others hear of it.
    _follow({ units, grids }) {
      this.figures.follow(grids);
      const recoloured = this.colours.follow(grids);
      if (!this.draft.grids[this.state.active]) this.state.active = NONE;
      this.drawing.follow(units, recoloured);
      this.labels.follow(grids);
      this.marks.redraw();
      this.tell("change", { units, grids: [...new Set([...grids, ...recoloured])] });
    }

    // One action of a person: ``work`` may change whatever it wants. How long everything took is kept for the bench.
    act(words, work) {
      if (!this.config.may_draw) return this.say("read_only");
      const start = performance.now();
      const found = this.draft.act(this.text(words), work);
      this.lastMs = performance.now() - start;
      return found;
    }

    // Units to a grid, with a word about those that stayed where they are.
    assign(units, to, words = "did_assign") {
      const { moved, refused } = this.act(words, () => this.draft.assign(units, to)) || {};
      if (!moved) return;
      this.sayMoved(moved, refused, to);
    }

    sayMoved(moved, refused, to) {
      const told = [];
      if (moved.length) {
        const households = moved.reduce((sum, unit) => sum + this.ground.households[unit], 0);
        told.push(this.text(to === NONE ? "moved_out" : "moved", { units: this.count(moved.length), households: this.count(households), grid: this.nameOf(to) }));
      }
      for (const reason of ["locked", "fixed", "community"]) if (refused[reason]) told.push(this.text(`refused_${reason}`, { units: this.count(refused[reason]) }));
      if (told.length) this.sayText(told.join(this.words.then));
    }

    undo() {
      this._back(this.draft.undo(), "undone");
    }

    redo() {
      this._back(this.draft.redo(), "redone");
    }

    _back({ action, locked }, words) {
      if (locked !== undefined) this.say("undo_locked", { grid: this.nameOf(locked) });
      else if (action) this.say(words, { action: action.words });
      else this.say("nothing_left");
    }

    choose(grid, { zoom = false } = {}) {
      this.state.active = grid;
      if (zoom && this.draft.members[grid]?.size) this.map.fitBounds(this.ground.bounds(this.draft.members[grid]), { maxZoom: 17, padding: this.map.getSize().divideBy(12) });
      this.marks.redraw();
      this.tell("choose");
    }

    // The unit under the keyboard or the finger: marked, in sight, told.
    point(unit) {
      this.state.cursor = unit;
      if (unit >= 0 && !this.map.getBounds().pad(-0.1).contains(this.ground.middle(unit))) this.map.panTo(this.ground.middle(unit), { animate: false });
      this.marks.redraw();
      this.tell("point");
    }

    nameOf(grid) {
      return grid === NONE ? this.words.no_grid : this.draft.grids[grid]?.name || "";
    }

    get dirty() {
      return this.savedAs !== JSON.stringify(this.draft);
    }

    count(number) {
      return Math.round(number).toLocaleString("en-US");
    }

    text(word, values = {}) {
      return (this.words[word] ?? word).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    }

    say(word, values) {
      this.sayText(this.text(word, values));
    }

    sayText(words) {
      gridmap.say(this.map, words);
    }

    tell(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { detail }));
    }

    on(names, work) {
      for (const name of names.split(" ")) this.addEventListener(name, (event) => work(event.detail));
    }

    // JSON from the server; an error of its own has its code, words and what else it says.
    async ask(address, body) {
      const headers = { Accept: "application/json" };
      const request = { headers };
      if (body !== undefined) {
        request.method = "POST";
        headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
        request.body = body instanceof FormData ? body : JSON.stringify(body);
        if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
      }
      let answer;
      try {
        answer = await fetch(address, request);
      } catch {
        throw Object.assign(new Error(this.words.offline), { code: "offline" });
      }
      const content = await answer.json().catch(() => ({}));
      if (answer.ok) return content;
      throw Object.assign(new Error(content.error?.message || this.words.failed), content.error);
    }
  }

  const start = async () => {
    const config = JSON.parse(document.getElementById("plan-table").textContent);
    const table = new Table(config, gridmap.map);
    gridmap.table = table;
    const done = gridmap.wait(gridmap.map);
    try {
      const [ground, version] = await Promise.all([table.ask(config.urls.ground), table.ask(config.urls.version)]);
      for (const part of gridmap.plans.parts) part(table);
      table.open(ground, version);
      document.documentElement.dataset.gmTable = "open";
    } catch (error) {
      table.sayText(error.message);
      throw error;
    } finally {
      done();
    }
  };

  // Parts of the page register here; each is called with the table before it opens.
  gridmap.plans.parts = [];
  document.addEventListener("DOMContentLoaded", start);
})();
