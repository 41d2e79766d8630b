"""Workbooks: plain rows in, bytes out. (CSV: `csv_file`.)

A date is a date, a number a number, and text stays text: "007" keeps its zeros and "=1+1" is
never a formula. Rows are streamed (constant memory), so a sheet may hold as many as Excel can.
Knows no table of the domain and no Flask.
"""

from __future__ import annotations

import io
import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from app.reports.choices import SHEET, Choices
from app.reports.pdf import cell_text
from app.reports.sheet_rows import RowSheet, blank_cell, date_cell, number_cell, text_cell

log = logging.getLogger(__name__)

Kind = Literal["text", "integer", "number", "percent", "date", "datetime", "bool"]
SheetRow = Mapping[str, Any] | Sequence[Any]

LONGEST_TEXT = 32_767  # characters in a cell, Excel's own limit
MOST_ROWS = 1_048_576
_CUT = "…（超出单元格上限，已截断）"
_EXACT = 10**15  # integers beyond lose digits in a spreadsheet
_OLDEST = date(1900, 3, 1)  # Excel believes in 1900-02-29
_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "bool": "@",
    "integer": "0",
    "number": "General",
    "percent": "0.##%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
_ALIGN: dict[Kind, str] = {"text": "left", "bool": "center", "date": "center", "datetime": "center"}
_LINE, _LOWEST, _HIGHEST = 14.25, 20.0, 409.0  # row heights in points; the last is Excel's limit
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key of its value, heading, width in characters, and how values are shown.

    `kind` chooses alignment and number format. What is written follows the value itself: a
    str is always text, even in a number column. Percents are fractions (0.25 shows as 25%).
    `align` overrides the kind's own alignment. Of `allowed` words one may be chosen in each
    cell; a `locked` column is grey: it is only for reading.
    """

    key: str
    title: str
    width: float = 14
    kind: Kind = "text"
    align: Literal["left", "center", "right"] | None = None
    allowed: Sequence[str] = ()
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """One sheet. `title` and `subtitle`, where given, stand in rows of their own over the header.

    `totals` is a last row in bold that the filter buttons leave where it is; without `filters`
    there are no such buttons. `spare` rows under the table are ready to be filled in, with the
    columns' formats and words to choose from."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[SheetRow]
    title: str | None = None
    subtitle: str | None = None
    footer: str = field(default="")  # left part of the printed footer
    totals: SheetRow | None = None
    filters: bool = True
    spare: int = 0


