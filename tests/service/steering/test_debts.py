"""Who owes what in each phase of a year, and what was done late."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import PhaseCode
from app.models.improvement import AdjustmentStatus, ResultStatus
from app.models.monitoring import CheckStatus
from app.models.planning import (
    Agreement,
    DecompositionStatus,
    DepartmentPlan,
    PlanStatus,
    TaskStatus,
)
from app.planning.plan_late import lateness
from app.planning.plans import open_plan
from app.web.steering.debts import debts, kinds_of
from app.web.steering.late import late_work
from app.web.steering.year import load_year
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_cycle,
    make_decomposition,
    make_department_plan,
    make_holiday,
    make_monthly_check,
    make_phase,
    make_task,
    make_task_result,
)

NOVEMBER = dt.date(2025, 11, 10)
"""A Monday in the phase in which departments write their plans."""

Owed = dict[tuple[str, str], int]


def owed(session: AnySession, cast: Cast, day: dt.date, name: str = "office") -> Owed:
    """What departments and leaders owe of the cast's year on a day, as somebody sees it: by kind and
    department. The Office's own steps: `test_office_steps`."""
    actor = cast.actor(name)
    year = load_year(session, actor, cast.cycle.id, day)
    names = {cast.bgs.id: "bgs", cast.jwc.id: "jwc", cast.xsc.id: "xsc", cast.xinxi.id: "xinxi"}
    found: Owed = {}
    for debt in debts(session, kinds_of(actor, year)):
        if debt.owed.by_office:
            continue
        assert debt.department_id is not None
        place = (debt.owed.waiting.key, names[debt.department_id])
        found[place] = found.get(place, 0) + debt.count
    return found


def late(session: AnySession, cast: Cast, day: dt.date = TODAY) -> dict[PhaseCode, tuple[int, int]]:
    """What came late in the cast's year: how many, by how many workdays at most."""
    actor = cast.actor("office")
    year = load_year(session, actor, cast.cycle.id, day)
    return {
        one.phase: (one.count, year.workdays_late(one.due_on, one.on))
        for one in late_work(session, actor, year)
    }


def of(found: Owed, kind: str) -> set[str]:
    return {department for key, department in found if key == kind}


def sent_plan(session: AnySession, cast: Cast, day: dt.date) -> DepartmentPlan:
    """教务处's plan, written and sent to its leader on `day`."""
    head = cast.actor("head_jwc")
    with clock.at(day), unit_of_work(session, head):
        plan = open_plan(session, head, cast.cycle, cast.jwc)
        plan.text = "推进专业建设"
        workflow.apply(session, head, plan, "send_for_review")
    return plan


# Plans ---------------------------------------------------------------------------------


def test_every_department_without_a_plan_owes_one_once_the_phase_has_begun(
    session: AnySession, cast: Cast
) -> None:
    assert owed(session, cast, dt.date(2025, 10, 31)) == {}
    assert of(owed(session, cast, NOVEMBER), "plan_missing") == {"bgs", "jwc", "xsc", "xinxi"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (PlanStatus.DRAFT, "plan_draft"),
        (PlanStatus.REVIEW, "plan_review"),
        (PlanStatus.RETURNED, "plan_returned"),
        (PlanStatus.REVIEWED, "plan_submit"),
        (PlanStatus.SUBMITTED, None),
        (PlanStatus.AGGREGATED, None),
    ],
)
def test_a_plan_is_owed_by_whoever_has_the_next_step(
    status: PlanStatus, kind: str | None, session: AnySession, cast: Cast
) -> None:
    make_department_plan(department=cast.jwc, status=status)
    found = owed(session, cast, NOVEMBER)
    assert {key for key, department in found if department == "jwc"} == ({kind} if kind else set())


