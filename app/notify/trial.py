"""The test message that a person sends to the own mailbox: kept in the outbox like any other, and
no more than one in a minute, however often somebody clicks."""

from __future__ import annotations

from app.core import clock, guard, workflow
from app.core.actor import Actor, system_actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import Channel, OutboxMessage
from app.notify import channels
from app.notify.delivery import IN_HAND, send_test

_EVERY = 60
"""Seconds of which each takes one: nobody's mail server is rung like a door bell."""


def try_mail(session: AnySession, actor: Actor, settings: channels.Settings, address: str) -> str:
    """Send a test message to `address`, the actor's own. Empty if it went, else why not.

    Effects: a row in the outbox, sent or given up: a test is not tried again by itself. Raises
    RuleViolation for a second one in the same minute, also where two clicks come at once.
    """
    deliverer = system_actor("deliver", actor.door)
    row = OutboxMessage(
        person_id=actor.user_id,
        channel=Channel.MAIL,
        deduplication_key=f"test:{actor.user_id}:{int(clock.now().timestamp()) // _EVERY}",
        claimed_until=clock.now() + IN_HAND,
    )
    try:
        with unit_of_work(session, deliverer), guard.privileged(session):
            session.add(row)
    except RuleViolation as error:
        raise RuleViolation(
            message("A test message has just been sent. Please wait a minute.")
        ) from error
    failure = send_test(settings, Channel.MAIL, address)
    with unit_of_work(session, deliverer), guard.privileged(session):
        row.last_error = failure or None
        workflow.apply(session, deliverer, row, "give_up" if failure else "deliver")
    return failure
