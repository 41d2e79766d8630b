// Colours by meaning; the word always stands beside the colour. The style sheet says
// --chart-<key> (css/chart.css), for both themes; without a key the palette is taken in turn.
const PALETTE = ["#2f6fbf", "#0f8b8d", "#d9a406", "#8f5bb8", "#e8710a", "#2b9348", "#c2487f", "#5c7080"];

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

export function colourOf(box, series, index = 0) {
  const key = series.key ?? "";
  const own = /^[a-z_-]+$/.test(key) ? getComputedStyle(box).getPropertyValue(`--chart-${key}`).trim() : "";
  return plain(own, PALETTE[index % PALETTE.length]);
}

function luminance(rgb) {
  const [red, green, blue] = rgb.match(/\d+/g).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// White or nearly black, whichever stands out more from a colour (WCAG contrast).
export function inkOn(rgb) {
  const light = luminance(rgb);
  return 1.05 / (light + 0.05) > (light + 0.05) / 0.057 ? "#ffffff" : "#10151d";
}

export function theme(box) {
  const style = getComputedStyle(box);
  const token = (name, fallback) => plain(style.getPropertyValue(name).trim(), fallback);
  return {
    text: plain(style.color, "rgb(27,37,51)"),
    muted: token("--lx-muted", "rgb(85,96,112)"),
    line: token("--lx-line", "rgb(223,227,233)"),
    ground: token("--lx-raised", "rgb(255,255,255)"),
    accent: token("--lx-seal", "rgb(178,58,46)"),
    font: style.fontFamily,
    patterns: window.matchMedia("(prefers-contrast: more)").matches || window.matchMedia("(forced-colors: active)").matches,
    still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}