def test_only_the_review_is_the_leaders_debt(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    year = load_year(session, office, cast.cycle.id, NOVEMBER)
    assert {one.waiting.key for one in kinds_of(office, year) if one.by_leader} == {
        "plan_review", "adjustments_review", "results_confirm",
    }  # fmt: skip


def test_no_plan_is_owed_once_the_table_is_issued(session: AnySession, cast: Cast) -> None:
    make_decomposition(
        cycle=cast.cycle, status=DecompositionStatus.ISSUED, issue_number="院发〔2026〕8号",
        issued_on=dt.date(2026, 2, 27),
    )  # fmt: skip
    assert of(owed(session, cast, TODAY), "plan_missing") == set()


def test_a_closed_year_owes_nothing(session: AnySession, cast: Cast) -> None:
    assert owed(session, cast, NOVEMBER)
    with unit_of_work(session, TEST):
        for step in ("assess", "close"):
            workflow.apply(session, TEST, cast.cycle, step)
    assert owed(session, cast, NOVEMBER) == {}


def test_a_year_opened_in_its_middle_sets_no_deadline_of_a_phase_that_was_over(
    session: AnySession, cast: Cast
) -> None:
    cycle = make_cycle(year=2027, live_from=dt.date(2027, 3, 1))
    for code, last in ((PhaseCode.PROPOSAL, "2026-11-30"), (PhaseCode.RESULTS, "2027-12-15")):
        day = dt.date.fromisoformat(last)
        make_phase(cycle=cycle, code=code, starts_on=day, ends_on=day)
    year = load_year(session, cast.actor("office"), cycle.id, dt.date(2027, 3, 10))
    assert year.due(PhaseCode.PROPOSAL) is None
    assert year.due(PhaseCode.RESULTS) == dt.date(2027, 12, 15)


# Parts, tasks, checks, adjustments, results --------------------------------------------


def test_a_part_is_owed_by_who_was_asked_and_an_objection_by_who_passed_it(
    session: AnySession, cast: Cast
) -> None:
    whole = make_task(lead_department=cast.jwc)
    for agreement in (Agreement.ASKED, Agreement.OBJECTED, Agreement.AGREED):
        make_task(parent=whole, lead_department=cast.xinxi, agreement=agreement)
    found = owed(session, cast, dt.date(2026, 2, 10))
    assert found["parts_asked", "xinxi"] == 1
    assert found["parts_objected", "jwc"] == 1


def test_issued_tasks_are_owed_until_they_are_accepted(session: AnySession, cast: Cast) -> None:
    make_task(status=TaskStatus.PUBLISHED, accept_by=dt.date(2026, 3, 13))
    make_task(status=TaskStatus.PUBLISHED)
    make_task(status=TaskStatus.ACCEPTED)
    assert owed(session, cast, TODAY)["tasks_accept", "jwc"] == 2


def test_a_check_is_owed_for_each_open_month_until_it_is_submitted(
    session: AnySession, cast: Cast
) -> None:
    checked, unchecked = (
        make_task(
            status=TaskStatus.ACCEPTED, accepted_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
        )
        for _ in range(2)
    )  # fmt: skip
    make_monthly_check(task=checked, month=3, status=CheckStatus.SUBMITTED)
    make_monthly_check(task=unchecked, month=3, status=CheckStatus.DRAFT)
    found = owed(session, cast, dt.date(2026, 4, 7))
    assert found["monthly_check.missing-2026-03", "jwc"] == 1
    assert found["monthly_check.missing-2026-04", "jwc"] == 2


def test_adjustments_wait_for_leaders_or_come_back(session: AnySession, cast: Cast) -> None:
    for status in (AdjustmentStatus.REVIEW, AdjustmentStatus.RETURNED, AdjustmentStatus.APPLIED):
        make_adjustment(department=cast.jwc, status=status)
    found = owed(session, cast, dt.date(2026, 7, 1))
    assert found["adjustments_review", "jwc"] == found["adjustments_returned", "jwc"] == 1


def test_results_are_owed_when_the_work_is_done_and_all_near_the_years_end(
    session: AnySession, cast: Cast
) -> None:
    make_task(status=TaskStatus.ACCEPTED, actual_percent=100)
    make_task(status=TaskStatus.ACCEPTED, actual_percent=40)
    written = make_task(status=TaskStatus.ACCEPTED, actual_percent=100)
    make_task_result(task=written, status=ResultStatus.SUBMITTED)
    summer, winter = (
        owed(session, cast, day) for day in (dt.date(2026, 7, 1), dt.date(2026, 12, 1))
    )
    assert summer["results_write", "jwc"] == 1
    assert winter["results_write", "jwc"] == 2
    assert winter["results_confirm", "jwc"] == 1


def test_a_leader_sees_the_departments_in_charge_and_a_head_the_own(
    session: AnySession, cast: Cast
) -> None:
    seen = {
        name: of(owed(session, cast, NOVEMBER, name), "plan_missing")
        for name in ("leader", "head_jwc", "staff_jwc", "admin")
    }
    assert seen == {
        "leader": {"jwc", "xinxi"}, "head_jwc": {"jwc"}, "staff_jwc": {"jwc"}, "admin": set(),
    }  # fmt: skip


# Late work -----------------------------------------------------------------------------


def test_a_plan_sent_after_its_day_is_taken_and_marked_in_workdays(
    session: AnySession, cast: Cast
) -> None:
    plan = sent_plan(session, cast, dt.date(2025, 12, 3))
    assert plan.status == PlanStatus.REVIEW
    assert late(session, cast)[PhaseCode.PROPOSAL] == (1, 3)
    assert [str(one) for one in lateness(session, plan)] == ["逾期 3 个工作日送审"]


def test_a_plan_sent_in_time_is_not_late_because_it_came_back(
    session: AnySession, cast: Cast
) -> None:
    plan = sent_plan(session, cast, dt.date(2025, 11, 28))
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with clock.at(dt.date(2025, 12, 5)):
        with unit_of_work(session, leader):
            workflow.apply(session, leader, plan, "return", review_comment="请补充")
        with unit_of_work(session, head):
            workflow.apply(session, head, plan, "send_for_review")
    assert late(session, cast) == {}
    assert lateness(session, plan) == []


def test_a_plan_begun_when_planning_was_over_is_late_for_nothing(
    session: AnySession, cast: Cast
) -> None:
    plan = sent_plan(session, cast, dt.date(2026, 3, 2))
    assert late(session, cast) == {}
    assert lateness(session, plan) == []


def test_holidays_and_make_up_days_count_as_the_calendar_says(
    session: AnySession, cast: Cast
) -> None:
    """After 31 December 2025: three days off, the fourth a Sunday that is worked."""
    plan = sent_plan(session, cast, dt.date(2025, 11, 28))
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with clock.at(dt.date(2026, 1, 5)):
        with unit_of_work(session, leader):
            workflow.apply(session, leader, plan, "review")
        with unit_of_work(session, head):
            workflow.apply(session, head, plan, "submit")
    assert late(session, cast)[PhaseCode.REVIEW] == (1, 2)
    make_holiday(starts_on=dt.date(2026, 1, 4), ends_on=dt.date(2026, 1, 4), name="校休")
    assert late(session, cast)[PhaseCode.REVIEW] == (1, 1)
    assert [str(one) for one in lateness(session, plan)] == ["逾期 1 个工作日提交"]


def test_late_acceptance_checks_and_results_are_counted(session: AnySession, cast: Cast) -> None:
    moment: dict[str, Any] = {"accepted_at": dt.datetime(2026, 3, 17, 2, tzinfo=dt.UTC)}
    task = make_task(status=TaskStatus.ACCEPTED, accept_by=dt.date(2026, 3, 13), **moment)
    make_task(status=TaskStatus.ACCEPTED, accept_by=dt.date(2026, 3, 17), **moment)
    make_monthly_check(task=task, late=True)
    make_task_result(
        task=task, status=ResultStatus.SUBMITTED,
        submitted_at=dt.datetime(2026, 12, 16, 2, tzinfo=dt.UTC),
    )  # fmt: skip
    assert late(session, cast) == {
        PhaseCode.ACCEPTANCE: (1, 2), PhaseCode.MONITORING: (1, 0), PhaseCode.RESULTS: (1, 1),
    }  # fmt: skip


# Its cost ------------------------------------------------------------------------------


def test_what_is_owed_is_one_statement_however_much_it_is(session: AnySession, cast: Cast) -> None:
    from tests.architecture.test_query_counts import statements

    office = cast.actor("office")
    year = load_year(session, office, cast.cycle.id, TODAY)
    for _ in range(9):
        make_task(status=TaskStatus.PUBLISHED)
        make_department_plan()
    kinds = kinds_of(office, year)
    with statements() as seen:
        debts(session, kinds)
        late_work(session, office, year)
    assert len(seen) == 2
