"""Steering the year: the days of a phase, and reminding whoever owes something in it (催报).

What is owed in a phase other chapters know (`app.web.steering.debts`): here it comes in as
words per debtor. Phases are soft: nothing here stops late work.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import Conflict, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import Phase
from app.models.system import Reminder
from app.notify.service import notify

KIND = "reminder"
"""Of the message in the inbox."""


@dataclass(frozen=True, slots=True, order=True)
class Debtor:
    """Who owes: a department, or a leader. One of the two is 0."""

    department_id: int = 0
    leader_id: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """What one debtor is told: who reads it, and what is owed, in words without titles."""

    receivers: frozenset[int]
    owed: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a reminder did. `already`: who was reminded earlier today, and when; `nobody`: who
    has nobody in office to read it."""

    sent: tuple[Debtor, ...]
    people: int
    already: Mapping[Debtor, dt.datetime]
    nobody: tuple[Debtor, ...]


@dataclass(frozen=True, slots=True)
class LastReminder:
    """When a debtor was last reminded in a phase, and how often so far."""

    at: dt.datetime
    count: int


def set_phase_days(
    session: AnySession, actor: Actor, phase: Phase, starts_on: dt.date, ends_on: dt.date, seen: int
) -> list[Phase]:
    """Move a phase. `seen` is the version that the person saw. Returns the other phases of the
    year that now overlap with it: allowed, but worth saying.

    Office. Errors: NotAllowed; Conflict if somebody moved it meanwhile; WrongState in a closed
    year; RuleViolation at `ends_on` where it lies before the beginning.
    """
    policy.require(actor, "edit", phase)
    if phase.version != seen:
        raise Conflict(message("Somebody has changed this row meanwhile."))
    phase.starts_on, phase.ends_on = starts_on, ends_on
    session.flush()
    return list(
        session.scalars(
            select(Phase)
            .where(
                visible(actor, Phase),
                Phase.cycle_id == phase.cycle_id,
                Phase.id != phase.id,
                Phase.starts_on <= ends_on,
                Phase.ends_on >= starts_on,
            )
            .order_by(Phase.starts_on, Phase.ends_on)
        )
    )


def remind(
    session: AnySession, actor: Actor, phase: Phase, calls: Mapping[Debtor, Call], link: str
) -> Reminded:
    """Remind debtors of a phase: one message per person, however many departments the person
    heads, and a record per debtor.

    Office. A debtor reminded earlier the same day is left out, and so is one without anybody in
    office. Errors: NotAllowed; WrongState in a closed year; RuleViolation without any debtor.
    """
    policy.require(actor, "remind", phase)
    guard.check_locks(session, actor, phase)
    if not calls:
        raise RuleViolation(message("Tick who is to be reminded."))
    today = clock.today()
    done = {
        Debtor(department or 0, leader or 0): at
        for department, leader, at in session.execute(
            select(Reminder.department_id, Reminder.leader_id, Reminder.created_at).where(
                visible(actor, Reminder),
                Reminder.phase_id == phase.id,
                Reminder.reminded_on == today,
            )
        )
    }
    already = {one: done[one] for one in calls if one in done}
    nobody = tuple(one for one, call in calls.items() if one not in done and not call.receivers)
    sent = {one: call for one, call in calls.items() if one not in done and call.receivers}
    texts = _texts(phase, sent.values())
    notify(session, texts, KIND, link)
    with guard.privileged(session):
        session.add_all(
            Reminder(
                phase_id=phase.id,
                department_id=one.department_id or None,
                leader_id=one.leader_id or None,
                reminded_on=today,
                receivers=len(call.receivers),
                reminded_by_id=actor.user_id,
            )
            for one, call in sent.items()
        )
    return Reminded(tuple(sent), len(texts), already, nobody)


def last_reminders(session: AnySession, actor: Actor, phase_id: int) -> dict[Debtor, LastReminder]:
    """By debtor, as far as the actor sees them. One statement."""
    rows = session.execute(
        select(
            Reminder.department_id,
            Reminder.leader_id,
            func.max(Reminder.created_at),
            func.count(Reminder.id),
        )
        .where(visible(actor, Reminder), Reminder.phase_id == phase_id)
        .group_by(Reminder.department_id, Reminder.leader_id)
    )
    return {
        Debtor(department or 0, leader or 0): LastReminder(at, count)
        for department, leader, at, count in rows
    }


def text_of(phase: Phase, owed: Collection[str]) -> str:
    """The message in the inbox: Chinese like every paper of the college."""
    return (
        f"【催报】{phase.cycle.year}年度“{phase.code.zh}”阶段"
        f"（{phase.ends_on.month}月{phase.ends_on.day}日截止）：{'；'.join(owed)}。请及时办理。"
    )


def _texts(phase: Phase, calls: Collection[Call]) -> dict[int, str]:
    owed: dict[int, list[str]] = defaultdict(list)
    for call in calls:
        for person in sorted(call.receivers):
            owed[person].append(call.owed)
    return {person: text_of(phase, lines) for person, lines in owed.items()}
