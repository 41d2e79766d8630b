"""An official paper as PDF: the same content and measures as `docx`, set by ourselves.

Noto Serif SC stands for 仿宋 and 小标宋, Noto Sans SC for 黑体 (see `fonts`). Text is drawn as it
is, so no mark-up in it can do anything. Equal content gives equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.reports import paper as gb
from app.reports.drawing import draw_stamp, stretch
from app.reports.fonts import FontSet, font_set
from app.reports.lines import Line, balanced_lines, break_lines, clean
from app.reports.paper import Grid, Heading, NewPage, OfficialPaper, Space, Text, paragraphs

_WIDTH, _HEIGHT = A4
_LEFT, _TOP = gb.LEFT_MM * mm, gb.TOP_MM * mm
_MEASURE = _WIDTH - _LEFT - gb.RIGHT_MM * mm
_END = _HEIGHT - gb.BOTTOM_MM * mm
_ASCENT = 0.88  # of the Noto faces, in ems
_PAD_X, _PAD_Y, _HAIR = 4.0, 3.0, 0.5
_NUMBER_SIZE = 14.0
_UNDER_A_HEADING = 3
"""Lines that stay on the page of their heading."""


def official_pdf(paper: OfficialPaper) -> bytes:
    """The paper as a PDF file."""
    buffer, fonts = io.BytesIO(), font_set()
    canvas = Canvas(
        buffer, pagesize=A4, invariant=1, pageCompression=1, lang="zh-CN",
        initialFontName=fonts.serif,
    )  # fmt: skip
    canvas.setTitle(clean(paper.title).replace("\n", ""))
    canvas.setAuthor(clean(paper.author) or "Luoxuan 螺旋")
    canvas.setSubject(clean(paper.marks))
    canvas.setCreator("Luoxuan 螺旋")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    setter = _Setter(canvas, fonts, paper)
    setter.begin()
    for block in paper.blocks:
        setter.block(block)
    setter.end()
    canvas.save()
    return buffer.getvalue()


@dataclass(slots=True)
class _Setter:
    """Sets block after block; `y` is how far down the page is filled, in points."""

    canvas: Canvas
    fonts: FontSet
    paper: OfficialPaper
    y: float = _TOP
    number: int = 1

    def begin(self) -> None:
        fonts = self.fonts
        for line in balanced_lines(self.paper.title, fonts.serif_bold, gb.TITLE_SIZE, _MEASURE):
            self._line(line, fonts.serif_bold, gb.TITLE_SIZE, gb.TITLE_PITCH, centred=True)
        for text in self.paper.subtitles:
            for line in balanced_lines(text, fonts.serif, gb.BODY_SIZE, _MEASURE):
                self._line(line, fonts.serif, gb.BODY_SIZE, gb.BODY_PITCH, centred=True)
        self.y += gb.BODY_PITCH

    def block(self, block: gb.Block) -> None:
        if isinstance(block, NewPage):
            if self.y > _TOP:
                self._turn()
        elif isinstance(block, Heading):
            font = self.fonts.sans if block.level == 1 else self.fonts.serif_bold
            lines = break_lines(
                block.text, font, gb.BODY_SIZE, _MEASURE, first_indent=2 * gb.BODY_SIZE
            )
            self._room((len(lines) + _UNDER_A_HEADING) * gb.BODY_PITCH)
            key = f"h{self.number}-{self.y:.0f}"
            self.canvas.bookmarkPage(key)
            self.canvas.addOutlineEntry(clean(block.text), key, level=0)
            self._body(lines, font)
        elif isinstance(block, Text):
            for place, text in enumerate(paragraphs(block.text)):
                label = block.label if place == 0 else ""
                lines = break_lines(
                    label + text, self.fonts.serif, gb.BODY_SIZE, _MEASURE,
                    first_indent=2 * gb.BODY_SIZE,
                )  # fmt: skip
                self._body(lines, self.fonts.serif, label)
        elif isinstance(block, Grid):
            self._grid(block)
        else:
            self._space(block)

    def end(self) -> None:
        """Who issued it and when stand together; then the last page's edges."""
        signed = self.paper.signed
        if signed:
            self._room((len(signed) + 1) * gb.BODY_PITCH)
            self.y += gb.BODY_PITCH
            self.canvas.setFont(self.fonts.serif, gb.BODY_SIZE)
            for text, indent in signed:
                right = _LEFT + _MEASURE - indent * gb.BODY_SIZE
                self.canvas.drawRightString(
                    right, self._base(gb.BODY_SIZE, gb.BODY_PITCH), clean(text)
                )
                self.y += gb.BODY_PITCH
        self._edges()

    # Text ------------------------------------------------------------------------------

    def _body(self, lines: Sequence[Line], font: str, label: str = "") -> None:
        for place, line in enumerate(lines):
            indent = 2 * gb.BODY_SIZE if place == 0 else 0.0
            self._room(gb.BODY_PITCH)
            self._line(
                line, font, gb.BODY_SIZE, gb.BODY_PITCH,
                x=_LEFT + indent, width=_MEASURE - indent, label=label if place == 0 else "",
            )  # fmt: skip

    def _line(
        self, line: Line, font: str, size: float, pitch: float, *,
        x: float = _LEFT, width: float = _MEASURE, centred: bool = False, label: str = "",
    ) -> None:  # fmt: skip
        """One line at the current place; `label`, its beginning, in 黑体."""
        text = self.canvas.beginText()
        text.setTextOrigin(
            x + ((width - line.width) / 2 if centred else 0), self._base(size, pitch)
        )
        text.setCharSpace(0 if centred else stretch(line, width, size))
        head = line.text[: len(label)]
        for words, face in ((head, self.fonts.sans), (line.text[len(head) :], font)):
            if words:
                text.setFont(face, size)
                text.textOut(words)
        self.canvas.drawText(text)
        self.y += pitch

    def _base(self, size: float, pitch: float) -> float:
        """The base line of a line that begins here, from the lower edge of the sheet."""
        return _HEIGHT - self.y - (pitch - size) / 2 - _ASCENT * size

    # Tables ----------------------------------------------------------------------------

    def _grid(self, grid: Grid) -> None:
        self.y += gb.TABLE_PITCH / 3 if self.y > _TOP else 0
        widths = [_MEASURE * share / sum(grid.shares) for share in grid.shares]
        heads = self._cells(grid, grid.heads, widths, self.fonts.sans)
        first = [self._cells(grid, row, widths, self.fonts.serif) for row in grid.rows[:1]]
        begin = self._high(grid, heads) + sum(self._high(grid, row) for row in first)
        # No head without a row under it; a row longer than a page begins where it stands.
        self._room(
            begin if _TOP + begin <= _END else self._high(grid, heads) + grid.pitch + 2 * _PAD_Y
        )
        self._head(grid, heads, widths)
        for values in grid.rows:
            rest = self._cells(grid, values, widths, self.fonts.serif)
            whole = self._high(grid, rest)
            if self.y + whole > _END and _TOP + self._high(grid, heads) + whole <= _END:
                self._again(grid, heads, widths)
            while True:
                fits = max(1, int((_END - self.y - 2 * _PAD_Y) / grid.pitch))
                self._row(
                    grid, [cell[:fits] for cell in rest], widths, grid.centred, self.fonts.serif
                )
                rest = [cell[fits:] for cell in rest]
                if not any(rest):
                    break
                self._again(grid, heads, widths)
        self.y += gb.TABLE_PITCH / 2

    def _again(self, grid: Grid, heads: Sequence[Sequence[Line]], widths: Sequence[float]) -> None:
        self._turn()
        self._head(grid, heads, widths)

    def _head(self, grid: Grid, heads: Sequence[Sequence[Line]], widths: Sequence[float]) -> None:
        self._row(grid, heads, widths, range(len(widths)), self.fonts.sans)

    @staticmethod
    def _cells(
        grid: Grid, values: Sequence[str], widths: Sequence[float], font: str
    ) -> list[list[Line]]:
        """A centred cell's lines are of nearly equal length: no last character alone."""
        return [
            (balanced_lines if place in grid.centred else break_lines)(
                value, font, grid.size, width - 2 * _PAD_X
            )
            for place, (value, width) in enumerate(zip(values, widths, strict=True))
        ]

    @staticmethod
    def _high(grid: Grid, cells: Sequence[Sequence[Line]]) -> float:
        return max(1, *(len(lines) for lines in cells)) * grid.pitch + 2 * _PAD_Y

    def _row(
        self, grid: Grid, cells: Sequence[Sequence[Line]], widths: Sequence[float],
        centred: Sequence[int], font: str,
    ) -> None:  # fmt: skip
        top, height, x = self.y, self._high(grid, cells), _LEFT
        self.canvas.setLineWidth(_HAIR)
        for place, (lines, width) in enumerate(zip(cells, widths, strict=True)):
            self.canvas.rect(x, _HEIGHT - top - height, width, height)
            self.y = top + (height - len(lines) * grid.pitch) / 2
            for line in lines:
                self._line(
                    line, font, grid.size, grid.pitch,
                    x=x + _PAD_X, width=width - 2 * _PAD_X, centred=place in centred,
                )  # fmt: skip
            x += width
        self.y = top + height

    def _space(self, space: Space) -> None:
        self.y += gb.TABLE_PITCH / 3 if self.y > _TOP else 0
        height = space.lines * gb.BODY_PITCH
        self._room(height)
        label, top = _MEASURE / 6, self.y
        self.canvas.setLineWidth(_HAIR)
        self.canvas.rect(_LEFT, _HEIGHT - top - height, label, height)
        self.canvas.rect(_LEFT + label, _HEIGHT - top - height, _MEASURE - label, height)
        lines = balanced_lines(space.label, self.fonts.sans, gb.TABLE_SIZE, label - 2 * _PAD_X)
        self.y = top + (height - len(lines) * gb.TABLE_PITCH) / 2
        for line in lines:
            self._line(
                line, self.fonts.sans, gb.TABLE_SIZE, gb.TABLE_PITCH,
                x=_LEFT, width=label, centred=True,
            )  # fmt: skip
        self.y = top + height + gb.TABLE_PITCH / 2

    # Pages -----------------------------------------------------------------------------

    def _room(self, height: float) -> None:
        """Turn the page when `height` no longer fits on it."""
        if self.y + height > _END and self.y > _TOP:
            self._turn()

    def _turn(self) -> None:
        self._edges()
        self.canvas.showPage()
        self.number += 1
        self.y = _TOP

    def _edges(self) -> None:
        """The stamp of a draft, the marks, the number on the outer side of the leaf."""
        canvas, right = self.canvas, _LEFT + _MEASURE
        if self.paper.state != gb.FINAL:
            draw_stamp(canvas, self.fonts, self.paper.state, right, _HEIGHT - _TOP + 8 * mm)
        base, odd = _HEIGHT - _END - 11 * mm, self.number % 2 == 1
        number_at, number_drawn = (
            (right - _NUMBER_SIZE, canvas.drawRightString)
            if odd
            else (_LEFT + _NUMBER_SIZE, canvas.drawString)
        )
        canvas.setFont(self.fonts.serif, _NUMBER_SIZE)
        number_drawn(number_at, base, f"— {self.number} —")
        canvas.setFont(self.fonts.serif, gb.MARK_SIZE)
        if odd:
            canvas.drawString(_LEFT, base, clean(self.paper.marks))
        else:
            canvas.drawRightString(right, base, clean(self.paper.marks))
