"""Monthly checks counted by department and month: their lights, and which are owed (Art. 7).

Only checks that the reader may read enter, whatever the figure: a total of others' checks
would tell what they reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, and_, exists, false, func, literal, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.base import UtcDateTime
from app.models.cycles import ReportingMonth
from app.models.monitoring import CheckStatus, Light, MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.monitoring.service import month_end
from app.planning.charts import Narrow
from app.planning.rules import answered_tasks

shining = func.coalesce(MonthlyCheck.head_light, MonthlyCheck.computed_light)
"""The light a check shines with: the head's own, which is worse, goes before the computed."""


@dataclass(frozen=True, slots=True)
class CheckCount:
    """`count` submitted checks of a lead department's tasks in one month with one light."""

    department_id: int | None
    month: int
    light: Light
    late: bool
    count: int


@dataclass(frozen=True, slots=True)
class OwedMonth:
    """A month that is over and reported on; `due_on` is the last day in time, if it is set."""

    month: int
    ends_on: dt.date
    due_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Report:
    """A check behind a figure, or a task without one (`check_id` and what follows is None)."""

    task_id: int
    number: str
    title: str
    department_id: int | None
    check_id: int | None = None
    light: Light | None = None
    reason: str | None = None
    planned: Decimal | None = None
    actual: Decimal | None = None
    late: bool = False


def count_checks(session: AnySession, actor: Actor, year: int, narrow: Narrow) -> list[CheckCount]:
    """The submitted checks of `year` by department, month and light. One statement."""
    keys = (Task.lead_department_id, MonthlyCheck.month, shining, MonthlyCheck.late)
    query = (
        select(*keys, func.count(MonthlyCheck.id))
        .join(Task, MonthlyCheck.task_id == Task.id)
        .where(*_submitted(actor, year))
        .group_by(*keys)
    )
    rows: Any = session.execute(narrow(query))
    return [CheckCount(*row) for row in rows]


def owed_months(session: AnySession, cycle_id: int, year: int) -> list[OwedMonth]:
    """The months of the year that are over and not exempt. One statement."""
    rows = session.execute(
        select(ReportingMonth.month, ReportingMonth.due_on)
        .where(ReportingMonth.cycle_id == cycle_id, ReportingMonth.exempt.is_(False))
        .order_by(ReportingMonth.month)
    )
    months = [OwedMonth(row.month, month_end(year, row.month), row.due_on) for row in rows]
    return [month for month in months if month.ends_on <= clock.today()]


def count_missing(
    session: AnySession, actor: Actor, year: int, months: Sequence[OwedMonth], narrow: Narrow
) -> dict[tuple[int | None, int], int]:
    """How many checks are owed and not submitted, by department and month. One statement."""
    if not months:
        return {}
    span = union_all(
        *(
            select(
                literal(month.month).label("month"),
                literal(month.ends_on, Date).label("ends_on"),
                literal(_night(month.ends_on), UtcDateTime).label("night"),
            )
            for month in months
        )
    ).subquery()
    query = (
        select(Task.lead_department_id, span.c.month, func.count())
        .select_from(Task)
        .join(span, _owes(span.c.ends_on, span.c.night))
        .where(*_answered(actor), ~_reported(year, span.c.month))
        .group_by(Task.lead_department_id, span.c.month)
    )
    rows: Any = session.execute(narrow(query))
    return {(department, month): count for department, month, count in rows}


def reports_of(
    session: AnySession,
    actor: Actor,
    year: int,
    month: int,
    narrow: Narrow,
    *,
    light: Light | None,
    limit: int,
) -> tuple[list[Report], int]:
    """The submitted checks of a month, or those of one light, the furthest behind the
    plan first, at most `limit` of them, and how many there are. Two statements."""
    wanted = [*_submitted(actor, year), MonthlyCheck.month == month]
    if light is not None:
        wanted.append(shining == light)
    columns = (
        Task.id, Task.number, Task.title, Task.lead_department_id, MonthlyCheck.id, shining,
        MonthlyCheck.light_reason, MonthlyCheck.planned_percent, MonthlyCheck.actual_percent,
        MonthlyCheck.late,
    )  # fmt: skip
    lag = func.coalesce(MonthlyCheck.planned_percent, 0) - func.coalesce(
        MonthlyCheck.actual_percent, 0
    )
    query = select(*columns).join(MonthlyCheck, MonthlyCheck.task_id == Task.id).where(*wanted)
    query = narrow(query)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows: Any = session.execute(query.order_by(lag.desc(), Task.id).limit(limit))
    return [Report(*row) for row in rows], count


def tasks_without_report(
    session: AnySession, actor: Actor, year: int, month: OwedMonth, narrow: Narrow, limit: int
) -> tuple[list[Report], int]:
    """The tasks that owe their check of `month`, and how many there are. Two statements."""
    ends_on, night = literal(month.ends_on, Date), literal(_night(month.ends_on), UtcDateTime)
    query = narrow(
        select(Task.id, Task.number, Task.title, Task.lead_department_id).where(
            *_answered(actor), _owes(ends_on, night), ~_reported(year, literal(month.month))
        )
    )
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows: Any = session.execute(query.order_by(Task.lead_department_id, Task.id).limit(limit))
    return [Report(*row) for row in rows], count


def _answered(actor: Actor) -> list[ColumnElement[bool]]:
    """Tasks of whose checks the reader may know whether they are there."""
    if not actor.may("monthly_check:read"):
        return [false()]
    return [visible(actor, Task), answered_tasks(actor)]


def _submitted(actor: Actor, year: int) -> list[ColumnElement[bool]]:
    return [
        visible(actor, Task),
        visible(actor, MonthlyCheck),
        MonthlyCheck.year == year,
        MonthlyCheck.status == CheckStatus.SUBMITTED,
    ]


def _night(day: dt.date) -> dt.datetime:
    """The last moment of a day in the college."""
    return dt.datetime.combine(day, dt.time.max, clock.COLLEGE_ZONE)


def _owes(ends_on: Any, night: Any) -> ColumnElement[bool]:
    """Does a task owe the check of the month that ends then? It had been accepted and begun by
    that day, and was neither finished nor terminated."""
    return and_(
        or_(
            Task.status == TaskStatus.ACCEPTED,
            and_(Task.status == TaskStatus.FINISHED, Task.finished_on > ends_on),
            and_(Task.status == TaskStatus.TERMINATED, Task.terminated_on > ends_on),
        ),
        or_(Task.accepted_at.is_(None), Task.accepted_at <= night),
        or_(Task.start_on.is_(None), Task.start_on <= ends_on),
    )


def _reported(year: int, month: Any) -> ColumnElement[bool]:
    return exists(
        select(MonthlyCheck.id).where(
            MonthlyCheck.task_id == Task.id,
            MonthlyCheck.year == year,
            MonthlyCheck.month == month,
            MonthlyCheck.status == CheckStatus.SUBMITTED,
        )
    ).correlate_except(MonthlyCheck)
