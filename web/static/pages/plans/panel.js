// The panel: totals, the chosen grid, the table of all grids. Rows that an action does not touch stay as they are.
"use strict";

(() => {
  const BOUNDS = { in: ["check-circle-fill", "gm-good"], under: ["arrow-down-circle-fill", "gm-bad"], over: ["arrow-up-circle-fill", "gm-bad"], free: ["dash-circle", "gm-muted"] };
  const VALUES = {
    name: (table, grid) => table.draft.grids[grid].name,
    households: (table, grid) => table.figures.of.get(grid).households,
    deviation: (table, grid) => table.figures.of.get(grid).deviation,
    hours: (table, grid) => table.figures.of.get(grid).hours,
    compactness: (table, grid) => table.figures.of.get(grid).compactness,
  };

  const element = (name, className = "", words = "") => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = words;
    return made;
  };
  const icon = (name, colour = "") => {
    const made = element("i", `bi bi-${name} ${colour}`);
    made.setAttribute("aria-hidden", "true");
    return made;
  };
  const percent = (share, digits = 0) => `${share > 0 ? "+" : share < 0 ? "−" : ""}${(100 * Math.abs(share)).toFixed(digits)}%`;

  gridmap.plans.element = element;
  gridmap.plans.icon = icon;

  class Panel {
    constructor(table) {
      this.table = table;
      this.rows = new Map();
      this.order = { column: "name", falling: false };
      this.body = document.getElementById("grid-rows");
      table.on("open reset", () => this.all());
      table.on("change", ({ grids }) => this.follow(grids));
      table.on("choose", () => this.chosen());
      document.querySelectorAll("[data-gm-sort]").forEach((button) => button.addEventListener("click", () => this.sort(button.dataset.gmSort)));
      this.body.addEventListener("click", (event) => this.click(event));
    }

    all() {
      this.rows.clear();
      this.body.replaceChildren();
      this.table.draft.known.forEach((grid) => this.row(grid));
      this.arrange();
      this.totals();
      this.chosen();
    }

    follow(grids) {
      const count = this.rows.size;
      for (const grid of grids) {
        if (this.table.draft.grids[grid]) this.row(grid);
        else this.rows.get(grid)?.remove();
        if (!this.table.draft.grids[grid]) this.rows.delete(grid);
      }
      if (this.rows.size > count) this.arrange();
      this.totals();
      this.chosen();
    }

    row(grid) {
      const { table } = this;
      const { draft } = table;
      const figures = table.figures.of.get(grid);
      const row = element("tr");
      row.dataset.grid = grid;
      const name = element("button", "gm-grid-name", draft.grids[grid].name);
      name.type = "button";
      name.prepend(this.sample(grid));
      const named = element("th");
      named.scope = "row";
      named.append(name);
      if (table.ground.communities.length > 1) named.append(element("span", "gm-grid-place", table.ground.communities[draft.communityOf(grid)]?.name || ""));
      const [sign, colour] = BOUNDS[figures.bounds];
      const households = element("td", "gm-number");
      const state = element("span", colour);
      state.append(icon(sign), element("span", "visually-hidden", table.words[`bounds_${figures.bounds}`]));
      state.title = table.words[`bounds_${figures.bounds}`];
      households.append(state, ` ${table.count(figures.households)}`);
      const shape = element("td", "gm-number", figures.compactness.toFixed(2));
      if (figures.pieces > 1) {
        const apart = element("span", "gm-bad");
        apart.title = table.text("pieces", { pieces: figures.pieces });
        apart.append(icon("exclamation-triangle-fill"), element("span", "visually-hidden", apart.title));
        shape.prepend(apart, " ");
      }
      row.append(named, households, element("td", "gm-number", figures.bounds === "free" ? "—" : percent(figures.deviation)), element("td", "gm-number", table.count(figures.hours)), shape, this.lock(grid));
      this.rows.get(grid)?.replaceWith(row);
      this.rows.set(grid, row);
    }

    sample(grid) {
      const made = element("span", "gm-grid-sample");
      made.style.backgroundColor = this.table.colours.of(grid);
      return made;
    }

    lock(grid) {
      const { draft, words, config } = this.table;
      const cell = element("td");
      const fixed = draft.fixed.has(grid);
      const locked = draft.isLocked(grid);
      const button = element("button", "btn gm-grid-lock");
      button.type = "button";
      button.dataset.lock = grid;
      button.disabled = fixed || !config.may_draw;
      button.setAttribute("aria-pressed", String(locked));
      button.setAttribute("aria-label", this.table.text(fixed ? "fixed_grid" : locked ? "unlock_grid" : "lock_grid", { grid: draft.grids[grid].name }));
      button.title = fixed ? words.fixed_words : "";
      button.append(icon(fixed ? "pin-angle-fill" : locked ? "lock-fill" : "unlock"));
      cell.append(button);
      return cell;
    }

    arrange() {
      const value = VALUES[this.order.column];
      const way = this.order.falling ? -1 : 1;
      const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other, "zh", { numeric: true }) : one - other);
      const grids = [...this.rows.keys()].sort((one, other) => way * compare(value(this.table, one), value(this.table, other)) || one - other);
      this.body.append(...grids.map((grid) => this.rows.get(grid)));
    }

    sort(column) {
      this.order = { column, falling: this.order.column === column ? !this.order.falling : column !== "name" };
      document.querySelectorAll("[data-gm-sort]").forEach((button) => {
        const own = button.dataset.gmSort === column;
        button.closest("th").setAttribute("aria-sort", own ? (this.order.falling ? "descending" : "ascending") : "none");
      });
      this.arrange();
    }

    click(event) {
      const lock = event.target.closest("[data-lock]");
      const row = event.target.closest("tr[data-grid]");
      if (lock) gridmap.plans.toggleLock(this.table, Number(lock.dataset.lock));
      else if (row) this.table.choose(Number(row.dataset.grid), { zoom: true });
      if (lock) this.rows.get(Number(lock.dataset.lock)).querySelector("[data-lock]").focus();
    }

    totals() {
      const { table } = this;
      const total = table.figures.total;
      const put = (name, words, bad) => {
        const place = document.querySelector(`[data-total="${name}"]`);
        place.textContent = words;
        if (bad === undefined) return;
        place.classList.toggle("gm-bad", bad);
        place.classList.toggle("gm-good", !bad);
        place.prepend(icon(bad ? "exclamation-triangle-fill" : "check-circle-fill"), " ");
      };
      put("grids", table.count(total.grids));
      put("households", table.count(total.households + total.unassignedHouseholds));
      put("within", `${table.count(total.within)} / ${table.count(total.bound)}`, total.within < total.bound);
      put("unassigned", table.text("units_households", { units: table.count(total.unassigned), households: table.count(total.unassignedHouseholds) }), total.unassigned > 0);
      put("contiguous", total.apart ? table.text("grids_apart", { grids: total.apart }) : table.words[total.contiguous ? "contiguous" : "not_contiguous"], !total.contiguous);
      put("deviation", `${(100 * total.deviation).toFixed(1)}% / ${(100 * total.worst).toFixed(1)}%`);
      put("compactness", total.compactness.toFixed(2));
      put("hours", table.count(total.hours));
    }

    // The chosen grid: its row, and the box with its figures and what can be done with it.
    chosen() {
      const { table } = this;
      const grid = table.state.active;
      this.body.querySelector("[aria-current]")?.removeAttribute("aria-current");
      const row = this.rows.get(grid);
      row?.setAttribute("aria-current", "true");
      const box = document.getElementById("chosen-grid");
      box.hidden = grid < 0;
      document.getElementById("chosen-none").hidden = grid >= 0;
      if (grid < 0) return;
      const figures = table.figures.of.get(grid);
      const { kind, name } = table.draft.grids[grid];
      const { lower, upper } = table.ground.plan;
      const facts = {
        name, kind: table.words[`kind_${kind}`],
        community: table.ground.communities[table.draft.communityOf(grid)]?.name || "—",
        units: table.count(figures.units),
        households: `${table.count(figures.households)} · ${table.text(`bounds_${figures.bounds}`)}${figures.bounds === "free" ? "" : ` (${lower}–${upper})`}`,
        deviation: figures.bounds === "free" ? "—" : percent(figures.deviation, 1),
        hours: table.text("hours_a_year", { hours: table.count(figures.hours) }),
        compactness: figures.compactness.toFixed(2),
        contiguous: table.text(figures.units === 0 ? "no_units" : figures.pieces === 1 ? "one_piece" : "pieces", { pieces: figures.pieces }),
      };
      for (const [fact, words] of Object.entries(facts)) box.querySelector(`[data-fact="${fact}"]`).textContent = words;
      box.querySelector("[data-fact=name]").prepend(this.sample(grid));
      box.querySelector("[data-fact=households]").className = BOUNDS[figures.bounds][1];
      box.querySelector("[data-fact=contiguous]").className = figures.pieces > 1 ? "gm-bad" : "";
      const locked = table.draft.isLocked(grid);
      for (const button of box.querySelectorAll("[data-do]")) {
        const action = button.dataset.do;
        button.disabled = !table.config.may_draw || table.draft.fixed.has(grid) || (action === "remove" && locked);
        if (action === "lock") button.querySelector("span").textContent = table.words[locked ? "unlock" : "lock"];
        if (action === "lock") button.querySelector(".bi").className = `bi bi-${locked ? "unlock" : "lock"}`;
      }
    }
  }

  gridmap.plans.parts.push((table) => { table.panel = new Panel(table); });
})();
