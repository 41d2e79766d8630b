"""When a message may go outside, from the rule book's numbers and a moment alone."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from app.core.clock import COLLEGE_ZONE
from app.notify.timing import Terms

TERMS = Terms(
    digest_minutes=60,
    quiet_from_hour=21,
    quiet_until_hour=8,
    quiet_on_days_off=True,
    attempts=5,
    retry_minutes=5,
)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of March 2026 in the college; the 16th is a Monday."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=COLLEGE_ZONE)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (at(16, 7, 59), True),
        (at(16, 8), False),
        (at(16, 20, 59), False),
        (at(16, 21), True),
        (at(17, 0), True),
        (at(21, 12), True),  # a Saturday
        (at(16, 12).astimezone(dt.UTC), False),
    ],
)
def test_the_night_and_days_off_are_quiet(moment: dt.datetime, quiet: bool) -> None:
    assert TERMS.is_quiet(moment) is quiet


def test_the_colleges_own_calendar_decides_what_a_day_off_is() -> None:
    assert TERMS.is_quiet(at(16, 12), lambda day: False)
    assert not TERMS.is_quiet(at(21, 12), lambda day: True)


def test_days_off_are_quiet_only_if_the_rule_book_says_so() -> None:
    assert not dataclasses.replace(TERMS, quiet_on_days_off=False).is_quiet(at(21, 12))


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = dataclasses.replace(TERMS, quiet_from_hour=12, quiet_until_hour=14)
    assert [hour for hour in range(24) if noon.is_quiet(at(16, hour))] == [12, 13]
    none = dataclasses.replace(TERMS, quiet_from_hour=0, quiet_until_hour=0)
    assert not any(none.is_quiet(at(16, hour)) for hour in range(24))


def test_the_last_morning_is_todays_once_it_has_come() -> None:
    assert TERMS.last_morning(at(16, 8)) == at(16, 8)
    assert TERMS.last_morning(at(16, 7, 59)) == at(15, 8)


def test_each_wait_is_twice_the_one_before() -> None:
    waits = [TERMS.next_attempt(n, at(16, 9)) - at(16, 9) for n in (1, 2, 3, 4)]
    assert [wait // dt.timedelta(minutes=1) for wait in waits] == [5, 10, 20, 40]
