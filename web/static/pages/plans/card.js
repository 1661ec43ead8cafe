// The card of the unit under pointer, finger or keyboard.
"use strict";

(() => {
  gridmap.plans.parts.push((table) => {
    const card = document.getElementById("unit-card");
    const spoken = document.getElementById("unit-spoken");

    const nameOf = (unit) => table.ground.name[unit] || table.words[`unit_${table.ground.kind[unit]}`] || table.ground.kind[unit];
    const show = (unit) => {
      card.hidden = unit < 0;
      if (unit < 0) return;
      const { ground, draft, words } = table;
      const facts = {
        name: nameOf(unit),
        kind: words[`unit_${ground.kind[unit]}`] || ground.kind[unit],
        households: table.text("households_count", { households: table.count(ground.households[unit]) }),
        hours: table.text("hours_a_year", { hours: table.count(ground.hours[unit]) }),
        community: ground.communities[ground.community[unit]]?.name || "—",
        grid: table.nameOf(draft.labels[unit]) + (ground.fixed[unit] !== null ? ` · ${words.fixed_words}` : draft.isLocked(draft.labels[unit]) ? ` · ${words.locked}` : ""),
      };
      for (const [fact, text] of Object.entries(facts)) card.querySelector(`[data-fact="${fact}"]`).textContent = text;
    };

    table.on("hover", () => show(table.state.hover >= 0 ? table.state.hover : table.state.cursor));
    table.on("point change", () => {
      const unit = table.state.cursor;
      show(unit >= 0 ? unit : table.state.hover);
      if (unit < 0) return;
      const { ground, draft } = table;
      spoken.textContent = table.text("unit_spoken", { unit: nameOf(unit), number: unit + 1, households: table.count(ground.households[unit]), grid: table.nameOf(draft.labels[unit]) });
    });
  });
})();
