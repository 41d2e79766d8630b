"""What a day's round looks at, in SQL: tasks at work, months that are reported on, checks that had
come in. Each criterion judges by what was so before the day (domain §5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from app.core import clock
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry, months_of
from app.cycles.queries import rule
from app.models.base import UtcDateTime
from app.models.cycles import Cycle, CycleStatus
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.planning import Task, TaskStatus

WATCHED = (CycleStatus.RUNNING, CycleStatus.ASSESSING)
"""Years that the patrol goes through."""

_ONCE_ACCEPTED = (TaskStatus.ACCEPTED, TaskStatus.FINISHED, TaskStatus.TERMINATED)


def watched_cycles(session: AnySession) -> list[Cycle]:
    """The years under way, the earliest first."""
    return list(
        session.scalars(select(Cycle).where(Cycle.status.in_(WATCHED)).order_by(Cycle.year))
    )


def reporting_months(session: AnySession, cycle: Cycle) -> list[MonthEntry]:
    """The months of a year on which the departments report: not exempt, not before the first one
    of the rule book, not over when the system was begun."""
    first = int(rule(session, cycle, "check.first_month"))
    since = cycle.live_from or dt.date.min
    return [
        month
        for month in months_of(session, [cycle.id])
        if not month.exempt and month.month >= first and month.ends_on >= since
    ]


def at_work(day: dt.date) -> ColumnElement[bool]:
    """Tasks accepted before `day`, neither finished nor terminated before it."""
    return and_(
        Task.status.in_(_ONCE_ACCEPTED),
        or_(Task.accepted_at.is_(None), Task.accepted_at < clock.start_of(day)),
        or_(Task.finished_on.is_(None), Task.finished_on >= day),
        or_(Task.terminated_on.is_(None), Task.terminated_on >= day),
    )


def over(day: dt.date) -> ColumnElement[bool]:
    """Tasks finished or terminated before `day`."""
    return or_(Task.finished_on < day, Task.terminated_on < day)


def overdue(cycle: Cycle, day: dt.date) -> ColumnElement[bool]:
    """Tasks at work whose day is over. Of a year begun in its middle, what was due before counts
    once something was reported."""
    late = and_(at_work(day), Task.due_on < day)
    if cycle.live_from is None:
        return late
    return and_(late, or_(Task.due_on >= cycle.live_from, Task.actual_percent.is_not(None)))


def come_in(check: Any, day: dt.date) -> ColumnElement[bool]:
    """Checks submitted before `day`; `check` is the model or an alias of it."""
    return and_(check.status == CheckStatus.SUBMITTED, check.submitted_at < clock.start_of(day))


def shown_light(check: Any = MonthlyCheck) -> ColumnElement[Any]:
    """The light that counts: the head's own where the head made it worse."""
    return func.coalesce(check.head_light, check.computed_light)


class next_morning(FunctionElement[dt.datetime]):  # noqa: N801 (a function of SQL)
    """The instant at which the day after a date begins in the college."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(next_morning)
def _in_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    day = compiler.process(element.clauses, **given)
    return f"(({day} + 1)::timestamp AT TIME ZONE '{clock.COLLEGE_ZONE.key}')"


@compiles(next_morning, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    # Instants are kept as text in UTC; the college's day begins eight hours before that.
    return f"datetime({compiler.process(element.clauses, **given)}, '+16 hours')"
