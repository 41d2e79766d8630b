// What is still to be filled in: how many rows, and one press to the next cell that is wanted.
export function start(form, meanwhile) {
  const button = form.querySelector("[data-next]");
  const submits = form.querySelector("[data-submits]");
  const ready = form.querySelector("[data-ready]");
  const rows = [...form.querySelectorAll("tr[data-row^=row-][data-open]")];
  if (!button || !meanwhile || rows.length < 2) return;
  const left = () => rows.filter((row) => !row.classList.contains("is-done"));
  let last = null; // the row that was worked in

  const tell = () => {
    const count = left().length;
    button.hidden = count === 0;
    button.textContent = button.dataset.words.replace("{count}", count);
    button.classList.toggle("btn-primary", count > 0);
    submits?.classList.toggle("btn-primary", count === 0);
    if (ready) ready.hidden = count > 0;
  };

  form.addEventListener("focusin", (event) => {
    last = event.target.closest("tr[data-row]") ?? last;
  });
  button.addEventListener("click", async () => {
    await meanwhile(last, () => undefined); // what was typed a moment ago counts
    const open = left();
    const at = rows.indexOf(last);
    // The row one is in first, if it still wants something; then those below it, then from the top.
    const row = open.find((one) => rows.indexOf(one) >= at) ?? open[0];
    const wanted = row.querySelector("[data-wanted]") ?? row.querySelector("[data-cell]");
    form.dispatchEvent(new CustomEvent("sheet:row", { detail: row }));
    wanted.focus();
    wanted.scrollIntoView({ block: "center", inline: "nearest" });
  });
  form.addEventListener("sheet:told", tell);
  tell();
}
