// Save as the next version; what is not saved yet survives a reload of the page; what somebody else saved is merged, never overwritten.
"use strict";

(() => {
  const KEEP_AFTER_MS = 400;

  class Saving {
    constructor(table) {
      this.table = table;
      this.key = `gridmap-plan ${table.config.plan} ${table.config.account}`;
      this.madeBy = null;
      this.button = document.querySelector("[data-command=save]");
      this.state = document.getElementById("save-state");
      gridmap.plans.commands.save = () => this.ask();
      table.on("open", () => this.offer());
      table.on("change stroke reset", () => this.changed());
      window.addEventListener("beforeunload", (event) => { if (this.table.draft && this.table.dirty) event.preventDefault(); });
      window.addEventListener("pagehide", () => this.keep());
    }

    changed() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), KEEP_AFTER_MS);
      this.show();
    }

    show() {
      const { table } = this;
      const dirty = table.dirty;
      if (this.button) this.button.disabled = !dirty;
      this.state.textContent = table.text(dirty ? "unsaved" : "saved_version", { version: table.base });
      this.state.classList.toggle("gm-wait", dirty);
    }

    // Storage may be full or forbidden: drawing goes on without.
    keep() {
      if (!this.table.draft || !this.table.config.may_draw) return;
      try {
        if (this.table.dirty) localStorage.setItem(this.key, JSON.stringify({ base: this.table.base, at: new Date().toISOString(), ...this.table.draft.toJSON() }));
        else localStorage.removeItem(this.key);
      } catch { /* see above */ }
    }

    read() {
      try {
        const kept = JSON.parse(localStorage.getItem(this.key));
        return kept?.labels?.length === this.table.ground.size ? kept : null;
      } catch {
        return null;
      }
    }

    // What was not saved the last time: put it back, or forget it.
    async offer() {
      this.show();
      const kept = this.table.config.may_draw ? this.read() : null;
      if (!kept) return;
      document.querySelector("#kept-dialog [data-when]").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
      const answer = await gridmap.plans.askDialog("kept-dialog");
      if (answer === "restore") {
        this.table.act("did_restore", () => this.table.draft.replace(kept));
        this.locks(kept);
        this.table.base = kept.base;
        this.changed();
        this.table.say("restored");
      } else if (answer === "discard") localStorage.removeItem(this.key);
    }

    // Locks belong to a version, but not to its action: nothing that is locked could be taken back.
    locks(version) {
      const { draft } = this.table;
      const numbers = gridmap.plans.matched(draft, version);
      draft.lock(numbers.filter((grid, at) => version.grids[at].locked && draft.grids[grid] && !draft.fixed.has(grid)), true);
    }

    async ask() {
      const dialog = document.getElementById("save-dialog");
      dialog.querySelector("[data-next]").textContent = this.table.text("next_version", { version: this.table.base + 1 });
      const { unassigned, apart, bound, within } = this.table.figures.total;
      dialog.querySelector("[data-open]").textContent = unassigned || apart || within < bound
        ? this.table.text("still_open", { unassigned: this.table.count(unassigned), apart: this.table.count(apart), outside: this.table.count(bound - within) }) : "";
      if ((await gridmap.plans.askDialog("save-dialog")) === "yes") await this.save(dialog.querySelector("[name=note]").value);
    }

    // Who made it: a suggestion, a file or a merge alone, or a person.
    maker() {
      const makers = new Set(this.table.draft.done.map(({ made }) => made || "drawn"));
      return makers.size === 1 ? [...makers][0] : makers.has("merged") ? "merged" : "drawn";
    }

    async save(note) {
      const { table } = this;
      const sent = JSON.stringify(table.draft);
      this.button.disabled = true;
      try {
        const saved = await table.ask(table.config.urls.versions, { base: table.base, ...table.draft.toJSON(), note, made_by: this.maker() });
        table.base = saved.version;
        table.savedAs = sent;
        table.state.conflicts = [];
        document.querySelector("#save-dialog [name=note]").value = "";
        table.say("saved", { version: saved.version });
        table.tell("saved", saved);
        table.marks.redraw();
      } catch (error) {
        if (error.code === "stale_plan") await this.stale(error.latest);
        else table.sayText(error.message);
      }
      this.keep();
      this.show();
    }

    // Somebody else was first.
    async stale({ version, author }) {
      const { table } = this;
      const dialog = document.getElementById("stale-dialog");
      dialog.querySelector("[data-who]").textContent = table.text("stale_words", { version, author });
      const answer = await gridmap.plans.askDialog("stale-dialog");
      if (answer === "merge") await this.merge();
      if (answer === "leave") await this.leave(version);
    }

    async leave(version) {
      const { table } = this;
      try {
        const theirs = await table.ask(gridmap.plans.versionUrl(table, version));
        localStorage.removeItem(this.key);
        table.reset(theirs);
        table.say("left", { version });
      } catch (error) {
        table.sayText(error.message);
      }
    }

    async merge() {
      const { table } = this;
      const mine = table.draft.labels.slice();
      try {
        const merged = await table.ask(table.config.urls.merge, { base: table.base, ...table.draft.toJSON() });
        table.act("did_merge", () => table.draft.replace(merged));
        const last = table.draft.done.at(-1);
        if (last) last.made = "merged";
        table.base = merged.version;
        gridmap.plans.showConflicts(table, merged.conflicts, mine);
        this.changed();
      } catch (error) {
        table.sayText(error.message);
      }
    }
  }

  gridmap.plans.versionUrl = (table, version) => table.config.urls.version_pattern.replace("/0.json", `/${version}.json`);
  gridmap.plans.parts.push((table) => { table.saving = new Saving(table); });
})();
