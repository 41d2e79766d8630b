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
WIDE, NARROW, AROUND = 1.25, 0.65, 1.2
"""Room a Chinese sign, any other sign and the ends of a name take, in percent of the strip where
it is narrowest (1,000 pixels, letters of 12)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `width` in percent of the strip. A name may reach beyond its bar, to the left of
    its end where the strip ends (`backwards`); what overlaps stands in different lanes."""

    name: str
    dates: str
    x: float
    width: float
    lane: int
    state: str
    backwards: bool


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

    ends: list[float] = []
    bars = []
    for phase in sorted(cycle.phases, key=lambda one: (one.starts_on, one.ends_on)):
        x, end = place(phase.starts_on), place(phase.ends_on + dt.timedelta(days=1))
        room = room_of(phase.name)
        backwards = x + room > 100
        start = min(x, end - room) if backwards else x
        lane = next((at for at, taken in enumerate(ends) if taken <= start), len(ends))
        ends[lane : lane + 1] = [end if backwards else max(end, x + room)]
        width = round(end - x, 2)
        state = _state(phase, today)
        bars.append(Bar(phase.name, _dates(phase), x, width, lane, state, backwards))
    return Strip(
        bars=bars,
        months=[(_month(day), place(day)) for day in _firsts(first, last)],
        lanes=len(ends),
        today=place(today) if first <= today <= last else None,
        deadlines=deadlines_of(cycle, months, today)[:SHOWN_DEADLINES],
    )


def room_of(name: str) -> float:
    """How much of the strip a name takes, in percent."""
    return AROUND + sum(NARROW if sign.isascii() else WIDE for sign in name)


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
