// A block copied in Excel goes into the cells from the chosen one on; one click takes it back.
import { gridOf, put, say } from "./cells.js";

export function start(form) {
  const undo = form.querySelector("[data-undo]");
  const state = form.querySelector("[data-state]");
  let before = [];
  if (!undo) return;

  form.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-cell]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || cell.classList.contains("is-editing")) return;
    const block = parse(text);
    if (block.length === 1 && block[0].length === 1 && !cell.options) return;
    event.preventDefault();
    const { rows, x, y } = gridOf(cell);
    const skipped = [];
    before = [];
    block.forEach((line, dy) =>
      line.forEach((value, dx) => {
        const target = rows[y + dy]?.[x + dx];
        const old = target?.value;
        if (!target || !put(target, value)) skipped.push(value);
        else before.push([target, old]);
      })
    );
    undo.hidden = before.length === 0;
    state.textContent = say("pasted", { count: before.length });
    if (skipped.length)
      state.textContent += ` ${say("skipped", { count: skipped.length, what: skipped.slice(0, 5).map((one) => `“${one}”`).join("、") })}`;
    state.classList.toggle("is-trouble", skipped.length > 0);
    form.dispatchEvent(new CustomEvent("sheet:pasted"));
  });

  const back = () => {
    for (const [cell, value] of before) {
      cell.value = value;
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    }
    before = [];
    undo.hidden = true;
  };
  undo.addEventListener("click", back);
  form.addEventListener("keydown", (event) => {
    const chosen = event.target.matches("[data-cell]") && !event.target.classList.contains("is-editing");
    if (before.length && chosen && (event.ctrlKey || event.metaKey) && event.key === "z") {
      event.preventDefault();
      back();
    }
  });
}

// Rows and cells of what Excel copies: tabs between, quotes around cells with breaks.
export function parse(text) {
  const rows = [[]];
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const cell = /(?:^|(?<=[\t\n]))"((?:[^"]|"")*)"(?=[\t\n]|$)|[^\t\n]*/y;
  let at = 0;
  for (;;) {
    cell.lastIndex = at;
    const [whole, quoted] = cell.exec(plain);
    rows.at(-1).push(quoted === undefined ? whole : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (at >= plain.length) return rows;
    if (plain[at] === "\n") rows.push([]);
    at += 1;
  }
}
