// A heat map: rows × columns, every cell coloured by a key that the legend names.
import { inkOn } from "./colours.js";

const ROW = 26;
const NARROW = 480;

export const heatHeight = (payload) => payload.rows.length * ROW + 64;

export function heatOptions(payload, width, look, colour, common) {
  const narrow = width < NARROW;
  const axis = { type: "category", axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false } };
  const series = payload.legend.map((entry, index) => {
    const paint = colour(entry, index);
    const mine = payload.cells.filter((cell) => cell.key === entry.key);
    return {
      type: "custom", name: entry.name, itemStyle: { color: paint },
      data: mine.map((cell) => ({ value: [cell.column, cell.row], link: cell.link, cell })),
      renderItem(params, api) {
        const cell = mine[params.dataIndex];
        const [x, y] = api.coord([cell.column, cell.row]);
        const [wide, high] = api.size([1, 1]);
        return {
          type: "rect", cursor: cell.link ? "pointer" : "default",
          shape: { x: x - wide / 2 + 1, y: y - high / 2 + 1, width: wide - 2, height: high - 2, r: 2 },
          style: { fill: paint },
          textContent: { style: { text: cell.text, fill: inkOn(paint), fontSize: narrow ? 10 : 12, fontFamily: look.font } },
          textConfig: { position: "inside" },
        };
      },
    };
  });
  return {
    ...common,
    tooltip: {
      ...common.tooltip,
      formatter: ({ data }) => [`${payload.rows[data.cell.row]}  ${payload.columns[data.cell.column]}`, data.cell.told].filter(Boolean).join("\n"),
    },
    legend: { ...common.legend, bottom: undefined, top: 0, left: 0 },
    grid: { left: 8, right: 8, top: 32, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { ...axis, position: "top", data: payload.columns, axisLabel: { color: look.muted, interval: 0 } },
    yAxis: {
      ...axis, inverse: true, data: payload.rows,
      axisLabel: { color: look.text, interval: 0, width: narrow ? 84 : 180, overflow: "truncate" },
    },
    series,
  };
}
