"""The steps of a message outside: it goes, or after all attempts it is a dead letter, which the
administrator sends again or gives up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.system import OutboxMessage, OutboxStatus


def _only_the_deliverer(actor: Actor, row: OutboxMessage, fields: Mapping[str, Any]) -> None:
    """Nobody says by hand that a message went or did not."""
    if not actor.everything:
        raise NotAllowed(message("The deliverer takes this step by itself."))


def _leave_hand(
    session: AnySession, actor: Actor, row: OutboxMessage, fields: Mapping[str, Any]
) -> None:
    row.claimed_until = None


def _arrive(
    session: AnySession, actor: Actor, row: OutboxMessage, fields: Mapping[str, Any]
) -> None:
    row.sent_at = clock.now()
    row.attempts += 1
    row.last_error = None
    row.claimed_until = None


def _begin_again(
    session: AnySession, actor: Actor, row: OutboxMessage, fields: Mapping[str, Any]
) -> None:
    row.attempts = 0
    row.not_before = clock.now()
    row.last_error = None


OUTBOX_MESSAGE = Workflow(
    OutboxMessage,
    (
        Transition(
            "deliver",
            (OutboxStatus.WAITING,),
            OutboxStatus.SENT,
            message("Deliver"),
            guard=_only_the_deliverer,
            effect=_arrive,
        ),
        Transition(
            "fail",
            (OutboxStatus.WAITING,),
            OutboxStatus.FAILED,
            message("Set aside as undeliverable"),
            guard=_only_the_deliverer,
            effect=_leave_hand,
        ),
        Transition(
            "resend",
            (OutboxStatus.FAILED, OutboxStatus.DEAD),
            OutboxStatus.WAITING,
            message("Send again"),
            effect=_begin_again,
        ),
        Transition(
            "give_up",
            (OutboxStatus.WAITING, OutboxStatus.FAILED),
            OutboxStatus.DEAD,
            message("Do not send any more"),
            effect=_leave_hand,
        ),
    ),
)

workflow.register(OUTBOX_MESSAGE)
