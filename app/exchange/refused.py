"""A workbook of the refused rows: to correct, and to upload again as it is.

It keeps the layout of what was uploaded: everything over the table, the headings, the lines of
departments and sections that a refused row belongs to, and the refused rows with their cells as
they were. A last column, which no import reads, gives the reasons; the cells at fault are
coloured and carry theirs as a comment.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import xlsxwriter

from app.core.text import message, words
from app.exchange.cells import Cell, as_text, column_number
from app.exchange.headers import REASONS, is_reasons
from app.exchange.layout import (
    department_in,
    header_score,
    is_remark_line,
    is_total,
)
from app.exchange.looking import Look
from app.exchange.plan import Action, Plan
from app.exchange.problems import FieldError
from app.exchange.reading import Merge, Sheet
from app.exchange.row_planner import PlannedTask
from app.reports.xlsx import LONGEST_TEXT, sheet_name

Label = Callable[[str], str]
"""A field in the reader's words."""

_NARROWEST, _WIDEST, _REASONS_WIDTH = 7, 42, 56
_LINE, _HIGHEST = 13.5, 400.0  # points
_GRID: dict[str, Any] = {"border": 1, "border_color": "#9AA3AF", "valign": "top", "text_wrap": True,
         "font_name": "宋体", "font_size": 10}  # fmt: skip
_LOOKS: dict[str, dict[str, Any]] = {
    "over": {"font_name": "宋体", "font_size": 11, "valign": "vcenter"},
    "head": {**_GRID, "bold": True, "bg_color": "#EEF1F5", "align": "center", "valign": "vcenter"},
    "row": _GRID,
}
_BAD = {"bg_color": "#FBD9D7"}
_REASON = {"font_color": "#A61B16"}


def refused_workbook(seen: Look, label: Label, left_out: Sequence[bool] | None = None) -> bytes:
    """The refused rows of what was looked at, as its sheets have them, with their reasons.

    `left_out` tells of each row whether an import has left it out: then those, whatever would be
    said of them today. ValueError where no row is refused.
    """
    buffer, names = io.BytesIO(), set[str]()
    with xlsxwriter.Workbook(buffer, {"strings_to_urls": False}) as book:
        for part in _parts(seen, left_out):
            page = book.add_worksheet(sheet_name(part.sheet.name, names))
            _Page(book, page, part, label).write()
        if not names:
            raise ValueError("no row is refused")
    return buffer.getvalue()


# Which rows ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """What is kept of a sheet: `kept` rows in their order, the first and last row of the
    headings, the errors of the refused rows by the row they begin in, and the column of the
    weights."""

    sheet: Sheet
    kept: list[int]
    header: tuple[int, int]
    refused: dict[int, list[FieldError]]
    weight: int

    @property
    def width(self) -> int:
        """The last column, without the reasons of an earlier such workbook."""
        last = self.sheet.width
        return last - is_reasons(self.sheet.text(self.header[0], last))


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the plan, as far as it decides what is kept: its place there, its first and last
    row, whether it is refused, and the letters of its title's and its weight's column."""

    place: int
    row: int
    last: int
    refused: bool
    title: str = ""
    titled: bool = False
    weight: str = ""


def _parts(seen: Look, left_out: Sequence[bool] | None) -> Iterator[_Part]:
    lines = _lines(seen.plan, left_out)
    for file in seen.files:
        sheets = file.table.sheets if file.table is not None else []
        headings = {found.name: (found.header, found.bottom) for found in file.sheets}
        for sheet in sheets:
            own = [line for name in {"", file.name} for line in lines.get((name, sheet.name), ())]
            own.sort(key=lambda line: line.row)
            bad = _with_siblings(sheet, own)
            if bad:
                errors = {line.row: seen.plan.rows[line.place].errors for line in bad}
                yield _part(sheet, headings[sheet.name], own, bad, errors)


def _lines(plan: Plan, left_out: Sequence[bool] | None) -> dict[tuple[str, str], list[_Line]]:
    """The rows by their file ("" where there is one only) and sheet."""
    found: dict[tuple[str, str], list[_Line]] = {}
    out = [a == Action.ERROR for a in plan.told.actions] if left_out is None else left_out
    for place, (row, refused) in enumerate(zip(plan.rows, out, strict=True)):
        line = _Line(place, row.row, row.row, refused)
        if isinstance(row, PlannedTask):
            task, letters = row.source, row.source.columns
            line = replace(
                line,
                last=max(row.row, task.last_row),
                title=letters.get("title", ""),
                titled=bool(task.title),
                weight=letters.get("weight", ""),
            )
        found.setdefault((row.file, row.sheet), []).append(line)
    return found


