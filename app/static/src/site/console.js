// The data console: values that change in place, a tree that folds, rows put in order. Without
// scripts the forms do the same, the tree stands unfolded, and each step of the order is a save.

// Values: click or Enter opens an editor, Enter (or leaving it) saves, Escape gives up. What is
// refused is told at the cell, the input stays.

const CELL = ".console-cell";

function told(name) {
  const place = document.getElementById(name);
  return place ? JSON.parse(place.textContent) : null;
}

function say(words) {
  const place = document.getElementById("console-said");
  if (place) place.textContent = words;
}

// A cell becomes a button: it is reached by Tab, and says what it does.
function offer(told, root) {
  for (const cell of root.querySelectorAll(`${CELL}:not(:has(button))`)) dress(told, cell);
}

function dress(told, cell) {
  const column = told.columns[cell.dataset.column];
  if (!column) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "console-value";
  button.append(...cell.childNodes);
  const hint = document.createElement("span");
  hint.className = "visually-hidden";
  hint.textContent = `, ${told.change.replace("{column}", column.label)}`;
  button.append(hint);
  cell.replaceChildren(button);
}

function control(column, value) {
  const made = document.createElement(column.kind === "select" ? "select" : "input");
  made.className = column.kind === "select" ? "form-select" : "form-control";
  if (column.kind === "select") {
    for (const [key, word] of column.options) made.append(new Option(word, key));
  } else {
    made.type = column.kind;
    if (column.kind === "number") made.step = "any";
    made.autocomplete = "off";
  }
  made.value = value;
  made.setAttribute("aria-label", column.label);
  return made;
}

function edit(told, cell) {
  const column = told.columns[cell.dataset.column];
  const before = [...cell.childNodes];
  const input = control(column, cell.dataset.value);
  const wrong = document.createElement("span");
  wrong.className = "console-wrong";
  wrong.id = `console-wrong-${cell.closest("tr").dataset.row}`;
  wrong.setAttribute("role", "alert");
  let state = "open";

  function close({ focus }) {
    state = "closed";
    cell.classList.remove("console-open");
    cell.replaceChildren(...before);
    if (focus) cell.querySelector("button").focus();
  }

  async function save({ focus }) {
    if (state !== "open") return;
    if (input.value === cell.dataset.value && input.validity.valid) {
      close({ focus });
      return;
    }
    state = "saving";
    input.setAttribute("aria-busy", "true");
    const answer = await send(told, cell, input.value);
    input.removeAttribute("aria-busy");
    const row = cell.closest("tr");
    if (answer.version !== undefined) row.dataset.version = answer.version;
    if (answer.value !== undefined) cell.dataset.value = answer.value;
    if (!answer.ok) {
      state = "open";
      wrong.textContent = answer.message;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", wrong.id);
      input.focus();
      return;
    }
    show(before[0], answer);
    say(`${column.label}: ${answer.message}`);
    close({ focus });
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      save({ focus: true });
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close({ focus: true });
    }
  });
  // What was refused already is not sent again by leaving the cell.
  input.addEventListener("blur", () => {
    if (!wrong.textContent) save({ focus: false });
  });
  cell.classList.add("console-open");
  cell.replaceChildren(input, wrong);
  input.focus();
  if (input.select) input.select();
}

async function send(told, cell, value) {
  const row = cell.closest("tr").dataset;
  const data = new URLSearchParams({
    list_form_pk: row.row,
    version: row.version,
    [cell.dataset.column]: value,
  });
  try {
    const answer = await fetch(told.address, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": told.token },
    });
    return { message: told.failed, ...(await answer.json()), ok: answer.ok };
  } catch {
    return { message: told.failed, ok: false };
  }
}

// The new value before the hint; only a tag of ours comes as markup, parsed and never run.
function show(button, answer) {
  const hint = button.querySelector(".visually-hidden:last-child");
  if (answer.markup) {
    const parsed = new DOMParser().parseFromString(answer.shown, "text/html");
    button.replaceChildren(...parsed.body.childNodes, hint);
  } else {
    button.replaceChildren(answer.shown || "—", hint);
  }
}

