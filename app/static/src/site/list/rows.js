// The rows of a list: the one stood on, those chosen, and the keys for both.

const LIST = "#ls-list";
const ROW = `${LIST} tbody > tr`;
const HERE = "ls-here";

let last = null; // the box that was ticked last: where a range begins

const rows = () => [...document.querySelectorAll(ROW)];
const boxes = () => [...document.querySelectorAll(`${LIST} [name=rowid]`)];
const here = () => document.querySelector(`${LIST} tr.${HERE}`);

function stand(row) {
  here()?.classList.remove(HERE);
  row?.classList.add(HERE);
}

// To the next row or the one before, 0 to the present or first one; from a box to a box.
export function move(step) {
  const all = rows();
  if (!all.length) return false;
  const now = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
  const box = document.activeElement?.matches?.(`${LIST} tbody [name=rowid]`);
  const to = (box && next.querySelector("[name=rowid]")) || next.querySelector(".ls-open");
  stand(next);
  to?.focus({ preventScroll: true });
  (to ?? next).scrollIntoView({ block: "nearest" });
  return true;
}

export function open(row, elsewhere = false) {
  const link = row?.querySelector(".ls-open");
  if (!link) return;
  if (elsewhere) window.open(link.href, "_blank", "noopener");
  else location.assign(link.href);
}

// The box of a row is turned; `through` takes along all rows from the one turned last.
export function choose(row, through = false) {
  const box = row?.querySelector("[name=rowid]");
  if (!box) return;
  box.checked = !box.checked;
  turned(box, through);
}

export function turned(box, through) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, two) => one - two);
  if (through && from >= 0) {
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  count();
}

export function count() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const shown = document.querySelector(".ls-chosen");
  if (shown) shown.textContent = chosen;
  const whole = document.getElementById("ls-all");
  if (whole) {
    whole.checked = chosen > 0 && chosen === all.length;
    whole.indeterminate = chosen > 0 && chosen < all.length;
  }
}

function page(to) {
  const link = document.querySelector(`${LIST} .ls-pages [rel=${to}]`);
  link?.focus();
  link?.click();
}

// What a key does at this place, or nothing.
export function deed(event) {
  const { key, target, shiftKey } = event;
  const row = here();
  const inside = target === document.body || target.closest?.(".ls-grid");
  const title = target.matches?.(".ls-open");
  return {
    "/": () => document.getElementById("ls-q")?.focus(),
    "?": () => document.getElementById("ls-keys")?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    n: () => page("next"),
    p: () => page("prev"),
    b: () => document.querySelector(".ls-bulk button")?.focus(),
    x: () => choose(row),
    X: () => choose(row, true),
    ArrowDown: inside && row ? () => move(1) : null,
    ArrowUp: inside && row ? () => move(-1) : null,
    Enter: row && !target.closest?.("a, button, input, summary") ? () => open(row) : null,
    " ": title && row?.querySelector("[name=rowid]")
      ? () => choose(row, shiftKey)
      : target.matches?.("a[role=button]")
        ? () => target.click()
        : null,
  }[key];
}

export function start() {
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(ROW);
    if (row) stand(row);
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "ls-all") {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches?.("#ls-all, [name=rowid]")) count();
  });
  document.addEventListener("reset", () => setTimeout(count));
  addEventListener("pageshow", count); // the browser keeps the boxes of a page one comes back to
  count();
}
