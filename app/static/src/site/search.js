// The search box as a combobox (ARIA 1.2): suggestions while typing, arrows, Enter, Escape. Its
// words come with the suggestions. Without it, or when the server does not answer, the form is sent.
const WAIT = 160;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function highlighted(parts) {
  return parts.map(([text, hit]) => (hit ? element("mark", {}, text) : text));
}

class SearchBox {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.list = element("div", { role: "listbox", id: "search-options", "aria-label": this.input.getAttribute("aria-label") });
    this.nothing = element("p");
    this.panel = element("div", { class: "lx-suggest" }, this.list, this.nothing);
    this.panel.hidden = true;
    this.status = element("div", { class: "visually-hidden", role: "status" });
    form.append(this.panel, this.status);
    this.options = [];
    this.active = -1;
    this.shown = "";
    const described = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "search-options", "aria-expanded": "false" };
    for (const [key, value] of Object.entries(described)) this.input.setAttribute(key, value);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) this.later();
    });
    // Some browsers send the last input before the composition ends, some after it.
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => {
      if (this.text() && this.text() === this.shown) this.open();
    });
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.close();
    });
    // A press on an option must not take the focus before its click arrives.
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.form.addEventListener("submit", (event) => {
      if (!this.text()) event.preventDefault();
    });
  }

  text() {
    return this.input.value.trim();
  }

  later() {
    clearTimeout(this.timer);
    this.request?.abort();
    if (!this.text()) {
      this.shown = "";
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.text();
    const request = (this.request = new AbortController());
    try {
      const place = `${this.form.dataset.search}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(place, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(text, await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(text, found) {
    this.shown = text;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.options = [];
    this.list.replaceChildren();
    for (const [number, group] of found.groups.entries()) {
      const heading = element("span", { id: `search-group-${number}` }, group.label);
      const options = group.hits.map((hit) =>
        this.option(hit.url, [element("span", {}, ...highlighted(hit.parts)), element("small", {}, hit.hint)]),
      );
      this.list.append(element("div", { role: "group", "aria-labelledby": heading.id }, heading, ...options));
    }
    if (found.groups.length) {
      const all = `${this.form.getAttribute("action")}?${new URLSearchParams({ q: text })}`;
      const last = this.option(all, [element("span", {}, found.all), element("small", {}, found.count)]);
      last.classList.add("lx-suggest-all");
      this.list.append(last);
    }
    this.nothing.textContent = found.groups.length ? "" : found.none;
    this.nothing.hidden = found.groups.length > 0;
    this.status.textContent = found.status;
    if (document.activeElement === this.input) this.open();
  }

  option(url, children) {
    const made = element("a", { role: "option", id: `search-option-${this.options.length}`, "aria-selected": "false", tabindex: "-1", href: url }, ...children);
    this.options.push(made);
    return made;
  }

  open() {
    this.panel.hidden = false;
    this.list.hidden = !this.options.length;
    this.input.setAttribute("aria-expanded", String(this.options.length > 0));
  }

  close() {
    this.panel.hidden = true;
    this.choose(-1);
    this.input.setAttribute("aria-expanded", "false");
  }

  choose(number) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = number;
    const option = this.options[number];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  // Beyond either end lies the box itself: nothing is chosen there.
  move(step) {
    if (this.panel.hidden) {
      if (this.text() === this.shown) this.open();
      else this.later();
    }
    const count = this.options.length;
    if (count && !this.panel.hidden) this.choose(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
  }

  key(event) {
    // While characters are being composed, the keys belong to the input method.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !this.panel.hidden && this.active >= 0) {
      event.preventDefault();
      this.options[this.active].click();
    } else if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }
}

export function start(root = document) {
  const form = root.querySelector("form[data-search]");
  if (form) new SearchBox(form);
}
