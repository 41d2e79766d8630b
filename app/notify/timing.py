"""When a message may go outside: digests, quiet hours, waits between attempts. Values of the
rule book and the clock in, moments out; no session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from app.core.clock import COLLEGE_ZONE, is_workday

OwnCalendar = Callable[[dt.date], bool | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rule book says of messages outside. Hours are those of the college's day."""

    digest_minutes: int
    quiet_from_hour: int
    quiet_until_hour: int
    quiet_on_days_off: bool
    attempts: int
    retry_minutes: int

    def is_quiet(self, moment: dt.datetime, own: OwnCalendar = lambda _: None) -> bool:
        """Does `moment` lie in the quiet hours (also over midnight; none where both hours are
        the same), or on a day off by the college's calendar?"""
        local = moment.astimezone(COLLEGE_ZONE)
        if self.quiet_on_days_off and not is_workday(local.date(), own):
            return True
        begin, end, hour = self.quiet_from_hour, self.quiet_until_hour, local.hour
        return begin <= hour < end if begin <= end else hour >= begin or hour < end

    def gathered_since(self, moment: dt.datetime) -> dt.datetime:
        """What was written up to then has been gathered for long enough at `moment`."""
        return moment - dt.timedelta(minutes=self.digest_minutes)

    def last_morning(self, moment: dt.datetime) -> dt.datetime:
        """The last end of the quiet hours up to `moment`: when daily digests go."""
        local = moment.astimezone(COLLEGE_ZONE)
        morning = local.replace(hour=self.quiet_until_hour % 24, minute=0, second=0, microsecond=0)
        return morning if morning <= local else morning - dt.timedelta(days=1)

    def next_attempt(self, attempts: int, moment: dt.datetime) -> dt.datetime:
        """When to try again after `attempts` failures: the wait doubles each time."""
        return moment + dt.timedelta(minutes=self.retry_minutes * 2 ** (attempts - 1))
