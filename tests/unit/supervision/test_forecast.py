"""What becomes of a case if nobody does anything (Art. 8), and how near its day is."""

from __future__ import annotations

import datetime as dt

import pytest

from app.models.supervision import CaseStage, CaseStatus, StepKind
from app.supervision.board import Step, step_of
from app.supervision.due import due_of
from app.supervision.forecast import forecast
from app.supervision.ladder import Standing, Terms

MONDAY = dt.date(2026, 3, 16)
TERMS = Terms(
    urge_workdays=3, urge_max=2, deadline_workdays=15, special_after_deadline=True,
    waiting_reply_holds=False,
)  # fmt: skip


def never(day: dt.date) -> bool | None:
    """The college has no days off of its own."""
    return None


def standing(**given: object) -> Standing:
    return Standing(
        **{"status": CaseStatus.OPEN, "stage": CaseStage.SUPERVISE, "due_on": MONDAY} | given
    )  # type: ignore[arg-type]


def told(case: Standing, terms: Terms = TERMS) -> list[tuple[StepKind, dt.date]]:
    return [(one.move.kind, one.day) for one in forecast(case, terms, MONDAY, never)]


def test_a_case_climbs_rung_by_rung_the_day_after_each_of_its_days() -> None:
    assert told(standing()) == [
        (StepKind.URGED, dt.date(2026, 3, 17)),
        (StepKind.URGED, dt.date(2026, 3, 21)),
        (StepKind.DEADLINE_SET, dt.date(2026, 3, 26)),
        (StepKind.SPECIAL_PROPOSED, dt.date(2026, 4, 18)),  # 清明 is no workday
    ]


def test_what_is_late_already_climbs_today() -> None:
    late = standing(due_on=MONDAY - dt.timedelta(days=9))
    assert told(late)[0] == (StepKind.URGED, MONDAY)


@pytest.mark.parametrize(
    "case",
    [
        standing(status=CaseStatus.ACCEPTED),
        standing(status=CaseStatus.CLOSED),
        standing(stage=CaseStage.SPECIAL),
        standing(due_on=None),
        standing(stage=CaseStage.DEADLINE, special_proposed=True),
        standing(over_since=MONDAY - dt.timedelta(days=1)),
    ],
)
def test_a_case_that_rests_has_nothing_ahead(case: Standing) -> None:
    assert told(case) == []


def test_a_college_without_urging_and_inspection_sets_a_deadline_and_stops() -> None:
    terms = Terms(3, 0, 15, special_after_deadline=False, waiting_reply_holds=True)
    assert [kind for kind, _ in told(standing(stage=CaseStage.URGE), terms)] == [
        StepKind.DEADLINE_SET
    ]
    assert told(standing(status=CaseStatus.REPLIED), terms) == []


@pytest.mark.parametrize(
    ("day", "workdays", "late", "near"),
    [
        (dt.date(2026, 3, 13), -1, True, False),
        (dt.date(2026, 3, 16), 0, False, True),
        (dt.date(2026, 3, 18), 2, False, True),
        (dt.date(2026, 3, 23), 5, False, False),
    ],
)
def test_a_day_is_counted_in_workdays(day: dt.date, workdays: int, late: bool, near: bool) -> None:
    due = due_of(day, MONDAY, never)
    assert due is not None
    assert (due.workdays, due.late, due.near) == (workdays, late, near)


def test_every_state_stands_in_one_column_or_in_none() -> None:
    nowhere = {CaseStatus.DISMISSED, CaseStatus.WITHDRAWN}
    for status in CaseStatus:
        for stage in CaseStage:
            assert (step_of(status, stage) is None) == (status in nowhere)
    assert step_of(CaseStatus.ACCEPTED, CaseStage.SPECIAL) == Step.SETTLING
