// What every page needs: the menu on a telephone, drop-downs, messages. Each module finds its own
// elements and does nothing where there are none; a page without scripts shows the same content.
import { start as startBoard } from "./site/board.js";
import { start as startConfirm } from "./site/confirm.js";
import { start as startConsole } from "./site/console.js";
import { start as startHandout } from "./site/handout.js";
import { start as startLate } from "./site/late.js";
import { start as startList } from "./site/list.js";
import { start as startOnce } from "./site/once.js";
import { start as startPlan } from "./site/plan.js";
import { start as startProgress } from "./site/progress.js";
import { start as startSearch } from "./site/search.js";
import { start as startShell } from "./site/shell.js";
import { start as startShow } from "./site/show.js";
import { start as startSteering } from "./site/steering.js";

startShell();
startSearch();
startList();
startPlan();
startProgress();
startShow();
startSteering();
startBoard();
startConfirm();
startConsole();
startLate();
startHandout();
startOnce(); // last: it sees what the others held back
