// From the payload to ECharts' options: what all kinds share, and bars and lines. No DOM in here.
import { ganttHeight, ganttOptions } from "./gantt.js";
import { heatHeight, heatOptions } from "./heatmap.js";

const ROW = 30; // pixels per category of a horizontal chart

export const NARROW = 480; // pixels: a telephone held upright

// On a telephone names have no room side by side: many bars turn to rows.
function lying(payload, width) {
  if (payload.kind !== "bar" && payload.kind !== "stacked-bar") return false;
  return Boolean(payload.horizontal) || (width < NARROW && payload.categories.length > 6);
}

export const withUnit = (value, unit) => (value === null || value === undefined ? "—" : `${value.toLocaleString()}${unit ?? ""}`);

// Height of the box in pixels; a box with data-chart-fill keeps the height its style sheet gives.
export function heightFor(payload, width) {
  if (payload.kind === "gantt") return ganttHeight(payload);
  if (payload.kind === "heatmap") return heatHeight(payload);
  if (lying(payload, width)) return Math.max(180, payload.categories.length * ROW + 72);
  return width && width < NARROW ? 280 : 320;
}

// Long names of departments: eight characters to a line, two lines, the rest in the tooltip.
function folded(name, perLine) {
  const text = String(name);
  if (text.length <= perLine) return text;
  const rest = text.slice(perLine);
  return `${text.slice(0, perLine)}\n${rest.length > perLine ? `${rest.slice(0, perLine - 1)}…` : rest}`;
}

// What a screen reader says: the title only. The numbers stand in the table below the chart;
// ECharts' own wording reads every stacked value three times.
function spoken(payload) {
  const names = (payload.series ?? payload.legend ?? []).map((one) => one.name);
  return [payload.title, names.join("、")].filter(Boolean).join("：");
}

function tooltipText(payload, items) {
  const list = Array.isArray(items) ? items : [items];
  const lines = [payload.categories[list[0].dataIndex]];
  let total = 0;
  for (const item of list) {
    const value = payload.series[item.seriesIndex]?.values[item.dataIndex];
    if (payload.kind === "stacked-bar") {
      if (!value) continue;
      total += value;
    }
    lines.push(`${item.seriesName}  ${withUnit(value, payload.unit)}`);
  }
  if (payload.kind === "stacked-bar") lines.push(`${payload.labels?.total ?? "Σ"}  ${withUnit(total, payload.unit)}`);
  return lines.join("\n");
}

function valueAxis(payload, look, flat) {
  return {
    type: "value",
    min: payload.min ?? undefined,
    max: payload.max ?? undefined,
    minInterval: payload.unit === "%" ? undefined : 1,
    name: flat || payload.unit === "%" ? undefined : payload.unit,
    nameTextStyle: { color: look.muted, align: "right" },
    axisLabel: { color: look.muted, formatter: (value) => (payload.unit === "%" ? `${value}%` : value.toLocaleString()) },
    splitLine: { lineStyle: { color: look.line } },
  };
}

function categoryAxis(payload, look, width, flat) {
  const room = width / Math.max(1, payload.categories.length);
  const perLine = flat ? (width < NARROW ? 6 : 12) : Math.max(3, Math.min(8, Math.floor((room - 8) / 12.5)));
  return {
    type: "category",
    data: payload.categories,
    inverse: flat,
    boundaryGap: payload.kind !== "line",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: look.line } },
    axisLabel: {
      color: look.text,
      interval: flat || payload.categories.length <= 12 ? 0 : "auto",
      lineHeight: 14,
      hideOverlap: true,
      formatter: (name) => folded(name, perLine),
    },
  };
}

// The last known value stands at the line: no need to guess it from the grid. (ECharts' own
// endLabel looks for it at the last category, where a line that ends early has no place.)
function labelledEnd(payload, data, look, own) {
  const end = data.findLastIndex((value) => value !== null && value !== undefined);
  if (payload.series.length > 4 || end < 0) return data;
  const above = payload.series.some((other, index) => index !== own && other.values[end] > data[end]);
  const label = {
    show: true, position: end === data.length - 1 ? "right" : above ? "bottom" : "top", color: look.text,
    formatter: (point) => withUnit(point.value, payload.unit),
  };
  return data.map((value, index) => (index === end ? { value, label } : value));
}

function cartesianSeries(payload, colour, look, flat) {
  const stacked = payload.kind === "stacked-bar";
  return payload.series.map((series, index) => {
    const clickable = Boolean(series.links?.some(Boolean));
    const paint = colour(series, index);
    const data = series.values.map((value) => (stacked && !value ? null : value));
    const common = { name: series.name, data, cursor: clickable ? "pointer" : "default", itemStyle: { color: paint }, emphasis: { focus: "series" } };
    if (payload.kind === "line") {
      return {
        ...common, type: "line", symbolSize: 8, symbol: "circle", connectNulls: false,
        data: labelledEnd(payload, data, look, index),
        lineStyle: { color: paint, width: 2.5, type: series.dashed ? "dashed" : "solid" },
      };
    }
    return {
      ...common, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: flat ? 18 : 36,
      itemStyle: { color: paint, borderColor: look.ground, borderWidth: stacked ? 0.5 : 0, borderRadius: stacked ? 0 : 2 },
    };
  });
}

export function optionsFor(payload, width, look, colour) {
  const options = {
    backgroundColor: "transparent",
    animation: !look.still,
    animationDuration: 300,
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true, label: { description: spoken(payload) }, decal: { show: look.patterns } },
    tooltip: {
      renderMode: "richText", confine: true, trigger: "item",
      backgroundColor: look.ground, borderColor: look.line, textStyle: { color: look.text, fontFamily: look.font },
    },
    legend: { bottom: 0, itemWidth: 14, itemHeight: 10, type: "plain", icon: "roundRect", textStyle: { color: look.text }, inactiveColor: look.line },
  };
  if (payload.kind === "gantt") return ganttOptions(payload, width, look, colour, options);
  if (payload.kind === "heatmap") return heatOptions(payload, width, look, colour, options);
  const flat = lying(payload, width), line = payload.kind === "line";
  const categories = categoryAxis(payload, look, width, flat);
  const values = valueAxis(payload, look, flat);
  return {
    ...options,
    tooltip: { ...options.tooltip, trigger: "axis", axisPointer: { type: line ? "line" : "shadow" }, formatter: (items) => tooltipText(payload, items) },
    legend: { ...options.legend, icon: line ? undefined : "roundRect", show: payload.series.length > 1 },
    // measured outer bounds: long names push the plot inwards instead of being cut off
    grid: { left: 8, right: line ? 52 : 20, top: flat ? 8 : payload.unit === "%" ? 22 : 32, bottom: 34, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: flat ? values : categories,
    yAxis: flat ? categories : values,
    series: cartesianSeries(payload, colour, look, flat),
  };
}
