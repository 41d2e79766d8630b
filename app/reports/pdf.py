"""Official tables on paper: any rows in, a PDF of A4 pages out.

Margins follow GB/T 9704 as far as a wide table allows: a centred title, black hairlines, the
header row on every page, and a footer with 草稿 / 正式, version, check code and page numbers.
Words are Chinese whatever the reader's language: these are the college's papers. Text is
drawn as it is, so no mark-up in it can do anything. Knows no table of the domain and no Flask.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.reports.drawing import Painter, Paper
from app.reports.fonts import font_set
from app.reports.lines import Line, balanced_lines, break_lines, listed_lines, text_width
from app.reports.table_layout import Metrics, Pager, Row

Align = Literal["left", "center", "right"]
TableRow = Mapping[str, Any] | Sequence[Any]

DRAFT, FINAL = "草稿", "正式"

_PAD_X = 1.3 * mm
_TITLE_SIZES = (22.0, 20.0, 18.0, 16.0)
_SUBTITLE_SIZE = 11.0
_NARROWEST_FLEX = 14 * mm
_SECTION_LINES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value comes from, its heading, its width and alignment.

    Width is `width_mm` millimetres, or a share `flex` of what the fixed columns leave.
    `merge` draws equal values of neighbouring rows as one cell, within equal values of the
    merging columns to its left.
    """

    key: str
    title: str
    width_mm: float | None = None
    flex: float = 1.0
    align: Align = "left"
    merge: bool = False


