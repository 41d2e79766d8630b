"""Reads of the year: the current cycle, its rules, the college's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.rules import read_value
from app.models.cycles import Cycle, Holiday, RuleValue, pick_current

_RULES = "rules_read"


def rule(session: AnySession, cycle: Cycle, key: str) -> Any:
    """The value of `key` in the year's rule book, as its kind says.

    Read once per session and book. Raises RuleViolation when the year has no book, or the
    book no such value: a number of the college's is never made up in code.
    """
    if cycle.rule_book_id is None:
        raise RuleViolation(message("The year needs a rule book in force."), "rule_book")
    kept: dict[int, dict[str, Any]] = session.info.setdefault(_RULES, {})
    if cycle.rule_book_id not in kept:
        rows = session.execute(
            select(RuleValue.key, RuleValue.kind, RuleValue.value).where(
                RuleValue.rule_book_id == cycle.rule_book_id
            )
        )
        kept[cycle.rule_book_id] = {row.key: read_value(row.kind, row.value) for row in rows}
    if key not in kept[cycle.rule_book_id]:
        raise RuleViolation(message("The rule book has no value “%(key)s”.", key=key), "rule_book")
    return kept[cycle.rule_book_id][key]


def college_calendar(session: AnySession) -> Callable[[dt.date], bool | None]:
    """The college's own days off and make-up days, as `clock.is_workday` asks for them."""
    rows = session.execute(select(Holiday.starts_on, Holiday.ends_on, Holiday.is_workday)).all()

    def own(day: dt.date) -> bool | None:
        for row in rows:
            if row.starts_on <= day <= row.ends_on:
                return bool(row.is_workday)
        return None

    return own


def cycle_of_year(session: AnySession, year: int) -> Cycle | None:
    return session.scalar(select(Cycle).where(Cycle.year == year))


def current_cycle(session: AnySession) -> Cycle | None:
    """The running year; else the year of today, else the newest."""
    return pick_current(session.scalars(select(Cycle).order_by(Cycle.year.desc())), clock.today())
