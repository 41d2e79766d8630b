// Selects one can search: options come from the server as one types, or from the page itself.
import TomSelect from "tom-select/dist/esm/tom-select.js";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import virtualScroll from "tom-select/dist/esm/plugins/virtual_scroll/plugin.js";
import { say } from "./words.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("virtual_scroll", virtualScroll);

// Typing is searched for a moment after the last letter, and the server answers later still. Who
// has chosen or gone on by then is not called back: opening the list would take the keyboard from
// the next field and cover the buttons.
TomSelect.define("discreet", function () {
  const open = this.open;
  let chosen = false;
  this.on("item_add", () => {
    chosen = this.settings.mode === "single";
  });
  const wanted = () => {
    chosen = false;
  };
  this.hook("after", "setup", () => {
    for (const kind of ["keydown", "input", "mousedown", "focusin"]) {
      this.wrapper.addEventListener(kind, wanted, true);
    }
  });
  this.hook("instead", "open", () => {
    if (this.isFocused && !chosen) open.call(this);
  });
});

const told = (className, text) => {
  const box = document.createElement("div");
  box.className = className;
  box.textContent = text;
  return box;
};

// A line of the list that cannot be chosen.
const notice = (className, text) => {
  const box = told(className, text);
  box.setAttribute("role", "option");
  box.setAttribute("aria-disabled", "true");
  return box;
};

const render = {
  option: (one) => {
    const box = told("", one.text);
    if (one.hint) box.append(told("lx-hint", one.hint));
    return box;
  },
  item: (one) => told("", one.text),
  no_results: () => notice("no-results", say("nothing")),
  loading: () => notice("lx-hint lx-loading", say("loading")),
  loading_more: () => notice("lx-hint lx-loading", say("more")),
  no_more_results: () => null,
};

function settings(select) {
  const clear = !select.required && !select.multiple;
  const common = {
    render,
    maxOptions: null,
    hidePlaceholder: true,
    placeholder: say("search"),
    plugins: {
      discreet: {},
      ...(clear && { clear_button: { title: say("clear"), className: "lx-clear", html: button } }),
    },
    onDropdownOpen: () => select.tomselect.control_input.scrollIntoView({ block: "nearest" }),
  };
  if (!select.dataset.choices) return common;
  const page = (query, number) => {
    const place = new URL(select.dataset.choices, location.href);
    place.searchParams.set("q", query);
    place.searchParams.set("page", number);
    return place.href;
  };
  return {
    ...common,
    plugins: { ...common.plugins, virtual_scroll: {} },
    valueField: "value",
    labelField: "text",
    searchField: [],
    preload: "focus",
    loadThrottle: 180,
    score: () => () => 1, // the server has searched
    sortField: [{ field: "$order" }],
    // Else Enter, pressed before the answer comes, would choose what fitted the words before.
    onType() {
      this.clearActiveOption();
      this.clearOptions();
      this.refreshOptions();
    },
    firstUrl: (query) => page(query, 1),
    load(query, done) {
      const place = this.getUrl(query);
      fetch(place, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
        .then(({ items, more }) => {
          const number = Number(new URL(place).searchParams.get("page"));
          if (more) this.setNextUrl(query, page(query, number + 1));
          done(items);
        })
        .catch(() => done());
    },
  };
}

function button({ className, title }) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.title = title;
  made.tabIndex = -1;
  made.setAttribute("aria-label", title);
  made.textContent = "×";
  return made.outerHTML;
}

export function start(root) {
  for (const select of root.querySelectorAll("select[data-choices], select[data-find]")) {
    if (select.tomselect || select.closest("template")) continue;
    const made = new TomSelect(select, settings(select));
    select.setAttribute("aria-hidden", "true"); // its dressed-up self has the name
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      const value = select.getAttribute(name);
      if (value) made.control_input.setAttribute(name, value);
    }
  }
}
