// Dialogs, and the buttons of the page that do one thing each.
"use strict";

(() => {
  gridmap.plans.openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog.open) dialog.showModal();
    return dialog;
  };

  // What a person answers: the value of the button that closed the dialog, "" when it was left.
  gridmap.plans.askDialog = (id) => new Promise((done) => {
    const dialog = gridmap.plans.openDialog(id);
    dialog.returnValue = "";
    dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
  });

  gridmap.plans.erase = (table) => {
    table.state.erase = !table.state.erase;
    table.tell("choose");
    table.say(table.state.erase ? "erasing" : "not_erasing", { grid: table.nameOf(table.state.active) });
  };

  const renamed = async (table) => {
    const grid = table.state.active;
    const dialog = document.getElementById("rename-dialog");
    const [name, kind] = [dialog.querySelector("[name=name]"), dialog.querySelector("[name=kind]")];
    name.value = table.draft.grids[grid].name;
    kind.value = table.draft.grids[grid].kind;
    if ((await gridmap.plans.askDialog("rename-dialog")) === "yes") gridmap.plans.rename(table, grid, name.value, kind.value);
  };

  gridmap.plans.parts.push((table) => {
    const own = {
      rename: () => renamed(table), lock: () => gridmap.plans.toggleLock(table, table.state.active),
      remove: () => gridmap.plans.removeGrid(table, table.state.active), show: () => table.choose(table.state.active, { zoom: true }),
    };
    const commands = {
      undo: () => table.undo(), redo: () => table.redo(), unassigned: () => gridmap.plans.nextUnassigned(table), erase: () => gridmap.plans.erase(table),
      new: () => gridmap.plans.newGrid(table), "lock-all": () => gridmap.plans.lockAll(table, true), "unlock-all": () => gridmap.plans.lockAll(table, false),
      finish: () => table.keyboard.finish(), help: () => gridmap.plans.openDialog("help-dialog"),
      barriers: () => {
        table.drawing.barriers = !table.drawing.barriers;
        table.drawing.redraw();
      },
    };
    gridmap.plans.commands = commands;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-command], [data-do]");
      if (!button || button.disabled) return;
      (button.dataset.command ? commands[button.dataset.command] : own[button.dataset.do])?.();
      if (button.dataset.command === "barriers") button.setAttribute("aria-pressed", String(table.drawing.barriers));
    });

    const follow = () => {
      const { draft, figures, state } = table;
      const count = figures.total.unassigned;
      document.querySelector("[data-command=undo]").disabled = !draft.done.length;
      document.querySelector("[data-command=redo]").disabled = !draft.undone.length;
      document.querySelector("[data-unassigned]").textContent = table.count(count);
      document.querySelector("[data-command=unassigned]").disabled = !count;
      document.querySelector("[data-command=erase]").setAttribute("aria-pressed", String(Boolean(state.erase)));
      document.querySelector("[data-target]").textContent = state.erase ? table.words.no_grid : state.active >= 0 ? table.nameOf(state.active) : table.words.none_chosen;
      document.querySelector("[data-target-sample]").style.backgroundColor = !state.erase && state.active >= 0 ? table.colours.of(state.active) : "transparent";
    };
    if (table.config.may_draw) table.on("open reset change choose stroke", follow);
  });
})();
