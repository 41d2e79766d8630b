// Draws every chart of a page from plain JSON; knows no noun of the domain.
//
//   <div data-chart="late-by-department"></div>
//   <script type="application/json" id="late-by-department">{…}</script>
//
// data-chart names the script's id; left empty, the next sibling script is taken. The JSON:
//   kind        "stacked-bar" | "bar" | "line" | "gantt" | "heatmap"
//   title       accessible name
//   unit        "项", "%" …, shown with every value
//   labels      words: {table: "数据表", total: "合计", category: "部门"}
// for bars and lines:
//   categories  labels of the axis
//   series      [{name, key?, values: [number|null], links?: [address|null], dashed?: true}]
//   horizontal  true: categories run downwards; the box grows with their number
//   min, max    ends of the value axis (0 and 100 for percentages)
// for "gantt" (one row per bar, days as "2022-06-30"):
//   from, to    ends of the time axis;  today  the day of the line;  labels.today  its word
//   legend      [{key, name}] of the bars' keys
//   bars        [{name, link, key, start, end, open, done, milestones: [{day, name, done}]}]
//               done: percent or null; open: there is no end, `end` only says how far to draw
// for "heatmap":
//   rows, columns  labels;  legend  [{key, name}] of the cells' keys
//   cells       [{row, column, key, text, told, link}]: places count from 0, `text` stands in
//               the cell, `told` in the tooltip
// `key` picks the colour --chart-<key> of the style sheet; without it the palette is taken. A click
// on a mark opens its link. Below each chart of bars or lines stands the same data as a table, for
// keyboards, screen readers and printers, unless data-chart-table is "off": the page brings its own.
// data-chart-fill keeps the height that the style sheet gives the box.
import * as echarts from "echarts/core";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { colourOf, theme } from "./chart/colours.js";
import { optionsFor, heightFor } from "./chart/options.js";
import { dataTable } from "./chart/table.js";
import { startTools } from "./chart/tools.js";

echarts.use([
  BarChart, CustomChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer,
]);

// Paper is narrower than a screen: for printing, charts are drawn again at its width, rows closer
// together, and back.
const PAPER = 680;
const TIGHT = 0.8;
let printing = false;

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
  return safeAddress(event.data?.link ?? payload.series?.[event.seriesIndex]?.links?.[event.dataIndex]);
}

function follow(address, pointer) {
  if (pointer && (pointer.ctrlKey || pointer.metaKey || pointer.shiftKey)) window.open(address, "_blank", "noopener");
  else window.location.assign(address);
}

function setHeight(box, payload) {
  if (box.dataset.chartFill !== undefined) return;
  const height = heightFor(payload, box.clientWidth) * (printing ? TIGHT : 1);
  box.style.height = `${Math.round(height)}px`; // CSSOM: a strict style-src lets it pass
}

function paint(box, state) {
  setHeight(box, state.payload);
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
  if (!payload) return null;
  setHeight(box, payload);
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
  if (payload.series && box.dataset.chartTable !== "off") box.after(dataTable(payload, safeAddress));
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

window.addEventListener("beforeprint", () => {
  printing = true;
  for (const [box] of drawn) box.style.width = `${Math.min(PAPER, box.clientWidth)}px`;
  repaintAll();
});
window.addEventListener("afterprint", () => {
  printing = false;
  for (const [box] of drawn) box.style.width = "";
  repaintAll();
});

function start() {
  drawCharts();
  startTools();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();

window.luoxuanCharts = { drawChart, drawCharts };
