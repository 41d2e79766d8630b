"""What the calendar brings (Art. 7), found for all tasks of a year at once: months whose check is
missing, tasks whose day is over, warnings that have come to their end.

Each is one SELECT that returns only what is to change; done again it returns nothing. Each
judges by what was so before `day`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.core import clock
from app.cycles.months import MonthEntry
from app.models.base import UtcDateTime
from app.models.cycles import Cycle, ReportingMonth
from app.models.monitoring import EarlyWarning, Light, MonthlyCheck
from app.models.planning import Task
from app.monitoring.warnings import MISSING, OVERDUE, PROGRESS, month_words
from app.monitoring.watched import at_work, come_in, over, overdue

_CHECK = aliased(MonthlyCheck)


def missing_checks(cycle: Cycle, months: Sequence[MonthEntry], day: dt.date) -> Any:
    """(task, month) of the checks of `months`, whose last day is over, that were owed and had not
    come in, and of which the task was not warned before. In the order of the tasks."""
    month = ReportingMonth.month
    ends = _by_month(months, lambda one: literal(one.ends_on, Date))
    begins = _by_month(months, lambda one: literal(clock.start_of(one.ends_on), UtcDateTime))
    words = _by_month(months, lambda one: literal(month_words(one.year, one.month), String))
    come = exists().where(
        MonthlyCheck.task_id == Task.id,
        MonthlyCheck.year == cycle.year,
        MonthlyCheck.month == month,
        come_in(MonthlyCheck, day),
    )
    warned = exists().where(
        EarlyWarning.task_id == Task.id,
        EarlyWarning.rule_key == MISSING,
        func.substr(EarlyWarning.cause, 1, 7) == words,
    )
    return (
        select(Task.id, month.label("month"))
        .join(ReportingMonth, ReportingMonth.cycle_id == Task.cycle_id)
        .where(
            Task.cycle_id == cycle.id,
            at_work(day),
            month.in_([one.month for one in months]),
            or_(Task.start_on.is_(None), Task.start_on <= ends),
            or_(Task.accepted_at.is_(None), Task.accepted_at < begins),
            or_(Task.finished_on.is_(None), Task.finished_on > ends),
            or_(Task.terminated_on.is_(None), Task.terminated_on > ends),
            ~come,
            ~warned,
        )
        .order_by(Task.id, month)
    )


def newly_overdue(cycle: Cycle, day: dt.date) -> Select[Any]:
    """Ids of overdue tasks that are not red, or not warned of it. In their order."""
    warned = exists().where(
        EarlyWarning.task_id == Task.id,
        EarlyWarning.rule_key == OVERDUE,
        EarlyWarning.closed_on.is_(None),
    )
    not_red = or_(Task.light.is_(None), Task.light.not_in((Light.RED, Light.BLUE)))
    return (
        select(Task.id)
        .where(Task.cycle_id == cycle.id, overdue(cycle, day), or_(not_red, ~warned))
        .order_by(Task.id)
    )


def ended_warnings(cycle: Cycle, day: dt.date) -> Select[Any]:
    """(warning, instant at which the missing check came in) of the open warnings that have no
    ground any more: the task is over, its day was moved, the check came in. In their order."""
    check = _CHECK
    its_month = and_(
        check.task_id == EarlyWarning.task_id,
        check.year == cycle.year,
        check.month == cast(func.substr(EarlyWarning.cause, 6, 2), Integer),
        come_in(check, day),
    )
    came = select(check.submitted_at).where(its_month).correlate(EarlyWarning).scalar_subquery()
    of_month = EarlyWarning.rule_key == MISSING
    moved = and_(
        EarlyWarning.rule_key == OVERDUE,
        # What a check of a later day opened is no matter of this day's.
        EarlyWarning.opened_on <= day,
        or_(Task.due_on.is_(None), Task.due_on >= day),
    )
    return (
        select(EarlyWarning.id, case((of_month, came), else_=None).label("came_at"))
        .join(Task, Task.id == EarlyWarning.task_id)
        .where(
            Task.cycle_id == cycle.id,
            EarlyWarning.closed_on.is_(None),
            or_(over(day), moved, and_(of_month, exists().where(its_month))),
        )
        .order_by(EarlyWarning.id)
    )


def warned_on(cycle: Cycle, day: dt.date) -> Any:
    """How many warnings checks opened on `day`, by light, department, owner and leader."""
    of_task = (Task.lead_department_id, Task.owner_id, Task.leader_id)
    return (
        select(EarlyWarning.light, *of_task, func.count().label("number"))
        .join(Task, Task.id == EarlyWarning.task_id)
        .where(
            Task.cycle_id == cycle.id,
            EarlyWarning.opened_on == day,
            EarlyWarning.light.in_(PROGRESS),
            EarlyWarning.rule_key != OVERDUE,
        )
        .group_by(EarlyWarning.light, *of_task)
    )


def due_on(cycle: Cycle, day: dt.date, due: dt.date) -> Any:
    """How many tasks at work on `day` are due on `due`, by owner."""
    return (
        select(Task.owner_id, func.count().label("number"))
        .where(
            Task.cycle_id == cycle.id,
            Task.due_on == due,
            at_work(day),
            Task.owner_id.is_not(None),
        )
        .group_by(Task.owner_id)
    )


def _by_month(months: Sequence[MonthEntry], value: Any) -> Any:
    """A value that depends on the month of the row at hand."""
    return case(*[(ReportingMonth.month == one.month, value(one)) for one in months], else_=None)
