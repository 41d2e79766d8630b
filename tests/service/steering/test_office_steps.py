"""The Office's own steps in each phase: they wait like everybody else's, by their last day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Cycle, ReportingMonth
from app.models.improvement import AdjustmentStatus
from app.models.planning import DecompositionStatus, PlanStatus, TaskStatus
from app.models.work_points import WorkPointSetStatus
from app.planning.carry_over import decide
from app.web.steering.debts import debts, kinds_of
from app.web.steering.year import load_year
from tests.cast import TEST, YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_decomposition,
    make_department_plan,
    make_paper_entry,
    make_task,
    make_work_point_opinion,
    make_work_point_set,
)

JANUARY, FEBRUARY = dt.date(YEAR, 1, 12), dt.date(YEAR, 2, 9)

Steps = dict[str, tuple[str, int]]


def steps(session: AnySession, cast: Cast, day: dt.date, name: str = "office") -> Steps:
    """What waits for the Office on a day: the phase and how many, by kind."""
    actor = cast.actor(name)
    year = load_year(session, actor, cast.cycle.id, day)
    return {
        debt.owed.waiting.key: (debt.owed.phase.value, debt.count)
        for debt in debts(session, kinds_of(actor, year))
        if debt.owed.by_office
    }


def test_nothing_waits_before_the_first_phase_that_asks_for_it(
    session: AnySession, cast: Cast
) -> None:
    assert steps(session, cast, dt.date(YEAR - 1, 11, 10)) == {}


def test_work_points_and_table_are_missing_once_their_phase_has_begun(
    session: AnySession, cast: Cast
) -> None:
    assert steps(session, cast, JANUARY) == {"office_points_missing": ("work_points", 1)}
    found = steps(session, cast, FEBRUARY)
    assert found["office_table_missing"] == ("decomposition", 1)
    make_work_point_set()
    make_decomposition()
    found = steps(session, cast, FEBRUARY)
    assert not {"office_points_missing", "office_table_missing"} & set(found)


@pytest.mark.parametrize(
    ("status", "opinion", "kind", "phase"),
    [
        (WorkPointSetStatus.DRAFT, False, "office_points_draft", "work_points"),
        (WorkPointSetStatus.CONSULTATION, True, "office_points_opinions", "work_points"),
        (WorkPointSetStatus.CONSULTATION, False, "office_points_send", "issuance"),
        (WorkPointSetStatus.COMMITTEE, False, None, None),
        (WorkPointSetStatus.RETURNED, False, "office_points_returned", "issuance"),
        (WorkPointSetStatus.APPROVED, False, "office_points_issue", "issuance"),
    ],
)
def test_the_newest_work_points_wait_for_their_next_step(
    session: AnySession, cast: Cast, status: WorkPointSetStatus, opinion: bool,
    kind: str | None, phase: str | None,
) -> None:  # fmt: skip
    make_work_point_set(status=WorkPointSetStatus.CONSULTATION)  # an edition that is history
    points = make_work_point_set(status=status, edition=9000)
    if opinion:
        make_work_point_opinion(work_point_set=points)
    found = steps(session, cast, JANUARY)
    assert found == ({kind: (phase, 1)} if kind else {})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (DecompositionStatus.DRAFTING, "office_table_aggregate"),
        (DecompositionStatus.RETURNED, "office_table_returned"),
        (DecompositionStatus.AGGREGATED, "office_table_send"),
        (DecompositionStatus.COMMITTEE, None),
        (DecompositionStatus.APPROVED, "office_table_issue"),
    ],
)
def test_the_table_waits_for_its_next_step(
    session: AnySession, cast: Cast, status: DecompositionStatus, kind: str | None
) -> None:
    make_work_point_set(status=WorkPointSetStatus.COMMITTEE)
    make_decomposition(status=status)
    assert steps(session, cast, FEBRUARY) == ({kind: ("decomposition", 1)} if kind else {})


def test_a_submitted_plan_waits_to_be_taken_up(session: AnySession, cast: Cast) -> None:
    make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED)
    found = steps(session, cast, dt.date(YEAR - 1, 12, 10))
    assert found == {"office_plans": ("review", 1)}


def test_what_a_leader_objects_to_waits_for_the_office_and_not_for_the_department(
    session: AnySession, cast: Cast
) -> None:
    december = dt.date(YEAR - 1, 12, 10)
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.REVIEWED)
    actor = cast.actor("office")

    def owed() -> set[str]:
        year = load_year(session, actor, cast.cycle.id, december)
        return {
            debt.owed.waiting.key
            for debt in debts(session, kinds_of(actor, year))
            if debt.owed.by_office or debt.department_id == cast.jwc.id
        }

    assert owed() == {"plan_submit"}
    make_paper_entry(
        person=cast.leader, recorded_by=cast.office, department=cast.jwc, cycle=cast.cycle,
        subject_table="department_plan", subject_id=plan.id, status="contested",
    )  # fmt: skip
    assert owed() == {"office_contested"}


def test_a_month_waits_for_its_bulletin_once_its_checks_are_due(
    session: AnySession, cast: Cast
) -> None:
    issued(session, cast)
    with unit_of_work(session, TEST):
        for month in cast_months(session, cast):
            month.exempt = month.month not in (3, 4)
    assert "office_bulletins" not in steps(session, cast, dt.date(YEAR, 4, 1))
    found = steps(session, cast, dt.date(YEAR, 4, 20))
    assert found["office_bulletins"] == ("monitoring", 1)


def test_reviewed_and_approved_adjustments_wait(session: AnySession, cast: Cast) -> None:
    issued(session, cast)
    make_adjustment(department=cast.jwc, status=AdjustmentStatus.REVIEWED)
    make_adjustment(department=cast.jwc, status=AdjustmentStatus.APPROVED)
    found = steps(session, cast, dt.date(YEAR, 3, 2))
    assert found["office_adjustments_send"] == ("midyear", 1)
    assert found["office_adjustments_apply"] == ("midyear", 1)


def test_at_the_year_s_end_the_unfinished_tasks_wait_for_a_word(
    session: AnySession, cast: Cast
) -> None:
    issued(session, cast)
    task = make_task(status=TaskStatus.ACCEPTED)
    december = dt.date(YEAR, 12, 28)
    assert steps(session, cast, december)["office_carry_over"] == ("summary", 1)
    office = cast.actor("office")
    with unit_of_work(session, office):
        decide(session, office, [task], confirmed=True)
    assert "office_carry_over" not in steps(session, cast, december)


def test_a_year_that_was_not_started_in_time_waits(session: AnySession, cast: Cast) -> None:
    table: Any = Cycle.__table__
    session.execute(update(table).where(table.c.id == cast.cycle.id).values(status="preparing"))
    session.expire_all()
    assert "office_start" not in steps(session, cast, dt.date(YEAR - 1, 12, 31))
    assert steps(session, cast, dt.date(YEAR, 1, 5))["office_start"] == ("kickoff", 1)


def test_whoever_does_not_read_the_college_sees_none_of_it(session: AnySession, cast: Cast) -> None:
    for name in ("head_jwc", "staff_jwc", "leader"):
        assert steps(session, cast, FEBRUARY, name) == {}
    assert steps(session, cast, FEBRUARY, "auditor")


def issued(session: AnySession, cast: Cast) -> None:
    make_decomposition(
        status=DecompositionStatus.ISSUED, issue_number="1", issued_on=dt.date(YEAR, 3, 1)
    )


def cast_months(session: AnySession, cast: Cast) -> list[ReportingMonth]:
    return session.query(ReportingMonth).filter_by(cycle_id=cast.cycle.id).all()
