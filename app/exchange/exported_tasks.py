"""The list of tasks that was exported, edited, and comes back.

Each row has a mark (`row_marks`), so nothing has to be guessed: one row is one task, found
again whatever was edited in it, and a cell that still says what is stored says nothing. What
has been edited then goes the way of every other table of tasks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

from app.core.spool import Spool
from app.core.text import Message, message
from app.exchange.cells import clean_text, column_letter, narrow
from app.exchange.editable import headings_of
from app.exchange.indicators import in_words
from app.exchange.layout import Layout
from app.exchange.lookups import DepartmentBook, People, Words
from app.exchange.milestones import Milestone
from app.exchange.problems import FieldError, Problem
from app.exchange.reading import Sheet
from app.exchange.row_marks import (
    MARK,
    REPEATED,
    STALE,
    UNKNOWN,
    letters_of,
    place_of_marks,
    read_mark,
    rows_told,
    told_of_file,
)
from app.exchange.stored_tasks import StoredTask
from app.exchange.task_rows import Departments, TaskBuilder, TaskRow
from app.models.planning import Task

_PLAIN_DATE = re.compile(r"[\d./年月日-]+")
TABLE = Task.__tablename__


def take_exported(
    rows: Spool[TaskRow],
    problems: list[Problem],
    sheets: list[Sheet],
    departments: Departments,
    year: int,
) -> list[Sheet]:
    """Put what exported sheets hold into `rows` and `problems`; the sheets that are left to read
    in another way: none, where one was exported."""
    exported = [(sheet, place) for sheet in sheets if (place := place_of_marks(sheet))]
    for sheet, (header, marks) in exported:
        problems += _parse(rows, sheet, header, marks, departments, year)
    return [] if exported else sheets


def _parse(
    rows: Spool[TaskRow],
    sheet: Sheet,
    header: int,
    marks: int,
    departments: Departments,
    year: int,
) -> list[Problem]:
    """Put the rows of an exported sheet into `rows`; what its owner should know."""
    known = {
        narrow(word).casefold(): name for name, pair in headings_of(Task).items() for word in pair
    }
    columns: dict[str, list[int]] = {}
    unknown: list[str] = []
    for column in range(1, len(sheet.rows[header - 1]) + 1):
        text = sheet.text(header, column)
        name = known.get(narrow(text).casefold())
        if name is not None and name not in columns:
            columns[name] = [column]
        elif text and column != marks:
            unknown.append(text)
    builder = TaskBuilder(sheet, Layout(header, header + 1, columns), departments, year)
    seen: dict[str, int] = {}
    here = 0
    for number in range(header + 1, sheet.height + 1):
        if not any(sheet.text(number, one) for one in [marks, *(c for (c,) in columns.values())]):
            continue
        row = builder.build([number], section="", department="")
        row.mark = sheet.text(number, marks)
        row.said = {name: sheet.text(number, column) for name, (column,) in columns.items()}
        row.columns[MARK] = column_letter(marks)
        earlier = seen.setdefault(row.mark, number) if row.mark else number
        if earlier != number:
            _refuse(row, message(REPEATED, row=earlier))
        rows.append(row)
        here += bool(row.mark)
    exported = rows_told(sheet.text(header, marks)) or 0
    return told_of_file(sheet.name, header, exported, here, unknown)


def task_of_mark(row: TaskRow, born: Mapping[int, dt.datetime]) -> int | None:
    """The id of the task that the row's mark names; None if no task of the year has it. `born`
    says when each of them was made."""
    mark = read_mark(row.mark)
    if mark is None or mark.id not in born:
        return None
    return mark.id if mark.letters == letters_of(TABLE, mark.id, born[mark.id]) else None


def refuse_mark(row: TaskRow) -> None:
    """Its mark names no task."""
    _refuse(row, UNKNOWN)


def keep_stored(
    row: TaskRow, task: StoredTask, departments: DepartmentBook, people: People, categories: Words
) -> TaskRow:
    """The row with nothing in it but its edits; for the rest it says what is stored."""
    same = {
        name
        for name, text in row.said.items()
        if _says_the_same(name, text, row, task, departments, people, categories)
    }
    edited = set(row.said) - same
    kept = replace(row, columns={n: c for n, c in row.columns.items() if n in edited or n == MARK})
    kept.errors = [one for one in row.errors if one.field in edited or one.field == MARK]
    kept.warnings = [one for one in row.warnings if one.field in edited]
    for name in ("number", "title", "goal", "measures", "standard", "remark"):
        if name not in edited:
            setattr(kept, name, task.text(name))
    if "lead" not in edited:
        leads = [] if task.lead_department_id is None else [task.lead_department_id]
        kept.lead = departments.names(leads)
    if "measures" not in edited:
        kept.milestones = [Milestone(day, text) for day, text in task.milestones]
    if "due" not in edited:
        kept.due, kept.due_text = task.due_on, task.due_words()
    elif row.due is not None and _PLAIN_DATE.fullmatch(narrow(row.due_text)):
        kept.due_text = row.due.isoformat()
    mark = read_mark(row.mark)
    if edited and mark is not None and mark.version != task.version:
        kept.warnings.append(FieldError(MARK, row.columns.get(MARK), STALE, row.row))
    return kept


def _says_the_same(
    name: str,
    text: str,
    row: TaskRow,
    task: StoredTask,
    departments: DepartmentBook,
    people: People,
    categories: Words,
) -> bool:
    """Does the cell say what the list says of the stored task?"""
    if name == "lead":
        key = task.lead_department_id
        return not text if key is None else departments.id_of(text) == key
    if name in ("leader", "owner"):
        key = getattr(task, f"{name}_id")
        return text == (people.names.get(key, "") if key else "")
    if name == "category":
        key = task.category_id
        return not text if key is None else bool(text) and categories.id_of(text) == key
    if name == "due":
        if task.due_on is None:
            return not text
        return row.due == task.due_on and bool(_PLAIN_DATE.fullmatch(narrow(text)))
    if name == "weight":
        return row.weight == task.weight if text else task.weight is None
    if name == "indicators":
        return text == clean_text(in_words(task.indicators))
    return text == task.text(name)


def _refuse(row: TaskRow, words: Message) -> None:
    row.errors.append(FieldError(MARK, row.columns.get(MARK), words, row.row))
