// On a telephone: one task after another.
import { say } from "./cells.js";

export function start(form) {
  const bar = form.querySelector("[data-steps]");
  const table = bar?.parentElement.querySelector(".ms-table");
  const rows = table ? [...table.querySelectorAll("tr[data-row]")] : [];
  if (rows.length < 2) return;
  let at = Math.max(0, rows.findIndex((row) => row.matches("[data-open]:not(.is-done)")));
  const show = () => {
    rows.forEach((row, index) => row.classList.toggle("is-current", index === at));
    bar.querySelector("[data-at]").textContent = say("at", { at: at + 1, of: rows.length });
    bar.querySelector('[data-step="-1"]').disabled = at === 0;
    bar.querySelector('[data-step="1"]').disabled = at === rows.length - 1;
  };
  bar.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    at = Math.min(Math.max(at + Number(step.dataset.step), 0), rows.length - 1);
    show();
    bar.scrollIntoView({ block: "start" });
  });
  // A link to a row that lacks something leads to its card.
  const follow = () => {
    const named = location.hash && document.getElementById(location.hash.slice(1))?.closest("tr[data-row]");
    if (named && rows.includes(named)) at = rows.indexOf(named);
    show();
  };
  addEventListener("hashchange", follow);
  form.addEventListener("sheet:row", (event) => {
    at = rows.indexOf(event.detail);
    show();
  });
  table.classList.add("is-stepped");
  bar.hidden = false;
  follow();
}
