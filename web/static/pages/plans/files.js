// Versions onto the table, files in and out.
"use strict";

(() => {
  gridmap.plans.parts.push((table) => {
    const put = (version, words, made) => {
      const kept = table.act(words, () => table.draft.replace(version));
      const last = table.draft.done.at(-1);
      if (made && last) last.made = made;
      table.sayText(kept ? table.text("kept_locked", { units: table.count(kept) }) : table.words[words]);
    };

    gridmap.plans.commands.versions = async () => {
      if ((await gridmap.plans.askDialog("versions-dialog")) !== "yes") return;
      const number = document.querySelector("#versions-dialog [name=version]:checked")?.value;
      if (!number) return;
      try {
        const version = await table.ask(gridmap.plans.versionUrl(table, number));
        if (table.config.may_draw) put(version, "did_version");
        else table.reset(version);
      } catch (error) {
        table.sayText(error.message);
      }
    };

    gridmap.plans.commands.import = () => document.getElementById("import-file").click();
    document.getElementById("import-file")?.addEventListener("change", async ({ target }) => {
      const body = new FormData();
      body.append("file", target.files[0]);
      body.append("base", table.base);
      target.value = "";
      try {
        const found = await table.ask(table.config.urls.import, body);
        put(found, "did_import", "imported");
        table.suggesting.remarks(found.remarks);
      } catch (error) {
        table.suggesting.remarks([error.message]);
        table.sayText(error.message);
      }
    });
  });
})();
