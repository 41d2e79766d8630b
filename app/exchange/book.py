"""The sheets of a workbook, read by a process of its own (see `book_child`)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from app.core.spool import Spool, spool_file
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


Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell, row and column counted from 0."""


@dataclass(slots=True)
class Table:
    """A sheet as the reading library has it."""

    name: str
    merged: list[Range]
    rows: Spool[list[Any]] = field(default_factory=Spool)


Percents = Mapping[str, Collection[tuple[int, int]]]
"""The cells of each sheet that show a number as a percent, by row and column from 1."""


def read_book(
    path: Path,
    *,
    sheet: str | None,
    limits: dict[str, int],
    also: Collection[str] = (),
    percents: Percents | None = None,
) -> tuple[list[Table], list[str]]:
    """The visible sheets and those of `also` (or the one named), and the names of the hidden
    ones. What shows a percent comes as its text: 0.95 shown as "95%".

    `limits` has sheets, rows, columns and cells. Raises FileProblem for a damaged or
    protected workbook, for a missing sheet and for too much of anything.
    """
    order = json.dumps(
        {"path": str(path.resolve()), "sheet": sheet, "limits": limits, "also": [*also]}
    )
    try:
        with tempfile.TemporaryFile() as answers:
            subprocess.run(  # noqa: S603 (our own program; the order is one JSON argument)
                [sys.executable, "-I", str(_CHILD), order],
                stdin=subprocess.DEVNULL,
                stdout=answers,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=True,
            )
            answers.seek(0)
            tables, answer = _take(answers, percents or {})
    except (subprocess.SubprocessError, ValueError):
        raise FileProblem(workbook.corrupt()) from None
    fault = answer.get("fault")
    if fault is None:
        return tables, answer["hidden"]
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


def _take(answers: IO[bytes], percents: Percents) -> tuple[list[Table], dict[str, Any]]:
    """The sheets that were read, their rows on disk, and the last word: hidden sheets or a fault.
    ValueError where it is missing."""
    tables: list[Table] = []
    file = spool_file()
    for line in answers:
        told = json.loads(line, object_hook=_value)
        if isinstance(told, list):
            table = tables[-1]
            if shown := percents.get(table.name):
                told = _with_percents(told, len(table.rows) + 1, shown)
            table.rows.append(told)
        elif "name" in told and "merged" in told:
            tables.append(Table(told["name"], told["merged"], Spool(file=file)))
        else:
            return tables, told
    raise ValueError("no end")


def _with_percents(cells: list[Any], row: int, shown: Collection[tuple[int, int]]) -> list[Any]:
    return [
        f"{round(cell * 100, 10):.12g}%"
        if isinstance(cell, int | float) and not isinstance(cell, bool) and (row, column) in shown
        else cell
        for column, cell in enumerate(cells, start=1)
    ]


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
