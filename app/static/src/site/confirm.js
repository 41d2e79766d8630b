// A question before something that is not taken back: what a button with `data-confirm` sends is
// sent only after the answer (`data-no` is the word for not doing it).

function build(words) {
  const dialog = document.createElement("dialog");
  dialog.className = "sh-confirm";
  dialog.setAttribute("aria-labelledby", "ask-words");
  const question = document.createElement("h2");
  question.id = "ask-words";
  question.textContent = words.question;
  const form = document.createElement("form");
  form.method = "dialog";
  const no = document.createElement("button");
  no.className = "btn";
  no.value = "";
  no.textContent = words.no;
  const yes = document.createElement("button");
  yes.className = `btn ${words.danger ? "btn-danger" : "btn-primary"}`;
  yes.value = "yes";
  yes.textContent = words.yes;
  form.append(no, yes);
  dialog.append(question, form);
  document.body.append(dialog);
  return dialog;
}

export function start() {
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    const asked = button?.dataset.confirm;
    if (!asked || form.dataset.answered) {
      delete form.dataset.answered;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const chosen = form.querySelector(".ls-chosen")?.textContent;
    const question = build({
      question: chosen ? `${asked} (${chosen})` : asked,
      yes: button.textContent.trim(),
      no: button.dataset.no,
      danger: button.value === "delete",
    });
    question.addEventListener("close", () => {
      question.remove();
      if (question.returnValue !== "yes") {
        button.focus();
        return;
      }
      form.dataset.answered = "1";
      form.requestSubmit(button);
    });
    question.showModal();
  });
}
