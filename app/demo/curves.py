"""How a task goes: its plan as a line, what is reported month by month, when it is done.

Pure figures: no session. The trajectory of the seed data says the kind of story, chance (by
the seed, the year and the task's number) its details.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from app.demo.seeds import MonthDay, TaskSeed
from app.models.monitoring import Quality
from app.monitoring.settling import month_end

ADJUSTED_ON = (7, 31)
"""From then on an adjusted task follows its new dates."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a department says of a month: percent, quality, and which remarks fit."""

    percent: int
    quality: Quality
    situation: str
    worse_light: bool = False


@dataclass(slots=True)
class Curve:
    """The story of one task in one year."""

    start_on: dt.date
    due_on: dt.date | None
    finished_on: dt.date | None = None
    reports: dict[int, Report] = field(default_factory=dict)
    """By month; a month that is missing is not reported."""


def day_of(year: int, when: MonthDay) -> dt.date:
    """The day in `year`; 29 February becomes the 28th where there is none."""
    month, day = when
    return min(
        dt.date(year, month, min(day, 28)) + dt.timedelta(days=max(0, day - 28)),
        month_end(year, month),
    )


def draw(seed: TaskSeed, year: int, new_due: MonthDay | None, chance: Random) -> Curve:
    """Draw the story of a task. `new_due`: where an adjustment moves it in summer."""
    start = day_of(year, seed.start)
    due = day_of(year, seed.due) if seed.due else None
    curve = Curve(start, due)
    line = _line(seed, year, start, due)
    curve.finished_on = _finish(seed.trajectory, year, start, due, new_due, chance)
    teller = _Teller(seed.trajectory, line, curve, year, new_due, chance)
    last = _last_report(seed.trajectory, start.month, chance)
    value = 0
    for month in range(1, 13):
        day = month_end(year, month)
        if day < start:
            continue
        value = max(value, teller.percent(day))
        if month <= last:
            curve.reports[month] = teller.report(day, value)
    return curve


Line = Sequence[tuple[dt.date, float]]


def _line(
    seed: TaskSeed, year: int, start: dt.date, due: dt.date | None
) -> list[tuple[dt.date, float]]:
    """The milestones from the start to the end, as points of a line."""
    points = [(start - dt.timedelta(days=1), 0.0)]
    for milestone in sorted(seed.milestones, key=lambda one: one.due):
        day = day_of(year, milestone.due)
        if day > points[-1][0]:
            points.append((day, float(milestone.percent)))
    end = due or dt.date(year, 12, 10)
    if points[-1][1] < 100 and end > points[-1][0]:
        points.append((end, 100.0))
    return points


def between_points(line: Line, day: dt.date) -> float:
    """The line at `day`."""
    before = line[0]
    for point in line:
        if point[0] >= day:
            span = (point[0] - before[0]).days
            share = (day - before[0]).days / span if span > 0 else 1.0
            return before[1] + (point[1] - before[1]) * max(0.0, share)
        before = point
    return before[1]


def step_of(line: Line, day: dt.date) -> float:
    """What the plan asks for at `day`: the last point passed."""
    return max((percent for when, percent in line if when <= day), default=0.0)


def _finish(
    kind: str,
    year: int,
    start: dt.date,
    due: dt.date | None,
    new_due: MonthDay | None,
    chance: Random,
) -> dt.date | None:
    """The day a task is really done; None: not in its year."""
    end = due or dt.date(year, 12, 11)
    if new_due is not None:
        end = day_of(year, new_due)
    days = {
        "steady": -chance.randint(0, 8),
        "early": -chance.randint(15, 35),
        "slow_then_recover": -chance.randint(0, 4),
        "late_finish": chance.randint(12, 30),
        "slow": chance.randint(55, 130),
        "unreported": chance.randint(20, 40),
        "extended": -chance.randint(0, 5),
    }.get(kind)
    if days is None:
        return None
    found = max(end + dt.timedelta(days=days), start + dt.timedelta(days=10))
    return found if found <= dt.date(year, 12, 12) else None


def _last_report(kind: str, first: int, chance: Random) -> int:
    return max(first, 3) + chance.randint(1, 2) if kind == "unreported" else 12


class _Teller:
    """Tells how far a task is at a day."""

    def __init__(
        self,
        kind: str,
        line: Line,
        curve: Curve,
        year: int,
        new_due: MonthDay | None,
        chance: Random,
    ) -> None:
        self.kind = kind
        self.line = line
        self.curve = curve
        self.chance = chance
        self.shift = dt.timedelta(days=chance.randint(0, 9))
        self.factor = chance.uniform(0.64, 0.85)
        self.cap = chance.uniform(28, 45)
        self.adjusted_on = day_of(year, ADJUSTED_ON)
        self.new_due = day_of(year, new_due) if new_due else None

    def percent(self, day: dt.date) -> int:
        done = self.curve.finished_on
        if done is not None and day >= done:
            return 100
        return max(0, min(97, round(self._raw(day))))

    def _raw(self, day: dt.date) -> float:
        plan, step = between_points(self.line, day), step_of(self.line, day)
        jitter = self.chance.uniform(-3, 3)
        if self.kind == "early":
            return between_points(self.line, day + dt.timedelta(days=24)) + jitter
        if self.kind == "stuck":
            return min(plan * 0.8, self.cap)
        if self.kind == "terminated":
            return plan * 0.45
        if self.kind == "extended" and day > self.adjusted_on and self.new_due is not None:
            return self._towards(self.adjusted_on, 62, self.new_due, day)
        if self.kind in {"slow", "extended"}:
            if self.curve.due_on is not None and day > self.curve.due_on:
                end = self.curve.finished_on or day + dt.timedelta(days=60)
                return self._towards(self.curve.due_on, 100 * self.factor, end, day)
            return max(step * self.factor, plan * (self.factor - 0.1)) + jitter
        if self.kind == "slow_then_recover":
            start, end = self.line[0][0], self.line[-1][0]
            share = (day - start).days / max(1, (end - start).days)
            return (step * self.factor if share < 0.6 else max(plan, step) * 0.9) + jitter
        if self.kind == "late_finish":
            return min(plan * 0.95, 90) + jitter
        floor = step - 8
        if self.chance.random() < 0.04:
            return min(plan, step - self.chance.uniform(11, 17))
        return max(between_points(self.line, day + self.shift) + jitter, floor)

    @staticmethod
    def _towards(since: dt.date, percent: float, end: dt.date, day: dt.date) -> float:
        share = (day - since).days / max(1, (end - since).days)
        return percent + (100 - percent) * min(1.0, share) * 0.9

    def report(self, day: dt.date, percent: int) -> Report:
        chance = self.chance
        lag = step_of(self.line, day) - percent
        due = self.new_due or self.curve.due_on
        if percent >= 100:
            return Report(100, Quality.GOOD, "finished")
        if due is not None and day > due:
            return Report(
                percent, Quality.FAIR if chance.random() < 0.6 else Quality.GOOD, "overdue"
            )
        if self.kind == "stuck" and lag > 10:
            poor = lag > 25 and chance.random() < 0.5
            return Report(percent, Quality.POOR if poor else Quality.FAIR, "stuck")
        if lag > 10:
            return Report(
                percent, Quality.FAIR if chance.random() < 0.35 else Quality.GOOD, "behind"
            )
        if lag < -15:
            return Report(percent, Quality.GOOD, "ahead")
        fair = chance.random() < 0.015
        worse = not fair and chance.random() < 0.012
        return Report(percent, Quality.FAIR if fair else Quality.GOOD, "on_track", worse)
