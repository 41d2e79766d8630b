"""Parts of a task that another department is asked to take over: who sees, passes, agrees,
changes and withdraws them, and what they add up to (Art. 5.1-5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import and_, false, func, inspect, or_, select
from sqlalchemy.orm import aliased, object_session
from sqlalchemy.sql.elements import ColumnElement

from app.core import policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import current_actor
from app.models.planning import Agreement, PassedAs, Task, TaskStatus
from app.organisation.rules import heads, is_office, leads
from app.planning.named_people import changes
from app.security.roles import LEADER

OPEN_AGREEMENTS = (Agreement.ASKED, Agreement.OBJECTED)
"""While a part stands so, the year's table is not aggregated."""
STEPS = frozenset({"agree", "object", "ask_again"})
FIXED = frozenset({"parent_id", "lead_department_id"})
"""What a part was passed with: changing it would leave nobody to settle it with."""
TERMS = ("title", "standard", "due_on", "due_text", "weight")
"""What a department agrees to; how it gets there (measures, milestones) is its own affair."""


def parts_and_wholes(reach: Iterable[int]) -> ColumnElement[bool]:
    """Tasks that departments within `reach` have passed a part of or been passed one: either
    side reads the other's line before it is issued."""
    departments, other = tuple(reach), _other_task()
    return or_(
        and_(
            Task.agreement.is_not(None),
            Task.parent_id.in_(select(other.id).where(other.lead_department_id.in_(departments))),
        ),
        Task.id.in_(
            select(other.parent_id).where(
                other.agreement.is_not(None), other.lead_department_id.in_(departments)
            )
        ),
    )


@cache
def _other_task() -> Any:
    """The other side's line. Made once: an alias takes longer to make than its query to write,
    and it stands only in queries of its own, within which nothing else is restricted."""
    return aliased(Task)


def hands_down(actor: Actor, task: Task | None) -> bool:
    """May the actor pass parts of this task, and settle what is said of them? The head of its
    lead department, the leader in charge, the Office."""
    if task is None:
        return False
    return (
        heads(actor, task.lead_department_id)
        or (leads(actor, task.lead_department_id) and actor.has_role(LEADER))
        or is_office(actor)
    )


def post_of(actor: Actor, department_id: int | None) -> PassedAs:
    """By which post the actor passes on work of this department: the nearest to it."""
    if heads(actor, department_id):
        return PassedAs.HEAD
    if leads(actor, department_id) and actor.has_role(LEADER):
        return PassedAs.LEADER
    return PassedAs.OFFICE


def settles(actor: Actor, part: Task) -> bool:
    """Does what is said of the part go back to the actor? To the post that passed it, whoever
    holds it today; the Office, which runs the year, steps in for any."""
    if is_office(actor):
        return True
    whole = policy.related(part, "parent")
    department = part.lead_department_id if whole is None else whole.lead_department_id
    if part.passed_as == PassedAs.LEADER:
        return leads(actor, department) and actor.has_role(LEADER)
    return part.passed_as != PassedAs.OFFICE and whole is not None and heads(actor, department)


def to_settle(actor: Actor) -> ColumnElement[bool]:
    """The parts whose objections wait for the actor's post (`settles`, without the Office's
    stepping in)."""
    whole = aliased(Task)
    department = func.coalesce(
        select(whole.lead_department_id)
        .where(whole.id == Task.parent_id)
        .correlate(Task)
        .scalar_subquery(),
        Task.lead_department_id,
    )
    posts: list[ColumnElement[bool]] = [false()]
    if actor.headed:
        by_head = or_(Task.passed_as.is_(None), Task.passed_as == PassedAs.HEAD)
        posts.append(and_(by_head, Task.parent_id.is_not(None), department.in_(actor.headed)))
    if actor.charged and actor.has_role(LEADER):
        posts.append(and_(Task.passed_as == PassedAs.LEADER, department.in_(actor.charged)))
    if is_office(actor):
        posts.append(Task.passed_as == PassedAs.OFFICE)
    return or_(*posts)


