// One tap on "as planned": the plan's percent, good quality, and a word on it where nothing is said.
import { cellsOf, put, say } from "./cells.js";

export function start(form) {
  form.addEventListener("click", (event) => {
    const one = event.target.closest("[data-plan]");
    const all = event.target.closest("[data-plan-all]");
    if (!one && !all) return;
    event.preventDefault();
    const rows = all ? [...form.querySelectorAll("tr[data-steady][data-open]")] : [one.closest("tr")];
    for (const row of rows) if (one || isEmpty(row)) fill(row);
    if (all) all.hidden = true;
    form.dispatchEvent(new CustomEvent("sheet:save"));
  });
}

const isEmpty = (row) => row.querySelector("[data-cell=actual_percent]").value.trim() === "";

function fill(row) {
  const cells = Object.fromEntries(cellsOf(row).map((cell) => [cell.dataset.cell, cell]));
  put(cells.actual_percent, row.dataset.plain);
  put(cells.quality, "good");
  if (!cells.done.value.trim()) put(cells.done, say("as_planned"));
}
