"""CSV: plain rows in, bytes out, and back without loss.

A spreadsheet runs a CSV field that begins with `=`, `+`, `-`, `@`, tab or return. Such *text* is
written with one apostrophe before it. In a file that is to be edited and read again, so is text
that a spreadsheet would take for a number or a date and change: "007" would come back as 7. So
that reading gives back exactly what was written, text that already looks protected (apostrophes,
then one of these) gets one more; `restore_text` takes exactly one away, and leaves every other
text alone. Numbers, dates and booleans are not touched: -5 stays -5.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.reports.pdf import cell_text
from app.reports.xlsx import Column, SheetRow, value_of

_RUNS = r"[=+\-@\t\r\n＝＋－＠].*"
_CHANGES = r"""
    0\d[\d.,]*|\d{12,}|[\d,]*\.\d*0|\d+\.|\.\d+|\d+(?:,\d+)+   # other digits than these come back
    |\d[\d.]*[eE][+\-]?\d+|[\d.]+\s*%                     # 1E5, 50%
    |\d{1,4}\s*[-/:年月]\s*\d{1,2}.*|\d{1,4}(?:\.\d{1,4}){2,}  # a date or a time
    |(?i:true|false)
"""
_RUNS_AS_FORMULA = re.compile(f"'*{_RUNS}", re.DOTALL)
_IS_CHANGED = re.compile(f"(?:{_CHANGES})", re.DOTALL | re.VERBOSE)
_PROTECTED = re.compile(f"'+(?:{_RUNS}|{_CHANGES})", re.DOTALL | re.VERBOSE)


def csv_bytes(
    columns: Sequence[Column], rows: Iterable[SheetRow], *, edited: bool = False
) -> bytes:
    """CSV in UTF-8 with a byte order mark (so Excel reads Chinese), header first, CRLF lines.

    Text is protected as the module's first lines say; the reader undoes it with
    `restore_text`. `edited`: the file is to be edited and read again.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([protect_text(column.title) for column in columns])
    places = [(column.key, place) for place, column in enumerate(columns)]
    for row in rows:
        writer.writerow([_field(value_of(row, key, place), edited) for key, place in places])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace")


def _field(value: Any, edited: bool) -> str:
    if isinstance(value, str):
        return protect_text(value, edited=edited)
    text = cell_text(value)
    return protect_text(text) if isinstance(value, (list, tuple, set, frozenset)) else text


def protect_text(text: str, *, edited: bool = False) -> str:
    """Text with one apostrophe before it when a spreadsheet could take it for a formula; in a
    file that is to be `edited`, also when it could take it for a number or a date."""
    if _RUNS_AS_FORMULA.match(text) or _PROTECTED.fullmatch(text):
        return f"'{text}"
    return f"'{text}" if edited and _IS_CHANGED.fullmatch(text) else text


def restore_text(text: str) -> str:
    """What `protect_text` was given. For every reader of CSV files."""
    return text[1:] if _PROTECTED.fullmatch(text) else text
