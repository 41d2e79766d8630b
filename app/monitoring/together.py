"""What settling a check asks the database, asked once for a whole month of checks: a department
that submits sixty rows costs no more statements than one that submits two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.monitoring import EarlyWarning, MonthlyCheck

_AT_HAND = "settled_together"


@dataclass(slots=True)
class Together:
    """By task: the checks of later months and the open warnings. `due` is filled by who asks, by
    year and month."""

    later: dict[int, list[MonthlyCheck]] = field(default_factory=dict)
    warnings: dict[int, list[EarlyWarning]] = field(default_factory=dict)
    due: dict[tuple[int, int], dt.date] = field(default_factory=dict)


@contextmanager
def settling_together(session: AnySession, checks: Sequence[MonthlyCheck]) -> Iterator[None]:
    """Within the block the checks, all of one month, are settled with what is read here. Two
    statements. The step that settles them asks nobody who may: it has been checked row by row."""
    if not checks:
        yield
        return
    found = Together()
    tasks = [check.task_id for check in checks]
    month = checks[0].year * 12 + checks[0].month
    with session.no_autoflush:
        for row in session.scalars(
            select(MonthlyCheck).where(
                MonthlyCheck.task_id.in_(tasks), MonthlyCheck.year * 12 + MonthlyCheck.month > month
            )
        ):
            found.later.setdefault(row.task_id, []).append(row)
        for warning in session.scalars(
            select(EarlyWarning).where(
                EarlyWarning.task_id.in_(tasks), EarlyWarning.closed_on.is_(None)
            )
        ):
            found.warnings.setdefault(warning.task_id, []).append(warning)
    session.info[_AT_HAND] = found
    try:
        yield
    finally:
        del session.info[_AT_HAND]


def at_hand(session: AnySession) -> Together | None:
    """What was read for all; None where a check is settled alone."""
    found: Together | None = session.info.get(_AT_HAND)
    return found
