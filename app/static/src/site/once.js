// A form that is on its way is not sent again: a double click is one click. The page that answers
// starts afresh; where none comes (a file is handed out), the form may be sent again after a while.
const WHILE = 3000;

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, WHILE);
  });
}