def _part(
    sheet: Sheet,
    header: tuple[int, int],
    lines: list[_Line],
    bad: list[_Line],
    errors: dict[int, list[FieldError]],
) -> _Part:
    first, last = lines[0].row, max(line.last for line in bad)
    body = {number for line in bad for number in range(line.row, line.last + 1)}
    taken = {number for line in lines for number in range(line.row, line.last + 1)}
    between = [number for number in range(first, last) if number not in taken]
    head = range(1, first)
    kept = sorted({*head, *body, *_leading(sheet, between, body)})
    weight = lines[0].weight
    return _Part(sheet, kept, header, errors, column_number(weight) if weight else 0)


def _with_siblings(sheet: Sheet, lines: list[_Line]) -> list[_Line]:
    """The refused rows, and those that share one title cell with them: alone, a task under a
    common heading would be read as the heading's only one."""
    bad = {place for place, line in enumerate(lines) if line.refused}
    todo = sorted(bad)
    while todo:
        place = todo.pop()
        near = {n for n in (place - 1, place + 1) if 0 <= n < len(lines)} - bad
        for other in near:
            if _share_title(sheet, lines[min(place, other)], lines[max(place, other)]):
                bad.add(other)
                todo.append(other)
    return [lines[place] for place in sorted(bad)]


def _share_title(sheet: Sheet, upper: _Line, lower: _Line) -> bool:
    if not lower.title:
        return False
    column = column_number(lower.title)
    merge = sheet.merge(lower.row, column)
    if merge is not None and merge.top < lower.row:
        return True
    return lower.row == upper.last + 1 and not sheet.filled(lower.row, column) and lower.titled


def _leading(sheet: Sheet, between: Sequence[int], body: set[int]) -> set[int]:
    """The lines between the rows of a table that tell how a refused row below them is read:
    repeated headings, its department, its section with the one above that, a subtotal."""
    found: set[int] = set()
    waiting: dict[str, int] = {}
    for number in range(between[0] if between else 0, max(body) + 1):
        if number in body:
            found |= set(waiting.values())
            waiting = {}
        elif number in between:
            kind = _kind_of_line(sheet, number)
            if kind == "section":
                waiting.pop("inner", None)
            if kind:
                waiting[kind] = number
    return found


def _kind_of_line(sheet: Sheet, number: int) -> str:
    texts = [text for c in range(1, sheet.width + 1) if (text := sheet.text(number, c))]
    if not texts:
        return ""
    if any(is_total(text) for text in texts[:2]):
        return "total"  # numbers may begin anew under it
    if header_score(sheet, number) >= 3:
        return "heading"
    if department_in(texts[0]):
        return "department"
    if is_remark_line(texts[0]):
        return ""
    return "inner" if texts[0].startswith(("（", "(")) else "section"


# Writing ------------------------------------------------------------------------------------


