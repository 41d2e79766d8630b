"""The monthly sheet as a workbook: downloaded prefilled, filled in offline, read back (Art. 7).

One page has the tasks the department leads, another its lines in tasks of others. Each row carries a mark (`app.exchange.row_marks`) of what it speaks of and of the version it was
downloaded with, so that it is found again however the rows were sorted. Nothing is written from here: what is
read goes to the page of differences, and from there through the same door as typing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext

from app.core.errors import RuleViolation
from app.core.text import Message, message, words
from app.exchange.problems import FileProblem
from app.exchange.reading import Sheet, read_sheets
from app.exchange.row_marks import (
    STALE,
    UNKNOWN,
    heading,
    letters_of,
    place_of_marks,
    read_mark,
    write_mark,
)
from app.models.base import label_of
from app.models.monitoring import MonthlyCheck, Quality
from app.models.planning import Task, TaskDepartment
from app.monitoring.sheet import MonthSheet, SheetLine, SheetRow
from app.monitoring.sheet_rules import FIELDS, LINE_FIELDS, OWN_LIGHTS, read_cell, show_cell
from app.reports.xlsx import Column, SheetSpec, workbook

WIDTHS = {"actual_percent": 10, "quality": 9, "head_light": 11}
CHOICES = {"quality": tuple(Quality), "head_light": OWN_LIGHTS}


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the file that says something else than the sheet: by field what stands there and
    what the file has. `wrong` are cells that cannot be taken, `notes` what else there is to say."""

    row: SheetRow | SheetLine
    line: int
    changes: Mapping[str, tuple[str, str]]
    wrong: Mapping[str, Message | str]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file: rows that differ, how many say the same, rows that are none of this sheet's."""

    differences: tuple[Difference, ...]
    same: int
    strangers: tuple[tuple[int, Message], ...]


def label(field: str) -> str:
    return words(label_of(MonthlyCheck, field))


def sheet_book(sheet: MonthSheet) -> bytes:
    """The rows and lines of the sheet as an XLSX file, with the words to choose from."""
    pages = [_page_of_rows(sheet)]
    if sheet.lines:
        pages.append(_page_of_lines(sheet))
    return workbook(pages)


def _page_of_rows(sheet: MonthSheet) -> SheetSpec:
    columns = [
        Column("number", words(label_of(Task, "number")), 7, locked=True),
        Column("title", words(label_of(Task, "title")), 34, locked=True),
        Column("planned", words(label_of(MonthlyCheck, "planned_percent")), 10, "number", locked=True),
        Column("last", gettext("Last month"), 10, "number", locked=True),
        *(
            Column(
                name, label(name), WIDTHS.get(name, 26),
                "number" if name == "actual_percent" else "text",
                allowed=[words((one.zh, one.en)) for one in CHOICES.get(name, ())],
            )
            for name in FIELDS
        ),
        Column("light", words(label_of(MonthlyCheck, "computed_light")), 11, locked=True),
        Column("mark", heading(len(sheet.rows)), 18, locked=True),
    ]  # fmt: skip
    title = f"{sheet.department.name} {sheet.month.reported.words}"
    return SheetSpec(title, columns, [_cells(row) for row in sheet.rows.values()])


def _page_of_lines(sheet: MonthSheet) -> SheetSpec:
    columns = [
        Column("number", words(label_of(Task, "number")), 7, locked=True),
        Column("title", words(label_of(Task, "title")), 34, locked=True),
        Column("part", words(label_of(TaskDepartment, "part")), 26, locked=True),
        *(Column(name, label(name), 36) for name in LINE_FIELDS),
        Column("mark", heading(len(sheet.lines)), 18, locked=True),
    ]
    rows = [
        {
            "number": line.task.number,
            "title": line.task.title,
            "part": line.part.part,
            **line.values,
            "mark": write_mark("task_department", line.part.id, line.version, line.part.created_at),
        }
        for line in sheet.lines.values()
    ]
    return SheetSpec(gettext("Assisting"), columns, rows)


def read_book(path: Path, sheet: MonthSheet) -> Reading:
    """What a file says otherwise than the sheet. RuleViolation at `file` for what cannot be read
    or is no such workbook."""
    try:
        found = [(one, place) for one in read_sheets(path) if (place := place_of_marks(one))]
    except FileProblem as problem:
        raise RuleViolation(problem.problems[0].message, "file") from problem
    if not found:
        raise RuleViolation(
            message("This is not a monthly sheet: download it here first, then fill it in."), "file"
        )
    differences: list[Difference] = []
    strangers: list[tuple[int, Message]] = []
    same, seen = 0, set[str]()
    for table, (head, marks) in found:
        places = {
            name: column
            for column in range(1, table.width + 1)
            for name in FIELDS
            if table.text(head, column).strip() in label_of(MonthlyCheck, name)
        }
        for line in range(head + 1, table.height + 1):
            if not any(table.text(line, column) for column in (*places.values(), marks)):
                continue
            row, version = _row_of(sheet, table.text(line, marks))
            if row is None:
                strangers.append(
                    (line, message("This row is none of this sheet's.") if not version else UNKNOWN)
                )
            elif row.key in seen:
                strangers.append((line, message("This task stands in the file twice.")))
            else:
                seen.add(row.key)
                one = _difference(table, line, places, row, version)
                if one is None:
                    same += 1
                else:
                    differences.append(one)
    return Reading(tuple(differences), same, tuple(strangers))


def _cells(row: SheetRow) -> dict[str, object]:
    values = row.values
    return {
        "number": row.task.number,
        "title": row.task.title,
        "planned": row.planned,
        "last": row.last.actual,
        **{
            name: words((value.zh, value.en)) if name in CHOICES and value else value
            for name, value in values.items()
        },
        "light": words((row.verdict.light.zh, row.verdict.light.en)),
        "mark": write_mark("task", row.task.id, row.version, row.task.created_at),
    }


def _row_of(sheet: MonthSheet, text: str) -> tuple[SheetRow | SheetLine | None, int]:
    """What a mark speaks of, and the version it was downloaded with; 0 for no mark at all."""
    mark = read_mark(text)
    if mark is None:
        return None, 0
    row = sheet.rows.get(mark.id)
    if row and mark.letters == letters_of("task", row.task.id, row.task.created_at):
        return row, mark.version
    for line in sheet.lines.values():
        born = line.part.created_at
        if line.part.id == mark.id and mark.letters == letters_of("task_department", mark.id, born):
            return line, mark.version
    return None, mark.version if row else 0


def _difference(
    table: Sheet, line: int, places: Mapping[str, int], row: SheetRow | SheetLine, version: int
) -> Difference | None:
    """What a line of the file says otherwise; None where it says the same."""
    changes: dict[str, tuple[str, str]] = {}
    wrong: dict[str, Message | str] = {}
    for name, column in places.items():
        if name not in row.values:
            continue
        if (line, column) in table.formulas:
            wrong[name] = message("Formulas are not accepted in this column.")
            continue
        text = table.text(line, column)
        try:
            value = read_cell(name, text)
        except RuleViolation as refusal:
            wrong[name] = refusal.message
            continue
        if value != row.values[name]:
            changes[name] = (show_cell(row.values[name]), show_cell(value))
    if not changes and not wrong:
        return None
    notes = () if version == row.version else (STALE,)
    if not row.may_edit:
        notes = (
            *notes,
            message("This row cannot be changed any more, or is not yours to fill in."),
        )
    return Difference(row, line, changes, wrong, notes)
