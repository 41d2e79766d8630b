"""A list as it stands on the screen, as a file: XLSX, CSV or PDF.

Rows go through once, as they come. Percents are numbers from 0 to 100. The workbook's first
sheet is nothing but the table, so that it can be sorted, filtered and read by programs; what
the list is stands on its second sheet. The CSV holds the rows only, without a totals row.
Knows no table of the domain and no Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from app.reports import pdf, xlsx
from app.reports.csv_file import csv_bytes

Kind = Literal["text", "number", "percent", "date", "datetime"]
_FONT_SIZES = ((9, 9.0), (13, 8.0))
_SMALLEST = 7.0
"""Up to how many columns which size of print; beyond, the smallest."""
_SHORT, _NAME = 12, 16
"""Columns up to this width get just their room on paper, the others share what is left; names
stand in the middle."""
_MM_PER_POINT = 0.353


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`width` is in characters of the workbook; on paper it is the column's share. `allowed`
    may be chosen in its cells; a `locked` one is only for reading."""

    title: str
    kind: Kind = "text"
    width: float = 14
    allowed: Sequence[str] = ()
    locked: bool = False


@dataclass(frozen=True, slots=True)
class ListTable:
    """`facts` say what the list is (name and value); `conditions` is its filters' sentence;
    `signature` who exported it and when. `spare` rows under it are ready to be filled in."""

    title: str
    columns: Sequence[ListColumn]
    rows: Iterable[Sequence[Any]]
    totals: Sequence[Any] | None
    facts: Sequence[tuple[str, str]]
    facts_title: str
    conditions: str
    signature: str
    spare: int = 0


def list_xlsx(table: ListTable) -> bytes:
    """The workbook. Raises ValueError for more rows than a sheet holds."""
    columns = [
        xlsx.Column(
            str(at), column.title, max(column.width, _width_of(column.title)), column.kind,
            allowed=column.allowed, locked=column.locked,
        )
        for at, column in enumerate(table.columns)
    ]  # fmt: skip
    percents = _percents(table)
    sheets = [
        xlsx.SheetSpec(
            table.title,
            columns,
            (_each(row, percents, _fraction) for row in table.rows),
            footer=table.signature,
            totals=None if table.totals is None else _each(table.totals, percents, _fraction),
            spare=table.spare,
        ),
        xlsx.SheetSpec(
            table.facts_title,
            [xlsx.Column("name", table.facts_title, 16), xlsx.Column("value", table.title, 90)],
            table.facts,
            filters=False,
        ),
    ]
    return xlsx.workbook(sheets, title=table.title, author=table.signature)


def list_csv(table: ListTable) -> bytes:
    """UTF-8 with a byte order mark; see `csv_file` for text that looks like a formula."""
    columns = [xlsx.Column(str(at), column.title) for at, column in enumerate(table.columns)]
    percents = _percents(table)
    rows = (_each(row, percents, _with_sign) for row in table.rows)
    return csv_bytes(columns, rows, edited=bool(table.spare))


def list_pdf(table: ListTable) -> bytes:
    """A4 landscape, the header on every page. Raises ValueError for columns too narrow to read."""
    percents = _percents(table)
    size = next((size for most, size in _FONT_SIZES if len(table.columns) <= most), _SMALLEST)
    columns = [_on_paper(str(at), column, size) for at, column in enumerate(table.columns)]
    return pdf.table_document(
        title=table.title,
        subtitle=table.conditions,
        columns=columns,
        rows=_with_totals(table, percents),
        footer=(table.conditions or table.title, table.signature),
        font_size=size,
        author=table.signature,
        subject=table.conditions or table.title,
    )


def _on_paper(key: str, column: ListColumn, size: float) -> pdf.Column:
    if column.width > _SHORT and column.kind == "text":
        align: pdf.Align = "center" if column.width <= _NAME else "left"
        return pdf.Column(key, column.title, flex=column.width, align=align)
    room = (column.width - 1) * size / 2 * _MM_PER_POINT + 2.6
    return pdf.Column(key, column.title, width_mm=room, align="center")


def _with_totals(table: ListTable, percents: frozenset[int]) -> Iterator[Sequence[Any]]:
    for row in table.rows:
        yield _each(row, percents, _with_sign)
    if table.totals is not None:
        yield _each(table.totals, percents, _with_sign)


def _percents(table: ListTable) -> frozenset[int]:
    return frozenset(at for at, column in enumerate(table.columns) if column.kind == "percent")


def _each(
    row: Sequence[Any], places: frozenset[int], change: Callable[[Any], Any]
) -> Sequence[Any]:
    """`row` with its percents changed; words among them (“合计”) stay."""
    if not places:
        return row
    return [
        change(value) if at in places and isinstance(value, (int, float, Decimal)) else value
        for at, value in enumerate(row)
    ]


def _fraction(value: Any) -> Any:
    return value / 100


def _with_sign(value: Any) -> str:
    return f"{pdf.cell_text(value)}%"


def _width_of(title: str) -> float:
    """Room for a heading and its filter button; two lines are enough."""
    length = sum(2 if ord(letter) > 0x2E80 else 1 for letter in title)
    return min(length, 16) + 4
