// Files are dropped or chosen, checked before they travel, and their way is shown.
import { say } from "./words.js";

const MEGABYTE = 1024 * 1024;

function size(bytes) {
  return bytes < MEGABYTE ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

// What is wrong with this file, in words; nothing if it may be sent.
function wrong(field, file) {
  const most = Number(field.dataset.mostBytes || 0);
  if (most && file.size > most) return say("size", { size: Math.floor(most / MEGABYTE) });
  const types = (field.accept || "").split(",").filter(Boolean);
  const name = file.name.toLowerCase();
  if (types.length && !types.some((type) => name.endsWith(type.trim().toLowerCase()))) {
    return say("type", { types: types.map((type) => type.replace(".", "")).join(", ") });
  }
  return "";
}

function blame(field, sentences) {
  const box = field.closest(".lx-field");
  box.querySelector(".lx-errors")?.remove();
  box.classList.toggle("lx-wrong", sentences.length > 0);
  field.toggleAttribute("aria-invalid", sentences.length > 0);
  if (!sentences.length) return;
  const list = document.createElement("ul");
  list.className = "lx-errors";
  list.id = `${field.id}-errors`;
  list.setAttribute("role", "alert");
  for (const words of sentences) {
    const line = document.createElement("li");
    line.textContent = words;
    list.append(line);
  }
  box.append(list);
  field.setAttribute("aria-describedby", [`${field.id}-help`, list.id].join(" "));
}

// What is wrong with the chosen files; each is named where there are several.
function problems(field) {
  const files = [...field.files];
  const told = files.map((file) => [file, wrong(field, file)]).filter(([, words]) => words);
  return told.map(([file, words]) => (files.length > 1 ? `${file.name}: ${words}` : words));
}

function chosen(place, field) {
  const name = place.querySelector(".lx-drop-file-name");
  name.hidden = !field.files.length;
  name.textContent = [...field.files].map((file) => `${file.name} · ${size(file.size)}`).join("\n");
  blame(field, problems(field));
}

function makePlace(place) {
  const field = place.querySelector("input[type=file]");
  place.classList.add("lx-drop-ready");
  place.querySelector(".lx-drop-words").hidden = false;
  field.addEventListener("change", () => chosen(place, field));
  for (const name of ["dragenter", "dragover"]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.add("lx-over");
    });
  }
  for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("lx-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function send(form) {
  const bar = form.querySelector("[data-drop] progress");
  const buttons = form.querySelectorAll("button[type=submit]");
  const request = new XMLHttpRequest();
  const lock = (held) => {
    buttons.forEach((button) => (button.disabled = held));
    if (bar) bar.hidden = !held;
  };
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!bar || !event.lengthComputable) return;
    bar.value = Math.round((100 * event.loaded) / event.total);
    bar.textContent = say("sending", { percent: bar.value });
  });
  request.addEventListener("loadend", () => {
    const told = request.response;
    if (told?.place) {
      location.assign(told.place);
      return;
    }
    lock(false);
    for (const field of form.querySelectorAll(".lx-field :is(input, select, textarea)")) {
      if (field.id) blame(field, told?.errors?.[field.name] ?? []);
    }
    const rest = told?.errors?.[""] ?? (told ? [] : [say("failed")]);
    const first = form.querySelector("input[type=file]");
    if (rest.length) blame(first, rest);
    form.querySelector('[aria-invalid], .lx-wrong :is(input, select, textarea)')?.focus();
  });
  lock(true);
  request.send(new FormData(form));
}

export function start(root) {
  for (const place of root.querySelectorAll("[data-drop]")) {
    if (!place.classList.contains("lx-drop-ready")) makePlace(place);
  }
  for (const form of root.querySelectorAll("form[data-upload]")) {
    if (form.dataset.sending) continue;
    form.dataset.sending = "ready";
    form.addEventListener("submit", (event) => {
      const field = form.querySelector("input[type=file]");
      event.preventDefault();
      const told = problems(field);
      if (told.length) blame(field, told);
      else send(form);
    });
  }
}
