// Charts above the tables; every bar leads to its list. Without this script the tables say the same.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const style = getComputedStyle(document.documentElement);
  const accent = style.getPropertyValue("--gm-accent").trim();
  const ink = style.getPropertyValue("--gm-ink").trim();
  const line = style.getPropertyValue("--gm-line").trim();
  const font = getComputedStyle(document.body).fontFamily;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const grouped = (number) => number.toLocaleString("en-US");

  // Names are told in full, in two lines where the page is narrow: those of grids differ at their end. Some 12 pixels a Chinese character, 7 a Latin one.
  const widest = (words) => Math.max(...words.map((word) => [...word].reduce((sum, sign) => sum + (sign > "\u00ff" ? 12 : 7), 4)));
  const options = (chart, width) => {
    const words = { type: "category", data: chart.words, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink, hideOverlap: true, formatter: (word) => word.replace(/\s*[（(]/, "\n$&") } };
    const counts = { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink, formatter: grouped, hideOverlap: true } };
    if (width < 600) counts.splitNumber = 3;
    if (!chart.upright) Object.assign(words, { inverse: true, axisLabel: { color: ink, width: Math.min(width < 600 ? 110 : 220, widest(chart.words)), overflow: "break", lineHeight: 13 } });
    return {
      animation: !still,
      animationDuration: 300,
      textStyle: { fontFamily: font },
      grid: { left: 8, right: chart.upright ? 16 : 56, top: 16, bottom: 8, containLabel: true },
      tooltip: { renderMode: "richText", confine: true, formatter: (bar) => `${bar.name}: ${grouped(bar.value)} ${chart.unit}` },
      xAxis: chart.upright ? words : counts,
      yAxis: chart.upright ? counts : words,
      series: [{
        type: "bar", data: chart.reports, itemStyle: { color: accent }, barMaxWidth: 28, cursor: chart.urls.some(Boolean) ? "pointer" : "default",
        label: { show: !chart.upright, position: "right", color: ink, formatter: (bar) => grouped(bar.value) },
      }],
    };
  };

  document.querySelectorAll("[data-gm-chart]").forEach((element) => {
    const chart = charts[Number(element.dataset.gmChart)];
    if (chart.words.length < 2) return;
    element.style.height = `${chart.upright ? 260 : 40 + 26 * chart.words.length}px`;
    const drawn = echarts.init(element, null, { renderer: "svg" });
    drawn.setOption(options(chart, element.clientWidth));
    drawn.on("click", (bar) => { if (chart.urls[bar.dataIndex]) location.assign(chart.urls[bar.dataIndex]); });
    new ResizeObserver(() => drawn.resize()).observe(element);
  });

  // One choice unfolded at a time; Escape folds it.
  const folds = [...document.querySelectorAll(".gm-area-folded")];
  folds.forEach((fold) => fold.addEventListener("toggle", () => { if (fold.open) folds.forEach((other) => { if (other !== fold) other.open = false; }); }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") folds.forEach((fold) => { fold.open = false; }); });
});
