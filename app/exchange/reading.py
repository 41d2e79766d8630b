"""From a file to sheets: XLSX, XLS, CSV and TSV, with every limit checked before reading.

Rows and columns are Excel's: the first of each is 1. A sheet keeps the values as the
file has them, on disk where there are many; what they mean is decided in `layout` and `tasks`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.core.text import message
from app.core.values import LONGEST_TEXT
from app.exchange import workbook
from app.exchange.book import read_book
from app.exchange.cells import Cell, as_text
from app.exchange.delimited import read_delimited
from app.exchange.problems import FileProblem

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_UNPACK_RATIO = 300
MAX_ROWS = 20_000
MAX_COLUMNS = 256
MAX_CELLS = 1_000_000
MAX_SHEETS = 100
MAX_CELL_CHARACTERS = LONGEST_TEXT
_CHUNK = 1 << 16
_LINES = 500
"""Rows of a sheet whose texts are in memory."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
EXPLAINING = frozenset({"填写说明", "说明", "How to fill in", "About"})
"""Sheets that our own workbooks add beside the table: read only when asked for by name."""
_TEXT_SUFFIXES = {".csv", ".tsv", ".tab", ".txt"}
_BINARY_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read: bytes of the file and unpacked, rows and columns of a sheet,
    cells of a sheet's filled area, sheets, characters of one cell."""

    file_bytes: int = MAX_FILE_BYTES
    unpacked_bytes: int = MAX_UNPACKED_BYTES
    unpack_ratio: int = MAX_UNPACK_RATIO
    rows: int = MAX_ROWS
    columns: int = MAX_COLUMNS
    cells: int = MAX_CELLS
    sheets: int = MAX_SHEETS
    cell_characters: int = MAX_CELL_CHARACTERS


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, all four edges inclusive, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet: `rows[0]` is Excel row 1. `merged` ranges and `formulas` by (row, column)
    exist for XLSX ("" for one that is not told); XLS gives merged ranges only. Hidden sheets come
    only when asked for."""

    name: str
    rows: Sequence[list[Cell]]
    merged: list[Merge] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    _texts: dict[int, list[str]] = field(default_factory=dict, repr=False)
    _width: int | None = field(default=None, repr=False)
    _merge_at: dict[tuple[int, int], Merge] | None = field(default=None, repr=False)

    @property
    def height(self) -> int:
        """The number of the last row."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """The number of the last column."""
        if self._width is None:
            self._width = max(map(len, self.rows), default=0)
        return self._width

    def value(self, row: int, column: int) -> Cell:
        """The cell's own value as the file has it; None outside the sheet."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None

    def text(self, row: int, column: int) -> str:
        """The cell's own value as clean text; "" outside the sheet."""
        texts = self._texts.get(row)
        if texts is None:
            if not 1 <= row <= len(self.rows):
                return ""
            if len(self._texts) >= _LINES:
                self._texts.clear()
            texts = self._texts[row] = [as_text(cell) for cell in self.rows[row - 1]]
        return texts[column - 1] if 1 <= column <= len(texts) else ""

    def merge(self, row: int, column: int) -> Merge | None:
        """The merged range this cell belongs to."""
        if self._merge_at is None:
            self._merge_at = {
                (r, c): merge
                for merge in self.merged
                for r in range(merge.top, merge.bottom + 1)
                for c in range(merge.left, merge.right + 1)
            }
        return self._merge_at.get((row, column))

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The cell whose value shows here: the top of a range merged downward, else itself.

        A range that begins further left keeps its value there.
        """
        merge = self.merge(row, column)
        return (merge.top, column) if merge and merge.left == column else (row, column)

    def filled(self, row: int, column: int) -> str:
        """The text that shows in this cell, merged downward."""
        return self.text(*self.origin(row, column))


@dataclass(slots=True)
class Book:
    """The sheets of a file that hold something, and why others are passed over: `hidden`,
    `empty`, or `explaining` beside the table."""

    sheets: list[Sheet]
    passed_over: dict[str, str] = field(default_factory=dict)


def read_sheets(
    path: Path, *, sheet: str | None = None, limits: Limits | None = None, name: str = ""
) -> list[Sheet]:
    """The visible sheets of a file, or only the one named `sheet` (also if it is hidden).
    See `read_file`."""
    return read_file(path, sheet=sheet, limits=limits, name=name).sheets


def read_file(
    path: Path,
    *,
    sheet: str | None = None,
    also: Collection[str] = (),
    limits: Limits | None = None,
    name: str = "",
) -> Book:
    """The visible sheets of a file and those named in `also`, or only the one named `sheet`.

    `name` is what its owner calls the file: a text table has no other name for its sheet.

    Raises FileProblem: no such file or sheet, not a table file, empty, protected by a
    password, damaged, too large, too many rows, columns, cells or sheets.
    """
    limits = limits or Limits()
    start = _beginning(path, limits)
    hidden: list[str] = []
    if start.startswith(b"PK"):
        sheets, hidden = _read_xlsx(path, sheet, also, limits)
    elif start.startswith(_OLE):
        sheets, hidden = _read_xls(path, sheet, also, limits)
    elif path.suffix.lower() in _TEXT_SUFFIXES and not start.startswith(_BINARY_STARTS):
        rows = read_delimited(path, rows=limits.rows, columns=limits.columns)
        sheets = [Sheet(Path(name or path.name).stem, rows, limits=limits)]
    else:
        raise FileProblem(workbook.not_a_table())
    filled = [
        found for found in sheets if any(any(c not in ("", None) for c in r) for r in found.rows)
    ]
    if not filled:
        raise FileProblem(message("The file is empty."))
    tables = [f for f in filled if sheet or f.name in also or f.name not in EXPLAINING] or filled
    passed_over = dict.fromkeys(hidden, "hidden")
    held, taken = {found.name for found in filled}, {found.name for found in tables}
    passed_over |= {found.name: "empty" for found in sheets if found.name not in held}
    passed_over |= dict.fromkeys(sorted(held - taken), "explaining")
    return Book(tables, passed_over)


def _beginning(path: Path, limits: Limits) -> bytes:
    """The first bytes of a file of the right size that is not blank."""
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise FileProblem(
                message(
                    "The file has %(size)s MB; at most %(limit)s MB are accepted.",
                    size=round(size / 1_048_576, 1),
                    limit=round(limits.file_bytes / 1_048_576, 1),
                )
            )
        with path.open("rb") as file:
            start = chunk = file.read(_CHUNK)
            while chunk and not chunk.strip():
                chunk = file.read(_CHUNK)
    except OSError:
        raise FileProblem(message("The file cannot be opened.")) from None
    if not chunk:
        raise FileProblem(message("The file is empty."))
    return start


def _read_xlsx(
    path: Path, wanted: str | None, also: Collection[str], limits: Limits
) -> tuple[list[Sheet], list[str]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileProblem(workbook.corrupt()) from None
    with archive:
        package = workbook.Package(
            archive, unpacked_bytes=limits.unpacked_bytes, unpack_ratio=limits.unpack_ratio
        )
        package.check_parts()
        scans, percents = {}, package.percent_styles()
        for name, part in package.sheet_parts().items():
            if part.startswith("xl/worksheets/"):
                scans[name] = scan = package.scan(part, percents)
                problem = workbook.too_far(
                    name, scan, rows=limits.rows, columns=limits.columns, cells=limits.cells
                )
                if problem:
                    raise FileProblem(problem)
    return _read_book(path, wanted, also, limits, scans)


def _read_xls(
    path: Path, wanted: str | None, also: Collection[str], limits: Limits
) -> tuple[list[Sheet], list[str]]:
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileProblem(workbook.encrypted())
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise FileProblem(workbook.not_a_table())
    return _read_book(path, wanted, also, limits, {})


def _read_book(
    path: Path,
    wanted: str | None,
    also: Collection[str],
    limits: Limits,
    scans: dict[str, workbook.SheetScan],
) -> tuple[list[Sheet], list[str]]:
    bounds = {name: getattr(limits, name) for name in ("sheets", "rows", "columns", "cells")}
    sheets = []
    percents = {name: scan.percents for name, scan in scans.items()}
    tables, hidden = read_book(path, sheet=wanted, limits=bounds, also=also, percents=percents)
    for found in tables:
        formulas = scans[found.name].formulas if found.name in scans else {}
        sheet = Sheet(found.name, found.rows, formulas=formulas, limits=limits)
        sheet.merged = list(_merges(found.merged, sheet.height, sheet.width, limits.cells))
        sheets.append(sheet)
    return sheets, hidden


def _merges(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], height: int, width: int, cells: int
) -> Iterable[Merge]:
    covered = 0
    for (top, left), (bottom, right) in ranges:
        bottom, right = min(bottom, height - 1), min(right, width - 1)
        if bottom < top or right < left:
            continue
        covered += (bottom - top + 1) * (right - left + 1)
        if covered > cells:  # ranges may not overlap, so this file was not made by an office
            raise FileProblem(workbook.corrupt())
        yield Merge(top + 1, left + 1, bottom + 1, right + 1)
