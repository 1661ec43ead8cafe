// Units that two people gave to different grids: theirs stand, and each can be taken back to mine.
"use strict";

(() => {
  const { element } = gridmap.plans;

  const line = (table, unit, mine) => {
    const item = element("li");
    const name = table.ground.name[unit] || table.words[`unit_${table.ground.kind[unit]}`];
    const where = element("button", "btn btn-link", `${name} · ${table.text("households_count", { households: table.count(table.ground.households[unit]) })}`);
    where.type = "button";
    where.addEventListener("click", () => table.point(unit));
    const choice = element("span", "gm-conflict-choice");
    const theirs = table.draft.labels[unit];
    for (const [side, grid] of [["theirs", theirs], ["mine", mine]]) {
      const button = element("button", "btn btn-sm btn-outline-primary", table.text(`conflict_${side}`, { grid: table.nameOf(grid) }));
      button.type = "button";
      button.disabled = grid >= 0 && !table.draft.grids[grid];
      button.setAttribute("aria-pressed", String(side === "theirs"));
      button.addEventListener("click", () => {
        table.assign([unit], grid, "did_decide");
        choice.querySelectorAll("button").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      });
      choice.append(button);
    }
    item.append(where, choice);
    return item;
  };

  // ``mine``: labels as they were before the merge.
  gridmap.plans.showConflicts = (table, units, mine) => {
    table.state.conflicts = units;
    const box = document.getElementById("conflicts");
    box.hidden = false;
    box.querySelector("[data-count]").textContent = units.length ? table.text("conflict_count", { units: table.count(units.length) }) : table.words.conflict_none;
    box.querySelector("ul").replaceChildren(...units.map((unit) => line(table, unit, mine[unit])));
    if (units.length) table.map.fitBounds(table.ground.bounds(units), { maxZoom: 17, padding: [40, 40] });
    gridmap.openPanel("right");
    box.scrollIntoView({ block: "nearest" });
    table.marks.redraw();
  };

  gridmap.plans.parts.push((table) => table.on("saved reset", () => {
    document.getElementById("conflicts").hidden = true;
    table.state.conflicts = [];
  }));
})();
