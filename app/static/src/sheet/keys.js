// The keyboard of a spreadsheet. A cell that is reached is chosen: arrows go on, typing writes over
// what it holds, F2 or a double click edits it; Escape gives back what stood there.
import { gridOf } from "./cells.js";

export function start(form) {
  let editing = null;
  let before = "";

  function edit(cell, keep) {
    editing = cell;
    before = cell.value;
    cell.classList.add("is-editing");
    if (!keep && !cell.options) cell.select();
    else if (!cell.options) cell.setSelectionRange(cell.value.length, cell.value.length);
  }
  function leave() {
    editing?.classList.remove("is-editing");
    editing = null;
  }
  function go(cell, dx, dy) {
    const { rows, x, y } = gridOf(cell);
    const next = rows[y + dy]?.[x + dx];
    if (!next) return;
    leave();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  form.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (!cell || cell === editing) return;
    leave();
    before = cell.value;
    if (!cell.options && matchMedia("(min-width: 641px)").matches) cell.select();
  });
  form.addEventListener("focusout", leave);
  form.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && cell !== editing) edit(cell, true);
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.key === "Enter" && cell.tagName === "TEXTAREA") {
        event.preventDefault();
        if (cell !== editing) edit(cell, true);
        cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
        cell.dispatchEvent(new Event("input", { bubbles: true }));
      }
      return;
    }
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    if (event.key === "Enter") {
      event.preventDefault();
      go(cell, 0, event.shiftKey ? -1 : 1);
      if (editing === cell) leave();
    } else if (event.key === "F2") {
      event.preventDefault();
      if (cell.options) cell.showPicker?.();
      else if (cell !== editing) edit(cell, true);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (cell.value !== before) {
        cell.value = before;
        cell.dispatchEvent(new Event("change", { bubbles: true }));
      }
      leave();
      if (!cell.options) cell.select();
    } else if (cell !== editing && event.key in moves) {
      event.preventDefault();
      go(cell, ...moves[event.key]);
    } else if (cell !== editing && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      cell.value = "";
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (cell !== editing && cell.options && /^[1-9]$/.test(event.key)) {
      const option = cell.options[Number(event.key)];
      if (option) cell.value = option.value;
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (cell !== editing && !cell.options && event.key.length === 1) {
      edit(cell, false); // the key writes over what is chosen
    }
  });
}
