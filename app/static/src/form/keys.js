// Ctrl+Enter saves, Esc goes back; the summary of errors gets the focus and leads to the fields.
import { ask } from "./unsaved.js";

function reach(id) {
  const field = document.getElementById(id);
  if (!field) return;
  if (field.tomselect) {
    field.tomselect.focus();
    field.tomselect.close();
  } else {
    field.focus();
  }
  (field.closest(".lx-field") ?? field).scrollIntoView({ block: "center" });
}

function open() {
  return document.querySelector("dialog[open], details.lx-drop[open], .flatpickr-calendar.open, .ts-wrapper.dropdown-active");
}

export function start(root) {
  if (root !== document) return;
  const form = document.querySelector("form[data-form]");
  const summary = document.querySelector("[data-errors]");
  if (summary) {
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "start" });
    summary.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      if (!link) return;
      event.preventDefault();
      reach(link.hash.slice(1));
    });
  }
  if (!form) return;
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  // Asked before those who close themselves on Esc have done so.
  let busy = false;
  document.addEventListener("keydown", () => (busy = Boolean(open())), true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || busy || event.defaultPrevented || !form.dataset.back) return;
    event.preventDefault(); // else the same key would close the dialog it opens
    ask(() => location.assign(form.dataset.back));
  });
}
