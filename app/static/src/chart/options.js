// From the payload to ECharts' options. No DOM in here.
const ROW = 30; // pixels per category of a horizontal chart
const CROWDED = 24; // categories from which a vertical chart gets a slider

const NARROW = 480; // pixels: a telephone held upright

// On a telephone names have no room side by side: many bars turn to rows.
function lying(payload, width) {
  if (payload.kind !== "bar" && payload.kind !== "stacked-bar") return false;
  return Boolean(payload.horizontal) || (width < NARROW && payload.categories.length > 6);
}

const withUnit = (value, unit) => (value === null || value === undefined ? "—" : `${value.toLocaleString()}${unit ?? ""}`);

// Height of the box in pixels; a style sheet's min-height still applies.
export function heightFor(payload, width) {
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
  const names = payload.kind === "donut" ? payload.categories : payload.series.map((series) => series.name);
  return [payload.title, names.join("、")].filter(Boolean).join("：");
}

function tooltipText(payload, items) {
  const list = Array.isArray(items) ? items : [items];
  if (payload.kind === "donut") return `${list[0].name}  ${withUnit(list[0].value, payload.unit)}（${list[0].percent}%）`;
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
  if (payload.kind === "stacked-bar") lines.push(`${payload.labels?.total ?? "合计"}  ${withUnit(total, payload.unit)}`);
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
      interval: flat || payload.categories.length <= CROWDED / 2 ? 0 : "auto",
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

function donutSeries(payload, colour, look, width) {
  const series = payload.series[0] ?? { values: [] };
  return [{
    type: "pie", radius: width < NARROW ? ["36%", "54%"] : ["52%", "76%"], center: ["50%", "50%"], cursor: series.links?.some(Boolean) ? "pointer" : "default",
    itemStyle: { borderColor: look.ground, borderWidth: 2 },
    label: { color: look.text, formatter: (slice) => `${slice.name} ${withUnit(slice.value, payload.unit)}` },
    labelLine: { lineStyle: { color: look.muted } },
    data: payload.categories.map((name, index) => ({
      name, value: series.values[index],
      itemStyle: { color: colour({ name, key: series.keys?.[index] }, index) },
    })),
  }];
}

export function optionsFor(payload, width, look, colour) {
  const donut = payload.kind === "donut";
  const flat = lying(payload, width);
  const crowded = !donut && !flat && payload.categories.length > CROWDED;
  const legend = { bottom: 0, icon: payload.kind === "line" ? undefined : "roundRect", itemWidth: 14, itemHeight: 10, type: "plain", textStyle: { color: look.text } };
  const options = {
    backgroundColor: "transparent",
    animation: !look.still,
    animationDuration: 300,
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true, label: { description: spoken(payload) }, decal: { show: look.patterns } },
    title: { text: payload.title ?? "", show: Boolean(payload.show_title), left: "center", textStyle: { color: look.text, fontSize: 15 } },
    tooltip: {
      renderMode: "richText", confine: true, trigger: donut ? "item" : "axis", axisPointer: { type: payload.kind === "line" ? "line" : "shadow" },
      backgroundColor: look.ground, borderColor: look.line, textStyle: { color: look.text, fontFamily: look.font },
      formatter: (items) => tooltipText(payload, items),
    },
    legend: donut || payload.series.length > 1 ? legend : { ...legend, show: false },
  };
  if (donut) return { ...options, legend: { ...legend, show: false }, series: donutSeries(payload, colour, look, width) };
  const categories = categoryAxis(payload, look, width, flat);
  const values = valueAxis(payload, look, flat);
  return {
    ...options,
    // measured outer bounds: long names push the plot inwards instead of being cut off
    grid: { left: 8, right: payload.kind === "line" ? 52 : 20, top: (payload.show_title ? 28 : 0) + (flat ? 8 : 32), bottom: crowded ? 76 : 40, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: flat ? values : categories,
    yAxis: flat ? categories : values,
    dataZoom: crowded ? [{ type: "slider", bottom: 34, height: 18, brushSelect: false }, { type: "inside", zoomOnMouseWheel: false, moveOnMouseWheel: false }] : [],
    series: cartesianSeries(payload, colour, look, flat),
  };
}
