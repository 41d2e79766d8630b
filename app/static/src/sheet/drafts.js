// What is typed is saved as it is typed, row by row. A row goes with the version it was read with;
// one that somebody changed meanwhile comes back with both values, and nothing of it is lost.
import { cellsOf, say } from "./cells.js";

const WAIT = 700; // after the last key
const AGAIN = 4000; // after a failed try

export function start(form) {
  const state = form.querySelector("[data-state]");
  if (!state) return undefined;
  const saved = new Map(); // by cell: what the server has
  for (const cell of form.querySelectorAll("[data-cell]")) saved.set(cell, cell.defaultValue ?? "");
  for (const select of form.querySelectorAll("select[data-cell]"))
    saved.set(select, [...select.options].find((one) => one.defaultSelected)?.value ?? "");
  const rows = [...form.querySelectorAll("tr[data-row][data-open]")];
  const stale = new Set();
  const held = new Set(); // rows with a cell the server did not take
  const paused = new Set(); // rows that something else writes just now
  let timer = 0;
  let running = null;

  const changed = (row) => cellsOf(row).filter((cell) => cell.value !== saved.get(cell));
  const pending = () => rows.filter((row) => !stale.has(row) && !paused.has(row) && changed(row).length > 0);
  const tell = (words, trouble = false) => {
    state.textContent = words;
    state.classList.toggle("is-trouble", trouble);
  };
  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  };

  async function save() {
    clearTimeout(timer);
    if (running) return running.then(save);
    const going = pending();
    if (!going.length) {
      if (state.classList.contains("is-trouble") && !stale.size && !held.size) tell("");
      return null;
    }
    running = send(going).finally(() => {
      running = null;
    });
    return running;
  }

  async function send(going) {
    tell(say("saving"));
    const sent = new Map();
    const body = { rows: {} };
    for (const row of going) {
      const cells = Object.fromEntries(changed(row).map((cell) => [cell.dataset.cell, cell.value]));
      sent.set(row.dataset.row, cells);
      body.rows[row.dataset.row] = { version: row.dataset.version, cells };
    }
    let answer;
    try {
      answer = await fetch(form.dataset.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token?.value ?? "" },
        body: JSON.stringify(body),
        redirect: "manual",
      });
    } catch {
      tell(say("offline"), true);
      later(AGAIN);
      return;
    }
    if (answer.type === "opaqueredirect") {
      tell(say("signed_out"), true);
      later(AGAIN);
      return;
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      tell(say("refused", { why: told.message ?? answer.status }), true);
      return;
    }
    for (const one of told.rows) take(one, sent.get(one.key));
    count(told.done);
    form.dispatchEvent(new CustomEvent("sheet:told"));
    const troubled = stale.size + held.size;
    tell(troubled ? say("held", { count: troubled }) : say("saved", { time: told.saved_at }), troubled > 0);
    if (pending().some((row) => !held.has(row))) later(WAIT);
  }

  // Take over what the server says of a row.
  function take(one, cells) {
    const row = form.querySelector(`tr[data-row="${one.key}"]`);
    if (one.gone) {
      held.add(row);
      const note = row.querySelector("[data-stale]");
      note.textContent = one.refusal;
      note.hidden = false;
      return;
    }
    if (one.stale) {
      refuse(row, one);
      return;
    }
    setVersion(row, one.version);
    for (const cell of cellsOf(row)) {
      const name = cell.dataset.cell;
      saved.set(cell, one.values[name] ?? "");
      // A number as the server writes it, unless somebody went on typing.
      if (name in cells && cell.value === cells[name] && !(name in one.wrong) && cell !== document.activeElement)
        cell.value = one.values[name] ?? "";
      if (name in cells && cell.value === cells[name] && !(name in one.wrong)) saved.set(cell, cell.value);
      mark(row, cell, one.wrong[name]);
      if (!one.wrong[name]) cell.classList.toggle("is-unsaved", cell.value !== saved.get(cell));
    }
    if (Object.keys(one.wrong).length || one.refusal) held.add(row);
    else held.delete(row);
    const note = row.querySelector("[data-stale]");
    note.textContent = one.refusal;
    note.hidden = !one.refusal;
    if (one.light === undefined) return;
    const light = row.querySelector("[data-light]");
    light.innerHTML = one.light; // the server's own drawing of a light
    const reason = document.createElement("small");
    reason.textContent = one.reason;
    light.append(reason);
    row.classList.toggle("is-done", Object.keys(one.lacks).length === 0);
    for (const cell of cellsOf(row)) cell.toggleAttribute("data-wanted", cell.dataset.cell in one.lacks);
  }

  function refuse(row, one) {
    stale.add(row);
    row.classList.add("is-stale");
    const note = row.querySelector("[data-stale]");
    const labels = cellsOf(row)
      .filter((cell) => one.values[cell.dataset.cell] !== cell.value)
      .map((cell) => `${labelOf(cell)}“${shown(cell, one.values[cell.dataset.cell]) || say("nothing")}”`);
    note.textContent = `${one.refusal} ${say("there")} ${labels.join("；")}`;
    const settle = (mine) => {
      stale.delete(row);
      row.classList.remove("is-stale");
      note.hidden = true;
      setVersion(row, one.version);
      for (const cell of cellsOf(row)) {
        const theirs = one.values[cell.dataset.cell] ?? "";
        const untouched = cell.value === saved.get(cell);
        saved.set(cell, theirs);
        if (!mine || untouched) cell.value = theirs;
        mark(row, cell, "");
      }
      if (pending().length) save();
      else tell("");
    };
    note.append(document.createElement("br"), button(say("mine"), () => settle(true)), button(say("theirs"), () => settle(false)));
    note.hidden = false;
  }

  function setVersion(row, version) {
    row.dataset.version = version;
    form.elements[`${row.dataset.row}-version`].value = version;
  }

  function count(done) {
    const place = form.querySelector("[data-count]");
    if (place) place.textContent = place.dataset.words.replace("{done}", done).replace("{of}", place.dataset.of);
  }

  const note = (event) => {
    if (!event.target.matches("[data-cell]")) return;
    const cell = event.target;
    const row = cell.closest("tr");
    if (cell.value === saved.get(cell)) mark(row, cell, "");
    else cell.classList.add("is-unsaved");
    if (!row.querySelector("[aria-invalid=true]")) held.delete(row);
    later(event.type === "change" ? 150 : WAIT);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("sheet:save", save);
  addEventListener("online", save);
  addEventListener("beforeunload", (event) => {
    if (pending().length || stale.size) event.preventDefault();
  });
  // A button of the form: first what is typed, then the button; nothing is sent twice.
  let ready = false;
  form.addEventListener("submit", (event) => {
    if (ready) return;
    event.preventDefault();
    const by = event.submitter;
    save().then(() => {
      if (by.matches("[data-saves]")) return;
      if (pending().length || stale.size) {
        (form.querySelector("[aria-invalid=true], .is-stale [data-cell]") ?? state).focus?.();
        return;
      }
      ready = true;
      // Not within this event: a form that is being submitted does not submit itself again.
      setTimeout(() => {
        form.requestSubmit(by);
        by.disabled = true; // a second click sends nothing
      });
    });
  });
  if (document.querySelector("[data-errors]")) document.querySelector("[data-errors]").focus();
  // What the browser brought back from an earlier visit, or a refused form.
  if (pending().length && !form.querySelector("[aria-invalid=true]")) later(WAIT);

  // While `act` writes to a row, what is typed in it waits; `act` tells the row's new version.
  return async function meanwhile(row, act) {
    await save();
    paused.add(row);
    try {
      const version = await act();
      if (version !== undefined && row.dataset.version === "0") setVersion(row, version);
    } finally {
      paused.delete(row);
      if (pending().length) later(WAIT);
    }
  };
}

function mark(row, cell, wrong) {
  cell.classList.remove("is-unsaved");
  if (wrong) cell.setAttribute("aria-invalid", "true");
  else cell.removeAttribute("aria-invalid");
  const place = row.querySelector(`[data-wrong="${cell.dataset.cell}"]`);
  place.textContent = wrong ?? "";
  place.hidden = !wrong;
}

const labelOf = (cell) => cell.closest("td").dataset.label;

const shown = (cell, value) =>
  cell.options ? ([...cell.options].find((one) => one.value === value)?.text ?? "") : value;

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

