// A row's page: on a telephone the panels begin folded, all but the first; paper shows them all.
export function start(root = document) {
  const panels = [...root.querySelectorAll("details[data-panel]")];
  if (!panels.length) return;
  if (matchMedia("(max-width: 640px)").matches && !location.hash) {
    for (const panel of panels.slice(1)) panel.open = false;
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = panels.filter((panel) => !panel.open);
    for (const panel of opened) panel.open = true;
  });
  addEventListener("afterprint", () => {
    for (const panel of opened) panel.open = false;
  });
}
