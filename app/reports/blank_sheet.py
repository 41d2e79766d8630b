"""An empty workbook to fill in: headings, lists to choose from, and a sheet that explains them.

Plain values in, bytes out; knows no table of the domain.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from app.reports.choices import Choices

ROWS = 5_000
"""How far down the lists to choose from reach."""


@dataclass(frozen=True, slots=True)
class BlankColumn:
    """A column to fill in. `allowed` is what may be chosen; empty: anything."""

    title: str
    required: bool = False
    example: str = ""
    hint: str = ""
    allowed: Sequence[str] = ()
    width: float = 18


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the sheet that explains: its name, its headings, yes and no."""

    sheet: str
    headings: tuple[str, str, str, str]
    required: str
    optional: str


def blank_workbook(
    name: str, columns: Sequence[BlankColumn], words: Words, remarks: Sequence[str] = ()
) -> bytes:
    """A workbook with a sheet `name` of these headings (required ones marked *), then the sheet
    that explains each of them, with `remarks` above."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        heading = book.add_format(
            {
                "bold": True,
                "bg_color": "#E4EFFB",
                "border": 1,
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        needed = book.add_format(
            {
                "bold": True,
                "bg_color": "#FDEBDC",
                "border": 1,
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        sheet = book.add_worksheet(name)
        explained = book.add_worksheet(words.sheet)
        choices = Choices(book)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 24)
        for number, column in enumerate(columns):
            title = f"{column.title}*" if column.required else column.title
            sheet.set_column(number, number, column.width, text)
            sheet.write_string(0, number, title, needed if column.required else heading)
            if column.allowed:
                choices.offer(sheet, number, 1, ROWS, column.allowed)
        _explain(explained, columns, words, remarks, heading, text)
        choices.write()
    return out.getvalue()


def _explain(
    sheet: object,
    columns: Sequence[BlankColumn],
    words: Words,
    remarks: Sequence[str],
    heading: object,
    text: object,
) -> None:
    write = sheet.write_string  # type: ignore[attr-defined]
    for place, width in enumerate((20, 10, 40, 60)):
        sheet.set_column(place, place, width, text)  # type: ignore[attr-defined]
    for row, remark in enumerate(remarks):
        write(row, 0, remark)
    top = len(remarks) + 1 if remarks else 0
    for place, title in enumerate(words.headings):
        write(top, place, title, heading)
    for row, column in enumerate(columns, top + 1):
        write(row, 0, column.title)
        write(row, 1, words.required if column.required else words.optional)
        write(row, 2, column.example)
        allowed = "、".join(column.allowed[:30])
        write(row, 3, "；".join(part for part in (column.hint, allowed) if part))
