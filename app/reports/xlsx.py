"""Workbooks and CSV: plain rows in, bytes out.

A date is a date, a number a number, and text stays text: "007" keeps its zeros and "=1+1" is
never a formula. Rows are streamed (constant memory), so a sheet may hold as many as Excel can.
Knows no table of the domain and no Flask.

CSV and formulas. A spreadsheet runs a CSV field that begins with `=`, `+`, `-`, `@`, tab or
return. Such *text* is written with one apostrophe before it. So that reading gives back exactly
what was written, text that already looks protected (apostrophes, then one of these signs) gets
one more; `restore_formula_text` takes exactly one away, and leaves every other text alone.
Numbers, dates and booleans are not touched: -5 stays -5.
"""

from __future__ import annotations

import csv
import io
import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from app.reports.pdf import cell_text

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
_RUNS_AS_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_PROTECTED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: key of its value, heading, width in characters, and how values are shown.

    `kind` chooses alignment and number format. What is written follows the value itself: a
    str is always text, even in a number column. Percents are fractions (0.25 shows as 25%).
    `align` overrides the kind's own alignment.
    """

    key: str
    title: str
    width: float = 14
    kind: Kind = "text"
    align: Literal["left", "center", "right"] | None = None


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """One sheet. `title` and `subtitle`, where given, stand in rows of their own over the header.

    `totals` is a last row in bold that the filter buttons leave where it is; without `filters`
    there are no such buttons."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[SheetRow]
    title: str | None = None
    subtitle: str | None = None
    footer: str = field(default="")  # left part of the printed footer
    totals: SheetRow | None = None
    filters: bool = True


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
    names: set[str] = set()
    for spec in sheets:
        if not spec.columns:
            raise ValueError(f"sheet {spec.name!r} has no columns")
        _write_sheet(book.add_worksheet(_sheet_name(spec.name, names)), spec, formats)
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
        self.head = book.add_format(
            {
                **grid,
                "bold": True,
                "font_name": "黑体",
                "align": "center",
                "text_wrap": True,
                "bg_color": "#E8EDF3",
            }
        )
        self._book, self._grid = book, grid
        self._known: dict[tuple[str, str, bool], Format] = {}
        self.totals = False
        """Are the cells asked for now those of a totals row?"""

    def cell(self, kind: Kind, align: str | None = None) -> Format:
        """The format of a body cell of that kind, made at its first use."""
        align = align or _ALIGN.get(kind, "right")
        key = (kind, align, self.totals)
        if key not in self._known:
            properties = {**self._grid, "align": align, "num_format": _NUMBER_FORMATS[kind]}
            if kind == "text":
                properties["text_wrap"] = True
            if self.totals:
                properties |= {"bold": True, "top": 2, "bg_color": "#F4F6F9"}
            self._known[key] = self._book.add_format(properties)
        return self._known[key]


def _write_sheet(sheet: Worksheet, spec: SheetSpec, formats: _Formats) -> None:
    last = len(spec.columns) - 1
    for index, column in enumerate(spec.columns):
        sheet.set_column(index, index, column.width)
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
        sheet.write_string(head, index, column.title, formats.head)
    for row in spec.rows:
        at += 1
        if at >= MOST_ROWS:
            raise ValueError(
                f"sheet {spec.name!r}: more rows than a sheet can hold ({MOST_ROWS:,})"
            )
        _write_row(sheet, at, row, spec.columns, formats)
    last_row = max(at, head)
    if spec.totals is not None:
        at = last_row + 1
        formats.totals = True
        _write_row(sheet, at, spec.totals, spec.columns, formats)
        formats.totals = False
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


def _write_row(
    sheet: Worksheet, at: int, row: SheetRow, columns: Sequence[Column], formats: _Formats
) -> None:
    height = _LOWEST
    for index, column in enumerate(columns):
        lines = _write(sheet, at, index, _value(row, column.key, index), column, formats)
        height = max(height, lines * _LINE + 6)
    # not every program finds the height of wrapped text by itself
    sheet.set_row(at, min(height, _HIGHEST))


def _write(
    sheet: Worksheet, row: int, place: int, value: Any, column: Column, formats: _Formats
) -> int:
    """Write one cell by the type of its value; returns how many lines it takes."""
    form = formats.cell(column.kind, column.align)
    as_words = isinstance(value, (list, tuple, set, frozenset, bool))
    if as_words or (isinstance(value, (Decimal, int)) and not _fits_a_spreadsheet(value)):
        value = cell_text(value)
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(row, place, None, form)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, place, value, form)
    elif isinstance(value, datetime) and value.date() >= _OLDEST:
        shown = formats.cell("date" if column.kind == "date" else "datetime", column.align)
        sheet.write_datetime(row, place, value.replace(tzinfo=None), shown)
    elif isinstance(value, date) and not isinstance(value, datetime) and value >= _OLDEST:
        sheet.write_datetime(row, place, value, formats.cell("date", column.align))
    else:
        text = _text(cell_text(value), row, place)
        if column.kind != "text":  # words among numbers or dates: wrapped, in the middle
            form = formats.cell("text", column.align or "center")
        sheet.write_string(row, place, text, form)
        return _line_count(text, column.width)
    return 1


def _text(text: str, row: int, place: int) -> str:
    """What a cell can hold: no half characters, no more than Excel's limit."""
    if not text.isprintable():
        text = text.encode("utf-8", errors="replace").decode("utf-8")
    if len(text) > LONGEST_TEXT:
        at = xl_rowcol_to_cell(row, place)
        log.warning("cell %s: %s characters cut to Excel's limit", at, len(text))
        text = text[: LONGEST_TEXT - len(_CUT)] + _CUT
    return text


def _line_count(text: str, width: float) -> int:
    """Lines the wrapped text takes in a column so wide; a Chinese character counts as two."""
    room = max(2.0, width - 1.5)
    return sum(
        max(1, math.ceil(len(part.encode("gb18030", errors="replace")) / room))
        for part in text.split("\n")
    )


def _fits_a_spreadsheet(value: int | Decimal) -> bool:
    """Can a double hold it to the last digit a reader would miss?"""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < _EXACT
    return abs(value) < _EXACT


def _value(row: SheetRow, key: str, index: int) -> Any:
    if isinstance(row, Mapping):
        return row.get(key)
    return row[index] if index < len(row) else None


def _sheet_name(wanted: str, taken: set[str]) -> str:
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


def csv_bytes(columns: Sequence[Column], rows: Iterable[SheetRow]) -> bytes:
    """CSV in UTF-8 with a byte order mark (so Excel reads Chinese), header first, CRLF lines.

    Text a spreadsheet would run is protected as the module's first lines say; the reader
    undoes it with `restore_formula_text`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([protect_formula_text(column.title) for column in columns])
    for row in rows:
        writer.writerow(
            [_csv_field(_value(row, column.key, i)) for i, column in enumerate(columns)]
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace")


def _csv_field(value: Any) -> str:
    text = cell_text(value)
    return (
        protect_formula_text(text)
        if isinstance(value, (str, list, tuple, set, frozenset))
        else text
    )


def protect_formula_text(text: str) -> str:
    """Text with one apostrophe before it when a spreadsheet could take it for a formula."""
    return f"'{text}" if _RUNS_AS_FORMULA.match(text) else text


def restore_formula_text(text: str) -> str:
    """What `protect_formula_text` was given. For every reader of CSV files."""
    return text[1:] if _PROTECTED.match(text) else text
