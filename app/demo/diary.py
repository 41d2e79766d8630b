"""What happens when: acts in the order of their moments, the clock standing at each."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable

from app.core import clock

Act = Callable[[], None]


class Diary:
    """Acts planned for moments. An act may plan further ones, later than itself."""

    def __init__(self) -> None:
        self._acts: list[tuple[dt.datetime, int, Act]] = []
        self._order = itertools.count()

    def plan(self, day: dt.date, time: str, act: Act) -> None:
        """Let `act` happen on `day` at `time` (hh:mm) in the college."""
        hour, minute = time.split(":")
        moment = dt.datetime.combine(day, dt.time(int(hour), int(minute)), clock.COLLEGE_ZONE)
        heapq.heappush(self._acts, (moment, next(self._order), act))

    def live(self, until: dt.date, on_month: Callable[[dt.date], None]) -> None:
        """Take the acts up to the end of `until`, in order; `on_month` hears of each month."""
        month: tuple[int, int] | None = None
        while self._acts and self._acts[0][0].date() <= until:
            moment, _, act = heapq.heappop(self._acts)
            if (moment.year, moment.month) != month:
                month = (moment.year, moment.month)
                on_month(moment.date())
            with clock.at(moment):
                act()


def weekday(day: dt.date) -> dt.date:
    """`day`, or the Monday after it."""
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def later(day: dt.date, weekdays: int) -> dt.date:
    """The `weekdays`-th day after `day` from Monday to Friday."""
    for _ in range(weekdays):
        day = weekday(day + dt.timedelta(days=1))
    return day
