// The grid of the monthly sheet: the page is a plain form without it.
//
//   form[data-sheet]        data-save: where drafts go; data-done: what "as planned" writes as done
//   tr[data-row]            data-version: as the server last told it; data-open: may be filled in;
//                           data-plain: the percent of "as planned"; data-steady: a green row
//   [data-cell]             a cell, named by its field
//   [data-attach]           where a file of the row goes; [data-file-list] its files
//
// What is said stands in <script type="application/json" id="sheet-words">.
import { start as startDrafts } from "./sheet/drafts.js";
import { start as startFiles } from "./sheet/files.js";
import { start as startKeys } from "./sheet/keys.js";
import { start as startNext } from "./sheet/next.js";
import { start as startPaste } from "./sheet/paste.js";
import { start as startPlan } from "./sheet/plan.js";
import { start as startSteps } from "./sheet/steps.js";

const form = document.querySelector("form[data-sheet]");
if (form) {
  // A refused form was drawn at the address it was sent to: opened anew, it is the sheet again.
  if (location.pathname !== form.dataset.place) history.replaceState(null, "", form.dataset.place + location.search);
  const meanwhile = startDrafts(form);
  startFiles(form, meanwhile);
  startKeys(form);
  startNext(form, meanwhile);
  startPaste(form);
  startPlan(form);
  startSteps(form);
}
