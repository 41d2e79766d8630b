"""The sheets of a workbook, read by a process of its own (see `book_child`)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from app.core.text import message
from app.exchange import workbook
from app.exchange.problems import FileProblem, Problem

SECONDS = 90
"""How long a workbook may take to be read."""

_CHILD = Path(__file__).with_name("book_child.py")
_VALUES: dict[str, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "seconds": lambda seconds: dt.timedelta(seconds=seconds),
}


def read_book(
    path: Path, *, sheet: str | None, limits: dict[str, int], also: Collection[str] = ()
) -> tuple[list[dict[str, Any]], list[str]]:
    """The visible sheets and those of `also` (or the one named) as {"name", "rows", "merged"},
    ranges from 0; and the names of the hidden ones.

    `limits` has sheets, rows, columns and cells. Raises FileProblem for a damaged or
    protected workbook, for a missing sheet and for too much of anything.
    """
    order = json.dumps(
        {"path": str(path.resolve()), "sheet": sheet, "limits": limits, "also": [*also]}
    )
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the order is one JSON argument)
            [sys.executable, "-I", str(_CHILD), order],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout, object_hook=_value)
    except (subprocess.SubprocessError, ValueError):
        raise FileProblem(workbook.corrupt()) from None
    fault = answer.get("fault")
    if fault is None:
        return answer["sheets"], answer["hidden"]
    if fault == "password":
        raise FileProblem(workbook.encrypted())
    if fault == "no_sheet":
        raise FileProblem(_no_such_sheet(sheet or "", answer["names"]))
    if fault == "many_sheets":
        raise FileProblem(
            message("The file has more than %(sheets)s sheets.", sheets=limits["sheets"])
        )
    if fault == "too_far":
        scan = workbook.SheetScan(answer["rows"], answer["columns"])
        rows, columns, cells = limits["rows"], limits["columns"], limits["cells"]
        problem = workbook.too_far(answer["name"], scan, rows=rows, columns=columns, cells=cells)
        raise FileProblem(problem or workbook.corrupt())
    raise FileProblem(workbook.corrupt())


def _value(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        ((kind, value),) = found.items()
        if kind in _VALUES:
            return _VALUES[kind](value)
    return found


def _no_such_sheet(wanted: str, names: list[str]) -> Problem:
    return Problem(
        message(
            "There is no sheet “%(sheet)s”. The file has: %(names)s.",
            sheet=wanted,
            names="、".join(names),
        ),
        sheet=wanted,
    )
