"""Bringing the outbox outside: who is due, one message for all that waits for a person, attempts
that wait longer each time, and a dead letter at the end.

A message is claimed in a transaction, sent outside of any, and settled in another. Who dies in
between leaves a claim that runs out; the message then goes a second time rather than never.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, RuleViolation
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.queries import college_calendar, current_cycle, rule
from app.models.organisation import Person
from app.models.system import (
    Channel,
    Digest,
    Notification,
    NotificationChoice,
    OutboxMessage,
    OutboxStatus,
)
from app.notify import channels
from app.notify.timing import Terms

IN_HAND = dt.timedelta(minutes=10)
"""How long a claim holds: longer than any one sending may take."""
_TIRED = 3
"""Failures in a row after which a channel is left alone for the rest of a round."""

Send = Callable[[channels.Settings, Channel, str | None, str, str], str]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed message, apart from any session. `address` is a person's mail."""

    id: int
    channel: Channel
    items: int
    address: str | None
    claimed_until: dt.datetime


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: messages that went, that will be tried again, that are dead letters now,
    and that nobody needs any more."""

    sent: int
    retried: int
    failed: int
    dropped: int


def terms_of(session: AnySession) -> Terms:
    """The rule book's numbers. Raises RuleViolation if there is no year or book to ask."""
    cycle = current_cycle(session)
    if cycle is None:
        raise RuleViolation(message("The year needs a rule book in force."), "rule_book")
    return Terms(*(rule(session, cycle, f"notify.{name}") for name in Terms.__dataclass_fields__))


def words_of(settings: Mapping[str, Any], channel: Channel, items: int) -> tuple[str, str]:
    """Title and text of a message outside: a count and a link, nothing of what it is about."""
    if channel == Channel.MAIL:
        told = message("You have %(count)s new notifications. Please sign in to read them.", count=items)  # fmt: skip
    else:
        told = message("%(count)s new notifications have been sent. Please sign in to read them.", count=items)  # fmt: skip
    link = f"{settings['BASE_URL']}/notification/list/"
    return str(message("Notifications of the goal management system")), f"{told}\n{link}"


def deliver(
    session: AnySession,
    actor: Actor,
    settings: channels.Settings,
    send: Send = channels.send,
) -> Round:
    """Send everything that is due now. `actor` is the system. Safe to run twice at once: each
    message is claimed by one. Raises RuleViolation if the rule book lacks a number."""
    terms = terms_of(session)
    quiet = terms.is_quiet(clock.now(), college_calendar(session))
    open_ones = set(channels.configured(settings))
    failures: Counter[Channel] = Counter()
    counts: Counter[str] = Counter()
    while True:
        usable = [one for one in open_ones if failures[one] < _TIRED]
        chosen = _next_due(session, actor, terms, quiet, usable)
        if chosen is None:
            return Round(counts["sent"], counts["retried"], counts["failed"], counts["dropped"])
        try:
            parcel = _claim(session, actor, *chosen)
        except Conflict:
            continue  # somebody else was quicker
        if not isinstance(parcel, Parcel):
            counts[parcel] += 1
            continue
        title, body = words_of(settings, parcel.channel, parcel.items)
        error = send(settings, parcel.channel, parcel.address, title, body)
        failures[parcel.channel] = failures[parcel.channel] + 1 if error else 0
        counts[_settle(session, actor, terms, parcel, error)] += 1


def send_test(settings: channels.Settings, channel: Channel, address: str | None) -> str:
    """Send a message that says it is a test; past the outbox. Empty if it went, else why not."""
    body = f"{message('This is a test message.')}\n{settings['BASE_URL']}/"
    return channels.send(settings, channel, address, str(message("Test message")), body)


# Who is due ----------------------------------------------------------------------------


def _next_due(
    session: AnySession, actor: Actor, terms: Terms, quiet: bool, usable: list[Channel]
) -> tuple[Channel, int | None] | None:
    """The channel and person (None: a group) of the oldest message that may go now."""
    choice = NotificationChoice
    found = session.execute(
        select(OutboxMessage.channel, OutboxMessage.person_id)
        .outerjoin(choice, choice.person_id == OutboxMessage.person_id)
        .where(
            *_free(actor),
            OutboxMessage.channel.in_(usable),
            _digest_is_over(terms),
            choice.quiet.is_(False) if quiet else true(),
        )
        .order_by(OutboxMessage.id)
        .limit(1)
    ).first()
    return None if found is None else (found.channel, found.person_id)


