// Colours by meaning; the word always stands beside the colour. A style sheet may set
// --chart-<key> on the chart's box or above it; the values here are the fallback.
const BY_KEY = {
  green: "#2b9348", yellow: "#d9a406", orange: "#e8710a", red: "#d12f2f", grey: "#8a94a6", blue: "#2f6fbf", none: "#c9ced6",
  draft: "#8a94a6", submitted: "#2f6fbf", review: "#6a5acd", returned: "#e8710a", approved: "#2b9348",
  published: "#0f8b8d", accepted: "#2f6fbf", finished: "#2b9348", terminated: "#6b7280", overdue: "#d12f2f",
  planned: "#8a94a6", actual: "#2f6fbf",
};

const KEY_OF_NAME = {
  绿: "green", 绿灯: "green", 正常: "green", 黄: "yellow", 黄灯: "yellow", 橙: "orange", 橙灯: "orange",
  红: "red", 红灯: "red", 灰: "grey", 灰灯: "grey", 无数据: "grey", gray: "grey", 蓝: "blue", 蓝灯: "blue",
  已完成: "finished", 完成: "finished", 草稿: "draft", 已提交: "submitted", 审阅中: "review", 已退回: "returned",
  退回: "returned", 已审定: "approved", 已发布: "published", 已接受: "accepted", 终止: "terminated",
  已终止: "terminated", 逾期: "overdue", 超期: "overdue", 计划: "planned", 计划进度: "planned", 实际: "actual", 实际进度: "actual",
};

const PALETTE = ["#2f6fbf", "#0f8b8d", "#d9a406", "#8f5bb8", "#e8710a", "#2b9348", "#c2487f", "#5c7080"];

export function colourOf(box, series, index) {
  const name = String(series.name ?? "");
  const key = series.key ?? KEY_OF_NAME[name] ?? name.toLowerCase();
  if (/^[a-z_-]+$/.test(key)) {
    const own = getComputedStyle(box).getPropertyValue(`--chart-${key}`).trim();
    if (own) return own;
    if (Object.hasOwn(BY_KEY, key)) return BY_KEY[key];
  }
  return PALETTE[index % PALETTE.length];
}

// ECharts reads neither oklch() nor color-mix(): whatever the page's style sheets say goes
// through a canvas pixel, which answers in plain red, green and blue.
let pen = null;
function plain(colour, fallback) {
  pen ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  if (!pen || !colour) return fallback;
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return alpha ? `rgb(${red},${green},${blue})` : fallback;
}

function luminance(rgb) {
  const [red, green, blue] = rgb.match(/\d+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

export function theme(box) {
  const style = getComputedStyle(box);
  const text = plain(style.color, "rgb(31,41,55)");
  const dark = luminance(text) > 0.5;
  return {
    text,
    dark,
    muted: dark ? "#a8b3c4" : "#5b6675",
    line: dark ? "#3a465a" : "#dfe3e8",
    ground: dark ? "#1b2433" : "#ffffff",
    font: style.fontFamily,
    patterns: window.matchMedia("(prefers-contrast: more)").matches || window.matchMedia("(forced-colors: active)").matches,
    still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}