def cell_text(value: Any) -> str:
    """A value as an official paper writes it: 2022-06-30, 12.5, 是 / 否, lists with 、."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(cell_text(item) for item in value)
    return str(value)


def table_document(
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[TableRow],
    state_label: str = "",
    version: str | int = "",
    check_code: str = "",
    footer: tuple[str, str] | None = None,
    subtitle: str = "",
    landscape: bool = True,
    issued_by: str = "",
    issued_on: str | date = "",
    notes: Sequence[str] = (),
    signature_block: Sequence[str] = (),
    group_by: str | None = None,
    font_size: float = 9.0,
    author: str = "",
    subject: str = "",
    invariant: bool = False,
) -> bytes:
    """The table as a PDF file.

    `rows` are mappings by column key, or sequences in the order of `columns`. `group_by` names
    a key whose changes print a line over the full width (repeated, with （续）, on later pages);
    a column of that key is left out. `state_label` is 草稿 or 正式; anything but 正式 is also
    stamped in the upper corner. `footer` (left, right) stands in place of state, version and
    check code on what is no paper of the college: an exported list. `signature_block` are labels ("编制人") with a line to sign on;
    with `issued_by` and `issued_on` they stay together after the table. `font_size` is in
    points. `author` defaults to `issued_by`, `subject` to title, version and check code.
    `invariant`: equal input gives equal bytes (no time stamp).

    Raises ValueError for no columns, a `group_by` that sequence rows cannot give, or columns
    so narrow that their headings fill the page.
    """
    if not columns:
        raise ValueError("a table needs at least one column")
    keys = [column.key for column in columns]
    shown = [column for column in columns if column.key != group_by] or list(columns)
    fonts = font_set()
    paper = Paper.of(A4, landscape=landscape)
    widths = _widths(shown, paper.width)
    inner = [max(font_size, width - 2 * _PAD_X) for width in widths]

    leading = round(font_size * 1.42, 2)
    pad = round(font_size * 0.38, 2)
    heads = [
        balanced_lines(c.title, fonts.sans_bold, font_size, w)
        for c, w in zip(shown, inner, strict=True)
    ]
    title_size, title_lines = _title(title, fonts.serif_bold, paper.width)
    subtitle_lines = break_lines(subtitle, fonts.serif, _SUBTITLE_SIZE, paper.width)
    title_height = len(title_lines) * title_size * 1.45 + 8
    if subtitle_lines:
        title_height += len(subtitle_lines) * _SUBTITLE_SIZE * 1.5 + 3
    metrics = Metrics(
        leading=leading,
        pad=pad,
        first_top=paper.top + title_height,
        next_top=paper.top,
        bottom=paper.height - paper.bottom,
        header_height=max(len(lines) for lines in heads) * leading + 2 * pad + 3,
    )

    pager = Pager(metrics)
    for name, members in groupby(_values(keys, rows, group_by), key=lambda pair: pair[0]):
        values = [[found[c.key] for c in shown] for _, found in members]
        prepared = _prepared(shown, values, inner, fonts.serif, font_size)
        first = next(prepared)
        if name is not None:
            label, again = (
                break_lines(text, fonts.sans_bold, font_size, paper.width - 2 * _PAD_X)[
                    :_SECTION_LINES
                ]
                for text in (name or "（未分组）", f"{name or '（未分组）'}（续）")
            )
            pager.section(name, label, again, first)
        pager.row(first)
        for row in prepared:
            pager.row(row)
    empty = len(pager.pages) == 1 and not pager.pages[0].blocks
    if empty:
        nothing = break_lines("（本表无内容）", fonts.serif, font_size, paper.width)
        pager.section("", nothing, (), None)

    buffer = io.BytesIO()
    canvas = Canvas(
        buffer, pagesize=(paper.page_width, paper.height), invariant=int(invariant),
        pageCompression=1, lang="zh-CN", initialFontName=fonts.serif,
    )  # fmt: skip
    canvas.setTitle(title)
    canvas.setAuthor(author or issued_by or "Luoxuan 螺旋")
    marks = footer or (f"{state_label}　版本 {version}", f"校验码 {check_code}")
    canvas.setSubject(subject or f"{title}（{state_label}，版本 {version}，校验码 {check_code}）")
    canvas.setCreator("Luoxuan 螺旋")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    painter = Painter(
        canvas, paper, fonts, widths=widths, aligns=[c.align for c in shown], metrics=metrics,
        size=font_size, pad_x=_PAD_X, heads=heads, title=title,
        footer=marks, stamp="" if footer or state_label == FINAL else state_label,
    )  # fmt: skip
    painter.document(
        pager.finish(),
        title_lines=title_lines,
        title_size=title_size,
        subtitle_lines=subtitle_lines,
        subtitle_size=_SUBTITLE_SIZE,
        notes=notes,
        signatures=signature_block,
        issued=[text for text in (issued_by, _chinese_date(issued_on)) if text],
    )
    canvas.save()
    return buffer.getvalue()


def _values(
    keys: Sequence[str], rows: Iterable[TableRow], group_by: str | None
) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """(section name or None, values by key) for every row."""
    for row in rows:
        if isinstance(row, Mapping):
            found = {key: row.get(key) for key in keys}
            name = None if group_by is None else cell_text(row.get(group_by))
        else:
            found = dict(zip(keys, row, strict=False)) | dict.fromkeys(keys[len(row) :])
            if group_by is not None and group_by not in found:
                raise ValueError(
                    f"rows are sequences and {group_by!r} is no column: nothing to group by"
                )
            name = None if group_by is None else cell_text(found[group_by])
        yield name, found


def _cell_lines(value: Any, align: Align, font: str, size: float, width: float) -> list[Line]:
    """Body text is broken to fill its lines; what stands centred is cut evenly or between names."""
    if align == "left":
        return break_lines(cell_text(value), font, size, width)
    if isinstance(value, (list, tuple)):
        return listed_lines([cell_text(item) for item in value], font, size, width)
    return balanced_lines(cell_text(value), font, size, width)


def _prepared(
    columns: Sequence[Column],
    values: Sequence[Sequence[Any]],
    widths: Sequence[float],
    font: str,
    size: float,
) -> Iterator[Row]:
    """Values broken into lines, with the runs of merging columns marked."""
    merging = [index for index, column in enumerate(columns) if column.merge]

    def same(a: Sequence[Any], b: Sequence[Any], index: int) -> bool:
        return bool(cell_text(a[index]).strip()) and all(
            a[i] == b[i] for i in merging if i <= index
        )

    for number, row in enumerate(values):
        lines = [
            [] if column.merge else _cell_lines(value, column.align, font, size, width)
            for column, value, width in zip(columns, row, widths, strict=True)
        ]
        begins = {
            i: _cell_lines(row[i], columns[i].align, font, size, widths[i])
            for i in merging
            if number == 0 or not same(row, values[number - 1], i)
        }
        ends = frozenset(
            i for i in merging if number == len(values) - 1 or not same(row, values[number + 1], i)
        )
        yield Row(lines, begins, ends)


def _widths(columns: Sequence[Column], total: float) -> list[float]:
    """Column widths in points that add up to `total`; fixed ones shrink when they ask too much."""
    fixed = sum((c.width_mm or 0) * mm for c in columns)
    shares = sum(c.flex for c in columns if c.width_mm is None)
    flexible = sum(1 for c in columns if c.width_mm is None)
    least = flexible * min(_NARROWEST_FLEX, total / len(columns))
    scale = 1.0
    if fixed and (not flexible or fixed > total - least):
        scale = (total - least) / fixed
    left = total - fixed * scale
    return [
        left * c.flex / shares if c.width_mm is None else c.width_mm * mm * scale for c in columns
    ]


def _title(title: str, font: str, width: float) -> tuple[float, list[Line]]:
    """The largest size that keeps the title on one line, else two balanced lines of 18 points."""
    for size in _TITLE_SIZES:
        if "\n" not in title and text_width(title, font, size) <= width:
            return size, break_lines(title, font, size, width)
    return 18.0, balanced_lines(title, font, 18.0, width * 0.86)


def _chinese_date(value: str | date) -> str:
    """2022年2月28日, without leading zeros as GB/T 9704 asks; text stays as it is."""
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value
