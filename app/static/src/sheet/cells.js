// The cells of the sheet as a grid of rows.

export const words = JSON.parse(document.getElementById("sheet-words")?.textContent ?? "{}");

export const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key] ?? "");

export const rowOf = (cell) => cell.closest("tr[data-row]");

export const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];

// The cells around this one: the open rows of its own table.
export function gridOf(cell) {
  const rows = [...cell.closest("table").querySelectorAll("tr[data-row][data-open]")].map(cellsOf);
  const y = rows.findIndex((cells) => cells.includes(cell));
  return { rows, y, x: rows[y].indexOf(cell) };
}

// Put a value into a cell as if it had been typed. False where the cell cannot hold it.
export function put(cell, value) {
  if (cell.options) {
    const word = value.trim().toLowerCase();
    const option = [...cell.options].find(
      (one) => one.value === word || one.text.toLowerCase() === word || one.text.replace(/灯$/, "") === word
    );
    if (!option) return false;
    cell.value = option.value;
  } else if (cell.dataset.cell === "actual_percent") {
    const plain = value.normalize("NFKC").trim().replace(/%$/, "").trim();
    if (plain !== "" && !/^\d{1,3}(\.\d+)?$/.test(plain)) return false;
    if (Number(plain) > 100) return false;
    cell.value = plain;
  } else {
    cell.value = value;
  }
  cell.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
