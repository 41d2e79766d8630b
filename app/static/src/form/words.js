// The words of the page's language, written by the server.
let known;

export function say(name, values = {}) {
  if (!known) {
    const told = document.getElementById("form-words");
    known = told ? JSON.parse(told.textContent) : {};
  }
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), known[name] ?? "");
}
