"""The steps of an entry from paper: its signer acknowledges or objects, the Office takes it back
or puts it to a top leader (domain §1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import select
from sqlalchemy.orm import object_session

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.cycles.contested import forget, take_back
from app.cycles.paper_entries import tell
from app.models.meetings import PaperEntry, PaperStatus
from app.models.organisation import Person
from app.organisation.deciding import names_with
from app.security.roles import TOP_LEADER


def _in_time(actor: Actor, entry: PaperEntry, fields: Mapping[str, Any]) -> None:
    if entry.objection_until < clock.today():
        raise WrongState(
            message("An objection was possible until %(day)s.", day=entry.objection_until)
        )


def _not_a_party(actor: Actor, entry: PaperEntry, fields: Mapping[str, Any]) -> None:
    """Neither who signed nor who entered it, nor whoever stands in for one of them."""
    if not (actor.has_submitted(entry.person_id) or actor.has_submitted(entry.recorded_by_id)):
        return
    session = object_session(entry)
    assert session is not None
    names = names_with(session, TOP_LEADER, entry.department_id or 0, entry.person_id)
    if names:
        raise NotAllowed(
            message(
                "Nobody decides on an entry they signed or wrote themselves. This waits for"
                " %(names)s.",
                names="、".join(names),
            )
        )
    raise NotAllowed(message("Nobody decides on an entry they signed or wrote themselves."))


def _object(session: AnySession, actor: Actor, row: PaperEntry, fields: Mapping[str, Any]) -> None:
    forget(session)
    row.objected_at = clock.now()
    words = message(
        "%(name)s objects to what was entered from paper; the row waits until it is settled.",
        name=actor.name,
    )
    tell(session, row, [row.recorded_by_id], words)


def _resolve(session: AnySession, actor: Actor, row: PaperEntry, fields: Mapping[str, Any]) -> None:
    forget(session)
    row.resolved_by_id, row.resolved_at = actor.user_id, clock.now()
    words = message("A decision on the entry from paper: %(words)s", words=row.resolution or "")
    tell(session, row, sorted({row.person_id, row.recorded_by_id} - {actor.user_id}), words)


def _withdraw(
    session: AnySession, actor: Actor, row: PaperEntry, fields: Mapping[str, Any]
) -> None:
    others = take_back(session, row)
    _resolve(session, actor, row, fields)
    words = message("An entry from paper was taken back, and with it the step you took after it.")
    tell(session, row, sorted(set(others) - {actor.user_id, row.person_id}), words)


def _annul(session: AnySession, actor: Actor, row: PaperEntry, fields: Mapping[str, Any]) -> None:
    """The entry does not stand. What rests on it by now stays: the top leader's words say what is
    to be done about it."""
    try:
        _withdraw(session, actor, row, fields)
    except WrongState:
        _resolve(session, actor, row, fields)


def _refer(session: AnySession, actor: Actor, row: PaperEntry, fields: Mapping[str, Any]) -> None:
    top = (
        select(Person.id)
        .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == TOP_LEADER, Person.active.is_(True), Person.id != row.person_id)
    )
    words = message("A contested entry from paper waits for your decision.")
    tell(session, row, list(session.scalars(top)), words)


PAPER_ENTRY = Workflow(
    PaperEntry,
    (
        Transition(
            "acknowledge",
            (PaperStatus.STANDING,),
            PaperStatus.ACKNOWLEDGED,
            message("It is what I signed"),
        ),
        Transition(
            "object",
            (PaperStatus.STANDING,),
            PaperStatus.CONTESTED,
            message("Object to the entry"),
            requires=("objection",),
            guard=_in_time,
            effect=_object,
        ),
        Transition(
            "withdraw",
            (PaperStatus.STANDING, PaperStatus.CONTESTED),
            PaperStatus.WITHDRAWN,
            message("Take the entry back"),
            requires=("resolution",),
            effect=_withdraw,
        ),
        Transition(
            "refer",
            (PaperStatus.CONTESTED,),
            PaperStatus.REFERRED,
            message("Put to a top leader"),
            effect=_refer,
        ),
        Transition(
            "uphold",
            (PaperStatus.REFERRED,),
            PaperStatus.UPHELD,
            message("Let the entry stand"),
            requires=("resolution",),
            guard=_not_a_party,
            effect=_resolve,
        ),
        Transition(
            "annul",
            (PaperStatus.REFERRED,),
            PaperStatus.WITHDRAWN,
            message("Annul the entry"),
            requires=("resolution",),
            guard=_not_a_party,
            effect=_annul,
        ),
    ),
)

workflow.register(PAPER_ENTRY)
