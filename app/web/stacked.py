"""Stacked bars as a figure: what the charts of tasks and of checks have in common.

A chapter says what its bars and their parts are and makes the cell of each; the drawing and
the table beside it follow from the same cells.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from app.core.text import words
from app.models.monitoring import Light
from app.models.planning import TaskStatus
from app.web.charts import Cell, Figure, Row, Table

NONE = "none"
LIGHTS = (Light.RED, Light.ORANGE, Light.YELLOW, Light.GREEN, Light.BLUE, Light.GREY)


@dataclass(frozen=True, slots=True)
class StackedBars:
    """`bars` are (key, name), `parts` (value, word); `cell(key, value)` counts one part of a
    bar and `whole(key)` the whole of it, each with the address of what it counts."""

    title: str
    corner: str
    bars: Sequence[tuple[Any, str]]
    parts: Sequence[tuple[str, str]]
    cell: Callable[[Any, str], Cell]
    whole: Callable[[Any], Cell]
    unit: str
    horizontal: bool = False

    def figure(self, notes: Sequence[str], total: Sequence[Cell] = ()) -> Figure:
        lines = [[self.cell(key, value) for value, _ in self.parts] for key, _ in self.bars]
        payload = {
            "kind": "stacked-bar",
            "title": self.title,
            "unit": self.unit,
            "horizontal": self.horizontal,
            "categories": [name for _, name in self.bars],
            "series": [
                {
                    "name": name,
                    "key": value,
                    "values": [int(line[at].text) for line in lines],
                    "links": [line[at].link for line in lines],
                }
                for at, (value, name) in enumerate(self.parts)
            ],
        }
        rows = [
            Row(name, [*line, self.whole(key)])
            for (key, name), line in zip(self.bars, lines, strict=True)
        ]
        header = [self.corner, *(name for _, name in self.parts), gettext("Total")]
        return Figure(payload, Table(header, rows, total), notes)


def parts_of(column: str, occurring: set[str]) -> list[tuple[str, str]]:
    """(value, word) of each part of a bar, the worst first; only those that occur."""
    known: list[tuple[str, str]]
    if column == "light":
        known = [(light.value, words((light.zh, light.en))) for light in LIGHTS]
        known.append((NONE, gettext("Not checked yet")))
    else:
        known = [(status.value, words((status.zh, status.en))) for status in TaskStatus]
    return [pair for pair in known if pair[0] in occurring]


def month_name(month: int) -> str:
    return words((f"{month}月", calendar.month_abbr[month]))
