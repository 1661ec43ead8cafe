// Have grids suggested, the rest finished, or all re-balanced beside what is locked: a job with progress, its result one action.
"use strict";

(() => {
  const ASK_AGAIN_MS = 700;
  const { element } = gridmap.plans;

  class Suggesting {
    constructor(table) {
      this.table = table;
      this.dialog = document.getElementById("suggest-dialog");
      this.form = this.dialog.querySelector("form");
      this.bar = document.getElementById("suggest-progress");
      for (const task of ["suggest", "finish-rest", "rebalance"]) gridmap.plans.commands[task] = () => this.ask(task);
      gridmap.plans.commands["cancel-suggest"] = () => this.cancel();
      this.dialog.addEventListener("input", (event) => this.told(event.target));
      this.dialog.querySelectorAll("input[type=range]").forEach((range) => this.told(range));
    }

    // A slider's number in words.
    told(range) {
      if (range.type !== "range") return;
      const words = this.table.words[`weight_${range.value}`] || range.value;
      range.setAttribute("aria-valuetext", words);
      range.closest(".gm-wish").querySelector("output").textContent = words;
    }

    async ask(task) {
      if (this.job) return;
      const { table } = this;
      const locked = table.draft.locked.size;
      this.dialog.querySelector("h2").textContent = table.words[`task_${task}`];
      this.dialog.querySelector("[data-words]").textContent = table.text(`task_words_${task}`, { locked, unassigned: table.count(table.figures.total.unassigned) });
      if ((await gridmap.plans.askDialog("suggest-dialog")) === "yes") await this.run(task);
    }

    // What the server is told: the table as it is, for a suggestion from scratch without what is not locked.
    body(task) {
      const { draft } = this.table;
      const values = new FormData(this.form);
      const content = draft.toJSON();
      if (task === "suggest") content.labels = content.labels.map((label) => (label >= 0 && content.grids[label].locked ? label : -1));
      const sliders = [...this.form.querySelectorAll("fieldset input[type=range]")];
      const wishes = Object.fromEntries(sliders.map((slider) => [slider.name, Number(slider.value)]));
      return { ...content, keep: task === "finish-rest" ? "assigned" : "locked", wishes, mode: values.get("mode"), seed: Number(values.get("seed")) || 1 };
    }

    async run(task) {
      const { table } = this;
      this.task = task;
      const before = JSON.stringify(table.draft);
      try {
        this.job = await table.ask(table.config.urls.suggestions, this.body(task));
        this.progress(0, table.words.waiting);
        const found = await this.finished();
        if (found.state === "done") this.apply(task, found.result, before);
        else table.sayText(found.error?.message || table.words.suggest_cancelled);
      } catch (error) {
        table.sayText(error.message);
      }
      this.job = null;
      this.bar.hidden = true;
      table.tell("suggested");
    }

    async finished() {
      for (;;) {
        const found = await this.table.ask(this.job.url);
        if (["done", "failed", "cancelled"].includes(found.state)) return found;
        this.progress(found.progress || 0, found.words || this.table.words.working);
        await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
      }
    }

    progress(share, words) {
      this.bar.hidden = false;
      this.bar.querySelector("progress").value = share;
      this.bar.querySelector("[data-words]").textContent = words;
    }

    async cancel() {
      if (!this.job) return;
      this.progress(this.bar.querySelector("progress").value, this.table.words.cancelling);
      await this.table.ask(`${this.job.url}/cancel`, {}).catch((error) => this.table.sayText(error.message));
    }

    // Whoever went on drawing meanwhile sees the result as one action all the same: it can be taken back.
    apply(task, result) {
      const { table } = this;
      const kept = table.act(`did_${task}`, () => table.draft.replace(result));
      const last = table.draft.done.at(-1);
      if (last) last.made = "suggested";
      const { grids, within, bound } = table.figures.total;
      const told = [table.text("suggest_done", { grids: table.count(grids), within: table.count(within), bound: table.count(bound) })];
      if (kept) told.push(table.text("suggest_kept", { units: table.count(kept) }));
      table.sayText(told.join(table.words.then));
      this.remarks([...result.messages, ...result.flags.map(({ words }) => words)]);
    }

    remarks(lines) {
      const box = document.getElementById("remarks");
      box.hidden = !lines.length;
      box.querySelector("ul").replaceChildren(...lines.map((words) => element("li", "", words)));
    }
  }

  gridmap.plans.parts.push((table) => { table.suggesting = new Suggesting(table); });
})();