def workbook(
    sheets: Sequence[SheetSpec],
    *,
    title: str = "",
    author: str = "",
    created: datetime | None = None,
) -> bytes:
    """An XLSX file: header frozen and repeated in print, filter buttons, A4 landscape, one page wide.

    `created` fixes the time in the file's properties (equal input then gives equal bytes).
    Text beyond Excel's 32,767 characters is cut with a visible mark and a logged warning.
    Raises ValueError for no sheets, a sheet without columns, or more rows than a sheet holds.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "in_memory": False, "nan_inf_to_errors": False}
    )
    properties: dict[str, Any] = {"title": title, "author": author, "comments": "Luoxuan 螺旋"}
    if created is not None:
        properties["created"] = created
    book.set_properties(properties)
    formats = _Formats(book)
    choices = Choices(book)
    names = {SHEET}
    for spec in sheets:
        if not spec.columns:
            raise ValueError(f"sheet {spec.name!r} has no columns")
        sheet = book.add_worksheet(sheet_name(spec.name, names), RowSheet)
        _write_sheet(sheet, spec, formats, choices)
    choices.write()
    book.close()
    return buffer.getvalue()


class _Formats:
    """The few cell formats a workbook shares."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        grid = {
            "border": 1,
            "border_color": "#9AA3AF",
            "valign": "vcenter",
            "font_name": "宋体",
            "font_size": 10,
        }
        self.title = book.add_format(
            {
                "bold": True,
                "font_name": "宋体",
                "font_size": 16,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        self.subtitle = book.add_format(
            {
                "font_name": "宋体",
                "font_size": 10,
                "align": "center",
                "valign": "vcenter",
                "font_color": "#4B5563",
            }
        )
        head = {**grid, "bold": True, "font_name": "黑体", "align": "center", "text_wrap": True}
        self.head = book.add_format({**head, "bg_color": "#E8EDF3"})
        self.head_locked = book.add_format({**head, "bg_color": "#C9CED6"})
        self._book, self._grid = book, grid
        self._known: dict[tuple[str, str, bool, bool], Format] = {}

    def cell(
        self, kind: Kind, align: str | None = None, *, totals: bool = False, locked: bool = False
    ) -> Format:
        """The format of a body cell of that kind, made at its first use."""
        align = align or _ALIGN.get(kind, "right")
        key = (kind, align, totals, locked)
        if key not in self._known:
            properties = {**self._grid, "align": align, "num_format": _NUMBER_FORMATS[kind]}
            if kind == "text":
                properties["text_wrap"] = True
            if totals:
                properties |= {"bold": True, "top": 2, "bg_color": "#F4F6F9"}
            if locked:
                properties["font_color"] = "#5B6472"
            self._known[key] = self._book.add_format(properties)
        return self._known[key]


def _write_sheet(sheet: RowSheet, spec: SheetSpec, formats: _Formats, choices: Choices) -> None:
    last = len(spec.columns) - 1
    for index, column in enumerate(spec.columns):
        ready = (
            formats.cell(column.kind, column.align) if spec.spare and not column.locked else None
        )
        sheet.set_column(index, index, column.width, ready)
    at = 0
    for text, form, tall in (
        (spec.title, formats.title, 30),
        (spec.subtitle, formats.subtitle, 18),
    ):
        if text:
            sheet.set_row(at, tall)
            if last:
                sheet.merge_range(at, 0, at, last, "")
            sheet.write_string(at, 0, text, form)
            at += 1
    head = at
    sheet.set_row(head, 30)
    for index, column in enumerate(spec.columns):
        form = formats.head_locked if column.locked else formats.head
        sheet.write_string(head, index, column.title, form)
    writer = _RowWriter(sheet, spec.columns, formats)
    for row in spec.rows:
        at += 1
        if at >= MOST_ROWS:
            raise ValueError(
                f"sheet {spec.name!r}: more rows than a sheet can hold ({MOST_ROWS:,})"
            )
        writer.write(at, row)
    last_row = max(at, head)
    if spec.totals is not None:
        at = last_row + 1
        _RowWriter(sheet, spec.columns, formats, totals=True).write(at, spec.totals)
    for index, column in enumerate(spec.columns):
        if column.allowed:
            choices.offer(sheet, index, head + 1, last_row + spec.spare, column.allowed)
    # "007" is meant as text: no green corners on it
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(max(at, head), last)}"})
    sheet.freeze_panes(head + 1, 0)
    if spec.filters:
        sheet.autofilter(head, 0, last_row, last)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.center_horizontally()
    sheet.set_footer(f"&L{spec.footer.replace('&', '&&')[:150]}&R第 &P 页 共 &N 页")


class _RowWriter:
    """Writes rows of one sheet; what each column needs is found once."""

    def __init__(
        self,
        sheet: RowSheet,
        columns: Sequence[Column],
        formats: _Formats,
        *,
        totals: bool = False,
    ) -> None:
        self.sheet = sheet
        self.keys = [column.key for column in columns]
        self.columns = [
            _Written(
                xl_col_to_name(place),
                column.kind,
                max(2.0, column.width - 1.5),
                _forms(column, formats, totals),
            )
            for place, column in enumerate(columns)
        ]

    def write(self, at: int, row: SheetRow) -> None:
        """One row, as high as its longest text."""
        values = [row.get(key) for key in self.keys] if isinstance(row, Mapping) else row
        number, most, cells = str(at + 1), 1, []
        for column, value in zip_longest(self.columns, values[: len(self.columns)]):
            place = column.letters + number
            if value is None or value == "":
                cells.append(blank_cell(place, column.forms[column.kind]))
                continue
            if type(value) is not str:
                cell = _by_type(place, value, column)
                if cell:
                    cells.append(cell)
                    continue
                value = cell_text(value)
            text = _text(value, place)
            cells.append(text_cell(place, column.forms["text"], text))
            if len(text) * 2 > column.room or "\n" in text:
                most = max(most, _line_count(text, column.room))
        # not every program finds the height of wrapped text by itself
        height = min(max(_LOWEST, most * _LINE + 6), _HIGHEST)
        self.sheet.write_cells(at, len(self.columns) - 1, "".join(cells), height)


@dataclass(frozen=True, slots=True)
class _Written:
    """A column as its cells are written: `room` for characters, `forms` by kind of value."""

    letters: str
    kind: Kind
    room: float
    forms: dict[str, int]


def _forms(column: Column, formats: _Formats, totals: bool) -> dict[str, int]:
    """The places of a column's formats among those of the workbook, by kind of value."""
    # words among numbers or dates stand in the middle
    words = column.align or (None if column.kind == "text" else "center")
    wanted: list[tuple[Kind, str | None]] = [
        ("date", column.align), ("datetime", column.align), (column.kind, column.align),
        ("text", words),
    ]  # fmt: skip
    return {
        kind: formats.cell(kind, align, totals=totals, locked=column.locked)._get_xf_index()
        for kind, align in wanted
    }


def _by_type(place: str, value: Any, column: _Written) -> str:
    """The cell of a number or a date; "" for what is text."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            return blank_cell(place, column.forms[column.kind])
        if isinstance(value, float) or _fits_a_spreadsheet(value):
            return number_cell(place, column.forms[column.kind], value)
        return ""
    if isinstance(value, datetime):
        kind = "date" if column.kind == "date" else "datetime"
        return date_cell(place, column.forms[kind], value) if value.date() >= _OLDEST else ""
    if isinstance(value, date):
        return date_cell(place, column.forms["date"], value) if value >= _OLDEST else ""
    return "" if cell_text(value) else blank_cell(place, column.forms[column.kind])


def _text(text: str, place: str) -> str:
    """What a cell can hold: no half characters, lines that end in one way, no more than Excel's
    limit."""
    if not text.isprintable():
        text = text.encode("utf-8", errors="replace").decode("utf-8")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        log.warning("cell %s: %s characters cut to Excel's limit", place, len(text))
        kept = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(_CUT))]
        text = kept.decode("utf-16-le", errors="ignore") + _CUT
    return text


def _line_count(text: str, room: float) -> int:
    """Lines the wrapped text takes in so much room; a Chinese character counts as two."""
    return sum(
        max(1, math.ceil(len(part.encode("gb18030", errors="replace")) / room))
        for part in text.split("\n")
    )


def _fits_a_spreadsheet(value: int | Decimal) -> bool:
    """Can a double hold it to the last digit a reader would miss?"""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < _EXACT
    return abs(value) < _EXACT


def value_of(row: SheetRow, key: str, index: int) -> Any:
    if isinstance(row, Mapping):
        return row.get(key)
    return row[index] if index < len(row) else None


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel accepts: no forbidden signs, 31 characters at most, each name once."""
    base = _BAD_IN_NAME.sub(" ", wanted).strip(" '")[:31] or "Sheet"
    if base.lower() == "history":
        base = "History_"
    name, number = base, 2
    while name.lower() in taken:
        suffix = f" ({number})"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(name.lower())
    return name
