// Draws every chart of a page from plain JSON; knows no noun of the domain.
//
//   <div data-chart="late-by-department"></div>
//   <script type="application/json" id="late-by-department">{…}</script>
//
// data-chart names the script's id; left empty, the next sibling script is taken. The JSON:
//   kind        "stacked-bar" | "bar" | "line" | "donut"
//   title       accessible name (and heading when show_title is true)
//   categories  labels of the axis (of the slices for "donut")
//   series      [{name, key?, values: [number|null], links?: [address|null], dashed?: true}]
//   unit        "项", "%" …, shown with every value
//   horizontal  true: categories run downwards; the box grows with their number
//   max         upper end of the value axis (100 for percentages)
//   labels      words: {table: "数据表", total: "合计", category: "部门"}
// `key` picks the colour (green, yellow, orange, red, grey, blue, done …) whatever the language
// of `name`; without it the name is tried, then the palette. A click on a mark opens its link.
// Below each chart stands the same data as a table: for keyboards, screen readers and printers.
import * as echarts from "echarts/core";
import { BarChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent,
  GridComponent, LegendComponent, TitleComponent, TooltipComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { colourOf, theme } from "./chart/colours.js";
import { optionsFor, heightFor } from "./chart/options.js";
import { dataTable } from "./chart/table.js";

echarts.use([
  BarChart, LineChart, PieChart, AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent,
  GridComponent, LegendComponent, TitleComponent, TooltipComponent, SVGRenderer,
]);

const drawn = new Map();

function payloadOf(box) {
  const id = box.dataset.chart;
  const next = box.nextElementSibling;
  const script = id ? document.getElementById(id) : next?.matches('script[type="application/json"]') ? next : null;
  return script ? JSON.parse(script.textContent) : null;
}

// Only pages of this site, or at least ordinary web addresses: never javascript: or data:.
function safeAddress(link) {
  if (!link) return null;
  try {
    const address = new URL(link, document.baseURI);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}

function linkAt(payload, event) {
  const donut = payload.kind === "donut";
  const series = payload.series[donut ? 0 : event.seriesIndex];
  return safeAddress(series?.links?.[event.dataIndex]);
}

function follow(address, pointer) {
  if (pointer && (pointer.ctrlKey || pointer.metaKey || pointer.shiftKey)) window.open(address, "_blank", "noopener");
  else window.location.assign(address);
}

function paint(box, state) {
  box.style.height = `${heightFor(state.payload, box.clientWidth)}px`; // CSSOM: a strict style-src lets it pass
  state.chart.resize();
  state.chart.setOption(optionsFor(state.payload, box.clientWidth, theme(box), (series, i) => colourOf(box, series, i)), true);
}

export function drawChart(box) {
  if (drawn.has(box)) return drawn.get(box).chart;
  let payload;
  try {
    payload = payloadOf(box);
  } catch (error) {
    console.error("chart data cannot be read", box, error);
  }
  if (!payload || !Array.isArray(payload.series)) return null;
  box.style.height = `${heightFor(payload, box.clientWidth)}px`;
  const chart = echarts.init(box, null, { renderer: "svg", locale: document.documentElement.lang.startsWith("en") ? "EN" : "ZH" });
  const state = { chart, payload };
  drawn.set(box, state);
  paint(box, state);
  chart.on("click", (event) => {
    const address = linkAt(payload, event);
    if (address) follow(address, event.event?.event);
  });
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth && box.clientWidth !== width) {
      width = box.clientWidth;
      paint(box, state);
    }
  }).observe(box);
  if (box.dataset.chartTable !== "off") box.after(dataTable(payload, safeAddress));
  return chart;
}

export function drawCharts(root = document) {
  root.querySelectorAll("[data-chart]").forEach(drawChart);
}

function repaintAll() {
  for (const [box, state] of drawn) {
    if (box.isConnected) paint(box, state);
    else {
      state.chart.dispose();
      drawn.delete(box);
    }
  }
}

new MutationObserver(repaintAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme", "class"] });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaintAll);

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawCharts());
else drawCharts();

window.luoxuanCharts = { drawChart, drawCharts };
