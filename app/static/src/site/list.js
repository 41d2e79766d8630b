// Lists. The page works without this; with it links and forms of a list change the page in place,
// small forms open where they were asked for, and the keyboard reaches every row.

const LIST = "#ls-list";
const TYPING = "input:not([type=checkbox]), select, textarea, [contenteditable]";

let asked = 0;
let pop = null;
let waiting = 0;

const list = () => document.querySelector(LIST);
const rows = () => [...document.querySelectorAll(`${LIST} tbody > tr`)];

// Changing the page in place --------------------------------------------------------------

async function go(address, { push = true, replace: inPlace = false } = {}) {
  const number = ++asked;
  closePop();
  list()?.setAttribute("aria-busy", "true");
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
  } catch {
    location.assign(address);
    return;
  }
  if (number !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return;
  const fresh = page.querySelector(LIST);
  if (!answer.ok || !fresh) {
    location.assign(answer.url);
    return;
  }
  replace(page, fresh);
  document.title = page.title;
  if (!push || answer.url === location.href) return;
  if (inPlace) history.replaceState({ list: true }, "", answer.url);
  else history.pushState({ list: true }, "", answer.url);
}

function replace(page, fresh) {
  const typed = document.activeElement?.id === "ls-q" ? document.activeElement : null;
  const opened = document.getElementById("ls-open")?.checked;
  const focused = document.activeElement?.closest?.(LIST) ? document.activeElement : null;
  const words = focused?.textContent.trim();
  const kind = focused?.className;
  list().replaceWith(fresh);
  for (const part of [".lx-titles", ".lx-actions"]) {
    const [old, now] = [document.querySelector(part), page.querySelector(part)];
    if (old && now) old.replaceWith(now);
  }
  if (opened) document.getElementById("ls-open").checked = true;
  if (typed) {
    // Whoever types goes on typing: the box keeps its text and its cursor.
    const box = document.getElementById("ls-q");
    box.value = typed.value;
    box.focus();
    box.setSelectionRange(typed.selectionStart, typed.selectionEnd);
  } else if (words) {
    // What was pressed keeps the focus, as far as it is still there.
    const same = [...fresh.querySelectorAll("a, button, summary")].find(
      (one) =>
        one.textContent.trim() === words &&
        one.className === kind &&
        !one.closest("details:not([open]) > :not(summary)"),
    );
    (same ?? fresh.querySelector(".ls-grid"))?.focus({ preventScroll: true });
  }
  fit();
}

function sent(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) data.append(name, value);
  return `${form.getAttribute("action")}?${data}`;
}

function plain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function onClick(event) {
  if (!event.target.closest?.(LIST)) {
    if (pop && !pop.contains(event.target)) closePop();
    return;
  }
  const link = event.target.closest("a");
  if (link) {
    if (!plain(event)) return;
    if (link.dataset.panel !== undefined) {
      event.preventDefault();
      openPanel(link);
    } else if (link.pathname === list().dataset.list) {
      event.preventDefault();
      go(link.href);
    }
    return;
  }
  if (pop && !pop.contains(event.target)) closePop();
  const row = event.target.closest("tbody > tr");
  if (!row || event.target.closest("input, label, button, select")) return;
  if (event.target.closest(".ls-pick")) {
    row.querySelector("[name=rowid]")?.click();
    return;
  }
  if (String(getSelection()) === "") open(row, event.ctrlKey || event.metaKey);
}

function open(row, elsewhere = false) {
  const link = row.querySelector(".ls-open");
  if (!link) return;
  if (elsewhere) window.open(link.href, "_blank", "noopener");
  else location.assign(link.href);
}

function onSubmit(event) {
  const form = event.target.closest?.(".ls-search, .ls-panel");
  if (!form || !list()) return;
  event.preventDefault();
  clearTimeout(waiting);
  go(sent(form));
}

function onInput(event) {
  if (event.target.id === "ls-q") {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (event.target.isConnected) go(sent(event.target.form), { replace: true });
    }, 300);
  } else if (event.target.matches(".ls-narrow")) {
    narrow(event.target);
  }
}

// Small forms ---------------------------------------------------------------------------------

