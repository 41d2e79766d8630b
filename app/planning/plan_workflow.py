"""The steps of a department's plan: its leader reviews, the department submits, the Office
aggregates (Art. 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation, RuleViolations
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.cycles import paper_entries
from app.cycles.paper_entries import OnPaper
from app.cycles.queries import rule
from app.models.cycles import Cycle
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, Indicator, PlanStatus, Task
from app.organisation.deciding import deciders_of
from app.planning.carry_over import missing_in
from app.planning.plan_rules import PlannedTask, Problem, problems_of


def weight_total(session: AnySession, cycle: Cycle) -> Decimal | None:
    """What a department's weights must add up to; None if the year does not check them."""
    if cycle.rule_book_id is None or not rule(session, cycle, "phase.plan_weight_check"):
        return None
    return Decimal(rule(session, cycle, "phase.plan_weight_total"))


def open_problems(session: AnySession, plan: DepartmentPlan) -> Sequence[Problem]:
    """What still keeps the plan from being sent, told the same on the page and by the step."""
    counted = (
        select(func.count(Indicator.id))
        .where(Indicator.task_id == Task.id)
        .correlate(Task)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Task.id, Task.title, Task.standard, counted, Task.weight)
        .where(Task.department_plan_id == plan.id)
        .order_by(Task.sort_order, Task.id)
    )
    return problems_of(
        (PlannedTask(*row) for row in rows),
        text=plan.text,
        weight_total=weight_total(session, plan.cycle),
        carried=[
            task.title for task in missing_in(session, plan.id, plan.department_id, plan.cycle.year)
        ],
    )


def _complete(actor: Actor, plan: DepartmentPlan, fields: Mapping[str, Any]) -> None:
    session = object_session(plan)
    assert session is not None
    found = open_problems(session, plan)
    if found:
        raise RuleViolations([RuleViolation(problem.words) for problem in found])
    if plan.status == PlanStatus.RETURNED:
        unanswered = session.scalar(
            select(func.count(PlanComment.id)).where(
                PlanComment.department_plan_id == plan.id, PlanComment.answered_at.is_(None)
            )
        )
        if unanswered:
            raise RuleViolation(
                message("%(count)s comments are not answered yet.", count=unanswered)
            )


def _send(
    session: AnySession, actor: Actor, plan: DepartmentPlan, fields: Mapping[str, Any]
) -> None:
    plan.review_round += 1
    plan.sent_at = clock.now()
    plan.sent_by_id = actor.user_id


def _review(
    session: AnySession, actor: Actor, plan: DepartmentPlan, fields: Mapping[str, Any]
) -> None:
    plan.reviewed_by_id = actor.user_id
    plan.reviewed_at = clock.now()
    # What was said in returning an earlier round is no opinion on this one.
    plan.review_comment = fields.get("review_comment") or None


def _submit(
    session: AnySession, actor: Actor, plan: DepartmentPlan, fields: Mapping[str, Any]
) -> None:
    plan.submitted_at = clock.now()


DEPARTMENT_PLAN = Workflow(
    DepartmentPlan,
    (
        Transition(
            "send_for_review",
            (PlanStatus.DRAFT, PlanStatus.RETURNED),
            PlanStatus.REVIEW,
            message("Send to the leader"),
            guard=_complete,
            effect=_send,
            article="4.3",
        ),
        Transition(
            "review",
            (PlanStatus.REVIEW,),
            PlanStatus.REVIEWED,
            message("Approve the plan"),
            accepts=("review_comment",),
            decides=True,
            effect=_review,
            article="4.3",
        ),
        Transition(
            "return",
            (PlanStatus.REVIEW,),
            PlanStatus.RETURNED,
            message("Return"),
            requires=("review_comment",),
            decides=True,
            effect=_review,
            article="4.3",
        ),
        Transition(
            "submit",
            (PlanStatus.REVIEWED,),
            PlanStatus.SUBMITTED,
            message("Submit to the Office"),
            effect=_submit,
            article="4.3",
        ),
        Transition(
            "aggregate",
            (PlanStatus.SUBMITTED,),
            PlanStatus.AGGREGATED,
            message("Take into the college's plan"),
            article="4.3",
        ),
    ),
    own_departments=lambda plan: frozenset({plan.department_id} if plan.department_id else ()),
    submitter=lambda plan: plan.sent_by_id,
    deciders=lambda plan: deciders_of(plan, plan.department_id, plan.sent_by_id),
)

workflow.register(DEPARTMENT_PLAN)
paper_entries.register(
    OnPaper(
        DepartmentPlan,
        {"review": "review_comment", "return": "review_comment"},
        cycle=lambda plan: plan.cycle,
        department=lambda plan: plan.department_id,
        carried_on=frozenset({"submit", "send_for_review", "aggregate"}),
    )
)
