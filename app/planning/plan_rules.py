"""What a department's plan must be before its leader reads it, and who comments on it (Art. 4.2-4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy, visible
from app.core.text import Message, message
from app.models.carry_over import CarryOver
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus, Task
from app.organisation.rules import belongs, heads, in_hands, is_office, leads
from app.security.roles import TOP_LEADER

IN_DEPARTMENT = (PlanStatus.DRAFT, PlanStatus.RETURNED)
"""While the plan stands so, the department writes it and its tasks."""
IN_REVIEW = (PlanStatus.REVIEW, PlanStatus.REVIEWED, PlanStatus.SUBMITTED)
"""While the plan stands so, its department changes neither it nor its tasks: what the leader
reads and the Office receives is what was sent."""


LONGEST = 2000
"""Letters of a comment, an opinion or an answer: what is longer belongs into a file."""


def said(text: str, field: str) -> str:
    """What somebody has to say, without the spaces around it. RuleViolation at `field` for
    nothing and for too much."""
    words = text.strip()
    if not words:
        raise RuleViolation(message("Write what you have to say."), field)
    if len(words) > LONGEST:
        raise RuleViolation(
            message("At most %(count)s characters; attach a file for more.", count=LONGEST), field
        )
    return words


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """What the check of a plan asks of a task."""

    id: int
    title: str
    standard: str | None
    indicators: int
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What still stands in a plan's way; `task_id` where it is one task's."""

    words: Message
    task_id: int | None = None


def problems_of(
    tasks: Iterable[PlannedTask],
    *,
    text: str | None,
    weight_total: Decimal | None,
    carried: Sequence[str] = (),
) -> Sequence[Problem]:
    """Why a plan cannot be sent yet: nothing in it, a task without a standard, weights that do
    not add up to `weight_total` where weights are given at all (None: the year does not check),
    titles in `carried`, which the Office has confirmed for carry-over and nobody has taken up.
    """
    known = list(tasks)
    found = []
    if not known and not (text or "").strip():
        found.append(Problem(message("The plan holds no task and no text yet.")))
    for task in known:
        if not (task.standard or "").strip() and not task.indicators:
            words = message("“%(task)s” has no standard and no indicator.", task=task.title)
            found.append(Problem(words, task.id))
    weights = [task.weight for task in known if task.weight is not None]
    if weight_total is not None and weights:
        for task in known:
            if task.weight is None:
                words = message("“%(task)s” has no weight, while others have one.", task=task.title)
                found.append(Problem(words, task.id))
        found += off_total(sum(weights, Decimal(0)), weight_total)
    for title in carried:
        words = message(
            "The Office has confirmed “%(task)s” for carry-over; take it up into the plan.",
            task=title,
        )
        found.append(Problem(words))
    return found


def off_total(total: Decimal, wanted: Decimal) -> list[Problem]:
    """The weights' sum with what is missing, or too much of it."""
    if total == wanted:
        return []
    told = {
        "sum": format(total.normalize(), "f"),
        "total": format(wanted.normalize(), "f"),
        "rest": format(abs(wanted - total).normalize(), "f"),
    }
    if total < wanted:
        return [
            Problem(
                message(
                    "The weights add up to %(sum)s instead of %(total)s: %(rest)s are missing.",
                    **told,
                )
            )
        ]
    return [
        Problem(
            message(
                "The weights add up to %(sum)s instead of %(total)s: %(rest)s too many.", **told
            )
        )
    ]


def can_write_plan(actor: Actor, verb: str, row: DepartmentPlan) -> bool:
    """The department writes its draft; its head sends and submits; the leader in charge, or a
    top leader, reviews; the Office aggregates."""
    department = row.department_id or getattr(row.department, "id", None)
    if verb in ("review", "return"):
        return leads(actor, department) or actor.has_role(TOP_LEADER)
    if verb == "aggregate":
        return is_office(actor)
    if verb in ("send_for_review", "submit"):
        return heads(actor, department)
    return row.status in (None, *IN_DEPARTMENT) and belongs(actor, department)


def _can_write_comment(actor: Actor, verb: str, row: PlanComment) -> bool:
    """Whoever reviews the plan comments on it, and takes back what nobody answered yet."""
    plan = policy.related(row, "department_plan")
    if plan is None:
        return False
    if verb == "answer":
        return belongs(actor, plan.department_id)
    if verb == "add":
        reviews = leads(actor, plan.department_id) or actor.has_role(TOP_LEADER)
        own = actor.sides_with(frozenset({plan.department_id}))
        return (reviews or is_office(actor)) and not own
    return row.author_id == actor.user_id and row.answered_at is None


def _seen_comments(actor: Actor) -> ColumnElement[bool]:
    return or_(
        PlanComment.author_id == actor.user_id,
        PlanComment.department_plan_id.in_(
            select(DepartmentPlan.id).where(in_hands(DepartmentPlan.department_id, actor))
        ),
    )


def _seen_carry_overs(actor: Actor) -> ColumnElement[bool]:
    """Whoever sees the task reads what was decided on it."""
    return CarryOver.task_id.in_(select(Task.id).where(visible(actor, Task)))


def check_comment(row: PlanComment) -> None:
    """A comment on a task is on a task of its plan."""
    task = policy.related(row, "task")
    plan = policy.related(row, "department_plan")
    if task is not None and plan is not None and task.department_plan_id != plan.id:
        raise RuleViolation(message("The task is not one of this plan."), "task")


policy.register(
    DepartmentPlan,
    Policy(
        "department_plan",
        lambda actor: in_hands(DepartmentPlan.department_id, actor),
        can_write_plan,
    ),
)
policy.register(CarryOver, Policy("carry_over", _seen_carry_overs, policy.nobody))
policy.register(PlanComment, Policy("plan_comment", _seen_comments, _can_write_comment))
guard.register_invariant(PlanComment, check_comment)
