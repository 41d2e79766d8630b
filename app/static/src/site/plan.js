/* The sum under a column of weights, as one types: red while it is not what it must be; and what
   the weights of a plan come to with the tasks that one ticks. */

export function start(root = document) {
  for (const told of root.querySelectorAll("[data-weights-of]")) foresee(told);
  for (const form of root.querySelectorAll("form[data-sum]")) {
    const sum = form.querySelector("[data-sum-of]");
    const wanted = Number.parseFloat(form.dataset.sum);
    const count = () => {
      const given = [...form.querySelectorAll(".pl-weight")]
        .map((field) => Number.parseFloat(field.value))
        .filter((number) => Number.isFinite(number));
      const total = Math.round(given.reduce((a, b) => a + b, 0) * 100) / 100;
      sum.textContent = given.length ? String(total) : "—";
      sum.classList.toggle("is-off", given.length > 0 && Number.isFinite(wanted) && total !== wanted);
    };
    form.addEventListener("input", count);
    count();
  }
}

function foresee(told) {
  const form = told.closest("form");
  const words = form.querySelector("[data-weights-then]");
  const wanted = Number.parseFloat(told.dataset.weightsTo);
  const count = () => {
    const taken = form.elements.weights.value === "taken";
    const ticked = [...form.querySelectorAll("[data-weight]:checked")];
    const added = taken ? ticked.map((box) => Number.parseFloat(box.dataset.weight) || 0) : [];
    const sum = added.reduce((a, b) => a + b, Number.parseFloat(told.dataset.weightsOf));
    const total = Math.round(sum * 100) / 100;
    words.textContent = ticked.length ? words.dataset.words.replace("{sum}", String(total)) : "";
    words.classList.toggle("sh-late", Number.isFinite(wanted) && total > wanted);
  };
  form.addEventListener("change", count);
  count();
}
