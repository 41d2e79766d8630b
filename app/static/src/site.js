// What every page needs: the menu on a telephone, drop-downs, messages. Each module finds its own
// elements and does nothing where there are none; a page without scripts shows the same content.
import { start as startShell } from "./site/shell.js";

startShell();
