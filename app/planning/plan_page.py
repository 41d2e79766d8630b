"""What the page of a department's plan shows: its tasks in one table, what still keeps it from
being sent, the comments, what changed since it came back. Statements do not grow with tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import Message
from app.core.unit_of_work import AnySession
from app.models.cycles import Phase, PhaseCode
from app.models.plan_comments import PlanComment
from app.models.planning import (
    DepartmentPlan,
    Indicator,
    Milestone,
    PlanStatus,
    Task,
    TaskDepartment,
)
from app.planning.plan_late import deadline_counts, lateness
from app.planning.plan_rules import IN_DEPARTMENT, Problem
from app.planning.plan_workflow import open_problems, weight_total


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A task of the plan with how much hangs on it."""

    task: Task
    indicators: int
    milestones: int
    departments: int
    comments: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan as its reader sees it. `due_on` is the last day of what it waits for now; `missed`
    is that day where it sets no deadline (`plan_late.deadline_counts`); `late` says what came
    late all the same."""

    plan: DepartmentPlan
    lines: Sequence[PlanLine]
    problems: Sequence[Problem]
    comments: Sequence[PlanComment]
    weight_total: Decimal | None
    due_on: dt.date | None
    missed: dt.date | None
    late: Sequence[Message]

    @property
    def writing(self) -> bool:
        """Is the department writing it?"""
        return self.plan.status in IN_DEPARTMENT

    @property
    def weight(self) -> Decimal | None:
        """What the weights add up to; None while none is given."""
        given = [line.task.weight for line in self.lines if line.task.weight is not None]
        return sum(given, Decimal(0)) if given else None

    @property
    def unanswered(self) -> int:
        return sum(1 for comment in self.comments if comment.answered_at is None)


def load_plan_page(session: AnySession, actor: Actor, plan: DepartmentPlan) -> PlanPage:
    """Read the page of a plan the actor sees."""
    problems = open_problems(session, plan) if plan.status in IN_DEPARTMENT else []
    comments = list(
        session.scalars(
            select(PlanComment)
            .where(visible(actor, PlanComment), PlanComment.department_plan_id == plan.id)
            .order_by(PlanComment.id)
            .options(joinedload(PlanComment.task))
        )
    )
    due_on, missed = _deadline(session, plan)
    return PlanPage(
        plan,
        _lines(session, actor, plan, problems),
        problems,
        comments,
        weight_total(session, plan.cycle),
        due_on,
        missed,
        lateness(session, plan),
    )


def _lines(
    session: AnySession, actor: Actor, plan: DepartmentPlan, problems: Sequence[Problem]
) -> list[PlanLine]:
    def counted(model: type[Indicator | Milestone | TaskDepartment | PlanComment]):  # type: ignore[no-untyped-def]
        return (
            select(func.count(model.id))
            .where(model.task_id == Task.id)
            .correlate(Task)
            .scalar_subquery()
        )

    rows = session.execute(
        select(
            Task,
            *(counted(model) for model in (Indicator, Milestone, TaskDepartment, PlanComment)),
        )
        .where(visible(actor, Task), Task.department_plan_id == plan.id)
        .order_by(Task.sort_order, Task.id)
        .options(joinedload(Task.carried_from))
    )
    return [
        PlanLine(
            row[0],
            indicators=row[1],
            milestones=row[2],
            departments=row[3],
            comments=row[4],
            problems=tuple(one for one in problems if one.task_id == row[0].id),
        )
        for row in rows
    ]


PHASE_OF = {
    PlanStatus.DRAFT: PhaseCode.PROPOSAL,
    PlanStatus.RETURNED: PhaseCode.REVIEW,
    PlanStatus.REVIEW: PhaseCode.REVIEW,
    PlanStatus.REVIEWED: PhaseCode.REVIEW,
}
"""By what phase's end a plan in this state is to move on (Art. 4.2-4.3)."""


def _deadline(session: AnySession, plan: DepartmentPlan) -> tuple[dt.date | None, dt.date | None]:
    """The last day of what the plan waits for; or, second, that day where it sets no deadline."""
    wanted = PHASE_OF.get(plan.status)
    if wanted is None:
        return None, None
    last = session.scalar(
        select(Phase.ends_on).where(Phase.cycle_id == plan.cycle_id, Phase.code == wanted)
    )
    if last is None or deadline_counts(session, plan, last):
        return last, None
    return None, last
