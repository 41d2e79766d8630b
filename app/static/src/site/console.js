// The data console: a value of the list changes in place. Click or Enter opens an editor, Enter
// (or leaving it) saves, Escape gives up. What is refused is told at the cell, the input stays.

const CELL = ".console-cell";

function settings() {
  const place = document.getElementById("console-cells");
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
  // The list changes its rows in place: new cells are offered as they come.
  new MutationObserver(() => offer(told, document)).observe(document.querySelector("main"), {
    childList: true,
  });
}

export function start() {
  const here = document.querySelector(".console-tabs [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 24;
  const told = settings();
  if (!told) return;
  offer(told, document);
  follow(told);
}
