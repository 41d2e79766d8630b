"""The calendar as months: what stands in each, and a month as weeks of days."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from app.core import clock
from app.cycles.months import MonthEntry
from app.models.planning import Milestone, Task
from app.web.calendar.reads import DUE, MILESTONE, TaskDate
from app.web.formats import show
from app.web.links import list_link


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that stands on a day. `kind` gives its colour: phase, check, milestone, due."""

    day: dt.date
    kind: str
    words: str
    note: str = ""
    place: str = ""
    late: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class More:
    words: str
    place: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    first: dt.date
    words: str
    reporting: str
    holidays: Sequence[str]
    marks: Sequence[Mark]
    more: Sequence[More]


@dataclass(frozen=True, slots=True)
class DayCell:
    day: dt.date
    inside: bool
    off: bool
    note: str
    marks: Sequence[Mark]
    more: Sequence[More]


def first_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def last_of(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def next_month(day: dt.date, by: int = 1) -> dt.date:
    at = day.year * 12 + day.month - 1 + by
    return dt.date(at // 12, at % 12 + 1, 1)


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    found = [first_of(first)]
    while next_month(found[-1]) <= last:
        found.append(next_month(found[-1]))
    return found


def reporting_words(entry: MonthEntry | None) -> str:
    """How a month is reported on, in words."""
    if entry is None:
        return ""
    if entry.exempt:
        return gettext("no checks this month")
    if entry.closed_on:
        return gettext("bulletin issued on %(day)s", day=entry.closed_on)
    if entry.due_on:
        return gettext("checks due on %(day)s", day=entry.due_on)
    return gettext("checks are reported")


def marks_of(
    phases: Iterable[Any],
    months: Iterable[MonthEntry],
    dates: Iterable[TaskDate],
    today: dt.date,
    live_from: dt.date | None = None,
) -> list[Mark]:
    """Everything that stands on a day, in order. What was due before `live_from`, the first day
    that the year is kept here, is late for nothing."""
    marks: list[Mark] = []
    for phase in phases:
        name, article = show(phase.code), ""
        if phase.article:
            article = gettext(
                "Art. %(article)s", article=gettext(", ").join(phase.article.split(";"))
            )
        marks.append(
            Mark(phase.starts_on, "phase", gettext("%(phase)s begins", phase=name), article)
        )
        if phase.ends_on != phase.starts_on:
            marks.append(
                Mark(phase.ends_on, "phase", gettext("%(phase)s ends", phase=name), article)
            )
    for month in months:
        if month.due_on and not month.exempt:
            told = gettext("Checks of %(month)s due", month=month.reported.words)
            marks.append(Mark(month.due_on, "check", told, done=month.closed_on is not None))
    for date in dates:
        place = f"/task/show/{date.task_id}"
        late = not date.done and (live_from or dt.date.min) <= date.day < today
        if date.kind == MILESTONE:
            mark = Mark(date.day, MILESTONE, date.text, date.label, place, late, date.done)
        else:
            mark = Mark(date.day, DUE, date.label, gettext("task due"), place, late, date.done)
        marks.append(mark)
    return sorted(marks, key=lambda mark: mark.day)


def more_of(
    dates: Iterable[TaskDate], marks: Sequence[Mark], cycle_id: int, first: dt.date, last: dt.date
) -> list[More]:
    """What `marks` do not show of a day or month, as links to the lists that do."""
    found = []
    shown = Counter(mark.kind for mark in marks)
    totals = {date.kind: date.total for date in dates}
    between = {"due_on__ge": first, "due_on__le": last}
    if totals.get(DUE, 0) > shown[DUE]:
        told = gettext("All %(count)s tasks due", count=totals[DUE])
        live = "published,accepted,finished"
        found.append(More(told, list_link(Task, cycle=cycle_id, status__in=live, **between)))
    if totals.get(MILESTONE, 0) > shown[MILESTONE]:
        told = gettext("All %(count)s milestones", count=totals[MILESTONE])
        found.append(More(told, list_link(Milestone, **between)))
    return found


def weeks_of(
    month: dt.date,
    marks: Sequence[Mark],
    dates: Sequence[TaskDate],
    holidays: Sequence[Any],
    cycle_id: int,
) -> list[list[DayCell]]:
    """The weeks of a month, Monday first. Days off and make-up days say so."""

    def own(day: dt.date) -> bool | None:
        for holiday in holidays:
            if holiday.starts_on <= day <= holiday.ends_on:
                return bool(holiday.is_workday)
        return None

    cells = []
    for day in calendar.Calendar().itermonthdates(month.year, month.month):
        works = clock.is_workday(day, own)
        unusual = works != (day.weekday() < 5)
        note = (gettext("workday") if works else gettext("day off")) if unusual else ""
        inside = day.month == month.month
        here = [date for date in dates if date.day == day]
        shown = [mark for mark in marks if mark.day == day] if inside else []
        cells.append(
            DayCell(
                day=day,
                inside=inside,
                off=not works,
                note=note,
                marks=shown,
                more=more_of(here, shown, cycle_id, day, day) if inside else (),
            )
        )
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]
