"""Tables of master data: finding the row of headings and taking the cells under it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.text import Message, message
from app.exchange.cells import Cell, column_letter, has_markup, narrow
from app.exchange.headers import is_reasons
from app.exchange.layout import given_places
from app.exchange.problems import FieldError, Problem
from app.exchange.reading import Sheet
from app.exchange.row_marks import DEEPEST, MARK, REPEATED, rows_told, told_of_file
from app.exchange.table_specs import TableColumn, TableSpec


@dataclass(slots=True)
class TableRow:
    """One row as the file has it: the filled cells by the column's name, and their places.

    `mark` is what an exported row is known by; of such a row `empty` are the columns that
    the file has and that hold nothing."""

    sheet: str
    row: int
    cells: dict[str, Cell] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    mark: str = ""
    empty: frozenset[str] = frozenset()

    def refuse(self, name: str, words: Message) -> None:
        self.errors.append(FieldError(name, self.letters.get(name), words, self.row))


@dataclass(slots=True)
class ParsedTable:
    rows: list[TableRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Headings:
    """The row of headings: the places of the columns it names, the headings nobody knows, and
    the column of marks (0: none) with the number of rows that were exported."""

    row: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    marks: int = 0
    exported: int = 0


def parse_table(
    sheets: Iterable[Sheet], spec: TableSpec, mapping: Mapping[str, Any] | None = None
) -> ParsedTable:
    """All rows of the sheets that have the required headings of `spec`. `mapping` says of
    sheets by name which column holds what (`layout.given_places`).

    A sheet without them is passed over with a warning; if no sheet has them, that is an error
    naming what is missing. A column that means nothing here is passed over with a warning.
    Never raises for what a table holds.
    """
    found = ParsedTable()
    headed = [(sheet, _heads(sheet, spec, (mapping or {}).get(sheet.name))) for sheet in sheets]
    exported = [(sheet, heads) for sheet, heads in headed if heads.marks]
    headed = exported or headed
    for sheet, heads in headed:
        missing = [
            column
            for column in spec.columns
            if column.required and column.name not in heads.columns and not heads.marks
        ]
        if not heads.columns or missing:
            level: Literal["error", "warning"] = "error" if len(headed) == 1 else "warning"
            found.problems.append(_without(sheet, spec, missing or spec.columns, level))
            continue
        rows = list(_rows(sheet, heads, spec))
        found.rows += rows
        if heads.marks:
            _look_at_marks(rows)
            found.problems += told_of_file(
                sheet.name, heads.row, heads.exported, sum(bool(row.mark) for row in rows),
                [words for _, words in heads.unknown],
            )  # fmt: skip
            continue
        for column, words in heads.unknown:
            found.problems.append(
                Problem(
                    message("The column “%(words)s” is not taken.", words=words[:40]),
                    sheet.name, heads.row, column_letter(column), "warning",
                )
            )  # fmt: skip
    if not found.rows and not any(problem.level == "error" for problem in found.problems):
        found.problems.append(Problem(message("There are no rows under the headings.")))
    return found


def _look_at_marks(rows: list[TableRow]) -> None:
    """A row that was copied with its mark would be the same row twice."""
    seen: dict[str, int] = {}
    for row in rows:
        earlier = seen.setdefault(row.mark, row.row) if row.mark else row.row
        if earlier != row.row:
            row.refuse(MARK, message(REPEATED, row=earlier))


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


def _heads(sheet: Sheet, spec: TableSpec, entry: Any) -> Headings:
    """The headings as a person gave them, or as they are found."""
    given = given_places(entry, sheet)
    if given is None:
        return headings_of(sheet, spec)
    found = headings_of(sheet, spec, int(entry["header_row"]))
    return Headings(*given, marks=found.marks, exported=found.exported)


def headings_of(sheet: Sheet, spec: TableSpec, only: int = 0) -> Headings:
    """The row of the marks, else the row that names most columns; or the row `only`."""
    known = _words(spec)
    best = Headings(only)
    for row in [only] if only else range(1, min(DEEPEST, sheet.height) + 1):
        heads = Headings(row)
        for column in range(1, len(sheet.rows[row - 1]) + 1):
            text = sheet.text(row, column)
            name = known.get(_plain(text))
            exported = rows_told(text) if name is None and text else None
            if exported is not None:
                heads.marks, heads.exported = column, exported
            elif name is not None and name not in heads.columns:
                heads.columns[name] = column
            elif text and not is_reasons(text):
                heads.unknown.append((column, text))
        if heads.marks:
            return heads
        if len(heads.columns) > len(best.columns):
            best = heads
    return best


def _rows(sheet: Sheet, heads: Headings, spec: TableSpec) -> Iterable[TableRow]:
    letters = {name: column_letter(column) for name, column in heads.columns.items()}
    if heads.marks:
        letters[MARK] = column_letter(heads.marks)
    for number in range(heads.row + 1, sheet.height + 1):
        row = TableRow(sheet.name, number, letters=letters)
        row.mark = sheet.text(number, heads.marks)
        for name, column in heads.columns.items():
            if (number, column) in sheet.formulas:
                row.refuse(name, message("Formulas are not accepted in this column."))
                continue
            top, left = sheet.origin(number, column)
            if not sheet.text(top, left):
                continue
            row.cells[name] = sheet.value(top, left)
            if has_markup(sheet.text(top, left)):
                row.refuse(name, message("HTML is not accepted; please write plain text."))
        if not row.cells and not row.errors and not row.mark:
            continue
        refused = {error.field for error in row.errors}
        row.empty = frozenset(heads.columns) - row.cells.keys() - refused
        for wanted in spec.columns if not row.mark else ():
            if wanted.required and wanted.name not in row.cells and wanted.name not in refused:
                words = message("“%(name)s” is missing.", name=spec.label(wanted)[0])
                row.refuse(wanted.name, words)
        yield row
