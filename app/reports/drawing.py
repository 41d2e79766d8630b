"""Puts a paginated table on a reportlab canvas: lines, texts, header, footer, signatures.

Decides nothing about what goes where in the table (that is `table_layout`); places only the
parts around it. Points throughout; `top` counts from the upper edge, the canvas from the lower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from app.reports.fonts import FontSet
from app.reports.lines import Line, break_lines, clean, text_width
from app.reports.table_layout import Metrics, Page

_ASCENT = 0.88  # of the Noto faces, in ems
_HAIR, _FRAME = 0.4, 0.9
_HEADER_FILL, _SECTION_FILL = 0.94, 0.97
_MOST_STRETCH = 0.1  # ems between two characters before a line stays ragged
_STAMP_RED = (0.72, 0.11, 0.11)
_SMALL, _FOOTER, _SIGN = 9.0, 9.0, 11.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A page and its margins."""

    page_width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float

    @property
    def width(self) -> float:
        """Between the side margins."""
        return self.page_width - self.left - self.right

    @classmethod
    def of(cls, size: tuple[float, float], *, landscape: bool) -> Paper:
        short, long = sorted(size)
        if landscape:
            return cls(long, short, top=24 * mm, bottom=22 * mm, left=18 * mm, right=18 * mm)
        return cls(short, long, top=30 * mm, bottom=28 * mm, left=26 * mm, right=24 * mm)


def stretch(line: Line, width: float, size: float) -> float:
    """The space between the characters of a broken line that fills the width; none where the
    gaps would show."""
    gaps = len(line.text) - 1
    spare = width - line.width
    return spare / gaps if line.broken and gaps and 0 < spare <= _MOST_STRETCH * size * gaps else 0


def draw_stamp(canvas: Canvas, fonts: FontSet, word: str, right: float, base: float) -> None:
    """A word in a red frame that ends at `right`."""
    label = " ".join(clean(word))[:24]
    width = text_width(label, fonts.sans_bold, 11) + 12
    canvas.saveState()
    canvas.setStrokeColorRGB(*_STAMP_RED)
    canvas.setFillColorRGB(*_STAMP_RED)
    canvas.setLineWidth(0.9)
    canvas.rect(right - width, base - 5, width, 19)
    canvas.setFont(fonts.sans_bold, 11)
    canvas.drawCentredString(right - width / 2, base + 0.6, label)
    canvas.restoreState()


