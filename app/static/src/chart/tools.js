// Around the charts: a filter form that applies itself, and a table copied for a spreadsheet.
import { copy } from "../site/clipboard.js";

// A choice by mouse or touch applies at once. By keyboard one passes the other choices on the way
// to the wanted one: the button shows, and Enter applies.
function applyAtChange(form) {
  const button = form.querySelector("[data-apply]");
  let typing = false;
  if (button) button.hidden = true;
  form.addEventListener("pointerdown", () => { typing = false; });
  form.addEventListener("keydown", (event) => {
    typing = true;
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("change", () => {
    if (!typing) form.requestSubmit();
    else if (button) button.hidden = false;
  });
  // An empty choice needs no place in the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

function tabbed(table) {
  const text = (cell) => cell.innerText.replace(/\s+/g, " ").trim();
  return [...table.rows].map((row) => [...row.cells].map(text).join("\t")).join("\n");
}

function copyButton(button) {
  const said = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(tabbed(document.getElementById(button.dataset.copy)));
    button.focus();
    said.textContent = said.dataset.copied;
    setTimeout(() => { said.textContent = ""; }, 3000);
  });
}

export function startTools(root = document) {
  root.querySelectorAll("form[data-at-change]").forEach(applyAtChange);
  root.querySelectorAll("[data-copy]").forEach(copyButton);
}
