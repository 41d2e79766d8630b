"""The one clock: the instant, the day in the college, and workdays.

Times are aware UTC; the day is the day in `Asia/Shanghai`. Tests, the demo loader and
the patrol set the clock (`at`); nothing waits for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

import chinese_calendar

COLLEGE_ZONE = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> dt.datetime:
    """The instant, aware UTC."""
    return _fixed.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day in the college."""
    return now().astimezone(COLLEGE_ZONE).date()


def start_of(day: dt.date) -> dt.datetime:
    """The instant at which `day` begins in the college, aware UTC."""
    return dt.datetime.combine(day, dt.time(), COLLEGE_ZONE).astimezone(dt.UTC)


@contextmanager
def at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Within the block the clock stands at `moment` (a date: nine in the morning there)."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(9), COLLEGE_ZONE)
    if moment.tzinfo is None:
        raise ValueError("the clock is set to an aware time")
    token = _fixed.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def is_workday(day: dt.date, own: Callable[[dt.date], bool | None] = lambda _: None) -> bool:
    """Is `day` a workday? The college's own calendar (`own`: True, False or unknown)
    goes before the statutory one; a year the statutory calendar does not know yet falls
    back to Monday to Friday."""
    decided = own(day)
    if decided is not None:
        return decided
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_workdays(
    day: dt.date, count: int, own: Callable[[dt.date], bool | None] = lambda _: None
) -> dt.date:
    """The `count`-th workday after `day` (`count` 0: `day` itself)."""
    while count > 0:
        day += dt.timedelta(days=1)
        if is_workday(day, own):
            count -= 1
    return day


def workdays_between(
    first: dt.date, last: dt.date, own: Callable[[dt.date], bool | None] = lambda _: None
) -> int:
    """The workdays after `first` up to `last`; 0 where `last` does not lie after `first`."""
    days = (first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_workday(day, own) for day in days)
