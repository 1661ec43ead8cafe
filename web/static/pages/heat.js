// The heatmap: lists behind the legend's classes, and the slider by week.
"use strict";

(() => {
  const right = document.getElementById("right");
  const card = document.getElementById("card");

  const load = (address, target) => htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" });
  const withValue = (address, name, value) => {
    const url = new URL(address, location.href);
    url.searchParams.set(name, value);
    return url.pathname + url.search + url.hash;
  };

  document.addEventListener("gridmap:class", (event) => {
    if (!right.dataset.gmCard) return;
    gridmap.openPanel("right");
    load(withValue(right.dataset.gmCard, "class", event.detail.choice), card).then(() => { right.querySelector(".gm-sheet-body").scrollTop = 0; });
  });

  const bar = document.getElementById("weeks");
  if (!bar) return;
  const weeks = JSON.parse(document.getElementById("week-list").textContent);
  const range = bar.querySelector("input");
  const words = bar.querySelector("output");
  const play = bar.querySelector("[data-gm-play]");
  let wanted = Number(range.value);
  let shown = wanted;
  let working = false;
  let timer = null;

  const label = () => {
    range.value = wanted;
    range.setAttribute("aria-valuetext", weeks[wanted].words);
    words.textContent = weeks[wanted].words;
  };

  // Everything that holds an address follows: the page's own, links, the filter's form, the list's.
  const address = (week) => {
    history.replaceState(null, "", withValue(location.href, "week", week));
    document.querySelectorAll("a[data-gm-week]").forEach((link) => link.setAttribute("href", withValue(link.href, "week", week)));
    document.querySelectorAll("input[name=week]").forEach((field) => { field.value = week; });
    if (right.dataset.gmCard) right.dataset.gmCard = withValue(right.dataset.gmCard, "week", week);
    for (const step of bar.querySelectorAll("[data-gm-step]")) {
      const at = Math.min(Math.max(shown + Number(step.dataset.gmStep), 0), weeks.length - 1);
      step.setAttribute("href", withValue(location.href, "week", weeks[at].week));
    }
  };

  const layers = (week) => {
    const done = [];
    gridmap.map.eachLayer((layer) => {
      if (layer.gridmapShow) done.push(layer.gridmapShow(withValue(layer.gridmapAddress, "week", week)));
      if (layer.options.className === "gm-heat-tiles") done.push(gridmap.showTiles(layer, layer._url.replace(/week=[^&]*/, `week=${week}`)));
    });
    return Promise.all(done);
  };

  const panels = (week) => {
    const figures = document.getElementById("figures");
    const list = card.querySelector("[data-gm-list]");
    return Promise.all([
      load(withValue(figures.dataset.gmAddress, "week", week), figures),
      list ? load(withValue(list.dataset.gmList, "week", week), card) : null,
    ]);
  };

  // One step at a time; what was asked for meanwhile is shown after it.
  const show = async () => {
    label();
    if (working) return;
    working = true;
    while (shown !== wanted) {
      shown = wanted;
      address(weeks[shown].week);
      await Promise.all([layers(weeks[shown].week), panels(weeks[shown].week)]);
    }
    working = false;
    bar.dispatchEvent(new CustomEvent("gridmap:week", { bubbles: true, detail: weeks[shown].week }));
  };
  const to = (at) => {
    wanted = Math.min(Math.max(at, 0), weeks.length - 1);
    return show();
  };

  const stop = () => {
    clearInterval(timer);
    timer = null;
    if (!play.dataset.gmPlay) return;
    play.setAttribute("aria-label", play.dataset.gmPlay);
    play.firstElementChild.className = "bi bi-play-fill";
  };
  const start = () => {
    play.dataset.gmPlay = play.getAttribute("aria-label");
    play.setAttribute("aria-label", play.dataset.gmPause);
    play.firstElementChild.className = "bi bi-pause-fill";
    if (wanted === weeks.length - 1) to(0);
    timer = setInterval(() => {
      if (working) return;
      if (wanted === weeks.length - 1) stop();
      else to(wanted + 1);
    }, 1000);
  };

  range.addEventListener("input", () => {
    stop();
    to(Number(range.value));
  });
  bar.addEventListener("click", (event) => {
    const step = event.target.closest("[data-gm-step]");
    if (!step) return;
    event.preventDefault();
    stop();
    to(wanted + Number(step.dataset.gmStep));
  });
  play.addEventListener("click", () => (timer ? stop() : start()));
  // Whoever wants no motion steps by hand.
  play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
})();