@dataclass(slots=True)
class Painter:
    """Draws one document; see `document`."""

    canvas: Canvas
    paper: Paper
    fonts: FontSet
    widths: Sequence[float]
    aligns: Sequence[str]
    metrics: Metrics
    size: float
    pad_x: float
    heads: Sequence[Sequence[Line]]
    title: str
    footer: tuple[str, str]
    """What stands left and right of the page number."""
    stamp: str
    """A word for the upper corner, or nothing."""

    def document(
        self,
        pages: Sequence[Page],
        *,
        title_lines: Sequence[Line],
        title_size: float,
        subtitle_lines: Sequence[Line],
        subtitle_size: float,
        notes: Sequence[str],
        signatures: Sequence[str],
        issued: Sequence[str],
    ) -> None:
        """Every page in turn, then what follows the table (on further pages where needed)."""
        tail = self._tail_pages(pages[-1].table_bottom, notes, signatures, issued)
        total = len(pages) + len(tail) - 1
        for number, page in enumerate(pages, start=1):
            if number == 1:
                y = self.paper.top
                y = self._centred(
                    title_lines, self.fonts.serif_bold, title_size, title_size * 1.45, y
                )
                self._centred(
                    subtitle_lines, self.fonts.serif, subtitle_size, subtitle_size * 1.5, y + 3
                )
            self._edges(number, total)
            self._table(page)
            if number == len(pages):
                self._draw_tail(tail[0])
            for name in page.sections:
                key = f"section-{number}-{name}"
                self.canvas.bookmarkPage(key)
                self.canvas.addOutlineEntry(clean(name) or self.title, key)
            self.canvas.showPage()
        for number, items in enumerate(tail[1:], start=len(pages) + 1):
            self._edges(number, total)
            self._draw_tail(items)
            self.canvas.showPage()

    # --- the table -----------------------------------------------------------------------

    def _table(self, page: Page) -> None:
        edges = [self.paper.left]
        for width in self.widths:
            edges.append(edges[-1] + width)
        head_height = self.metrics.header_height
        self._fill(page.header_top, head_height, _HEADER_FILL)
        for block in page.blocks:
            if block.section:
                self._fill(block.top, block.height, _SECTION_FILL)
        self._grid(page, edges)

        text = self.canvas.beginText()
        text.setFont(self.fonts.sans_bold, self.size)
        for column, lines in enumerate(self.heads):
            self._cell(text, lines, column, edges, page.header_top, head_height, align="center")
        sections = [block for block in page.blocks if block.section]
        for block in sections:
            self._lines(text, block.cells[0], edges[0] + self.pad_x, edges[-1] - edges[0] - 2 * self.pad_x,
                        self._first_top(len(block.cells[0]), block.top, block.height), "left")  # fmt: skip
        text.setFont(self.fonts.serif, self.size)
        for block in page.blocks:
            if not block.section:
                for column, lines in enumerate(block.cells):
                    if lines:
                        self._cell(
                            text, lines, column, edges, block.top, block.height, whole=block.whole
                        )
        for merged in page.merged:
            self._cell(
                text,
                merged.lines,
                merged.column,
                edges,
                merged.top,
                merged.height,
                whole=merged.whole,
            )
        self.canvas.drawText(text)

    def _grid(self, page: Page, edges: Sequence[float]) -> None:
        canvas, height = self.canvas, self.paper.height
        canvas.setStrokeGray(0)
        canvas.setLineWidth(_HAIR)
        body_top = page.header_top + self.metrics.header_height
        covered = [(m.column, m.top, m.top + m.height) for m in page.merged]
        lines: list[tuple[float, float, float, float]] = []
        for block in page.blocks[1:]:
            y = height - block.top
            open_columns = {c for c, top, bottom in covered if top + 0.1 < block.top < bottom - 0.1}
            start = 0
            for column in [*sorted(open_columns), len(self.widths)]:
                if column > start:
                    lines.append((edges[start], y, edges[column], y))
                start = column + 1
        for top, bottom in self._upright_spans(page, page.header_top):
            lines.extend((x, height - top, x, height - bottom) for x in edges[1:-1])
        lines.append((edges[0], height - body_top, edges[-1], height - body_top))
        canvas.lines(lines)
        canvas.setLineWidth(_FRAME)
        canvas.rect(
            edges[0],
            height - page.table_bottom,
            edges[-1] - edges[0],
            page.table_bottom - page.header_top,
        )

    @staticmethod
    def _upright_spans(page: Page, top: float) -> Iterable[tuple[float, float]]:
        """From where to where the column lines run: section lines interrupt them."""
        for block in page.blocks:
            if block.section:
                if block.top > top:
                    yield top, block.top
                top = block.top + block.height
        if page.table_bottom > top:
            yield top, page.table_bottom

    def _fill(self, top: float, height: float, gray: float) -> None:
        self.canvas.setFillGray(gray)
        self.canvas.rect(
            self.paper.left,
            self.paper.height - top - height,
            self.paper.width,
            height,
            stroke=0,
            fill=1,
        )
        self.canvas.setFillGray(0)

    def _first_top(self, count: int, top: float, height: float) -> float:
        """Upper edge of the first line of a text centred in its cell."""
        return top + max(self.metrics.pad, (height - count * self.metrics.leading) / 2)

    def _cell(
        self, text: PDFTextObject, lines: Sequence[Line], column: int, edges: Sequence[float],
        top: float, height: float, *, align: str | None = None, whole: bool = True,
    ) -> None:  # fmt: skip
        first = self._first_top(len(lines), top, height) if whole else top + self.metrics.pad
        self._lines(text, lines, edges[column] + self.pad_x, self.widths[column] - 2 * self.pad_x,
                    first, align or self.aligns[column])  # fmt: skip

    def _lines(
        self,
        text: PDFTextObject,
        lines: Sequence[Line],
        x: float,
        width: float,
        top: float,
        align: str,
    ) -> None:
        leading = self.metrics.leading
        baseline = self.paper.height - top - (leading - self.size) / 2 - _ASCENT * self.size
        for line in lines:
            spare = width - line.width
            space, shift = 0.0, 0.0
            if align == "center":
                shift = spare / 2
            elif align == "right":
                shift = spare
            else:
                space = stretch(line, width, self.size)
            text.setTextOrigin(x + shift, baseline)
            text.setCharSpace(space)
            text.textOut(line.text)
            baseline -= leading
        text.setCharSpace(0)

    # --- around the table ----------------------------------------------------------------

    def _centred(
        self, lines: Sequence[Line], font: str, size: float, leading: float, top: float
    ) -> float:
        middle = self.paper.left + self.paper.width / 2
        self.canvas.setFont(font, size)
        for line in lines:
            self.canvas.drawCentredString(
                middle, self.paper.height - top - (leading - size) / 2 - _ASCENT * size, line.text
            )
            top += leading
        return top

    def _edges(self, number: int, total: int) -> None:
        """Running head from the second page on, stamp of a draft, footer."""
        canvas, paper = self.canvas, self.paper
        right = paper.page_width - paper.right
        head = paper.height - paper.top + 3.2 * mm
        if number > 1:
            canvas.setFont(self.fonts.serif, _SMALL)
            canvas.drawString(
                paper.left,
                head,
                self._fitted(f"{self.title}（续）", self.fonts.serif, _SMALL, paper.width - 70),
            )
        if self.stamp:
            draw_stamp(canvas, self.fonts, self.stamp, right, head)
        base = paper.bottom - 9 * mm
        canvas.setFont(self.fonts.serif, _FOOTER)
        canvas.drawCentredString(
            paper.left + paper.width / 2, base, f"第 {number} 页 共 {total} 页"
        )
        third = paper.width * 0.36
        left, code = (
            self._fitted(clean(text), self.fonts.serif, _FOOTER, third) for text in self.footer
        )
        canvas.drawString(paper.left, base, left)
        canvas.drawRightString(right, base, code)

    @staticmethod
    def _fitted(text: str, font: str, size: float, width: float) -> str:
        if text_width(text, font, size) <= width:
            return text
        while text and text_width(text + "…", font, size) > width:
            text = text[:-1]
        return text + "…"

    # --- after the table -----------------------------------------------------------------

    def _tail_pages(
        self, top: float, notes: Sequence[str], signatures: Sequence[str], issued: Sequence[str]
    ) -> list[list[tuple[str, float, Sequence[str]]]]:
        """What follows the table, by page: (kind, top, texts). The first list is the table's own page."""
        pages: list[list[tuple[str, float, Sequence[str]]]] = [[]]
        y = top + 6
        pitch = self.metrics.leading + 1

        def reserve(height: float) -> float:
            nonlocal y
            if y + height > self.metrics.bottom:
                pages.append([])
                y = self.paper.top
            y += height
            return y - height

        for index, note in enumerate(notes):
            if not clean(note).strip():
                continue
            text = (
                f"注：{note}"
                if len(notes) == 1
                else f"{'注：' if index == 0 else '　　'}{index + 1}. {note}"
            )
            text = text if text.startswith("注") else text.lstrip("　")
            indent = 0.0 if index == 0 else 2 * self.size
            for line in break_lines(text, self.fonts.serif, self.size, self.paper.width - indent):
                pages[-1].append(("note" if not indent else "note-in", reserve(pitch), [line.text]))
        height = (30 if signatures else 0) + (len(issued) * _SIGN * 1.7 + 16 if issued else 0)
        if height:
            block = reserve(height)
            if signatures:
                pages[-1].append(("sign", block, list(signatures)))
            if issued:
                pages[-1].append(("issued", block + (30 if signatures else 0) + 12, list(issued)))
        return pages

    def _draw_tail(self, items: Sequence[tuple[str, float, Sequence[str]]]) -> None:
        canvas, paper = self.canvas, self.paper
        for kind, top, texts in items:
            if kind.startswith("note"):
                canvas.setFont(self.fonts.serif, self.size)
                shift = 2 * self.size if kind == "note-in" else 0
                canvas.drawString(paper.left + shift, paper.height - top - self.size, texts[0])
            elif kind == "sign":
                self._signatures(texts, top)
            else:
                widest = max(text_width(text, self.fonts.serif, _SIGN) for text in texts)
                middle = paper.page_width - paper.right - 4 * _SIGN - widest / 2
                canvas.setFont(self.fonts.serif, _SIGN)
                for index, text in enumerate(texts):
                    canvas.drawCentredString(
                        middle, paper.height - top - _SIGN - index * _SIGN * 1.7, clean(text)
                    )

    def _signatures(self, labels: Sequence[str], top: float) -> None:
        share = self.paper.width / len(labels)
        base = self.paper.height - top - 22
        self.canvas.setLineWidth(0.5)
        self.canvas.setFont(self.fonts.serif, _SIGN)
        for index, label in enumerate(labels):
            x = self.paper.left + index * share
            words = self._fitted(
                clean(label).rstrip("：: ") + "：", self.fonts.serif, _SIGN, share - 40
            )
            self.canvas.drawString(x, base, words)
            start = x + text_width(words, self.fonts.serif, _SIGN) + 3
            self.canvas.line(start, base - 2.5, x + share - 14, base - 2.5)
