// A calendar beside a date that may be typed; weeks begin on Monday.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/esm/l10n/zh.js";
import { say } from "./words.js";

const chinese = document.documentElement.lang.startsWith("zh");

// As people type it: 2026/6/30, 2026.6.30, 20260630, 2026年6月30日.
function read(text) {
  const parts = /^(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?$/.exec(text.trim());
  const day = parts && new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return day && day.getMonth() === Number(parts[2]) - 1 ? day : undefined;
}

// From the field into the days and out again; what cannot be read stays as typed: the server says
// what is wrong with it.
function listen(field, made) {
  let typed = field.value;
  field.addEventListener("input", (event) => {
    if (event.isTrusted) typed = field.value;
  });
  field.addEventListener("blur", () => {
    if (typed && !field.value) field.value = typed;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && made.isOpen) {
      event.preventDefault();
      made.close();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      made.setDate(field.value);
      made.open();
      (made.selectedDateElem ?? made.todayDateElem ?? made.days.querySelector("span"))?.focus();
    }
  });
}

export function start(root) {
  for (const field of root.querySelectorAll("input[data-date]")) {
    if (field._flatpickr || field.closest("template")) continue;
    const typed = field.value;
    const made = flatpickr(field, {
      locale: { ...(chinese ? Mandarin : {}), firstDayOfWeek: 1 },
      dateFormat: field.dataset.date === "time" ? "Y-m-d H:i" : "Y-m-d",
      enableTime: field.dataset.date === "time",
      time_24hr: true,
      allowInput: true,
      monthSelectorType: "static",
      ariaDateFormat: "Y-m-d",
      parseDate: field.dataset.date === "time" ? undefined : read,
      errorHandler: () => {},
      appendTo: field.closest("dialog") ?? undefined,
    });
    made.calendarContainer.setAttribute("role", "dialog");
    made.calendarContainer.setAttribute("aria-label", say("day"));
    if (typed && !field.value) field.value = typed;
    listen(field, made);
  }
}
