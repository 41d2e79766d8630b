/* The sum under a column of weights, as one types: red while it is not what it must be. */

export function start(root = document) {
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
