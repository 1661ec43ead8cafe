// Tools: what a click, a stroke or a drawn shape on the map does. Drawing is leaflet-geoman's.
"use strict";

(() => {
  const { NONE } = gridmap.plans;

  class Tools {
    constructor(table) {
      this.table = table;
      this.map = table.map;
      this.name = "pick";
      this.only = document.getElementById("only-compound");
      this.reach = document.getElementById("brush-reach");
      this.tools = { pick: new Pick(this), click: new Click(this), rectangle: new Rectangle(this), brush: new Brush(this), split: new Split(this), join: new Join(this), comment: new Comment(this) };
      const { map } = this;
      map.pm.setGlobalOptions({ snappable: false, allowSelfIntersection: true });
      map.pm.setLang("table", { tooltips: table.words.draw_hints }, "en");
      map.gridmap.tool = (latlng) => this.click(latlng);
      // Which keys were held is known only to the event itself.
      map.on("preclick", ({ originalEvent }) => { this.keys = originalEvent || {}; });
      map.on("pm:create", ({ layer, shape }) => {
        layer.remove();
        this.tool.made?.(layer, shape);
      });
      map.getContainer().addEventListener("pointermove", (event) => this.hover(event));
      map.getContainer().addEventListener("pointerleave", () => this.leave());
      document.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => this.use(button.dataset.tool)));
      this.reach.addEventListener("input", () => this.setReach(Number(this.reach.value)));
      table.on("open", () => this.use(table.config.may_draw ? "click" : "pick"));
    }

    get tool() {
      return this.tools[this.name];
    }

    // Where units go: into the chosen grid, out of theirs, or undefined where nothing is chosen.
    get target() {
      const { state } = this.table;
      if (state.erase) return NONE;
      if (state.active >= 0) return state.active;
      this.table.say("choose_first");
      return undefined;
    }

    use(name) {
      if (name !== "pick" && name !== "comment" && !this.table.config.may_draw) return;
      this.tool.stop?.();
      this.name = name;
      this.tool.start?.();
      document.querySelectorAll("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === name)));
      document.querySelectorAll("[data-for-tools]").forEach((part) => { part.hidden = !part.dataset.forTools.split(" ").includes(name); });
      document.getElementById("tool-hint").textContent = this.table.words[`hint_${name}`];
      this.map.getContainer().classList.toggle("gm-painting", name === "brush");
      this.map.getContainer().classList.toggle("gm-picking", name !== "pick");
      this.table.marks?.redraw();
      this.table.tell("tool");
    }

    click(latlng) {
      const unit = this.table.ground.at(latlng);
      if (this.keys?.altKey && unit >= 0) return this.tools.pick.click(latlng, unit);
      this.tool.click?.(latlng, unit);
    }

    hover(event) {
      if (event.pointerType === "touch" || !this.table.ground || !event.target.closest(".leaflet-pane, .gm-map")) return;
      const latlng = this.map.mouseEventToLatLng(event);
      const unit = this.table.ground.at(latlng);
      if (unit === this.table.state.hover && this.name !== "brush") return;
      this.table.state.hover = unit;
      if (this.name === "brush") this.table.state.brush = { latlng, metres: this.metres };
      this.table.marks.redraw();
      this.table.tell("hover");
    }

    leave() {
      Object.assign(this.table.state, { hover: -1, brush: null });
      this.table.marks?.redraw();
      this.table.tell("hover");
    }

    get metres() {
      return Number(this.reach.value);
    }

    setReach(metres) {
      this.reach.value = metres;
      document.getElementById("brush-words").textContent = this.table.text("metres", { metres: this.reach.value });
      if (this.table.state.brush) this.table.state.brush.metres = this.metres;
      this.table.marks?.redraw();
    }

    // Units that a stroke or rectangle may reach: of the compound in which it began, if so wished.
    limited(units, first) {
      if (!this.only.checked || first < 0) return units;
      const { compound, community } = this.table.ground;
      return units.filter((unit) => compound[unit] === compound[first] && community[unit] === community[first]);
    }

    compoundOf(unit) {
      const { compound, size } = this.table.ground;
      if (compound[unit] < 0) return [unit];
      return Array.from({ length: size }, (_, other) => other).filter((other) => compound[other] === compound[unit]);
    }
  }

  class Tool {
    constructor(tools) {
      this.tools = tools;
      this.table = tools.table;
      this.map = tools.map;
    }
  }

  // Look: the card of a unit, its grid chosen.
  class Pick extends Tool {
    click(_latlng, unit) {
      this.table.point(unit);
      if (unit < 0) return;
      const grid = this.table.draft.labels[unit];
      if (grid === NONE) return;
      this.table.state.erase = false;
      this.table.choose(grid);
    }
  }

  // A unit to the chosen grid; with Shift its whole compound.
  class Click extends Tool {
    click(_latlng, unit) {
      const to = this.tools.target;
      if (unit < 0 || to === undefined) return;
      this.table.state.cursor = unit;
      this.table.assign(this.tools.keys?.shiftKey ? this.tools.compoundOf(unit) : [unit], to);
    }
  }

  class Rectangle extends Tool {
    start() {
      this.map.pm.enableDraw("Rectangle", { cursorMarker: false, pathOptions: { interactive: false }, templineStyle: { color: "#0b3a5b" }, hintlineStyle: { color: "#0b3a5b" } });
    }

    stop() {
      this.map.pm.disableDraw();
      this.from = null;
    }

    click(latlng) {
      this.from ||= latlng;
    }

    made(layer) {
      this.apply(layer.getBounds(), this.from);
      // The click that ends one rectangle begins none.
      setTimeout(() => {
        this.from = null;
        if (this.tools.tool === this) this.start();
      });
    }

    apply(bounds, from) {
      const to = this.tools.target;
      if (to === undefined) return;
      const units = this.tools.limited(this.table.ground.within(bounds), from ? this.table.ground.at(from) : -1);
      if (units.length) this.table.assign(units, to);
      else this.table.say("rectangle_empty");
    }
  }

  // Units under a stroke, as one action. Two fingers move the map.
  class Brush extends Tool {
    constructor(tools) {
      super(tools);
      this.fingers = new Set();
      const element = this.map.getContainer();
      element.addEventListener("pointerdown", (event) => this.down(event));
      element.addEventListener("pointermove", (event) => this.stroke && this.paint(this.map.mouseEventToLatLng(event)));
      for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => this.up(event));
    }

    start() {
      this.map.dragging.disable();
      this.tools.setReach(this.tools.metres);
    }

    stop() {
      this.map.dragging.enable();
      this.table.state.brush = null;
      this.finish();
    }

    down(event) {
      if (this.tools.tool !== this || event.button || event.target.closest(".leaflet-control, .leaflet-marker-icon")) return;
      this.fingers.add(event.pointerId);
      if (this.fingers.size > 1) return this.finish();
      const latlng = this.map.mouseEventToLatLng(event);
      const to = this.tools.target;
      if (to === undefined) return;
      this.stroke = { to, first: this.table.ground.at(latlng), moved: [], refused: { locked: 0, fixed: 0, community: 0 }, tried: new Set() };
      this.table.draft.begin(this.table.words.did_brush);
      this.paint(latlng);
    }

    paint(latlng) {
      const { stroke, table } = this;
      const start = performance.now();
      const units = this.tools.limited(table.ground.around(latlng, this.tools.metres), stroke.first).filter((unit) => !stroke.tried.has(unit));
      units.forEach((unit) => stroke.tried.add(unit));
      const { moved, refused } = table.draft.assign(units, stroke.to);
      stroke.moved.push(...moved);
      for (const reason of Object.keys(refused)) stroke.refused[reason] += refused[reason];
      table.state.brush = { latlng, metres: this.tools.metres };
      if (moved.length) table.draft.tell();
      else table.marks.redraw();
      table.lastMs = performance.now() - start;
    }

    up(event) {
      this.fingers.delete(event.pointerId);
      this.finish();
    }

    finish() {
      if (!this.stroke) return;
      const { moved, refused, to } = this.stroke;
      this.stroke = null;
      this.table.draft.end();
      this.table.sayMoved(moved, refused, to);
      this.table.tell("stroke");
    }
  }

  class Split extends Tool {
    start() {
      this.map.pm.enableDraw("Line", { finishOn: "dblclick", cursorMarker: true, templineStyle: { color: "#8f1f2a", weight: 3 }, hintlineStyle: { color: "#8f1f2a", dashArray: [5, 5] }, pathOptions: { interactive: false } });
    }

    stop() {
      this.map.pm.disableDraw();
    }

    made(layer) {
      gridmap.plans.split(this.table, layer.getLatLngs());
      setTimeout(() => { if (this.tools.tool === this) this.start(); });
    }

    // The line as it stands, for who cannot click twice.
    finish() {
      const line = this.map.pm.Draw.Line._layer;
      if (line?.getLatLngs().length > 1) this.map.pm.Draw.Line._finishShape();
    }
  }

  class Join extends Tool {
    click(_latlng, unit) {
      const other = unit < 0 ? NONE : this.table.draft.labels[unit];
      if (other === NONE) return;
      if (this.table.state.active < 0) return this.table.choose(other);
      gridmap.plans.join(this.table, this.table.state.active, other);
    }
  }

  class Comment extends Tool {
    click(latlng) {
      gridmap.plans.commentAt(this.table, latlng);
    }
  }

  gridmap.plans.parts.push((table) => { table.tools = new Tools(table); });
})();
