"""Tables of master data: finding the row of headings and taking the cells under it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from app.core.text import Message, message
from app.exchange.cells import Cell, column_letter, has_markup, narrow
from app.exchange.problems import FieldError, Problem
from app.exchange.reading import Sheet
from app.exchange.table_specs import TableColumn, TableSpec

DEEPEST_HEADING = 8


@dataclass(slots=True)
class TableRow:
    """One row as the file has it: the filled cells by the column's name, and their places."""

    sheet: str
    row: int
    cells: dict[str, Cell] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, name: str, words: Message) -> None:
        self.errors.append(FieldError(name, self.letters.get(name), words, self.row))


@dataclass(slots=True)
class ParsedTable:
    rows: list[TableRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse_table(sheets: Iterable[Sheet], spec: TableSpec) -> ParsedTable:
    """All rows of the sheets that have the required headings of `spec`.

    A sheet without them is passed over with a warning; if no sheet has them, that is an error
    naming what is missing. A column that means nothing here is passed over with a warning.
    Never raises for what a table holds.
    """
    found = ParsedTable()
    sheets = list(sheets)
    for sheet in sheets:
        header, columns, unknown = _headings(sheet, spec)
        missing = [
            column for column in spec.columns if column.required and column.name not in columns
        ]
        if not columns or missing:
            level: Literal["error", "warning"] = "error" if len(sheets) == 1 else "warning"
            found.problems.append(_without(sheet, spec, missing or spec.columns, level))
            continue
        for column, words in unknown:
            found.problems.append(
                Problem(
                    message("The column “%(words)s” is not taken.", words=words[:40]),
                    sheet.name, header, column_letter(column), "warning",
                )
            )  # fmt: skip
        found.rows += _rows(sheet, header, columns, spec)
    if not found.rows and not any(problem.level == "error" for problem in found.problems):
        found.problems.append(Problem(message("There are no rows under the headings.")))
    return found


def _without(
    sheet: Sheet,
    spec: TableSpec,
    missing: Iterable[TableColumn],
    level: Literal["error", "warning"],
) -> Problem:
    names = "、".join(spec.label(column)[0] for column in missing if column.required)
    words = message(
        "Sheet “%(sheet)s” lacks these headings: %(names)s.", sheet=sheet.name, names=names
    )
    return Problem(words, sheet=sheet.name, level=level)


def _words(spec: TableSpec) -> dict[str, str]:
    known: dict[str, str] = {}
    for column in spec.columns:
        for word in (column.name, *spec.label(column), *column.words):
            known.setdefault(_plain(word), column.name)
    return known


def _plain(text: str) -> str:
    return narrow(text).casefold().rstrip("*:：").replace("（必填）", "").replace("(必填)", "")


def _headings(sheet: Sheet, spec: TableSpec) -> tuple[int, dict[str, int], list[tuple[int, str]]]:
    """The row that names most columns, what it names, and the headings nobody knows."""
    known = _words(spec)
    best: tuple[int, dict[str, int], list[tuple[int, str]]] = (0, {}, [])
    for row in range(1, min(DEEPEST_HEADING, sheet.height) + 1):
        columns: dict[str, int] = {}
        unknown = []
        for column in range(1, len(sheet.rows[row - 1]) + 1):
            text = sheet.text(row, column)
            name = known.get(_plain(text))
            if name is not None:
                columns.setdefault(name, column)
            elif text:
                unknown.append((column, text))
        if len(columns) > len(best[1]):
            best = row, columns, unknown
    return best


def _rows(
    sheet: Sheet, header: int, columns: dict[str, int], spec: TableSpec
) -> Iterable[TableRow]:
    letters = {name: column_letter(column) for name, column in columns.items()}
    for number in range(header + 1, sheet.height + 1):
        row = TableRow(sheet.name, number, letters=letters)
        for name, column in columns.items():
            if (number, column) in sheet.formulas:
                row.refuse(name, message("Formulas are not accepted in this column."))
                continue
            top, left = sheet.origin(number, column)
            if not sheet.text(top, left):
                continue
            row.cells[name] = sheet.value(top, left)
            if has_markup(sheet.text(top, left)):
                row.refuse(name, message("HTML is not accepted; please write plain text."))
        if not row.cells and not row.errors:
            continue
        refused = {error.field for error in row.errors}
        for wanted in spec.columns:
            if wanted.required and wanted.name not in row.cells and wanted.name not in refused:
                words = message("“%(name)s” is missing.", name=spec.label(wanted)[0])
                row.refuse(wanted.name, words)
        yield row
