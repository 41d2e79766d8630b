// The page of a phase: how many people the ticked debtors are, and a text copied for a group chat.
// A person who heads two departments is counted once; the text stays in sight to be copied by hand.
import { copy } from "./clipboard.js";

function countPeople(said) {
  const boxes = [...document.querySelectorAll("input[data-people]")];
  const count = () => {
    const ticked = boxes.filter((box) => box.checked && !box.disabled);
    const people = new Set(ticked.flatMap((box) => box.dataset.people.split(" ").filter(Boolean)));
    said.textContent = said.dataset.words.replace("{people}", people.size);
    said.closest("form").querySelector("button[type=submit]").disabled = people.size === 0;
  };
  for (const whole of document.querySelectorAll("input[data-tick-all]")) {
    const own = boxes.filter((box) => box.closest("table") === whole.closest("table") && !box.disabled);
    whole.hidden = own.length === 0;
    whole.addEventListener("change", () => {
      for (const box of own) box.checked = whole.checked;
      count();
    });
    for (const box of own) box.addEventListener("change", () => { whole.checked = own.every((one) => one.checked); });
  }
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
}

function copyText(button) {
  const text = document.getElementById(button.dataset.copyText);
  const said = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await copy(text.value);
      said.textContent = said.dataset.said;
    } catch {
      text.select();
      said.textContent = said.dataset.not;
    }
    button.focus();
  });
}

export function start(root = document) {
  root.querySelectorAll("[data-reminded]").forEach(countPeople);
  root.querySelectorAll("[data-copy-text]").forEach(copyText);
}