class _Page:
    """One sheet of the workbook."""

    def __init__(self, book: Any, page: Any, part: _Part, label: Label) -> None:
        self.book, self.page, self.part, self.label = book, page, part, label
        self.sheet = part.sheet
        self.place = {number: new for new, number in enumerate(part.kept)}
        self.formats: dict[tuple[str, bool, str], Any] = {}
        self.bad = self.bad_cells()

    def write(self) -> None:
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.fit_to_pages(1, 0)
        covered = self.write_merged()
        for number in self.part.kept:
            for column in range(1, self.part.width + 1):
                if (number, column) not in covered:
                    self.write_cell(number, column, self.sheet.value(number, column))
        for (number, column), reasons in self.bad.items():
            note = "\n".join(reasons)
            self.page.write_comment(self.place[number], column - 1, note, {"x_scale": 2})
        self.write_reasons()
        self.set_widths()

    def bad_cells(self) -> dict[tuple[int, int], list[str]]:
        """The cells at fault that are here, with what is wrong with each."""
        cells: dict[tuple[int, int], list[str]] = {}
        for row, errors in self.part.refused.items():
            for error in errors:
                if error.column:
                    column = column_number(error.column)
                    number, _ = self.sheet.origin(error.row or row, column)
                    place = (number if number in self.place else row, column)
                    reasons = cells.setdefault(place, [])
                    reasons.append(str(error.message))
                    formula = self.sheet.formulas.get(place)
                    if formula and f"={formula}" not in reasons:
                        reasons.append(f"={formula}")
        return cells

    def write_merged(self) -> set[tuple[int, int]]:
        """Write what is left of the merged cells; the cells they cover. A weight that tasks
        share counts at the first of them only."""
        covered: set[tuple[int, int]] = set()
        for merge in self.sheet.merged:
            rows = [number for number in self.part.kept if merge.top <= number <= merge.bottom]
            cells = {(r, c) for r in rows for c in range(merge.left, merge.right + 1)}
            if not rows or cells & covered:
                continue
            covered |= cells
            counted = merge.left != self.part.weight or merge.top in self.place
            self.write_range(
                merge, rows, self.sheet.value(merge.top, merge.left) if counted else None
            )
        return covered

    def write_range(self, merge: Merge, rows: list[int], value: Cell) -> None:
        if len(rows) > 1 or merge.right > merge.left:
            top, bottom = self.place[rows[0]], self.place[rows[-1]]
            style = self.format(rows[0], (rows[0], merge.left) in self.bad, "")
            self.page.merge_range(top, merge.left - 1, bottom, merge.right - 1, "", style)
        self.write_cell(rows[0], merge.left, value)

    def write_cell(self, number: int, column: int, value: Cell) -> None:
        """The value in its own type; what was a formula is its result, or its text where the file
        has none. Its text stands in the comment, too."""
        if value in (None, "") and (formula := self.sheet.formulas.get((number, column))):
            value = f"={formula}"
        at, bad = (self.place[number], column - 1), (number, column) in self.bad
        if isinstance(value, bool):
            self.page.write_boolean(*at, value, self.format(number, bad, ""))
        elif isinstance(value, int | float) and math.isfinite(value):
            self.page.write_number(*at, value, self.format(number, bad, ""))
        elif isinstance(value, dt.date) and value.year >= 1900:
            whole = not isinstance(value, dt.datetime) or value.time() == dt.time()
            shape = "yyyy-mm-dd" if whole else "yyyy-mm-dd hh:mm"
            self.page.write_datetime(*at, value, self.format(number, bad, shape))
        elif value is None or value == "":
            if number >= self.part.header[0]:
                self.page.write_blank(*at, None, self.format(number, bad, ""))
        else:
            text = value if isinstance(value, str) else as_text(value)
            self.page.write_string(*at, text[:LONGEST_TEXT], self.format(number, bad, "@"))

    def write_reasons(self) -> None:
        column, (top, header) = self.part.width, self.part.header
        if header:
            rows = self.place[top], self.place[header]
            head = self.format(header, False, "")
            if top < header:
                self.page.merge_range(rows[0], column, rows[1], column, words(REASONS), head)
            else:
                self.page.write_string(rows[0], column, words(REASONS), head)
            self.page.freeze_panes(self.place[header] + 1, 0)
        style = self.book.add_format({**_GRID, **_REASON})
        for number, errors in self.part.refused.items():
            reasons = [self.reason(error) for error in errors]
            text = "\n".join(reasons) or str(message("No fault: shares a cell with a refused row."))
            self.page.write_string(self.place[number], column, text, style)
        self.page.set_column(column, column, _REASONS_WIDTH)

    def reason(self, error: FieldError) -> str:
        place = " ".join(filter(None, (error.column, self.label(error.field))))
        return str(message("%(place)s: %(reason)s", place=place, reason=error.message))

    def set_widths(self) -> None:
        """Columns as wide as their words, rows as high as those then are."""
        numbers = [number for number in self.part.kept if number >= self.part.header[0]]
        lines = {number: len(errors) for number, errors in self.part.refused.items()}
        for column in range(1, self.part.width + 1):
            texts = {number: self.sheet.text(number, column) for number in numbers}
            longest = max(map(_width, texts.values()), default=0)
            width = min(max(longest + 2, _NARROWEST), _WIDEST)
            self.page.set_column(column - 1, column - 1, width)
            for number, text in texts.items():
                told = sum(1 + _width(line) // width for line in text.splitlines())
                lines[number] = max(lines.get(number, 1), told)
        for number in numbers:
            height = min(_LINE * max(lines[number], 1) + 4, _HIGHEST)
            self.page.set_row(self.place[number], height)

    def format(self, number: int, bad: bool, shape: str) -> Any:
        """The look of a cell: over the table, of its headings, or of its rows."""
        top, bottom = self.part.header
        kind = "over" if number < top else "head" if number <= bottom else "row"
        key = (kind, bad, shape)
        if key not in self.formats:
            look = {**_LOOKS[kind], **(_BAD if bad else {})}
            self.formats[key] = self.book.add_format(
                look | ({"num_format": shape} if shape else {})
            )
        return self.formats[key]


def _width(text: str) -> int:
    """The longest line, a Chinese character counted as two."""
    lines = text.splitlines() or [""]
    return max(sum(2 if letter > "\u2e80" else 1 for letter in line) for line in lines)
