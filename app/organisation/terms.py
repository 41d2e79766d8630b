"""Charges and appointments that run out: which they are, and how they are prolonged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.organisation import Appointment, Charge

Term = Charge | Appointment
T = TypeVar("T", Charge, Appointment)


def running_out(session: AnySession, actor: Actor, model: type[T], before: dt.date) -> list[T]:
    """Charges or appointments in force today that end before `before`, and that nobody follows
    in: no other one of the same department and kind goes on or begins."""
    today = clock.today()
    other = aliased(model)
    kind = "kind" if model is Charge else "post"
    followed = exists(
        select(other.id).where(
            other.id != model.id,
            other.department_id == model.department_id,
            getattr(other, kind) == getattr(model, kind),
            other.valid_from <= before,
            other.valid_to.is_(None) | (other.valid_to >= before),
        )
    )
    person = model.leader if model is Charge else model.person
    return list(
        session.scalars(
            select(model)
            .where(
                visible(actor, model),
                model.valid_from <= today,
                model.valid_to >= today,
                model.valid_to < before,
                ~followed,
            )
            .options(joinedload(person), joinedload(model.department))
            .order_by(model.valid_to, model.id)
        )
    )


def prolong(session: AnySession, actor: Actor, rows: Sequence[Term], until: dt.date) -> int:
    """Let charges and appointments go on until a day, at most as long as their department. How
    many.

    Administrator or Office (`charge:prolong`, `appointment:prolong`). Errors: NotAllowed, also
    for one's own appointment; RuleViolation at `valid_to` for one that lasts as long already.
    """
    for row in rows:
        if not actor.may(f"{row.__tablename__}:prolong"):
            raise NotAllowed(message("You may not do this to this row."))
        if isinstance(row, Appointment) and row.person_id == actor.user_id:
            raise NotAllowed(message("Somebody else prolongs your own appointment."))
        if row.valid_to is None or row.valid_to >= until:
            raise RuleViolation(message("This lasts as long already."), "valid_to")
    with guard.privileged(session):
        for row in rows:
            ends = row.department.valid_to if row.department is not None else None
            row.valid_to = until if ends is None else min(until, ends)
    return len(rows)
