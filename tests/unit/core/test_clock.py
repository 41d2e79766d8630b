"""The one clock, and what a workday is."""

from __future__ import annotations

import datetime as dt

import pytest

from app.core import clock


def test_the_day_is_the_day_in_the_college() -> None:
    late_evening_in_london = dt.datetime(2026, 3, 15, 18, 30, tzinfo=dt.UTC)
    with clock.at(late_evening_in_london):
        assert clock.today() == dt.date(2026, 3, 16)
        assert clock.now() == late_evening_in_london


def test_a_date_means_nine_in_the_morning_there() -> None:
    with clock.at(dt.date(2026, 3, 16)):
        assert clock.now() == dt.datetime(2026, 3, 16, 1, tzinfo=dt.UTC)


def test_the_clock_stands_only_within_the_block() -> None:
    with clock.at(dt.date(2026, 1, 1)):
        with clock.at(dt.date(2026, 2, 2)):
            assert clock.today() == dt.date(2026, 2, 2)
        assert clock.today() == dt.date(2026, 1, 1)


def test_the_clock_is_not_set_to_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(dt.datetime(2026, 1, 1, 9)):
        pass


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2025, 10, 1), False),  # National Day, a Wednesday
        (dt.date(2025, 9, 28), True),  # a Sunday worked for it
        (dt.date(2025, 10, 12), False),  # a Sunday like any other
        (dt.date(2025, 10, 13), True),
    ],
)
def test_statutory_holidays_and_make_up_days_count(day: dt.date, works: bool) -> None:
    assert clock.is_workday(day) is works


def test_a_year_the_calendar_does_not_know_has_its_weekdays() -> None:
    assert clock.is_workday(dt.date(2090, 10, 2))  # a Monday
    assert not clock.is_workday(dt.date(2090, 10, 1))  # a Sunday


def test_the_college_s_own_calendar_goes_first() -> None:
    term_break = {dt.date(2025, 7, 21): False, dt.date(2025, 7, 26): True}
    assert not clock.is_workday(dt.date(2025, 7, 21), term_break.get)
    assert clock.is_workday(dt.date(2025, 7, 26), term_break.get)
    assert clock.is_workday(dt.date(2025, 7, 22), term_break.get)


def test_workdays_are_counted_after_the_day_over_the_holidays() -> None:
    eve = dt.date(2025, 9, 30)
    assert clock.add_workdays(eve, 0) == eve
    assert clock.add_workdays(eve, 1) == dt.date(2025, 10, 9)
    # Saturday the 11th is worked for the holidays.
    assert clock.add_workdays(eve, 3) == dt.date(2025, 10, 11)


def test_workdays_between_two_days_leave_the_first_out() -> None:
    eve = dt.date(2025, 9, 30)
    assert clock.workdays_between(eve, dt.date(2025, 10, 8)) == 0
    assert clock.workdays_between(eve, dt.date(2025, 10, 11)) == 3
    assert clock.workdays_between(eve, eve) == clock.workdays_between(eve, dt.date(2025, 9, 1)) == 0
    own = {dt.date(2025, 10, 9): False}
    assert clock.workdays_between(eve, dt.date(2025, 10, 11), own.get) == 2
