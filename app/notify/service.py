"""Commands of the inbox: a message is written to people, and read once its person says so or
opens it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.core import clock, guard
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import Notification
from app.notify.outbox import put_out


def notify(session: AnySession, texts: Mapping[int, str], kind: str, link: str) -> None:
    """Put a message into the inboxes of people, each their own text; `link` is the page of ours
    where it is dealt with. For commands that have made sure the actor may: nobody writes into
    another's inbox otherwise. Flushes, does not commit."""
    with guard.privileged(session):
        notes = [
            Notification(person_id=person, kind=kind, text=text, link=link)
            for person, text in texts.items()
        ]
        session.add_all(notes)
        session.flush()
        put_out(session, notes)


def mark_read(session: AnySession, actor: Actor, row: Notification) -> None:
    """Its person has read `row`. Reading it again changes nothing."""
    if row.read_at is not None:
        return
    with unit_of_work(session, actor):
        row.read_at = clock.now()


def mark_all_read(session: AnySession, actor: Actor) -> int:
    """Everything in the actor's own inbox is read. Says how many messages were not."""
    with unit_of_work(session, actor):
        unread = session.scalars(
            select(Notification).where(
                visible(actor, Notification),
                Notification.person_id == actor.user_id,
                Notification.read_at.is_(None),
            )
        ).all()
        for row in unread:
            row.read_at = clock.now()
    return len(unread)
