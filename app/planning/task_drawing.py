"""The curve of a task as coordinates: the plan as the stairs it is judged by, what was reached
as a line over the months, milestones as marks, today as a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models.planning import Milestone
from app.planning.task_page import Point, TaskPage, month_end

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 14, 12, 26


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class Mark:
    """`state`: see `state_of`."""

    x: float
    y: float
    milestone: Milestone
    state: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`plan` and `reached` are the points of polylines; empty where there is nothing to draw."""

    plan: str
    reached: str
    dots: Sequence[Dot]
    marks: Sequence[Mark]
    today: float | None
    months: Sequence[tuple[int, float]]
    lines: Sequence[tuple[int, float]]
    points: Sequence[Point]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def draw(page: TaskPage, points: Sequence[Point], year: int, today: dt.date) -> Drawing:
    """The drawing of `points`, the months of `year`."""
    dots = [
        Dot(_across(min(month_end(year, point.month), today), year), _up(point.actual), point)
        for point in points
        if point.actual is not None
    ]
    marks = [
        Mark(_across(one.due_on, year), _up(one.planned_percent), one, state_of(page, one, today))
        for one in page.milestones
        if one.due_on is not None and one.planned_percent is not None
    ]
    return Drawing(
        plan=_stairs(marks, _across(dt.date(year, 12, 31), year)),
        reached=" ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots),
        dots=dots,
        marks=marks,
        today=_across(today, year) if today.year == year else None,
        months=[(month, _across(dt.date(year, month, 15), year)) for month in range(1, 13)],
        lines=[(percent, _up(percent)) for percent in (0, 25, 50, 75, 100)],
        points=points,
    )


def state_of(page: TaskPage, milestone: Milestone, today: dt.date) -> str:
    """A milestone is done, reached (the task's progress has come to its percent, nobody has
    marked it done), late or open."""
    if milestone.done_on is not None or page.task.finished_on is not None:
        return "done"
    reached = page.task.actual_percent
    planned = milestone.planned_percent
    if planned is not None and reached is not None and reached >= planned:
        return "reached"
    late = milestone.due_on is not None and milestone.due_on < today and page.open
    return "late" if late else "open"


def _stairs(marks: Sequence[Mark], end: float) -> str:
    if not marks:
        return ""
    floor = _up(0)
    corners, height = [(float(LEFT), floor)], floor
    for mark in sorted(marks, key=lambda one: one.x):
        corners.append((mark.x, height))
        height = min(height, mark.y)
        corners.append((mark.x, height))
    corners.append((end, height))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _across(day: dt.date, year: int) -> float:
    first = dt.date(year, 1, 1)
    share = (day - first).days / (dt.date(year, 12, 31) - first).days
    return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT), 1)


def _up(percent: Any) -> float:
    share = min(max(float(percent or 0), 0), 100) / 100
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
