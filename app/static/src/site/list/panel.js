// The small forms of a list, opened where they were asked for: one condition, the columns.

const LIST = "#ls-list";

let pop = null;

// A form that is left, by a click or by Tab, is closed.
export function leave(target) {
  if (pop && !pop.contains(target) && !pop.from?.contains(target)) closePop();
}

// What the open form was asked for from, or null.
export function from() {
  return pop?.from ?? null;
}

export async function openPanel(link) {
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
  pop.from = link.closest(".ls-add")?.querySelector("summary") ?? link;
  pop.append(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  anchor.after(pop); // beside it also for the Tab key
  const list = document.querySelector(LIST);
  const [below, place] = [anchor.getBoundingClientRect(), list.getBoundingClientRect()];
  const left = Math.min(below.left - place.left, place.width - pop.offsetWidth - 8);
  pop.style.left = `${Math.max(8, left)}px`;
  pop.style.top = `${below.bottom - place.top + 4}px`;
  arrange(pop);
  pop.querySelector("input:not([type=hidden]), select")?.focus();
  pop.scrollIntoView({ block: "nearest" });
  await searchable(pop);
}

// Gives whether there was something to close.
export function closePop({ back = false } = {}) {
  const closed = pop;
  pop = null;
  closed?.remove();
  if (back) closed?.from.focus();
  return Boolean(closed);
}

export function narrow(box) {
  const words = box.value.trim().toLowerCase();
  for (const one of box.parentElement.querySelectorAll(".ls-options .form-check")) {
    one.hidden = !one.textContent.toLowerCase().includes(words);
  }
}

// A select that asks the server brings its library only when it is opened.
async function searchable(part) {
  const address = document.querySelector(LIST).dataset.form;
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

export function start() {
  arrange(document);
  searchable(document);
}