def takes_step(actor: Actor, verb: str, part: Task) -> bool:
    """The head of the part's department agrees or objects; who passed it asks again."""
    if verb == "ask_again":
        return settles(actor, part)
    return heads(actor, part.lead_department_id)


def writes_part(actor: Actor, verb: str, part: Task) -> bool | None:
    """May the actor edit or delete a proposed part? None leaves it to the rules of any draft.

    Who passed it changes and withdraws it until it is agreed. The department objects to a
    part, it does not delete it.
    """
    if part.agreement in OPEN_AGREEMENTS and settles(actor, part):
        return True
    if verb == "delete" and not is_office(actor):
        return False
    return None


def check_whole(part: Task) -> None:
    """A task is part of none of another year, and not of its own parts. Asked when it comes to
    stand under another. Raises RuleViolation at `parent`."""
    whole = policy.related(part, "parent")
    if whole is None or not changes(part, "parent", "cycle"):
        return
    if None not in (whole.cycle_id, part.cycle_id) and whole.cycle_id != part.cycle_id:
        raise RuleViolation(message("The parent task belongs to another year."), "parent")
    if part.id is None:
        return
    if whole.id == part.id:
        raise RuleViolation(message("A task cannot stand under itself."), "parent")
    seen: set[int] = set()
    while whole is not None and whole.id not in seen:
        if whole.id == part.id:
            raise RuleViolation(
                message("A task cannot stand under one of its own parts."), "parent"
            )
        seen.add(whole.id)
        whole = policy.related(whole, "parent")


def check_terms(part: Task) -> None:
    """What a department is asked for is changed by who asks, and by nobody once it is agreed:
    neither side finds another thing than it agreed to. What was left open the department
    completes. Raises RuleViolation at the term."""
    state: Any = inspect(part)
    if part.agreement is None or part.status != TaskStatus.PROPOSED or not state.persistent:
        return
    changed = [
        name for name in TERMS if any(one not in (None, "") for one in state.attrs[name].history[2])
    ]
    session = object_session(part)
    actor = None if session is None else current_actor(session)
    if not changed or actor is None or actor.everything:
        return
    if part.agreement == Agreement.AGREED:
        raise RuleViolation(
            message(
                "The department has agreed to the part as it stands: title, standard, due date"
                " and weight change only after who passed it asks again."
            ),
            changed[0],
        )
    if not settles(actor, part):
        raise RuleViolation(
            message(
                "Title, standard, due date and weight are set by who passes the part. Object to"
                " it and say what should be different."
            ),
            changed[0],
        )


@dataclass(frozen=True, slots=True)
class RollUp:
    """What the parts of a task add up to. `progress` is their mean by weight, None while nothing
    was reported on any."""

    count: int
    weight: Decimal | None
    progress: Decimal | None


def roll_up(parts: Sequence[Task], reached: Sequence[Decimal | None] | None = None) -> RollUp:
    """Terminated parts are left out; without any weight all count alike, and where some have
    one, those without count for nothing (domain §6). `reached`: how far each has come, where that
    is not what was reported on it."""
    told = [part.actual_percent for part in parts] if reached is None else reached
    known = [
        (part.weight, percent)
        for part, percent in zip(parts, told, strict=True)
        if part.status != TaskStatus.TERMINATED
    ]
    given = [weight for weight, _ in known if weight is not None]
    total = sum(given, Decimal(0)) if given else None
    if all(percent is None for _, percent in known):
        return RollUp(len(known), total, None)
    shares = [(weight or Decimal(0)) if total else Decimal(1) for weight, _ in known]
    come = sum(
        (share * (one[1] or 0) for share, one in zip(shares, known, strict=True)), Decimal(0)
    )
    return RollUp(len(known), total, (come / sum(shares)).quantize(Decimal("0.1")))