def _free(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    claim = OutboxMessage.claimed_until
    return (
        visible(actor, OutboxMessage),
        OutboxMessage.status == OutboxStatus.WAITING,
        or_(claim.is_(None), claim <= clock.now()),
    )


def _digest_is_over(terms: Terms) -> ColumnElement[bool]:
    """By its own moment where an attempt or a person has set one, else by the person's choice."""
    now, written, opens = clock.now(), OutboxMessage.created_at, OutboxMessage.not_before
    digest = NotificationChoice.digest
    gathered = or_(digest.is_(None), digest == Digest.GATHERED)
    return or_(
        opens <= now,
        and_(
            opens.is_(None),
            or_(
                digest == Digest.AT_ONCE,
                and_(gathered, written <= terms.gathered_since(now)),
                and_(digest == Digest.DAILY, written < terms.last_morning(now)),
            ),
        ),
    )


# Claiming and settling -----------------------------------------------------------------


def _claim(
    session: AnySession, actor: Actor, channel: Channel, person_id: int | None
) -> Parcel | str:
    """Take all that waits for a person (or a group) as one message; "dropped" if they do not need
    it any more, "gone" if somebody else has it. Conflict: somebody else took it meanwhile."""
    with unit_of_work(session, actor), guard.privileged(session):
        # PostgreSQL waits here for another deliverer and then finds nothing free: skipping
        # its rows would take those it has not reached yet as a second message. SQLite knows no
        # such lock: there the second write meets a newer version.
        rows = session.scalars(
            select(OutboxMessage)
            .where(
                *_free(actor),
                OutboxMessage.channel == channel,
                OutboxMessage.person_id == person_id,
            )
            .order_by(OutboxMessage.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        if not rows:
            return "gone"
        carrier, *others = rows
        carrier.items = sum(row.items for row in rows)
        carrier.attempts = max(row.attempts for row in rows)
        for row in others:
            session.delete(row)
        why, address = (None, None) if person_id is None else _needless(session, person_id)
        if why is not None:
            carrier.last_error = str(why)
            workflow.apply(session, actor, carrier, "give_up")
            return "dropped"
        claimed_until = carrier.claimed_until = clock.now() + IN_HAND
        return Parcel(carrier.id, channel, carrier.items, address, claimed_until)


def _needless(session: AnySession, person_id: int) -> tuple[Message | None, str | None]:
    """Why nothing needs to go to this person any more; else their address."""
    person = session.get(Person, person_id)
    mail = session.scalar(
        select(NotificationChoice.mail).where(NotificationChoice.person_id == person_id)
    )
    unread = session.scalar(
        select(func.count(Notification.id)).where(
            Notification.person_id == person_id, Notification.read_at.is_(None)
        )
    )
    address = (person.email or "").strip() if person is not None and person.active else ""
    if not address:
        return message("The person has no account or no address any more."), None
    if mail is False:
        return message("The person does not want mail."), None
    if not unread:
        return message("The person has read everything already."), None
    return None, address


def _settle(session: AnySession, actor: Actor, terms: Terms, parcel: Parcel, error: str) -> str:
    """Write down what became of a parcel: "sent", "retried", "failed"; "gone" if its claim had
    run out and somebody else has it."""
    with unit_of_work(session, actor), guard.privileged(session):
        row = session.scalar(
            select(OutboxMessage)
            .where(
                visible(actor, OutboxMessage),
                OutboxMessage.id == parcel.id,
                OutboxMessage.claimed_until == parcel.claimed_until,
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            return "gone"
        if not error:
            workflow.apply(session, actor, row, "deliver")
            return "sent"
        row.attempts += 1
        row.last_error = error
        if row.attempts >= terms.attempts:
            workflow.apply(session, actor, row, "fail")
            return "failed"
        row.not_before = terms.next_attempt(row.attempts, clock.now())
        row.claimed_until = None
        return "retried"
