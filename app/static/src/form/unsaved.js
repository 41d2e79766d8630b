// Input that is not saved is not lost by a stray click: the browser asks when the page is left by
// other means, a dialog of the page when a link is clicked.
const changed = new Set();

export const hasChanges = () => changed.size > 0;

// Ask, if anything was typed; `go` when the person wants to leave.
export function ask(go) {
  const dialog = document.getElementById("leave");
  if (!hasChanges() || !dialog) {
    go();
    return;
  }
  dialog.returnValue = "";
  dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue !== "leave") return;
    changed.clear();
    go();
  };
}

// Typed before this script was there, or brought back by the browser?
function differs(field) {
  if (field.type === "hidden" || field.type === "file") return false;
  if (field.options) {
    const usual = Math.max([...field.options].findIndex((option) => option.defaultSelected), 0);
    return field.options.length > 0 && !field.multiple && field.selectedIndex !== usual;
  }
  return "defaultChecked" in field && ["checkbox", "radio"].includes(field.type)
    ? field.checked !== field.defaultChecked
    : "defaultValue" in field && field.value !== field.defaultValue;
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-unsaved]")) {
    if (form.dataset.watched) continue;
    form.dataset.watched = "yes";
    const note = () => changed.add(form);
    form.addEventListener("input", note);
    form.addEventListener("change", note);
    form.addEventListener("submit", () => changed.delete(form));
    // A form that came back with errors holds input that is not saved.
    if (document.querySelector("[data-errors]") || [...form.elements].some(differs)) note();
  }
  if (root !== document) return;
  addEventListener("beforeunload", (event) => {
    if (hasChanges()) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) changed.clear();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || !hasChanges() || link.target || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    ask(() => location.assign(link.href));
  });
}