function follow(told) {
  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.(CELL);
    if (cell && !cell.classList.contains("console-open")) edit(told, cell);
  });
}

// The tree -----------------------------------------------------------------------------------

// Which rows are folded stays as long as the window; what a condition has found is never hidden
// by what was folded before.
function place() {
  return `console-folded${document.querySelector(".ls-clear") ? location.search : ""}`;
}

function folded() {
  return new Set(JSON.parse(sessionStorage.getItem(place()) ?? "[]"));
}

function fold(told) {
  const shut = folded();
  const lines = [...document.querySelectorAll("tr[data-row]")];
  const hidden = new Set();
  for (const line of lines) {
    const { row, parent } = line.dataset;
    line.hidden = hidden.has(parent) || shut.has(parent);
    if (line.hidden) hidden.add(row);
    const button = line.querySelector(".console-fold");
    button?.setAttribute("aria-expanded", String(!shut.has(row)));
  }
  const all = document.querySelector(".console-fold-all");
  if (all) all.textContent = shut.size ? told.all : told.none;
}

function remember(shut, told) {
  sessionStorage.setItem(place(), JSON.stringify([...shut]));
  fold(told);
}

function grow(told) {
  const lines = document.querySelectorAll("tr[data-above]");
  if (!lines.length || document.querySelector(".console-fold")) return;
  for (const line of lines) {
    const name = line.querySelector(".ls-open");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "console-fold";
    button.setAttribute("aria-label", `${name.textContent.trim()}：${told.fold}`);
    button.addEventListener("click", () => {
      const shut = folded();
      if (!shut.delete(line.dataset.row)) shut.add(line.dataset.row);
      remember(shut, told);
    });
    name.before(button);
  }
  const all = document.createElement("button");
  all.type = "button";
  all.className = "btn btn-ghost console-fold-all";
  all.addEventListener("click", () => {
    const above = [...document.querySelectorAll("tr[data-above]")].map((one) => one.dataset.row);
    remember(new Set(folded().size ? [] : above), told);
  });
  document.querySelector(".ls-tools")?.prepend(all);
  fold(told);
}

// The order ----------------------------------------------------------------------------------

function arrange(form) {
  let changed = false;
  const save = document.getElementById("console-order-save");
  const place = document.getElementById("console-order-said");

  function tell(item) {
    changed = true;
    save.hidden = false;
    const near = [...item.parentElement.children];
    place.textContent = form.dataset.said
      .replace("{name}", item.querySelector(".console-order-name").textContent.trim())
      .replace("{place}", near.indexOf(item) + 1)
      .replace("{count}", near.length);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=move]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    const other =
      button.value.startsWith("up") ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.value.startsWith("up")) other.before(item);
    else other.after(item);
    button.focus();
    tell(item);
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  for (const item of form.querySelectorAll("li")) drag(form, item, tell);
}

function drag(form, item, tell) {
  const row = item.querySelector(".console-order-row");
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "move";
    item.classList.add("console-dragged");
  });
  row.addEventListener("dragend", () => {
    item.classList.remove("console-dragged");
    tell(item);
  });
  item.addEventListener("dragover", (event) => {
    const moved = form.querySelector(".console-dragged");
    if (!moved || moved.parentElement !== item.parentElement) return;
    event.preventDefault();
    event.stopPropagation();
    if (moved === item) return;
    const half = row.getBoundingClientRect();
    if (event.clientY < half.top + half.height / 2) item.before(moved);
    else item.after(moved);
  });
}

export function start() {
  const form = document.getElementById("console-order");
  if (form) arrange(form);
  const [cells, tree] = [told("console-cells"), told("console-tree")];
  if (cells) follow(cells);
  const dressed = () => {
    if (cells) offer(cells, document);
    if (tree) grow(tree);
  };
  dressed();
  // The list changes its rows in place: what is new is dressed as it comes.
  if (cells || tree) {
    new MutationObserver(dressed).observe(document.querySelector("main"), { childList: true });
  }
}
