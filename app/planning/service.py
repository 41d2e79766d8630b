"""Commands of planning: proposing a task with its parts, handing it out (Art. 4.2, 5.1, 5.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core import workflow
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.models.cycles import Direction, IndicatorKind
from app.models.planning import Indicator, Milestone, Task, TaskDepartment, TaskDepartmentRole


@dataclass(frozen=True, slots=True)
class MilestonePlan:
    due_on: dt.date | None
    text: str
    planned_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class IndicatorPlan:
    name: str
    kind: IndicatorKind
    unit: str | None = None
    direction: Direction | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    standard: str | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to a task: other departments in order, milestones, indicators."""

    co_leads: Sequence[int] = ()
    assists: Sequence[int] = ()
    milestones: Sequence[MilestonePlan] = ()
    indicators: Sequence[IndicatorPlan] = ()


def propose_task(session: AnySession, actor: Actor, task: Task, parts: Parts) -> Task:
    """Add a proposed task with its departments, milestones and indicators.

    The head of the lead department, its leader, or the Office. Effects: a task in `proposed`.
    Errors: NotAllowed; RuleViolation of a rule of the task or of a part. Flushes nothing, so
    that a whole table is written together. Art. 4.2, 5.1.
    """
    named = [(key, TaskDepartmentRole.CO_LEAD) for key in parts.co_leads]
    named += [(key, TaskDepartmentRole.ASSIST) for key in parts.assists]
    task.departments = [
        TaskDepartment(department_id=key, role=role, position=place)
        for place, (key, role) in enumerate(named, start=1)
        if key != task.lead_department_id
    ]
    task.milestones = [
        Milestone(due_on=plan.due_on, text=plan.text, planned_percent=plan.planned_percent)
        for plan in parts.milestones
    ]
    task.indicators = [
        Indicator(
            name=plan.name,
            kind=plan.kind,
            unit=plan.unit,
            direction=plan.direction,
            baseline=plan.baseline,
            target=plan.target,
            standard=plan.standard,
            weight=plan.weight,
        )
        for plan in parts.indicators
    ]
    session.add(task)
    return task


@dataclass(frozen=True, slots=True)
class HandOut:
    """To whom an issued task goes: a section of the lead department and a person."""

    task: Task
    section_id: int | None
    owner_id: int | None


def accept_tasks(session: AnySession, actor: Actor, given: Sequence[HandOut]) -> Sequence[Task]:
    """Hand published tasks out to sections and persons, and accept them.

    The head of the lead department; from `published`. Effects: section, owner, `accepted` and
    its time. Errors: NotAllowed, WrongState; RuleViolation at `owner` where nobody is named
    or the section is another department's. Art. 5.3.
    """
    for one in given:
        one.task.section_id = one.section_id
        one.task.owner_id = one.owner_id
    session.flush()
    return workflow.apply_all(session, actor, [one.task for one in given], "accept")
