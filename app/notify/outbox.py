"""What must go outside is written in the transaction of the notifications themselves: either both
are there or neither. When and how it goes, `delivery` decides."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import func, or_, select

from app.core.unit_of_work import AnySession
from app.models.organisation import Person
from app.models.system import Channel, Notification, NotificationChoice, OutboxMessage
from app.notify.channels import configured


def put_out(session: AnySession, notes: Sequence[Notification]) -> None:
    """Write what `notes`, flushed, call for on the channels that are configured: a message to
    each person who has an address and did not switch mail off, and one to every group of the
    college unless a single person is concerned. Called where the gate is open (`notify`)."""
    channels = configured(current_app.config)
    if not notes or not channels:
        return
    if Channel.MAIL in channels:
        reached = _reached(session, {note.person_id for note in notes})
        session.add_all(
            OutboxMessage(
                person_id=note.person_id,
                channel=Channel.MAIL,
                deduplication_key=f"{Channel.MAIL}:{note.id}",
            )
            for note in notes
            if note.person_id in reached
        )
    if len(notes) > 1:
        session.add_all(
            OutboxMessage(
                channel=group, items=len(notes), deduplication_key=f"{group}:{notes[0].id}"
            )
            for group in channels
            if group != Channel.MAIL
        )


def _reached(session: AnySession, people: set[int]) -> set[int]:
    choice = NotificationChoice
    return set(
        session.scalars(
            select(Person.id)
            .outerjoin(choice, choice.person_id == Person.id)
            .where(
                Person.id.in_(people),
                Person.active,
                func.length(func.trim(func.coalesce(Person.email, ""))) > 0,
                or_(choice.mail.is_(None), choice.mail),
            )
        )
    )
