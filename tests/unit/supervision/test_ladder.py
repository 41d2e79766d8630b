"""How a case climbs when its time is over, and when it stays (Art. 8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.models.supervision import CaseStage, CaseStatus, StepKind
from app.supervision.ladder import Move, Standing, Terms, next_move

TERMS = Terms(
    urge_workdays=3,
    urge_max=2,
    deadline_workdays=15,
    special_after_deadline=True,
    waiting_reply_holds=False,
)
DUE = dt.date(2026, 5, 11)
NEXT_DAY = DUE + dt.timedelta(days=1)
OPEN = Standing(CaseStatus.OPEN, CaseStage.SUPERVISE, DUE)


def step(case: Standing, day: dt.date = NEXT_DAY, terms: Terms = TERMS) -> Move | None:
    return next_move(case, terms, day)


def test_on_its_last_day_a_case_is_in_time() -> None:
    assert step(OPEN, DUE) is None


def test_the_day_after_it_is_urged() -> None:
    assert step(OPEN) == Move(StepKind.URGED, CaseStage.URGE, 1, 3)


def test_it_is_urged_as_often_as_the_rule_book_says() -> None:
    once = replace(OPEN, stage=CaseStage.URGE, urges=1)
    twice = replace(once, urges=2)
    assert step(once) == Move(StepKind.URGED, CaseStage.URGE, 2, 3)
    assert step(twice) == Move(StepKind.DEADLINE_SET, CaseStage.DEADLINE, 2, 15)


def test_a_missed_deadline_proposes_a_special_inspection_once_and_leaves_the_day() -> None:
    late = replace(OPEN, stage=CaseStage.DEADLINE, urges=2)
    assert step(late) == Move(StepKind.SPECIAL_PROPOSED, CaseStage.DEADLINE, 2, None)
    assert step(replace(late, special_proposed=True)) is None


def test_where_the_rule_book_says_so_a_missed_deadline_proposes_nothing() -> None:
    late = replace(OPEN, stage=CaseStage.DEADLINE)
    assert step(late, terms=replace(TERMS, special_after_deadline=False)) is None


def test_a_waiting_reply_stops_nothing_unless_the_rule_book_says_so() -> None:
    replied = replace(OPEN, status=CaseStatus.REPLIED)
    assert step(replied) == Move(StepKind.URGED, CaseStage.URGE, 1, 3)
    assert step(replied, terms=replace(TERMS, waiting_reply_holds=True)) is None


@pytest.mark.parametrize(
    "status",
    [
        CaseStatus.PROPOSED,
        CaseStatus.ACCEPTED,
        CaseStatus.CLOSED,
        CaseStatus.DISMISSED,
        CaseStatus.WITHDRAWN,
    ],
)
def test_only_a_case_under_way_climbs(status: CaseStatus) -> None:
    assert step(replace(OPEN, status=status)) is None


def test_a_case_in_special_inspection_does_not_climb() -> None:
    assert step(replace(OPEN, stage=CaseStage.SPECIAL)) is None


def test_a_case_whose_task_was_finished_before_stays_where_it_is() -> None:
    assert step(replace(OPEN, over_since=DUE)) is None
    assert step(replace(OPEN, over_since=NEXT_DAY)) is not None
