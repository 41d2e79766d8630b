"""The daily round (Art. 7-8): once a day it warns, proposes cases, moves those on whose time is
over, and tells whom it concerns.

Each day is one transaction with one `patrol_round`; a day that has its round is done. Days on
which nobody went are made up for, each as it would have been: a round judges by what was so
before its day. Two processes do not meet: one holds the lease, and a day has one row.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core import clock, guard, lease
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.queries import current_cycle, rule
from app.models.system import PatrolRound
from app.monitoring.watched import watched_cycles
from app.organisation import succession
from app.supervision import patrol_news, patrol_work
from app.supervision.ladder import PATROL
from app.supervision.patrol_work import Tally

LEASE = "patrol"
HELD_FOR = dt.timedelta(minutes=15)
"""How long the lease holds if nobody gives it back: longer than the round of one day takes."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Done:
    """The round of a day that was gone now."""

    day: dt.date
    tally: Tally


class Busy(RuleViolation):
    """Another process is on its round."""


def holder() -> str:
    """This process, as the lease names it."""
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def run(session: AnySession, today: dt.date, name: str | None = None) -> list[Done]:
    """Go the rounds that are missing up to and including `today`; what was planned for its day
    is carried out first. Returns the rounds gone, none if all were.

    The system. Each day is a transaction; what is pending in the session is rolled back. Errors:
    Busy while another process is on its round; RuleViolation for a day to come, and where a rule
    book lacks a number (the days before are kept). Art. 7-8.
    """
    if today > clock.today():
        raise RuleViolation(message("There is no round of a day to come."), "date")
    who = name or holder()
    done: list[Done] = []
    with lease.held(session, LEASE, who, HELD_FOR) as mine:
        if not mine:
            raise Busy(message("Another process is on its round already."))
        with unit_of_work(session, PATROL):
            succession.carry_out(session, PATROL)
        for day in days_to_go(session, today):
            tally = go_round(session, day)
            if tally is not None:
                done.append(Done(day, tally))
            lease.take(session, LEASE, who, HELD_FOR)
    return done


def go_round(session: AnySession, day: dt.date) -> Tally | None:
    """Go the round of one day, in a transaction of its own; None if it is gone already, by
    whomever. RuleViolation where a rule book lacks a number: then nothing of the day is done."""
    if _gone(session, day):
        return None
    tally, news = Tally(), patrol_news.Gathered()
    try:
        with unit_of_work(session, PATROL):
            # The row comes first: a second process waits for it, and then finds the day gone.
            written = PatrolRound(day=day, finished_at=clock.now())
            with guard.privileged(session):
                session.add(written)
            for cycle in watched_cycles(session):
                walk = patrol_work.begin(session, PATROL, cycle, day, tally, news)
                for part in patrol_work.parts(walk):
                    part()
            tally.messages = patrol_news.tell(session, PATROL, news, day)
            with guard.privileged(session):
                for column in COUNTS:
                    setattr(written, column, getattr(tally, column))
                written.finished_at = clock.now()
    except RuleViolation:
        session.rollback()
        if _gone(session, day):
            return None
        raise
    return tally


COUNTS = (
    "checks_missing", "warnings_opened", "warnings_closed", "cases_proposed", "cases_moved",
    "messages",
)  # fmt: skip
"""What a round's row keeps of its tally."""


def days_to_go(session: AnySession, today: dt.date) -> list[dt.date]:
    """The days without their round, up to and including `today`: since the last round, but not
    from before the years under way. Before the first round ever there were none to go."""
    last = session.scalar(select(func.max(PatrolRound.day)).where(visible(PATROL, PatrolRound)))
    if last is None:
        return [today]
    cycles = watched_cycles(session)
    day = last + _DAY
    if cycles:
        day = max(day, dt.date(cycles[0].year, 1, 1))
    else:
        day = max(day, today)
    return [day + n * _DAY for n in range((today - day).days + 1)]


def is_due(session: AnySession, now: dt.datetime) -> bool:
    """Is it time for today's round, and is it not gone yet?"""
    cycle = current_cycle(session)
    if cycle is None or cycle.rule_book_id is None:
        return False
    here = now.astimezone(clock.COLLEGE_ZONE)
    hour = int(rule(session, cycle, "patrol.hour"))
    return here.hour >= hour and not _gone(session, here.date())


def last_rounds(session: AnySession, actor: Actor, count: int) -> Sequence[PatrolRound]:
    """The newest rounds that the actor sees, the last first."""
    return session.scalars(
        select(PatrolRound)
        .where(visible(actor, PatrolRound))
        .order_by(PatrolRound.day.desc())
        .limit(count)
    ).all()


def _gone(session: AnySession, day: dt.date) -> bool:
    return (
        session.scalar(
            select(PatrolRound.id).where(visible(PATROL, PatrolRound), PatrolRound.day == day)
        )
        is not None
    )
