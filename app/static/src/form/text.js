// Textareas grow with their text; a text with a limit tells how much is used near its end.
import { say } from "./words.js";

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}

function count(field, note) {
  const used = field.value.length;
  const most = field.maxLength;
  note.hidden = used < most * 0.7;
  note.textContent = say("characters", { used, most });
}

export function start(root) {
  for (const area of root.querySelectorAll("textarea[data-grow]")) {
    if (area.dataset.growing || area.closest("template")) continue;
    area.dataset.growing = "yes";
    grow(area);
    area.addEventListener("input", () => grow(area));
  }
  for (const field of root.querySelectorAll("input[maxlength]:not([data-date]), textarea[maxlength]")) {
    if (field.dataset.counted || field.closest("template") || !field.closest(".lx-field")) continue;
    field.dataset.counted = "yes";
    const note = document.createElement("p");
    note.className = "lx-help lx-count-note";
    field.closest(".lx-field").append(note);
    count(field, note);
    field.addEventListener("input", () => count(field, note));
  }
}
