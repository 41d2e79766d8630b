// Comfort for forms; each of them works without it. Loaded on pages with a form, and by lists when
// a filter panel opens. `window.luoxuanForm.start(element)` enhances what is inside an element:
//
//   data-choices="/choices/task/owner"  on a select: options are searched on the server, page by page
//   data-find="local"                   on a select: a long closed set becomes searchable
//   data-date="date"                    on a text field: a calendar; typing 2026-06-30 works as well
//   data-grow                           on a textarea: it grows with its text
//   data-drop                           around a file field: a place to drop a file; the field's
//                                       data-most-bytes and accept are checked before it is sent
//   data-upload                         on a form with files: sent with a progress bar; the server
//                                       answers {"place": …} or {"errors": {field: [words]}}
//   data-inline="milestone"             around rows ([data-row]) with a template and a [data-add]
//                                       button; `__n__` in the template becomes the row's number
//   data-unsaved                        on a form: warns before input is lost
//   data-kind="person"                  on a field that is asked for one choice of `kind` only
//   data-form                           on a form: Ctrl+Enter saves, Esc goes to data-back
//   data-errors                         on the summary of errors: gets the focus
//
// What is said stands in <script type="application/json" id="form-words"> (macro ui.form_words).
import { start as startChoices } from "./form/choices.js";
import { start as startDates } from "./form/dates.js";
import { start as startFiles } from "./form/files.js";
import { start as startInline } from "./form/inline.js";
import { start as startKeys } from "./form/keys.js";
import { start as startKinds } from "./form/kinds.js";
import { start as startText } from "./form/text.js";
import { start as startUnsaved } from "./form/unsaved.js";

function start(element = document) {
  startUnsaved(element); // before the others change fields of their own accord
  startInline(element, start);
  startChoices(element);
  startDates(element);
  startText(element);
  startFiles(element);
  startKeys(element);
  startKinds(element);
}

window.luoxuanForm = { start };
start();
