// Lists. The page works without this; with it links and forms of a list change the page in place,
// small forms open where they were asked for, and the keyboard reaches every row.
import * as panel from "./list/panel.js";
import * as rows from "./list/rows.js";

const LIST = "#ls-list";
const TYPING = "input:not([type=checkbox]), select, textarea, [contenteditable]";

let asked = 0;
let waiting = 0;

const list = () => document.querySelector(LIST);

// Changing the page in place --------------------------------------------------------------

async function go(address, { push = true, replace: inPlace = false } = {}) {
  const number = ++asked;
  const pressed = panel.from() ?? document.activeElement?.closest?.(`${LIST} *`);
  panel.closePop();
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
  replace(page, fresh, pressed);
  document.title = page.title;
  if (!push || answer.url === location.href) return;
  if (inPlace) history.replaceState({ list: true }, "", answer.url);
  else history.pushState({ list: true }, "", answer.url);
}

function replace(page, fresh, pressed) {
  const typed = document.activeElement?.id === "ls-q" ? document.activeElement : null;
  const opened = document.getElementById("ls-open")?.checked;
  const elsewhere = document.activeElement !== document.body && !list().contains(document.activeElement);
  list().replaceWith(fresh);
  for (const part of [".lx-titles", ".lx-actions"]) {
    const [old, now] = [document.querySelector(part), page.querySelector(part)];
    if (old && now) old.replaceWith(now);
  }
  if (opened) document.getElementById("ls-open").checked = true;
  fit();
  rows.count();
  if (typed) {
    // Whoever types goes on typing: the box keeps its text and its cursor.
    const box = document.getElementById("ls-q");
    box.value = typed.value;
    box.focus();
    box.setSelectionRange(typed.selectionStart, typed.selectionEnd);
  } else if (pressed && !elsewhere) {
    focusAgain(fresh, pressed);
  }
}

// What was pressed keeps the focus; if it is gone, what stands in its place. A new page is read
// from its first row.
function focusAgain(fresh, pressed) {
  if (pressed.closest(".ls-pages")) {
    scrollTo(0, 0);
    rows.move(0);
    return;
  }
  const name = nameOf(pressed);
  const same = [...fresh.querySelectorAll("a, button, summary")].find(
    (one) =>
      nameOf(one) === name &&
      one.className === pressed.className &&
      !one.closest("details:not([open]) > :not(summary)"),
  );
  const near = pressed.closest(".ls-chips") && fresh.querySelector(".ls-add > summary");
  (same ?? near ?? fresh.querySelector(".ls-open, #ls-q"))?.focus({ preventScroll: true });
}

function nameOf(one) {
  const form = one.dataset.panel === undefined ? "" : new URL(one.href).searchParams.get("panel");
  return form || one.getAttribute("aria-label") || one.textContent.trim();
}

function sent(form) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) data.append(name, value);
  return `${form.getAttribute("action")}?${data}`;
}

// What a person does ----------------------------------------------------------------------

function plain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function onClick(event) {
  const link = event.target.closest?.(`${LIST} a`);
  if (!link?.matches("[data-panel]")) panel.leave(event.target);
  if (link) {
    if (!plain(event)) return;
    if (link.dataset.panel !== undefined) {
      event.preventDefault();
      panel.openPanel(link);
    } else if (link.pathname === list().dataset.list) {
      event.preventDefault();
      go(link.href);
    }
    return;
  }
  const row = event.target.closest?.(`${LIST} tbody > tr`);
  if (!row) return;
  if (event.target.matches("[name=rowid]")) rows.turned(event.target, event.shiftKey);
  if (event.target.closest("input, label, button, select")) return;
  if (event.target.closest(".ls-pick")) rows.choose(row, event.shiftKey);
  else if (String(getSelection()) === "") rows.open(row, event.ctrlKey || event.metaKey);
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
    panel.narrow(event.target);
  }
}

function onKey(event) {
  if (!list() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && panel.closePop({ back: true })) return;
  const target = event.target;
  if (target.matches?.(TYPING)) {
    // From the search box into what was found; Escape would empty the box, but not the search.
    if (target.id === "ls-q" && ["Escape", "ArrowDown"].includes(event.key)) {
      if (rows.move(0)) event.preventDefault();
    }
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const act = rows.deed(event);
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
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => panel.leave(event.target));
  addEventListener("popstate", () => go(location.href, { push: false }));
  history.replaceState({ list: true }, "");
  panel.start();
  rows.start();
}
