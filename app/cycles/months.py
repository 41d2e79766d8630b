"""The months of a year that are reported on, each with the last day its checks are in time."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.core import clock, queue
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.models.cycles import Cycle, ReportingMonth, RuleValue

GRACE = "check.grace_workdays"


@dataclass(frozen=True, slots=True)
class MonthEntry:
    """`due_on` is the Office's date, else the month's end and the rule book's grace in
    workdays; None where neither is known."""

    cycle_id: int
    year: int
    month: int
    exempt: bool
    due_on: dt.date | None
    closed_on: dt.date | None

    @property
    def starts_on(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def ends_on(self) -> dt.date:
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def reported(self) -> queue.Month:
        return queue.Month(self.cycle_id, self.year, self.month, self.ends_on, self.due_on)

    def is_open(self, today: dt.date) -> bool:
        """Are its checks asked for: begun, not exempt, its bulletin not issued?"""
        return not self.exempt and self.closed_on is None and self.starts_on <= today


def months_of(session: AnySession, cycles: Collection[int]) -> list[MonthEntry]:
    """The months of these years in their order. One statement, and one more for the college's
    days off where a date is not set by the Office."""
    if not cycles:
        return []
    grace = (
        select(RuleValue.value)
        .where(RuleValue.rule_book_id == Cycle.rule_book_id, RuleValue.key == GRACE)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            ReportingMonth.cycle_id,
            Cycle.year,
            ReportingMonth.month,
            ReportingMonth.exempt,
            ReportingMonth.due_on,
            ReportingMonth.closed_on,
            grace.label("grace"),
        )
        .join(Cycle, Cycle.id == ReportingMonth.cycle_id)
        .where(ReportingMonth.cycle_id.in_(cycles))
        .order_by(Cycle.year, ReportingMonth.month)
    ).all()
    unset = any(row.due_on is None and row.grace and not row.exempt for row in rows)
    own = college_calendar(session) if unset else lambda day: None
    found = []
    for row in rows:
        entry = MonthEntry(*row[:6])
        if entry.due_on is None and row.grace and not entry.exempt:
            due = clock.add_workdays(entry.ends_on, int(row.grace), own)
            entry = replace(entry, due_on=due)
        found.append(entry)
    return found


def month_reported(months: Collection[MonthEntry], today: dt.date) -> MonthEntry | None:
    """The month that is being reported on today: the first begun one whose date is not over,
    else the last one begun."""
    begun = [month for month in months if not month.exempt and month.starts_on <= today]
    for month in begun:
        if month.due_on is not None and month.due_on >= today:
            return month
    return begun[-1] if begun else None
