// Rows that hang on the row of the form: more are added from a template, new ones taken away again.
export function start(root, enhance) {
  for (const block of root.querySelectorAll("[data-inline]")) {
    if (block.dataset.started) continue;
    block.dataset.started = "yes";
    const rows = block.querySelector("[data-rows]");
    const template = block.querySelector("template");
    const add = block.querySelector("[data-add]");
    // The empty rows are for who has no scripts.
    for (const row of rows.querySelectorAll("[data-blank]")) row.remove();
    rows.addEventListener("change", (event) => {
      if (!event.target.matches(".lx-remove input")) return;
      const row = event.target.closest("[data-row]");
      if (row.hasAttribute("data-blank")) {
        row.remove();
        add?.focus();
        return;
      }
      row.classList.toggle("lx-removed", event.target.checked);
      for (const field of row.querySelectorAll(".lx-fields :is(input, select, textarea, button)")) {
        field.closest(".lx-fields").inert = event.target.checked;
        break;
      }
    });
    if (!template || !add) continue;
    add.hidden = false;
    let next = 2000 + rows.children.length;
    add.addEventListener("click", () => {
      const holder = document.createElement("div");
      holder.append(template.content.cloneNode(true));
      for (const made of holder.querySelectorAll("*")) {
        for (const { name, value } of [...made.attributes]) {
          if (value.includes("__n__")) made.setAttribute(name, value.replaceAll("__n__", next));
        }
      }
      next += 1;
      const row = holder.querySelector("[data-row]");
      rows.append(row);
      enhance(row);
      row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
      row.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
