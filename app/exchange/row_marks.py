"""What tells a row of an exported list from all others: it is found again whatever was edited.

A mark such as `R214-3-k7qd` holds the row's id, its version at the export, and letters that
only this row of this table in this database has: a mark from elsewhere finds nothing. It
begins with a letter and has no dot, so that no spreadsheet takes it for a number or a date.
The heading over the marks says how many rows were exported.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, null

from app.core.text import Message, in_chinese, message
from app.exchange.cells import narrow
from app.exchange.problems import Problem
from app.exchange.reading import Sheet

HEADINGS = ("行标识（共%s行，勿改）", "Row mark (%s rows, do not change)")
LETTERS = "abcdfghjkmnpqrstvwxz"
MARK = "mark"
"""The field of an error about the mark itself."""
MARK_LABEL = ("行标识", "Row mark")
DEEPEST = 8
"""The first rows in which the heading of the marks is looked for."""
_HEADING = re.compile(r"(?:行标识\(共|rowmark\()(\d{1,7})(?:行|rows)\b.*", re.IGNORECASE)
_MARK = re.compile(rf"R(\d{{1,10}})-(\d{{1,9}})-([{LETTERS}]{{4}})", re.IGNORECASE)
UNKNOWN = message(
    "This row mark is not known here. Leave it empty if the row is to be added as a new one."
)
TAKEN = message("Another row here has this already.")
REPEATED = message(
    "This row mark stands in row %(row)s already. Leave it empty if the row is to be added as a new one."
).words
STALE = message(
    "This row was changed here after the file was exported. What stands on the left is today's."
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A row as it was exported."""

    id: int
    version: int
    letters: str


def heading(rows: int) -> str:
    """The heading of the column of marks, for a file of so many rows."""
    return HEADINGS[0 if in_chinese() else 1] % rows


def rows_told(text: str) -> int | None:
    """How many rows were exported, if this is the heading of the marks."""
    found = _HEADING.fullmatch(narrow(text))
    return int(found[1]) if found else None


def place_of_marks(sheet: Sheet) -> tuple[int, int] | None:
    """The row and the column of the heading of the marks, in a sheet that was exported."""
    for row in range(1, min(DEEPEST, sheet.height) + 1):
        for column in range(1, len(sheet.rows[row - 1]) + 1):
            if rows_told(sheet.text(row, column)) is not None:
                return row, column
    return None


def read_mark(text: str) -> Mark | None:
    """The mark a cell holds; None for an empty cell and for anything else."""
    found = _MARK.fullmatch(narrow(text))
    return Mark(int(found[1]), int(found[2]), found[3].lower()) if found else None


def write_mark(table: str, key: int, version: int | None, born: dt.datetime | None) -> str:
    return f"R{key}-{version or 0}-{letters_of(table, key, born)}"


def letters_of(table: str, key: int, born: dt.datetime | None) -> str:
    """Letters that stand for the row itself; `born` is when it was made."""
    told = (
        f"{table}/{key}/{born.replace(tzinfo=None).isoformat(timespec='seconds') if born else ''}"
    )
    number = int.from_bytes(hashlib.blake2s(told.encode(), digest_size=4).digest())
    letters = ""
    for _ in range(4):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return letters


def columns_of_marks(model: type[Any]) -> list[ColumnElement[Any]]:
    """Version and birth of a row, to select beside its id."""
    born = getattr(model, "created_at", None)
    return [getattr(model, "version", null()), model.created_on if born is None else born]


def mark_of(row: Any) -> str:
    """The mark of a loaded row."""
    born = row.created_at if hasattr(row, "created_at") else row.created_on
    return write_mark(type(row).__tablename__, row.id, getattr(row, "version", None), born)


def told_of_file(
    sheet: str, header: int, exported: int, here: int, passed_over: list[str]
) -> list[Problem]:
    """What the owner of an exported file should know: columns and rows that do nothing."""
    notes: list[Message] = []
    if passed_over:
        notes.append(
            message(
                "These columns are only for reading and are passed over: %(names)s.",
                names="、".join(dict.fromkeys(passed_over)),
            )
        )
    if here < exported:
        notes.append(
            message(
                "The file was exported with %(rows)s rows; %(gone)s of them are no longer in it. They stay as they are: an import deletes nothing.",
                rows=exported,
                gone=exported - here,
            )
        )
    return [Problem(words, sheet, header, level="warning") for words in notes]
