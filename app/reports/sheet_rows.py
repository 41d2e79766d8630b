"""A worksheet that takes whole rows at a time.

XlsxWriter keeps an object per cell and writes it by a dozen calls. For the rows of a long table
that is most of the time of an export, so they are put together here and handed to the sheet's
own file in constant memory; everything else on the sheet stays XlsxWriter's.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

_FIRST_DAY = date(1899, 12, 30).toordinal()


class RowSheet(Worksheet):
    """Rows are written from the top down, like all of a workbook in constant memory."""

    def write_cells(self, row: int, last_column: int, cells: str, height: float) -> None:
        """One row (from 0) of ready cells, `last_column` the last of them; so many points high."""
        self._check_dimensions(row, 0)
        self._check_dimensions(row, last_column)
        self._write_single_row(row)  # what was written before comes first
        self.fh.write(f'<row r="{row + 1}" ht="{height:.16g}" customHeight="1">{cells}</row>')


def text_cell(place: str, form: int, text: str) -> str:
    """The text is never a formula, whatever it begins with."""
    if not text.isprintable() or "_x" in text:
        text = Worksheet._escape_control_characters(text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<c r="{place}" s="{form}" t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def number_cell(place: str, form: int, value: float | Decimal) -> str:
    return f'<c r="{place}" s="{form}"><v>{value:.16G}</v></c>'


def date_cell(place: str, form: int, value: date) -> str:
    """A day, or a moment of it, as the number a spreadsheet keeps."""
    number: float = value.toordinal() - _FIRST_DAY
    if isinstance(value, datetime):
        number += (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return f'<c r="{place}" s="{form}"><v>{number:.16G}</v></c>'


def blank_cell(place: str, form: int) -> str:
    return f'<c r="{place}" s="{form}"/>'
