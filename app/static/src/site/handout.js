/* The sheet of a department: how many tasks each person has as one chooses, and a task whose
   person is named is ticked for acceptance. */

export function start(root = document) {
  const form = root.querySelector("form[data-handout]");
  if (!form) return;
  const limit = Number.parseInt(form.dataset.limit, 10);
  const people = [...form.querySelectorAll("[data-person]")];
  const owners = [...form.querySelectorAll('select[data-owner][name^="task-"]')];
  const count = () => {
    const given = new Map();
    for (const select of owners) given.set(select.value, (given.get(select.value) ?? 0) + 1);
    for (const person of people) {
      const total = Number(person.dataset.others) + (given.get(person.dataset.person) ?? 0);
      person.querySelector("output").textContent = String(total);
      person.classList.toggle("is-over", Number.isFinite(limit) && total > limit);
    }
  };
  form.addEventListener("change", (event) => {
    if (!event.target.matches("select[data-owner]")) return;
    const box = event.target.closest("tr").querySelector("[data-accept]");
    if (box) box.checked = event.target.value !== "";
    count();
  });
  count();
}
