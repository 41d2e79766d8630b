// Fields that are asked for one kind only (`data-kind`): shown while the form's `kind` is that one.
export function start(root) {
  const chosen = root.querySelector("select[name='kind']");
  const fields = [...root.querySelectorAll("[data-form] [data-kind]")];
  if (!chosen || !fields.length || chosen.dataset.decides) return;
  chosen.dataset.decides = "yes";

  function show() {
    for (const field of fields) {
      field.closest(".lx-field").hidden = field.dataset.kind !== chosen.value;
    }
  }
  chosen.addEventListener("change", show);
  show();
}
