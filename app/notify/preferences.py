"""Each person's own choice of what reaches them outside."""

from __future__ import annotations

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import Digest, NotificationChoice


def choice_of(session: AnySession, actor: Actor) -> NotificationChoice:
    """The actor's own choice; where there is none yet, one with the defaults, in no session."""
    kept = session.scalar(
        select(NotificationChoice).where(
            visible(actor, NotificationChoice), NotificationChoice.person_id == actor.user_id
        )
    )
    return kept or NotificationChoice(
        person_id=actor.user_id, mail=True, digest=Digest.GATHERED, quiet=True
    )


def choose(session: AnySession, actor: Actor, *, mail: bool, digest: Digest, quiet: bool) -> None:
    """Keep the actor's own choice. It holds from the next round on, also for what already waits.
    Raises Conflict if another page of theirs saved meanwhile."""
    with unit_of_work(session, actor):
        row = choice_of(session, actor)
        row.mail, row.digest, row.quiet = mail, digest, quiet
        session.add(row)
