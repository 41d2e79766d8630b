"""What was done after a phase's last day: taken all the same, and marked (domain §3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, Integer, and_, func, literal, select, union_all

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.cycles import PhaseCode
from app.models.improvement import TaskResult
from app.models.monitoring import MonthlyCheck
from app.models.planning import DepartmentPlan, Task
from app.planning.acceptance import accept_by
from app.planning.plan_late import first_sent
from app.planning.queue import end_of
from app.planning.rules import answered_tasks
from app.web.steering.year import Year, college_day


@dataclass(frozen=True, slots=True)
class Late:
    """What a department did after `due_on`: how many, the last of them when; of monthly checks
    `month` is the month they report on. Both days are None where no rule sets a last day."""

    phase: PhaseCode
    department_id: int | None
    count: int
    due_on: dt.date | None
    on: dt.date | None
    month: int | None = None


def late_work(session: AnySession, actor: Actor, year: Year) -> list[Late]:
    """By phase and department. One statement."""
    parts = list(_late_parts(actor, year))
    if not parts:
        return []
    return [
        Late(
            PhaseCode(row.phase),
            row.department_id,
            row.number,
            row.due_on,
            college_day(row.at),
            row.month,
        )
        for row in session.execute(union_all(*parts))
    ]


def _late_parts(actor: Actor, year: Year) -> Iterator[Any]:
    own = and_(visible(actor, DepartmentPlan), DepartmentPlan.cycle_id == year.cycle_id)
    if year.planned_until is not None:
        own = and_(own, DepartmentPlan.created_at < end_of(year.planned_until))
    tasks = and_(visible(actor, Task), answered_tasks(actor), Task.cycle_id == year.cycle_id)
    plan, lead = DepartmentPlan.department_id, Task.lead_department_id
    sources: tuple[tuple[PhaseCode, Any, Any, Any], ...] = (
        (PhaseCode.PROPOSAL, plan, first_sent(), own),
        (PhaseCode.REVIEW, plan, DepartmentPlan.submitted_at, own),
        (PhaseCode.RESULTS, lead, TaskResult.submitted_at, and_(tasks, TaskResult.task_id == Task.id)),
    )  # fmt: skip
    for code, department, moment, criterion in sources:
        due = year.due(code)
        if due is not None:
            yield _late(code, department, due, moment).where(criterion, moment >= end_of(due))
    for day in year.accept_by:
        yield _late(PhaseCode.ACCEPTANCE, lead, day, Task.accepted_at).where(
            tasks, accept_by() == day, Task.accepted_at >= end_of(day)
        )
    if PhaseCode.MONITORING in year.phases:
        for month in year.months:
            yield _late(
                PhaseCode.MONITORING, lead, month.due_on, MonthlyCheck.submitted_at, month.month
            ).where(
                tasks,
                MonthlyCheck.task_id == Task.id,
                MonthlyCheck.late,
                MonthlyCheck.year == month.year,
                MonthlyCheck.month == month.month,
            )


def _late(
    code: PhaseCode,
    department: Any,
    due: dt.date | None,
    moment: Any,
    month: int | None = None,
) -> Any:
    return select(
        literal(code.value).label("phase"),
        department.label("department_id"),
        func.count().label("number"),
        literal(due, Date).label("due_on"),
        func.max(moment).label("at"),
        literal(month, Integer).label("month"),
    ).group_by(department)
