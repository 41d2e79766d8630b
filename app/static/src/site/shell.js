// The shell: the menu as a drawer on small screens, groups that stay as one left them, drop-downs
// that close, messages that go, Ctrl+K for the search box.
const OPEN = "lx-menu-open";
const GROUPS = "lx.menu";

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(GROUPS)) ?? {};
  } catch {
    return {};
  }
}

function keepGroups() {
  const kept = remembered();
  for (const group of document.querySelectorAll("[data-group]")) {
    if (kept[group.dataset.group] && !group.open) group.open = true;
    group.addEventListener("toggle", () => {
      const now = remembered();
      now[group.dataset.group] = group.open;
      try {
        localStorage.setItem(GROUPS, JSON.stringify(now));
      } catch {
        // Storage is full or forbidden: the menu works without a memory.
      }
    });
  }
}

function drawer() {
  const button = document.querySelector("[data-menu-toggle]");
  const shade = document.querySelector("[data-menu-close]");
  if (!button) return;
  const set = (open) => {
    document.body.classList.toggle(OPEN, open);
    button.setAttribute("aria-expanded", String(open));
    if (shade) shade.hidden = !open;
    if (open) document.querySelector("#menu a")?.focus();
    else button.focus();
  };
  button.addEventListener("click", () => set(!document.body.classList.contains(OPEN)));
  shade?.addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains(OPEN)) set(false);
  });
}

function dropDowns() {
  const all = () => document.querySelectorAll("details:is(.lx-drop, .ls-add)[open]");
  const leave = (event) => {
    if (event.target.closest?.("dialog")) return; // a question about what was pressed in it
    for (const drop of all()) if (!drop.contains(event.target)) drop.open = false;
  };
  document.addEventListener("click", leave);
  document.addEventListener("focusin", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const drop of all()) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });
}

function messages() {
  for (const button of document.querySelectorAll("[data-dismiss]")) {
    button.addEventListener("click", () => button.closest(".alert").remove());
  }
}

function searchKey() {
  const box = document.querySelector(".lx-search input");
  if (!box) return;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
}

// On a telephone tabs scroll: the present one is in view.
function tabs() {
  for (const here of document.querySelectorAll(":is(.console-tabs, .lx-tabs) [aria-current]")) {
    const bar = here.parentElement;
    bar.scrollLeft = here.offsetLeft - bar.offsetLeft - 24;
  }
}

export function start() {
  tabs();
  keepGroups();
  drawer();
  dropDowns();
  messages();
  searchKey();
}
