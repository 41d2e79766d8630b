"""Progress planned and reached, month by month, summed in the database (Art. 7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, literal, select, union_all

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.planning import Milestone, Task, TaskStatus
from app.planning.charts import Narrow
from app.planning.rules import answered_tasks

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class MonthProgress:
    """The mean percent of all planned tasks at a month's end. `actual` takes the last report of
    each task, 0 before its first and 100 once it is finished; None before the first and after
    the last month with any report."""

    month: int
    planned: Decimal | None
    actual: Decimal | None
    reports: int


def progress_by_month(
    session: AnySession, actor: Actor, year: int, narrow: Narrow
) -> tuple[int, list[MonthProgress]]:
    """How many tasks are counted, and their progress at each month's end of `year`.

    Counted are the tasks whose monthly checks the reader may read, that have a planned curve
    (a dated milestone with a percent) and are not terminated; both lines are means over the
    same tasks. Two statements, twelve rows each.
    """
    curve = select(Milestone.task_id).where(
        Milestone.due_on.is_not(None), Milestone.planned_percent.is_not(None)
    )
    tasks = narrow(
        select(Task.id).where(
            visible(actor, Task),
            answered_tasks(actor),
            Task.status != TaskStatus.TERMINATED,
            Task.id.in_(curve),
        )
    )
    first = year * 12 + 1
    planned, counted, _ = _by_month(session, _planned(tasks), first)
    actual, _, reports = _by_month(session, _actual(tasks), first)
    if not counted:
        return 0, [MonthProgress(month, None, None, 0) for month in MONTHS]
    reported = [month for month in MONTHS if reports[month]]
    span = range(reported[0], reported[-1] + 1) if reported else range(0)
    return counted, [
        MonthProgress(
            month,
            _mean(planned[month], counted),
            _mean(actual[month], counted) if month in span else None,
            reports[month],
        )
        for month in MONTHS
    ]


def _planned(tasks: Select[Any]) -> Select[Any]:
    """What each month's milestones add to the plan. A milestone below an earlier one adds
    nothing: the plan at a day is the highest percent due by then (`lights.planned_percent`)."""
    before = func.max(Milestone.planned_percent).over(
        partition_by=Milestone.task_id, order_by=(Milestone.due_on, Milestone.id), rows=(None, -1)
    )
    steps = (
        select(
            _month(extract("year", Milestone.due_on), extract("month", Milestone.due_on)),
            Milestone.planned_percent.label("percent"),
            before.label("before"),
        )
        .where(
            Milestone.due_on.is_not(None),
            Milestone.planned_percent.is_not(None),
            Milestone.task_id.in_(tasks),
        )
        .subquery()
    )
    gain = case(
        (steps.c.before.is_(None), steps.c.percent),
        (steps.c.percent > steps.c.before, steps.c.percent - steps.c.before),
        else_=0,
    )
    firsts = func.sum(case((steps.c.before.is_(None), 1), else_=0))
    return select(steps.c.month, func.sum(gain), firsts, func.count()).group_by(steps.c.month)


def _actual(tasks: Select[Any]) -> Select[Any]:
    """What each month's submitted checks add to, or take from, the progress known before. A
    finished task reports no more: from the month it was finished it stands at 100."""
    checks = select(
        MonthlyCheck.task_id,
        _month(MonthlyCheck.year, MonthlyCheck.month),
        MonthlyCheck.actual_percent.label("percent"),
        literal(1).label("report"),
    ).where(
        MonthlyCheck.status == CheckStatus.SUBMITTED,
        MonthlyCheck.actual_percent.is_not(None),
        MonthlyCheck.task_id.in_(tasks),
    )
    ends = select(
        Task.id,
        _month(extract("year", Task.finished_on), extract("month", Task.finished_on)),
        literal(100),
        literal(0),
    ).where(Task.finished_on.is_not(None), Task.id.in_(tasks))
    known = union_all(checks, ends).subquery()
    before = func.lag(known.c.percent).over(
        partition_by=known.c.task_id, order_by=(known.c.month, known.c.report.desc())
    )
    steps = select(
        known.c.month,
        (known.c.percent - func.coalesce(before, 0)).label("gain"),
        known.c.report,
    ).subquery()
    return select(
        steps.c.month, func.sum(steps.c.gain), literal(0), func.sum(steps.c.report)
    ).group_by(steps.c.month)


def _month(year: Any, month: Any) -> ColumnElement[int]:
    return (year * 12 + month).label("month")


def _by_month(
    session: AnySession, query: Select[Any], first: int
) -> tuple[list[Decimal], int, dict[int, int]]:
    """The sum reached at each month's end (index 1 to 12), the tasks met, the rows by month."""
    gains = [Decimal(0)] * 13
    rows = dict.fromkeys(MONTHS, 0)
    tasks = 0
    for row in session.execute(query):
        month, gain, started, count = row
        place = max(0, int(month) - first + 1)
        tasks += started
        if place < 13:
            gains[place] += Decimal(str(gain))
        if place in rows:
            rows[place] += count
    return list(accumulate(gains)), tasks, rows


def _mean(total: Decimal, count: int) -> Decimal:
    return (total / count).quantize(Decimal("0.1"))
