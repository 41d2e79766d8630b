// Scripts that come when they are needed: `<div data-script-when-seen="/static/…">` loads its file
// when it comes into view, or at the first touch, key or scroll. A telephone that shows figures
// first does not wait for the charts below them.
const SIGNS = ["pointerdown", "keydown", "scroll", "focusin"];

export function start(root = document) {
  for (const place of root.querySelectorAll("[data-script-when-seen]")) {
    const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && load());
    let asked = false;
    function load() {
      if (asked) return;
      asked = true;
      watcher.disconnect();
      for (const sign of SIGNS) document.removeEventListener(sign, load);
      const script = document.createElement("script");
      script.src = place.dataset.scriptWhenSeen;
      document.head.append(script);
    }
    watcher.observe(place);
    for (const sign of SIGNS) document.addEventListener(sign, load, { passive: true });
  }
}
