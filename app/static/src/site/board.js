// The supervision board: arrows go from card to card, the space bar marks one, "a" goes to what may
// be done with the marked ones. Without this the cards are links and boxes.

const shown = (part) => part.offsetParent !== null;

function cardsOf(column) {
  return [...column.querySelectorAll("[data-card]")].filter(shown);
}

// Columns that are seen and hold a card: on a telephone only the one behind the chosen tab.
function columnsOf(board) {
  return [...board.querySelectorAll("[data-column]")].filter((column) => cardsOf(column).length);
}

function focusOn(card) {
  card?.querySelector(".bd-open").focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function move(board, card, key) {
  const columns = columnsOf(board);
  const at = columns.indexOf(card.closest("[data-column]"));
  const cards = cardsOf(columns[at]);
  const place = cards.indexOf(card);
  if (key === "ArrowDown") focusOn(cards[place + 1]);
  else if (key === "ArrowUp") focusOn(cards[place - 1]);
  else {
    const next = columns[at + (key === "ArrowRight" ? 1 : -1)];
    if (next) focusOn(cardsOf(next)[Math.min(place, cardsOf(next).length - 1)]);
  }
}

// The bar tells how many are marked and offers the steps that fit one of them.
function tell(board, bar) {
  const marked = [...board.querySelectorAll("[name=rowid]:checked")];
  bar.classList.toggle("is-asked", marked.length > 0);
  bar.querySelector("[data-marked]").textContent = marked.length;
  const steps = new Set(marked.map((box) => box.closest("[data-column]").dataset.column));
  for (const button of bar.querySelectorAll("[data-for]")) {
    button.hidden = !button.dataset.for.split(" ").some((step) => steps.has(step));
  }
}

function onKey(event, board, bar) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, dialog, button")) return;
  const card = event.target.closest("[data-card]");
  if (event.key.startsWith("Arrow") && card) {
    event.preventDefault();
    move(board, card, event.key);
  } else if (event.key === "ArrowDown" && event.target === document.body) {
    event.preventDefault();
    focusOn(cardsOf(columnsOf(board)[0] ?? board)[0]);
  } else if (event.key === " " && card) {
    event.preventDefault();
    card.querySelector("[name=rowid]")?.click();
  } else if (event.key === "a" && bar.classList.contains("is-asked")) {
    event.preventDefault();
    [...bar.querySelectorAll("button")].find(shown)?.focus();
  }
}

export function start(root = document) {
  const filter = root.querySelector("[data-board-filter]");
  if (filter) {
    filter.querySelector("button").hidden = true;
    filter.addEventListener("change", () => filter.requestSubmit());
  }
  const board = root.querySelector("[data-board]");
  const bar = root.querySelector("#bd-bulk");
  if (!board) return;
  const reveal = (tab) => board.querySelector(`label[for="${tab?.id}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  reveal(board.querySelector(".bd-tab:checked"));
  document.addEventListener("keydown", (event) => onKey(event, board, bar));
  board.addEventListener("change", (event) => {
    if (event.target.name === "rowid") tell(board, bar);
    else reveal(event.target);
  });
  bar.addEventListener("reset", () => setTimeout(() => tell(board, bar)));
  addEventListener("pageshow", () => tell(board, bar)); // the browser keeps the boxes of a page one comes back to
}
