"""Parts of a task that another department is asked to take over: who sees, passes, agrees,
changes and withdraws them, and what they add up to (Art. 5.1-5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core import policy
from app.core.actor import Actor
from app.models.planning import Agreement, Task, TaskStatus
from app.organisation.rules import heads, is_office, leads
from app.security.roles import LEADER

OPEN_AGREEMENTS = (Agreement.ASKED, Agreement.OBJECTED)
"""While a part stands so, the year's table is not aggregated."""
STEPS = frozenset({"agree", "object", "ask_again"})
FIXED = frozenset({"parent_id", "lead_department_id"})
"""What a part was passed with: changing it would leave nobody to settle it with."""


def parts_and_wholes(reach: Iterable[int]) -> ColumnElement[bool]:
    """Tasks that departments within `reach` have passed a part of or been passed one: either
    side reads the other's line before it is issued."""
    departments = tuple(reach)
    other = aliased(Task)
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


def takes_step(actor: Actor, verb: str, part: Task) -> bool:
    """The head of the part's department agrees or objects; who passed it asks again."""
    if verb == "ask_again":
        return hands_down(actor, policy.related(part, "parent"))
    return heads(actor, part.lead_department_id)


def writes_part(actor: Actor, verb: str, part: Task) -> bool | None:
    """May the actor edit or delete a proposed part? None leaves it to the rules of any draft.

    Who passed it changes and withdraws it until it is agreed: what a department agreed to does
    not change behind its back. The department objects to a part, it does not delete it.
    """
    if part.agreement in OPEN_AGREEMENTS and hands_down(actor, policy.related(part, "parent")):
        return True
    if verb == "delete" and not is_office(actor):
        return False
    return None


@dataclass(frozen=True, slots=True)
class RollUp:
    """What the parts of a task add up to. `progress` is their mean by weight, None while nothing
    was reported on any."""

    count: int
    weight: Decimal | None
    progress: Decimal | None


def roll_up(parts: Iterable[Task]) -> RollUp:
    """Terminated parts are left out; without any weight all count alike, and where some have
    one, those without count for nothing (domain §6)."""
    known = [part for part in parts if part.status != TaskStatus.TERMINATED]
    given = [part.weight for part in known if part.weight is not None]
    weight = sum(given, Decimal(0)) if given else None
    shares = [part.weight or Decimal(0) for part in known] if weight else [Decimal(1)] * len(known)
    if all(part.actual_percent is None for part in known):
        return RollUp(len(known), weight, None)
    reached = [part.actual_percent or Decimal(0) for part in known]
    progress = sum((a * b for a, b in zip(shares, reached, strict=True)), Decimal(0)) / sum(shares)
    return RollUp(len(known), weight, progress.quantize(Decimal("0.1")))