async function openPanel(link) {
  const answer = await fetch(`${link.href}&fragment=1`, { credentials: "same-origin" });
  if (!answer.ok) {
    location.assign(link.href);
    return;
  }
  const text = await answer.text();
  closePop();
  link.closest("details")?.removeAttribute("open");
  const anchor = link.closest(".ls-add") ?? link.closest(".ls-chip") ?? link;
  pop = document.createElement("div");
  pop.className = "ls-pop";
  pop.append(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  list().append(pop);
  const [from, place] = [anchor.getBoundingClientRect(), list().getBoundingClientRect()];
  const left = Math.min(from.left - place.left, place.width - pop.offsetWidth - 8);
  pop.style.left = `${Math.max(8, left)}px`;
  pop.style.top = `${from.bottom - place.top + 4}px`;
  pop.from = anchor.matches("a") ? anchor : anchor.querySelector("summary, a");
  arrange(pop);
  pop.querySelector("input:not([type=hidden]), select")?.focus();
  pop.scrollIntoView({ block: "nearest" });
  await searchable(pop);
}

function closePop({ back = false } = {}) {
  const from = pop?.from;
  pop?.remove();
  pop = null;
  if (back) from?.focus();
}

function narrow(box) {
  const words = box.value.trim().toLowerCase();
  for (const one of box.parentElement.querySelectorAll(".ls-options .form-check")) {
    one.hidden = !one.textContent.toLowerCase().includes(words);
  }
}

// A select that asks the server brings its library only when it is opened.
async function searchable(part) {
  const address = list().dataset.form;
  if (!address || !part.querySelector("[data-choices]")) return;
  if (!window.luoxuanForm) {
    await new Promise((done) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = script.onerror = done;
      document.head.append(script);
    });
  }
  if (part.isConnected) window.luoxuanForm?.start(part);
}

// Columns are put in order by buttons or by dragging.
function arrange(part) {
  const columns = part.querySelector(".ls-columns");
  if (!columns) return;
  for (const item of columns.children) {
    const name = item.textContent.trim();
    for (const [sign, word, step] of [["↑", columns.dataset.up, -1], ["↓", columns.dataset.down, 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `${word}：${name}`);
      button.addEventListener("click", () => {
        if (step < 0) item.previousElementSibling?.before(item);
        else item.nextElementSibling?.after(item);
        button.focus();
      });
      item.append(button);
    }
    item.draggable = true;
    item.addEventListener("dragstart", () => item.classList.add("ls-dragged"));
    item.addEventListener("dragend", () => item.classList.remove("ls-dragged"));
    item.addEventListener("dragover", (event) => {
      event.preventDefault();
      const moved = columns.querySelector(".ls-dragged");
      if (!moved || moved === item) return;
      const half = item.getBoundingClientRect();
      if (event.clientY < half.top + half.height / 2) item.before(moved);
      else item.after(moved);
    });
  }
}

// Rows ----------------------------------------------------------------------------------------

function onChange(event) {
  if (event.target.id === "ls-all") {
    for (const box of document.querySelectorAll(`${LIST} [name=rowid]`)) {
      box.checked = event.target.checked;
    }
  }
  if (event.target.matches?.("#ls-all, [name=rowid]")) count();
}

function count() {
  const boxes = [...document.querySelectorAll(`${LIST} [name=rowid]`)];
  const chosen = boxes.filter((box) => box.checked).length;
  const shown = document.querySelector(".ls-chosen");
  if (shown) shown.textContent = chosen;
  const all = document.getElementById("ls-all");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("ls-here"));
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
  all[now]?.classList.remove("ls-here");
  next.classList.add("ls-here");
  next.querySelector(".ls-open")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (!list() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && pop) {
    closePop({ back: true });
    return;
  }
  const target = event.target;
  if (target.matches?.(TYPING)) {
    if (event.key === "Escape" && target.id === "ls-q") {
      event.preventDefault(); // the browser would empty the box, but not the search
      target.blur();
    }
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const here = document.querySelector(`${LIST} tr.ls-here`);
  const inside = target === document.body || target.closest?.(".ls-grid");
  const keys = {
    "/": () => document.getElementById("ls-q")?.focus(),
    "?": () => document.getElementById("ls-keys")?.showModal(),
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: inside && here ? () => move(1) : null,
    ArrowUp: inside && here ? () => move(-1) : null,
    x: () => here?.querySelector("[name=rowid]")?.click(),
    Enter: here && !target.closest?.("a, button, input, summary") ? () => open(here) : null,
    " ": target.matches?.("a[role=button]") ? () => target.click() : null,
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// A table that fits scrolls with the page; a broad one by itself, with its first column kept.
function fit() {
  for (const grid of document.querySelectorAll(".ls-grid")) {
    grid.classList.remove("ls-fits", "ls-broad");
    const broad = grid.scrollWidth > grid.clientWidth + 1;
    grid.classList.add(broad ? "ls-broad" : "ls-fits");
    if (broad) grid.tabIndex = 0;
    else grid.removeAttribute("tabindex");
  }
}

export function start() {
  fit();
  addEventListener("resize", fit);
  if (!list()) return;
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  document.addEventListener("reset", () => setTimeout(count));
  addEventListener("pageshow", count); // the browser keeps the boxes of a page one comes back to
  addEventListener("popstate", () => go(location.href, { push: false }));
  history.replaceState({ list: true }, "");
  arrange(document);
  searchable(document);
  count();
}
