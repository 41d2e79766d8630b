"""Lists to choose from in a workbook's cells. Long ones stand on a hidden sheet of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

SHEET = "名单"
SHORT_LIST = 250
"""Characters that Excel takes in a list written out."""


class Choices:
    """The lists of one workbook; `write` them once all sheets are there."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._long: list[Sequence[str]] = []

    def offer(
        self, sheet: Worksheet, column: int, first: int, last: int, allowed: Sequence[str]
    ) -> None:
        """Offer these words in the rows `first` to `last` of a column; others are warned of."""
        source: str | list[str] = list(allowed)
        written_out = sum(len(word) + 1 for word in allowed) <= SHORT_LIST
        if not written_out or any("," in word or '"' in word for word in allowed):
            if allowed not in self._long:
                self._long.append(allowed)
            letter = xl_col_to_name(self._long.index(allowed))
            source = f"={SHEET}!${letter}$1:${letter}${len(allowed)}"
        sheet.data_validation(
            first, column, last, column,
            {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True},
        )  # fmt: skip

    def write(self) -> None:
        """The hidden sheet, if a list needs it; row by row, as a workbook in constant memory
        takes it."""
        if not self._long:
            return
        sheet = self._book.add_worksheet(SHEET)
        sheet.hide()
        for row, words in enumerate(zip_longest(*self._long)):
            for column, word in enumerate(words):
                if word is not None:
                    sheet.write_string(row, column, word)
