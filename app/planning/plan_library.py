"""Indicators of a plan's tasks from the college's library: picked, given their target (Art. 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import policy
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import IndicatorKind, IndicatorTemplate
from app.models.planning import DepartmentPlan, Indicator, Task
from app.planning.plan_rules import IN_DEPARTMENT


@dataclass(frozen=True, slots=True)
class Pick:
    """A template with what the task makes of it."""

    template: IndicatorTemplate
    baseline: Decimal | None = None
    target: Decimal | None = None


def tasks_of(session: AnySession, actor: Actor, plan: DepartmentPlan) -> list[Task]:
    """The plan's tasks that the actor writes: a head all of the department's, staff their own."""
    rows = session.scalars(
        select(Task)
        .where(visible(actor, Task), Task.department_plan_id == plan.id)
        .order_by(Task.sort_order, Task.id)
    )
    return [task for task in rows if policy.can(actor, "edit", task)]


def library_for(session: AnySession, actor: Actor, task: Task) -> list[IndicatorTemplate]:
    """The library's active indicators that the task does not have yet, those of its category
    first."""
    has = select(Indicator.indicator_template_id).where(
        Indicator.task_id == task.id, Indicator.indicator_template_id.is_not(None)
    )
    rows = session.scalars(
        select(IndicatorTemplate)
        .where(
            visible(actor, IndicatorTemplate),
            IndicatorTemplate.active.is_(True),
            IndicatorTemplate.id.not_in(has),
        )
        .options(joinedload(IndicatorTemplate.category))
        .order_by(IndicatorTemplate.category_id, IndicatorTemplate.code)
    ).all()
    return sorted(rows, key=lambda row: row.category_id != task.category_id)


def add_from_library(
    session: AnySession, actor: Actor, task: Task, picks: Sequence[Pick]
) -> list[Indicator]:
    """Give a proposed task indicators of the library: name, kind, unit, direction and standard
    are the template's.

    Whoever writes the task, while its plan is with the department. Errors: NotAllowed;
    WrongState; RuleViolation at `template` where nothing is picked or the task has it already,
    at `target` for a quantitative one without. Art. 4.2.
    """
    plan = task.department_plan
    if plan is None or plan.status not in IN_DEPARTMENT:
        raise WrongState(message("The plan is with its leader or the Office; it cannot change."))
    if not picks:
        raise RuleViolation(message("Tick the indicators that the task takes over."), "template")
    known = {one.indicator_template_id for one in task.indicators}
    made = []
    for pick in picks:
        template = pick.template
        if template.id in known:
            words = message("The task has the indicator “%(name)s” already.", name=template.name)
            raise RuleViolation(words, "template")
        if template.kind == IndicatorKind.QUANTITATIVE and pick.target is None:
            words = message("“%(name)s” is counted: give its target.", name=template.name)
            raise RuleViolation(words, "target")
        counted = template.kind == IndicatorKind.QUANTITATIVE
        made.append(
            Indicator(
                task_id=task.id,
                indicator_template_id=template.id,
                name=template.name,
                kind=template.kind,
                unit=template.unit,
                direction=template.direction,
                standard=template.standard,
                baseline=pick.baseline if counted else None,
                target=pick.target if counted else None,
            )
        )
    session.add_all(made)
    session.flush()
    return made
