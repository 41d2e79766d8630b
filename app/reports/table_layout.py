"""Where every piece of a long table goes: rows to pages, without drawing anything.

Measures are points; `top` counts downwards from the upper edge of the page. A row moves to
the next page whole when that leaves little white, and is split between two lines otherwise.
A merged cell (one value over several rows) repeats its text on every page it reaches; what
does not fit on one page is continued on the next, so no word is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.reports.lines import Line

_LITTLE = 0.35  # of a page: white that may stay, and the size of a row that is never split
_FEWEST_LINES = 3  # that make a split worth it

Cells = Sequence[Sequence[Line]]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Line pitch, cell padding and the space a page offers, in points."""

    leading: float
    pad: float
    first_top: float
    next_top: float
    bottom: float
    header_height: float

    def height(self, lines: int) -> float:
        """Height of a cell holding that many lines."""
        return max(1, lines) * self.leading + 2 * self.pad

    def fitting(self, height: float) -> int:
        """How many lines fit into a cell of that height."""
        return max(0, int((height - 2 * self.pad + 0.01) // self.leading))


@dataclass(frozen=True, slots=True)
class Row:
    """Broken text by column. `begins`: merged cells starting here; `ends`: those ending here."""

    cells: Cells
    begins: Mapping[int, Sequence[Line]] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()

    def tallest(self) -> int:
        return max((len(cell) for cell in self.cells), default=1)


@dataclass(frozen=True, slots=True)
class Block:
    """A row, a part of a row (`whole` is false) or a section line, placed on a page."""

    top: float
    height: float
    cells: Cells
    whole: bool = True
    section: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """The part of a merged cell that lies on one page; `whole`: all of its text does."""

    column: int
    top: float
    height: float
    lines: Sequence[Line]
    whole: bool = True


@dataclass(slots=True)
class Page:
    """Header row at `header_top`, then blocks down to `table_bottom`."""

    header_top: float
    blocks: list[Block] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)  # begun on this page
    table_bottom: float = 0.0


@dataclass(slots=True)
class _Run:
    full: Sequence[Line]
    pending: Sequence[Line]
    top: float


class Pager:
    """Takes rows and sections in reading order; `finish()` returns the pages.

    Raises ValueError when the header leaves no room for a row.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        body = metrics.bottom - max(metrics.first_top, metrics.next_top) - metrics.header_height
        if metrics.fitting(body) < 2 * _FEWEST_LINES:
            raise ValueError("title and header row leave no room for rows: widen the columns")
        self.pages: list[Page] = []
        self._runs: dict[int, _Run] = {}
        self._section: Sequence[Line] = ()
        self._y = 0.0
        self._body_top = 0.0
        self._open_page(metrics.first_top)

    def section(
        self, name: str, lines: Sequence[Line], continued: Sequence[Line], next_row: Row | None
    ) -> None:
        """A line over the full width; kept with the row after it; `continued` heads later pages."""
        self._section = ()
        height = self.metrics.height(len(lines))
        follow = min(next_row.tallest() if next_row else 1, _FEWEST_LINES)
        if (
            self._y + height + self.metrics.height(follow) > self.metrics.bottom
            and self._y > self._body_top
        ):
            self._turn_page()
        self._put([lines], height, section=True)
        self._section = continued
        self.pages[-1].sections.append(name)

    def row(self, row: Row) -> None:
        """Place one row, over as many pages as it takes."""
        for column, lines in row.begins.items():
            self._runs[column] = _Run(lines, lines, self._y)
        rest: Cells = row.cells
        whole = True
        while True:
            need = self.metrics.height(max((len(cell) for cell in rest), default=1))
            for column in row.ends:
                run = self._runs[column]
                need = max(need, run.top + self.metrics.height(len(run.pending)) - self._y)
            room = self.metrics.bottom - self._y
            if need <= room + 0.01:
                self._put(rest, need, whole=whole)
                break
            if self._better_turn(need, room):
                self._turn_page()
                continue
            count = self.metrics.fitting(room)
            self._put([cell[:count] for cell in rest], room, whole=False)
            rest = [cell[count:] for cell in rest]
            whole = False
            self._turn_page()
        for column in row.ends:
            run = self._runs.pop(column)
            self._close(column, run, run.pending)

    def finish(self) -> list[Page]:
        """All pages; the last one's `table_bottom` is where the text after the table may begin."""
        self.pages[-1].table_bottom = self._y
        return self.pages

    def _better_turn(self, need: float, room: float) -> bool:
        if self._y <= self._body_top:
            return False
        if self.metrics.fitting(room) < _FEWEST_LINES:
            return True
        page = self.metrics.bottom - self.metrics.next_top - self.metrics.header_height
        if self._section:
            page -= self.metrics.height(len(self._section))
        return need <= page and (need <= page * _LITTLE or room <= page * _LITTLE)

    def _close(self, column: int, run: _Run, lines: Sequence[Line]) -> None:
        whole = len(lines) == len(run.full)
        self.pages[-1].merged.append(Merged(column, run.top, self._y - run.top, lines, whole))

    def _put(
        self, cells: Cells, height: float, *, whole: bool = True, section: bool = False
    ) -> None:
        self.pages[-1].blocks.append(Block(self._y, height, cells, whole, section))
        self._y += height

    def _open_page(self, top: float) -> None:
        self.pages.append(Page(top))
        self._y = self._body_top = top + self.metrics.header_height
        if self._section:
            self._put([self._section], self.metrics.height(len(self._section)), section=True)
            self._body_top = self._y

    def _turn_page(self) -> None:
        page = self.pages[-1]
        page.table_bottom = self._y
        for column, run in self._runs.items():
            if self._y > run.top:
                count = self.metrics.fitting(self._y - run.top)
                self._close(column, run, run.pending[:count])
                run.pending = run.pending[count:] or run.full
        self._open_page(self.metrics.next_top)
        for run in self._runs.values():
            run.top = self._y
