// Comments on the plan as pins on the map; a new one where somebody clicks.
"use strict";

(() => {
  const { element } = gridmap.plans;

  gridmap.plans.parts.push((table) => {
    if (!table.config.urls.comments) return;
    const layer = L.layerGroup().addTo(table.map);

    const words = ({ author, at, version, text, settled }) => {
      const box = element("div", "gm-comment");
      box.append(element("strong", "", author || "—"), element("span", "gm-hint", ` ${new Date(at).toLocaleString(document.documentElement.lang)} · ${table.text("of_version", { version })}${settled ? ` · ${table.words.settled}` : ""}`), element("p", "", text));
      return box;
    };
    const load = async () => {
      try {
        const { comments } = await table.ask(table.config.urls.comments);
        layer.clearLayers();
        for (const each of comments) {
          if (each.lon === null || each.lon === undefined) continue;
          const icon = L.divIcon({ className: `gm-comment-pin${each.settled ? " gm-settled" : ""}`, html: '<i class="bi bi-chat-square-text-fill" aria-hidden="true"></i>', iconSize: [44, 44], iconAnchor: [22, 22] });
          L.marker([each.lat, each.lon], { icon, pmIgnore: true, title: each.text, alt: each.text }).bindPopup(words(each)).addTo(layer);
        }
        document.documentElement.dataset.gmComments = comments.length;
      } catch (error) {
        table.sayText(error.message);
      }
    };

    gridmap.plans.commentAt = async (_table, latlng) => {
      const dialog = document.getElementById("comment-dialog");
      const text = dialog.querySelector("[name=text]");
      if ((await gridmap.plans.askDialog("comment-dialog")) !== "yes" || !text.value.trim()) return;
      const { lng: lon, lat } = latlng.wrap();
      try {
        await table.ask(table.config.urls.comment, { text: text.value, lon, lat, version: table.base });
        text.value = "";
        await load();
      } catch (error) {
        table.sayText(error.message);
      }
    };
    table.on("open", load);
  });
})();
