// Bars before and after, beside the tables that say the same; a bar leads to its cases where there is a list of them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--gm-ink").trim();
  const line = style.getPropertyValue("--gm-line").trim();
  const colours = ["#9aa5ad", style.getPropertyValue("--gm-accent").trim()];
  const font = getComputedStyle(document.body).fontFamily;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const grouped = (number) => number.toLocaleString("en-US");
  const LEAST_WIDTH = 600;

  const options = (chart, width) => {
    const narrow = width < LEAST_WIDTH;
    const words = { type: "category", data: chart.words, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink, interval: 0 } };
    if (!chart.upright) Object.assign(words, { inverse: true, axisLabel: { color: ink, width: narrow ? 110 : 200, overflow: "break", lineHeight: 13 } });
    const counts = { type: "value", splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink, formatter: grouped, hideOverlap: true }, splitNumber: narrow ? 3 : 5 };
    return {
      animation: !still,
      animationDuration: 300,
      textStyle: { fontFamily: font },
      legend: { top: 0, textStyle: { color: ink } },
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      tooltip: { renderMode: "richText", confine: true, formatter: (bar) => `${bar.name} (${bar.seriesName}): ${grouped(bar.value)} ${chart.unit}` },
      xAxis: chart.upright ? words : counts,
      yAxis: chart.upright ? counts : words,
      series: ["before", "after"].map((side, at) => ({
        type: "bar", name: chart.names[at], data: chart[side], itemStyle: { color: colours[at] }, barGap: "10%", barMaxWidth: 18, cursor: chart.urls.some(Boolean) ? "pointer" : "default",
      })),
    };
  };

  document.querySelectorAll("[data-gm-chart]").forEach((element) => {
    const chart = charts[Number(element.dataset.gmChart)];
    element.style.height = `${chart.upright ? 260 : 64 + 26 * chart.words.length}px`;
    const drawn = echarts.init(element, null, { renderer: "svg" });
    drawn.setOption(options(chart, element.clientWidth));
    drawn.on("click", (bar) => { if (chart.urls[bar.dataIndex]) location.assign(chart.urls[bar.dataIndex]); });
    new ResizeObserver(() => drawn.resize()).observe(element);
  });
});
