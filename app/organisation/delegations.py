"""授权: what a delegation must be when it is given, and ending it early (domain §1).

What it passes is decided where rights are looked up (`app.security.actors`): the giver's own
posts as head and as leader in charge, as long as the giver holds them.

The Office may write one between two others, and it holds at once: a head who is ill signs nothing.
What stands in place of the giver's signature is the ground (which paper, whose word), a message
to both, and a note on the giver's home page for as long as it lasts, with the button that ends it
(`given_by`). Nobody writes one to themselves, and whatever is done under it names both.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, inspect, or_, select
from sqlalchemy.orm import Session, object_session

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession, current_actor, hold_row
from app.models.cycles import RuleBook, RuleBookStatus, RuleValue
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Delegation,
    Department,
    Person,
)
from app.models.system import Notification

LONGEST = "access.delegation_longest_days"
_TOLD = ("giver_id", "receiver_id", "department_id", "valid_from", "valid_to")


def check_given(row: Delegation) -> None:
    """Raise RuleViolation unless a new or changed delegation may stand: the receiver can sign in,
    it is no longer than the rule book allows, the giver holds what it passes, and nothing of it
    is delegated already for some of the same days."""
    session = object_session(row)
    if session is None or None in (row.valid_from, row.valid_to) or not _is_told_anew(row):
        return
    with session.no_autoflush:
        giver, receiver = policy.related(row, "giver"), policy.related(row, "receiver")
        if giver is None or receiver is None:
            return
        if not receiver.active:
            raise RuleViolation(
                message("%(name)s has no open account.", name=receiver.name), "receiver"
            )
        writer = current_actor(session)
        if writer is not None and writer.user_id == receiver.id:
            raise RuleViolation(
                message("Nobody makes themselves a stand-in: the giver or a colleague writes it."),
                "receiver",
            )
        by_hand = writer is not None and not writer.everything
        if by_hand and row.valid_to < clock.today():
            raise RuleViolation(message("The delegation would be over already."), "valid_to")
        if not (row.ground or "").strip():
            raise RuleViolation(message("Say on what ground."), "ground")
        _refuse_too_long(session, row)
        _refuse_unheld(session, row, giver)
        _refuse_overlap(session, row, giver, receiver)


def end_delegation(session: AnySession, actor: Actor, row: Delegation) -> Delegation:
    """End a delegation now, before its last day.

    The giver; the Office or the administrator for anybody. Effects: from this moment the
    receiver takes no step for the giver. Errors: NotAllowed; WrongState when it is over.
    """
    policy.require(actor, "end", row)
    if row.ended_at is not None or row.valid_to < clock.today():
        raise WrongState(message("This delegation is over already."))
    with guard.privileged(session):
        row.ended_at = clock.now()
        row.ended_by_id = actor.user_id
    return row


def given_by(session: AnySession, actor: Actor) -> list[Delegation]:
    """What the actor's posts are delegated today or will be, the next first. Nothing is read for
    somebody who has no post to pass."""
    if not actor.headed and not actor.charged:
        return []
    return list(
        session.scalars(
            select(Delegation)
            .where(
                visible(actor, Delegation),
                Delegation.giver_id == actor.user_id,
                Delegation.ended_at.is_(None),
                Delegation.valid_to >= clock.today(),
            )
            .order_by(Delegation.valid_from, Delegation.id)
        )
    )


def announce(session: AnySession, actor: Actor, row: Delegation, link: str) -> None:
    """Tell the receiver, and the giver if somebody else wrote it down."""
    days = {"since": row.valid_from.isoformat(), "until": row.valid_to.isoformat()}
    texts = {
        row.receiver_id: str(
            message(
                "You stand in for %(name)s from %(since)s to %(until)s.",
                name=row.giver.name, **days,
            )
        ),
        row.giver_id: str(
            message(
                "%(name)s stands in for you from %(since)s to %(until)s.",
                name=row.receiver.name, **days,
            )
        ),
    }  # fmt: skip
    texts.pop(actor.user_id or 0, None)
    with guard.privileged(session):
        session.add_all(
            Notification(person_id=person, kind="delegation", text=text, link=link)
            for person, text in texts.items()
        )


def _is_told_anew(row: Delegation) -> bool:
    state: Any = inspect(row)
    if not state.persistent:
        return True
    return any(state.attrs[name].history.has_changes() for name in _TOLD)


def _refuse_too_long(session: Session, row: Delegation) -> None:
    longest = longest_days(session, row.valid_from)
    if longest is not None and (row.valid_to - row.valid_from).days + 1 > longest:
        raise RuleViolation(
            message("A delegation lasts at most %(count)s days.", count=longest), "valid_to"
        )


def longest_days(session: AnySession, day: dt.date) -> int | None:
    """How many days a delegation that begins on `day` may last, by the rule book in force then;
    None where it says nothing."""
    value = session.scalar(
        select(RuleValue.value)
        .join(RuleBook, RuleBook.id == RuleValue.rule_book_id)
        .where(
            RuleValue.key == LONGEST,
            RuleBook.status == RuleBookStatus.IN_FORCE,
            RuleBook.year <= day.year,
        )
        .order_by(RuleBook.year.desc())
        .limit(1)
    )
    return int(value) if value else None


def _refuse_unheld(session: Session, row: Delegation, giver: Person) -> None:
    """The giver heads the department, or has it in charge, when the delegation begins; without
    a department, any of the college."""
    scope = row.department_id or getattr(row.department, "id", None)
    for query in (
        select(Appointment.id).where(
            Appointment.person_id == giver.id,
            Appointment.post.in_(HEADING_POSTS),
            _at(Appointment, scope),
            *_held_on(Appointment, row.valid_from),
        ),
        select(Charge.id).where(
            Charge.leader_id == giver.id,
            _at(Charge, scope),
            *_held_on(Charge, row.valid_from),
        ),
    ):
        if session.scalar(query.limit(1)) is not None:
            return
    if scope is None:
        raise RuleViolation(
            message(
                "%(name)s heads no department and has none in charge: there is nothing to pass.",
                name=giver.name,
            ),
            "giver",
        )
    raise RuleViolation(
        message("%(name)s neither heads this department nor has it in charge.", name=giver.name),
        "department",
    )


def _at(model: Any, scope: int | None) -> Any:
    """Posts at the department or above it; any department where no scope is given."""
    if scope is None:
        return model.department_id.is_not(None)
    above = select(Department.parent_id).where(Department.id == scope)
    return or_(model.department_id == scope, model.department_id.in_(above))


def _held_on(model: Any, day: dt.date) -> tuple[Any, ...]:
    return model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day)


def _refuse_overlap(session: Session, row: Delegation, giver: Person, receiver: Person) -> None:
    # Of two written at the same instant the second waits here and then sees the first.
    hold_row(session, Person, giver.id)
    scope = row.department_id or getattr(row.department, "id", None)
    same = and_(
        Delegation.giver_id == giver.id,
        Delegation.receiver_id == receiver.id,
        Delegation.ended_at.is_(None),
        Delegation.valid_from <= row.valid_to,
        Delegation.valid_to >= row.valid_from,
    )
    if scope is not None:
        same = and_(
            same, or_(Delegation.department_id.is_(None), Delegation.department_id == scope)
        )
    if row.id is not None:
        same = and_(same, Delegation.id != row.id)
    other = session.scalar(select(Delegation).where(same).limit(1))
    if other is not None:
        raise RuleViolation(
            message(
                "%(giver)s has delegated this to %(receiver)s already, from %(since)s to %(until)s.",
                giver=giver.name, receiver=receiver.name,
                since=other.valid_from.isoformat(), until=other.valid_to.isoformat(),
            ),
            "valid_from",
        )  # fmt: skip
