// Files are dropped on a row or chosen in it; each shows how far it has come, and goes away again
// by its cross while the row is open.
import { say } from "./cells.js";

export function start(form, meanwhile) {
  if (!meanwhile) return;
  for (const place of form.querySelectorAll("[data-attach]")) {
    const row = place.closest("tr");
    const input = place.querySelector("input[type=file]");
    place.querySelector("[data-drop-files]").hidden = false;
    input.addEventListener("change", () => {
      attach(place, row, [...input.files]);
      input.value = "";
    });
    for (const name of ["dragenter", "dragover"])
      row.addEventListener(name, (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        row.classList.add("is-over");
      });
    row.addEventListener("dragleave", (event) => {
      if (!row.contains(event.relatedTarget)) row.classList.remove("is-over");
    });
    row.addEventListener("drop", (event) => {
      row.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      attach(place, row, [...event.dataTransfer.files]);
    });
    place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-file]");
      if (!button) return;
      button.disabled = true;
      meanwhile(row, () => write(place, button.dataset.removeFile, null)).finally(() => (button.disabled = false));
    });
  }

  async function attach(place, row, files) {
    const list = place.querySelector("[data-file-list]");
    blame(place, []);
    const failed = [];
    await meanwhile(row, async () => {
      let version;
      for (const file of files) {
        const line = waiting(file);
        list.append(line);
        version = (await write(place, place.dataset.attach, file, line, failed)) ?? version;
        line.remove();
      }
      return version;
    });
    if (failed.length) blame(place, failed);
  }

  // Send, show what the server answers, return the row's version; nothing where it was refused.
  function write(place, address, file, line, failed = []) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", form.elements.csrf_token?.value ?? "");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (line && event.lengthComputable) show(line, Math.round((100 * event.loaded) / event.total));
      });
      request.addEventListener("loadend", () => {
        const told = request.response;
        if (request.status === 200 && told?.files !== undefined) {
          const list = place.querySelector("[data-file-list]");
          const others = [...list.querySelectorAll("[data-waiting]")].filter((one) => one !== line);
          list.innerHTML = told.files; // the server's own drawing
          list.append(...others);
          done(told.version);
          return;
        }
        failed.push(`${file ? `${file.name}: ` : ""}${told?.message ?? say("file_failed")}`);
        if (!file) blame(place, failed);
        done(undefined);
      });
      const body = file ? new FormData() : null;
      body?.append("file", file);
      request.send(body);
    });
  }
}

function waiting(file) {
  const line = document.createElement("li");
  line.dataset.waiting = "";
  const bar = document.createElement("progress");
  bar.className = "progress";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  line.append(file.name, bar);
  return line;
}

function show(line, percent) {
  const bar = line.querySelector("progress");
  bar.value = percent;
  bar.textContent = say("sending", { percent });
}

function blame(place, sentences) {
  const told = place.querySelector("[data-file-wrong]");
  told.textContent = sentences.join("\n");
  told.hidden = sentences.length === 0;
}
