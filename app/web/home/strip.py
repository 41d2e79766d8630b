"""The year as a strip: its phases as bars over the months, today's mark, the next deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.dates import format_skeleton
from flask_babel import get_locale, gettext

from app.cycles.months import MonthEntry
from app.web.directory import CycleEntry, PhaseEntry

SHOWN_DEADLINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `width` in percent of the strip; bars that overlap stand in different lanes."""

    name: str
    dates: str
    x: float
    width: float
    lane: int
    state: str


@dataclass(frozen=True, slots=True)
class Deadline:
    day: dt.date
    words: str
    left: int


@dataclass(frozen=True, slots=True)
class Strip:
    bars: Sequence[Bar]
    months: Sequence[tuple[str, float]]
    lanes: int
    today: float | None
    deadlines: Sequence[Deadline]


def strip_of(cycle: CycleEntry, months: Iterable[MonthEntry], today: dt.date) -> Strip | None:
    """None where the year has no phases. Asks the database for nothing."""
    if not cycle.phases:
        return None
    first = min(phase.starts_on for phase in cycle.phases).replace(day=1)
    last = max(phase.ends_on for phase in cycle.phases)
    span = (last - first).days + 1

    def place(day: dt.date) -> float:
        return round(100 * (day - first).days / span, 2)

    ends: list[dt.date] = []
    bars = []
    for phase in sorted(cycle.phases, key=lambda one: (one.starts_on, one.ends_on)):
        lane = next((at for at, end in enumerate(ends) if end < phase.starts_on), len(ends))
        ends[lane : lane + 1] = [phase.ends_on]
        width = round(100 * ((phase.ends_on - phase.starts_on).days + 1) / span, 2)
        bars.append(
            Bar(
                phase.name, _dates(phase), place(phase.starts_on), width, lane, _state(phase, today)
            )
        )
    return Strip(
        bars=bars,
        months=[(_month(day), place(day)) for day in _firsts(first, last)],
        lanes=len(ends),
        today=place(today) if first <= today <= last else None,
        deadlines=deadlines_of(cycle, months, today)[:SHOWN_DEADLINES],
    )


def deadlines_of(cycle: CycleEntry, months: Iterable[MonthEntry], today: dt.date) -> list[Deadline]:
    """Last days of phases and of the months' checks from today on, the nearest first."""
    found = [
        (phase.ends_on, gettext("%(phase)s ends", phase=phase.name)) for phase in cycle.phases
    ] + [
        (month.due_on, gettext("Checks of %(month)s due", month=month.reported.words))
        for month in months
        if month.cycle_id == cycle.id and month.due_on and not month.exempt and not month.closed_on
    ]
    return [
        Deadline(day, told, (day - today).days)
        for day, told in sorted(found, key=lambda one: one[0])
        if day >= today
    ]


def _state(phase: PhaseEntry, today: dt.date) -> str:
    if phase.ends_on < today:
        return "past"
    return "now" if phase.starts_on <= today else "coming"


def _dates(phase: PhaseEntry) -> str:
    if phase.starts_on == phase.ends_on:
        return phase.starts_on.isoformat()
    return f"{phase.starts_on.isoformat()} – {phase.ends_on.isoformat()}"


def _firsts(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    day = first
    while day <= last:
        yield day
        day = (day + dt.timedelta(days=32)).replace(day=1)


def _month(day: dt.date) -> str:
    return format_skeleton("MMM", day, locale=get_locale())
