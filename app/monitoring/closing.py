"""A month whose bulletin is issued is closed, for everybody and through every door (Art. 7).

Its checks, what assisting departments told in them and their files stay as they were; the one
way on is an approved correction, which writes within `correcting`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, exists, inspect, select
from sqlalchemy.orm import Session, object_session, scoped_session

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.guard import AsItWas
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, ReportingMonth
from app.models.improvement import Evidence
from app.models.monitoring import CheckContribution, MonthlyCheck

_CORRECTING = "correction_at_hand"
_MONTHS = "months_at_hand"


@contextmanager
def correcting(session: AnySession) -> Iterator[None]:
    """Within the block rows of a closed month may be written: what an approved correction says,
    and nothing else. What is pending is flushed (and refused) before."""
    session.flush()
    session.info[_CORRECTING] = True
    try:
        yield
        session.flush()
    finally:
        del session.info[_CORRECTING]


def closed_month(session: AnySession, year: int, month: int) -> ReportingMonth | None:
    """The month of the year, if its bulletin is issued."""
    found = _month(session, year, month, held=False)
    return found if found is not None and found.closed_on is not None else None


def in_closed_month() -> ColumnElement[bool]:
    """Checks of months whose bulletin is issued."""
    return exists(
        select(ReportingMonth.id)
        .join(Cycle, Cycle.id == ReportingMonth.cycle_id)
        .where(
            Cycle.year == MonthlyCheck.year,
            ReportingMonth.month == MonthlyCheck.month,
            ReportingMonth.closed_on.is_not(None),
        )
    )


def refuse_closed(actor: Actor, check: MonthlyCheck, fields: Mapping[str, Any]) -> None:
    """Guard of a check's steps: WrongState once its month is closed."""
    session = object_session(check)
    if session is not None and closed_month(session, check.year, check.month) is not None:
        raise _refusal()


def lock_closed_months(session: Session, actor: Actor, row: Any) -> None:
    """Raise WrongState when the row belongs, or belonged, to a closed month; RuleViolation for a
    check that is put into a month that nobody reports on (yet), or not of its task's year."""
    if session.info.get(_CORRECTING):
        return
    if isinstance(row, ReportingMonth):
        if inspect(row).persistent and AsItWas(session, row).closed_on is not None:
            raise _refusal()
        return
    for check in _checks_of(session, row):
        month = _month_of(session, check)
        if month is not None and month.closed_on is not None:
            raise _refusal()
    if isinstance(row, MonthlyCheck) and not actor.everything and _is_put_into(session, row):
        _refuse_unasked(row, _month_of(session, row))


def _month_of(session: Session, check: Any) -> ReportingMonth | None:
    if check.year is None or check.month is None:
        return None
    return _month(session, check.year, check.month, held=True)


def _is_put_into(session: Session, check: MonthlyCheck) -> bool:
    """Is the check new to its task's month: added, or moved there from elsewhere?"""
    if not inspect(check).persistent:
        return True
    before = AsItWas(session, check)
    was = (before.task_id, before.year, before.month)
    return was != (check.task_id, check.year, check.month)


def _refuse_unasked(check: MonthlyCheck, month: ReportingMonth | None) -> None:
    task = policy.related(check, "task")
    cycle = None if task is None else policy.related(task, "cycle")
    if cycle is None or check.year is None or check.month not in range(1, 13):
        return  # what is missing is said by the columns
    if check.year != cycle.year:
        raise RuleViolation(
            message("The task is one of %(year)s: its months are reported on.", year=cycle.year),
            "year",
        )
    if month is not None and month.exempt:
        raise RuleViolation(message("This month is not reported on."), "month")
    if dt.date(check.year, check.month, 1) > clock.today():
        raise RuleViolation(message("This month has not begun yet."), "month")


def _refusal() -> WrongState:
    return WrongState(
        message(
            "The bulletin of this month is issued; only a correction changes it: ask for one on"
            " the page of the check."
        )
    )


def _checks_of(session: Session, row: Any) -> Iterator[Any]:
    """The check a row is or hangs on, as it becomes and as it was."""
    if isinstance(row, MonthlyCheck):
        yield row
        if inspect(row).persistent:
            yield AsItWas(session, row)
    elif isinstance(row, (CheckContribution, Evidence)):
        states: list[Any] = [row, AsItWas(session, row)] if inspect(row).persistent else [row]
        for state in states:
            check = policy.related(state, "monthly_check")
            if check is not None:
                yield check


def _month(session: AnySession, year: int, month: int, *, held: bool) -> ReportingMonth | None:
    """The month, read once in a transaction; `held` so that it is not closed before the
    transaction that writes into it has ended."""
    at_hand = session.info.get(_MONTHS)
    transaction = (session() if isinstance(session, scoped_session) else session).get_transaction()
    if at_hand is None or transaction is None or at_hand[0] is not transaction:
        at_hand = session.info[_MONTHS] = (transaction, {})
    kept: dict[tuple[int, int, bool], ReportingMonth | None] = at_hand[1]
    place = (year, month, held)
    if place not in kept:
        query = (
            select(ReportingMonth)
            .join(Cycle, Cycle.id == ReportingMonth.cycle_id)
            .where(Cycle.year == year, ReportingMonth.month == month)
        )
        if held:
            query = query.with_for_update(read=True, of=ReportingMonth)
        with session.no_autoflush:
            kept[place] = session.scalar(query)
    return kept[place]


guard.register_lock(lock_closed_months)
