"""What calls for supervising a task (Art. 8): each ground, its bounds, and what has dealt with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from app.core import clock
from app.models.monitoring import Light, Quality
from app.supervision.grounds import Facts, Ground, Reported, Terms, grounds_of, unanswered

TERMS = Terms(
    year=2026,
    months=(3, 4, 5, 6, 9, 10),
    last_due=dt.date(2026, 12, 1),
    lag_points=Decimal(30),
    poor_months=2,
    orange_months=2,
)
DUE = dt.date(2026, 5, 11)
DAY = dt.timedelta(days=1)
JULY = dt.date(2026, 7, 6)
ON_TIME = Facts(due_on=dt.date(2026, 11, 30))


def check(
    month: int, light: Light = Light.GREEN, lag: int = 0, quality: Quality = Quality.GOOD
) -> Reported:
    at = clock.start_of(dt.date(2026, month, 28)) + dt.timedelta(hours=10)
    return Reported(month, Decimal(80), Decimal(80 - lag), light, quality, at)


def found(task: Facts, day: dt.date = JULY, terms: Terms = TERMS) -> list[Ground]:
    return [one.ground for one in grounds_of(task, terms, day)]


def test_a_task_is_overdue_the_day_after_its_day() -> None:
    assert found(Facts(due_on=DUE), DUE) == []
    assert found(Facts(due_on=DUE), DUE + DAY) == [Ground.OVERDUE]


def test_what_was_finished_on_its_last_day_is_not_overdue() -> None:
    assert found(Facts(due_on=DUE, over_since=DUE), DUE + DAY) == []


def test_what_is_due_after_the_last_day_goes_to_the_results() -> None:
    december = dt.date(2026, 12, 2)
    assert found(Facts(due_on=december), dt.date(2026, 12, 20)) == []


def test_history_of_a_year_begun_in_its_middle_counts_once_something_was_reported() -> None:
    begun = replace(TERMS, live_from=dt.date(2026, 6, 1))
    assert found(Facts(due_on=DUE), terms=begun) == []
    assert found(Facts(due_on=DUE, reported=True), terms=begun) == [Ground.OVERDUE]


def test_two_orange_or_red_months_in_a_row_call_for_a_case() -> None:
    task = replace(ON_TIME, checks=(check(4, Light.RED), check(5, Light.ORANGE)))
    assert found(task) == [Ground.ORANGE]
    assert found(replace(task, checks=(check(5, Light.ORANGE),))) == []
    assert found(replace(task, checks=(*task.checks, check(6)))) == []


def test_exempt_months_do_not_interrupt_a_row_but_missing_ones_do() -> None:
    across = (check(6, Light.ORANGE), check(9, Light.ORANGE))
    gap = (check(4, Light.ORANGE), check(6, Light.ORANGE))
    october = dt.date(2026, 10, 20)
    assert found(replace(ON_TIME, checks=across), october) == [Ground.ORANGE]
    assert found(replace(ON_TIME, checks=gap), october) == []


def test_a_check_counts_from_the_day_after_it_was_submitted() -> None:
    task = replace(ON_TIME, checks=(check(4, Light.ORANGE), check(5, Light.ORANGE)))
    submitted = dt.date(2026, 5, 28)
    assert found(task, submitted) == []
    assert found(task, submitted + DAY) == [Ground.ORANGE]


def test_thirty_points_behind_are_a_major_deviation_and_29_are_not() -> None:
    assert found(replace(ON_TIME, checks=(check(5, lag=30),))) == [Ground.LAG]
    assert found(replace(ON_TIME, checks=(check(5, lag=29),))) == []


def test_poor_quality_for_two_months_is_a_poor_effect() -> None:
    poor = tuple(check(month, quality=Quality.POOR) for month in (4, 5))
    assert found(replace(ON_TIME, checks=poor)) == [Ground.POOR]
    assert found(replace(ON_TIME, checks=poor[:1])) == []


def test_several_grounds_stand_in_their_order() -> None:
    bad = tuple(check(month, Light.ORANGE, 35, Quality.POOR) for month in (4, 5))
    assert found(Facts(due_on=DUE, checks=bad)) == list(Ground)


def test_a_case_made_later_has_dealt_with_a_ground_one_made_before_has_not() -> None:
    findings = grounds_of(replace(ON_TIME, checks=(check(5, lag=40),)), TERMS, JULY)
    handed_in = findings[0].since
    assert unanswered(findings, [handed_in - DAY]) == findings
    assert unanswered(findings, [handed_in + DAY]) == []


def test_a_case_made_on_the_last_day_of_a_task_has_not_dealt_with_its_being_overdue() -> None:
    findings = grounds_of(Facts(due_on=DUE), TERMS, JULY)
    assert unanswered(findings, [clock.start_of(DUE) + dt.timedelta(hours=20)]) == findings
    assert unanswered(findings, [clock.start_of(DUE + DAY)]) == []
