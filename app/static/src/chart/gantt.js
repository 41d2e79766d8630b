// A Gantt chart: a bar per row from start to end, its done part solid, milestones as diamonds,
// today as a line. Bars are coloured by a key that the legend names.
const ROW = 26;
const BAR = 12;
const DIAMOND = 5;
const NARROW = 480;

export const ganttHeight = (payload) => payload.bars.length * ROW + 64;

const day = (text) => Date.parse(`${text}T00:00`);
const short = (text) => text.slice(5);

function told(payload, bar) {
  const lines = [bar.name, `${bar.start} – ${bar.open ? "…" : bar.end}${bar.done === null ? "" : `  ${bar.done}%`}`];
  for (const one of bar.milestones.slice(0, 8)) lines.push(`${one.done ? "◆" : "◇"} ${short(one.day)} ${one.name.slice(0, 40)}`);
  return lines.join("\n");
}

// A shape that stays inside the plot.
function within(box, left, right) {
  const from = Math.max(left, box.x), to = Math.min(right, box.x + box.width);
  return { from, width: Math.max(0, to - from) };
}

function drawn(bar, paint, look, params, api) {
  const [left, y] = api.coord([day(bar.start), api.value(2)]);
  const [right] = api.coord([day(bar.end) + 86_400_000, api.value(2)]);
  const whole = within(params.coordSys, left, Math.max(right, left + 3));
  const done = within(params.coordSys, left, left + ((right - left) * (bar.done ?? 0)) / 100);
  const rect = (part, opacity) => ({
    type: "rect", shape: { x: part.from, y: y - BAR / 2, width: part.width, height: BAR, r: 3 },
    style: { fill: paint, opacity }, cursor: "pointer",
  });
  const children = [rect(whole, bar.open ? 0.18 : 0.35), rect(done, 1)];
  for (const one of bar.milestones) {
    const [x] = api.coord([day(one.day), api.value(2)]);
    if (x < params.coordSys.x || x > params.coordSys.x + params.coordSys.width) continue;
    children.push({
      type: "polygon",
      shape: { points: [[x, y - DIAMOND], [x + DIAMOND, y], [x, y + DIAMOND], [x - DIAMOND, y]] },
      style: { fill: one.done ? look.text : look.ground, stroke: look.text, lineWidth: 1.2 },
      cursor: "pointer",
    });
  }
  return { type: "group", children };
}

function across(at, name, colour) {
  return {
    type: "custom", name, silent: true, itemStyle: { color: colour }, z: 1, tooltip: { show: false },
    data: [[day(at), 0]],
    renderItem(params, api) {
      const [x] = api.coord([day(at), 0]);
      const { x: left, y, width, height } = params.coordSys;
      if (x < left || x > left + width) return null;
      return { type: "line", shape: { x1: x, x2: x, y1: y, y2: y + height }, style: { stroke: colour, lineWidth: 1.5, lineDash: [4, 3] } };
    },
  };
}

export function ganttOptions(payload, width, look, colour, common) {
  const narrow = width < NARROW;
  const series = payload.legend.map((entry, index) => {
    const paint = colour(entry, index);
    const mine = payload.bars.map((bar, row) => ({ bar, row })).filter(({ bar }) => (bar.key ?? "") === entry.key);
    return {
      type: "custom", name: entry.name, itemStyle: { color: paint }, z: 2,
      encode: { x: [0, 1], y: 2 },
      data: mine.map(({ bar, row }) => ({ value: [day(bar.start), day(bar.end), row], link: bar.link, bar })),
      renderItem: (params, api) => drawn(mine[params.dataIndex].bar, paint, look, params, api),
    };
  });
  return {
    ...common,
    tooltip: { ...common.tooltip, formatter: ({ data }) => (data?.bar ? told(payload, data.bar) : payload.labels.today) },
    legend: { ...common.legend, bottom: undefined, top: 0, left: 0 },
    grid: { left: 8, right: 16, top: narrow ? 52 : 32, // a telephone breaks the legend once
      bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "time", position: "top", min: day(payload.from), max: day(payload.to) + 86_400_000,
      axisLabel: { color: look.muted, hideOverlap: true }, axisLine: { lineStyle: { color: look.line } },
      splitLine: { show: true, lineStyle: { color: look.line } }, axisTick: { show: false },
      minInterval: 28 * 86_400_000,
    },
    yAxis: {
      type: "category", inverse: true, data: payload.bars.map((bar) => bar.name),
      axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false },
      axisLabel: { color: look.text, interval: 0, width: narrow ? 96 : 300, overflow: "truncate" },
    },
    series: [
      ...series,
      across(payload.today, payload.labels.today, look.accent),
      ...(payload.live ? [across(payload.live, payload.labels.live, look.muted)] : []),
    ],
  };
}
