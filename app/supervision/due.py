"""How near a case's day is, in workdays and in words: the board and the case's page say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from app.core import clock

Calendar = Callable[[dt.date], bool | None]
"""The college's own days off, as `app.cycles.queries.college_calendar` gives them."""

NEAR = 2
"""Workdays left from which on a day is shown as near. A matter of display, not of any rule."""


@dataclass(frozen=True, slots=True)
class Due:
    """A day and its distance from today: `workdays` are negative when it has passed."""

    day: dt.date
    workdays: int
    late: bool

    @property
    def near(self) -> bool:
        return not self.late and self.workdays <= NEAR

    @property
    def words(self) -> str:
        """“3 workdays left”, “due today”, “2 workdays overdue”."""
        if self.late and self.workdays == 0:
            return gettext("overdue since the days off")
        if self.late:
            count = -self.workdays
            return ngettext("%(num)s workday overdue", "%(num)s workdays overdue", count)
        if self.workdays == 0:
            return gettext("due today")
        return ngettext("%(num)s workday left", "%(num)s workdays left", self.workdays)


def due_of(day: dt.date | None, today: dt.date, calendar: Calendar) -> Due | None:
    """How `day` lies to `today`; None without a day."""
    if day is None:
        return None
    if day < today:
        return Due(day, -clock.workdays_between(day, today, calendar), late=True)
    return Due(day, clock.workdays_between(today, day, calendar), late=False)
