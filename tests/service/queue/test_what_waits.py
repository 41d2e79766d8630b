"""What waits for whom: every source of the queue with those it waits for and those it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from app.core import clock, queue
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, CycleStatus, Phase, PhaseCode
from app.models.improvement import AdjustmentStatus, ResultStatus
from app.models.monitoring import CheckStatus, CoordinationStatus
from app.models.planning import DecompositionStatus, PlanStatus, TaskStatus
from app.models.supervision import CaseStage, CaseStatus
from app.models.work_points import WorkPointSetStatus
from app.web import directory
from app.web.home import desk
from tests.cast import PEOPLE, TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_agenda_subject,
    make_coordination_request,
    make_cycle,
    make_decision,
    make_decomposition,
    make_department,
    make_department_plan,
    make_import_job,
    make_meeting,
    make_monthly_check,
    make_person,
    make_phase,
    make_score,
    make_supervision_case,
    make_task,
    make_task_result,
    make_work_point_opinion,
    make_work_point_set,
)

Waits = Callable[[str], dict[str, set[int]]]
OLD = TODAY - dt.timedelta(days=3)


@pytest.fixture
def waits(session: AnySession, cast: Cast) -> Waits:
    """The ids of what waits for somebody, by kind."""

    def of(name: str) -> dict[str, set[int]]:
        actor, day = cast.actor(name), desk.Day(clock.today())
        found = queue.groups(session, desk.kinds_for(actor, day), day.today, limit=100)
        assert all(group.count == len(group.rows) for group in found)
        return {group.waiting.key: {row.id for row in group.rows} for group in found}

    return of


def accepted(cast: Cast, **given: Any) -> Any:
    return make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, **given)


def meeting_with_a_subject() -> Any:
    meeting = make_meeting(held_on=OLD)
    make_agenda_subject(agenda_item=make_agenda_item(meeting=meeting))
    return meeting


def opinion(state: WorkPointSetStatus, **given: Any) -> Any:
    """The draft an opinion was given on."""
    points = make_work_point_set(status=state)
    make_work_point_opinion(work_point_set=points, **given)
    return points


CASES: dict[str, tuple[Callable[[Cast], Any], str]] = {
    "department_plan.write": (lambda cast: make_department_plan(department=cast.jwc), "head_jwc"),
    "department_plan.review": (
        lambda cast: make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW),
        "leader",
    ),
    "department_plan.submit": (
        lambda cast: make_department_plan(department=cast.jwc, status=PlanStatus.REVIEWED),
        "head_jwc",
    ),
    "department_plan.aggregate": (
        lambda cast: make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED),
        "office",
    ),
    "work_point_set.draft": (lambda cast: make_work_point_set(), "office"),
    "work_point_set.opinion": (
        lambda cast: make_work_point_set(status=WorkPointSetStatus.CONSULTATION),
        "head_jwc head_xinxi",
    ),
    "work_point_set.leader_opinion": (
        lambda cast: make_work_point_set(status=WorkPointSetStatus.CONSULTATION),
        "leader other_leader",
    ),
    "work_point_set.opinions": (
        lambda cast: opinion(WorkPointSetStatus.CONSULTATION, author=cast.leader),
        "office",
    ),
    "work_point_set.send": (
        lambda cast: opinion(WorkPointSetStatus.CONSULTATION, author=cast.leader, agrees=True),
        "office",
    ),
    "work_point_set.place": (
        lambda cast: make_work_point_set(status=WorkPointSetStatus.COMMITTEE),
        "secretary",
    ),
    "work_point_set.returned": (
        lambda cast: make_work_point_set(status=WorkPointSetStatus.RETURNED),
        "office",
    ),
    "work_point_set.issue": (
        lambda cast: make_work_point_set(status=WorkPointSetStatus.APPROVED),
        "office",
    ),
    "task.accept": (
        lambda cast: make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc),
        "head_jwc",
    ),
    "task.hand_out": (lambda cast: make_task(status=TaskStatus.PUBLISHED), "head_jwc"),
    "decomposition.aggregate": (lambda cast: make_decomposition(), "office"),
    "decomposition.send_to_committee": (
        lambda cast: make_decomposition(status=DecompositionStatus.AGGREGATED),
        "office",
    ),
    "decomposition.place": (
        lambda cast: make_decomposition(status=DecompositionStatus.COMMITTEE),
        "secretary",
    ),
    "decomposition.issue": (
        lambda cast: make_decomposition(status=DecompositionStatus.APPROVED),
        "office",
    ),
    "monthly_check.write-2026-03": (lambda cast: accepted(cast), "head_jwc staff_jwc"),
    "monthly_check.submit": (
        lambda cast: make_monthly_check(task=accepted(cast)),
        "head_jwc",
    ),
    "monthly_check.correct": (
        lambda cast: make_monthly_check(task=accepted(cast), status=CheckStatus.RETURNED),
        "head_jwc staff_jwc",
    ),
    "coordination_request.answer": (
        lambda cast: make_coordination_request(addressed_department=cast.xinxi),
        "head_xinxi",
    ),
    "coordination_request.settle": (
        lambda cast: make_coordination_request(
            status=CoordinationStatus.ANSWERED, addressed_department=cast.xinxi
        ),
        "head_jwc",
    ),
    "supervision_case.confirm": (
        lambda cast: make_supervision_case(status=CaseStatus.PROPOSED),
        "office",
    ),
    "supervision_case.sign": (
        lambda cast: make_supervision_case(status=CaseStatus.OPEN),
        "head_jwc",
    ),
    "supervision_case.reply": (
        lambda cast: make_supervision_case(status=CaseStatus.OPEN, signed_at=clock.now()),
        "head_jwc",
    ),
    "supervision_case.judge": (
        lambda cast: make_supervision_case(status=CaseStatus.REPLIED),
        "office",
    ),
    "supervision_case.push": (
        lambda cast: make_supervision_case(status=CaseStatus.OPEN, due_on=OLD),
        "office",
    ),
    "supervision_case.conclude": (
        lambda cast: make_supervision_case(status=CaseStatus.OPEN, stage=CaseStage.SPECIAL),
        "discipline",
    ),
    "adjustment.submit": (lambda cast: make_adjustment(), "head_jwc"),
    "adjustment.review": (
        lambda cast: make_adjustment(status=AdjustmentStatus.REVIEW),
        "leader",
    ),
    "adjustment.send_to_committee": (
        lambda cast: make_adjustment(status=AdjustmentStatus.REVIEWED),
        "office",
    ),
    "adjustment.place": (
        lambda cast: make_adjustment(status=AdjustmentStatus.COMMITTEE),
        "secretary",
    ),
    "adjustment.apply": (
        lambda cast: make_adjustment(status=AdjustmentStatus.APPROVED),
        "office",
    ),
    "task_result.write": (
        lambda cast: accepted(cast, actual_percent=Decimal(100)),
        "head_jwc staff_jwc",
    ),
    "task_result.submit": (lambda cast: make_task_result(task=accepted(cast)), "head_jwc"),
    "task_result.correct": (
        lambda cast: make_task_result(task=accepted(cast), status=ResultStatus.RETURNED),
        "head_jwc staff_jwc",
    ),
    "task_result.confirm": (
        lambda cast: make_task_result(task=accepted(cast), status=ResultStatus.SUBMITTED),
        "leader",
    ),
    "score.submit": (lambda cast: make_score(rater=cast.group1), "group1"),
    "agenda_item.decide": (
        lambda cast: make_agenda_item(meeting=make_meeting(held_on=OLD)),
        "secretary",
    ),
    "meeting.minutes": (lambda cast: meeting_with_a_subject(), "secretary"),
    "import_job.start": (lambda cast: make_import_job(owner=cast.office), "office"),
    "department.head": (lambda cast: make_department(), "admin"),
    "department.charge": (lambda cast: make_department(), "admin"),
    "person.locked": (
        lambda cast: make_person(locked_until=clock.now() + dt.timedelta(minutes=5)),
        "admin",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_row_waits_for_those_whose_move_it_is_and_for_nobody_else(
    kind: str, cast: Cast, waits: Waits
) -> None:
    make_row, names = CASES[kind]
    row = make_row(cast)
    assert {name for name in PEOPLE if row.id in waits(name).get(kind, ())} == set(names.split())


def test_a_request_to_a_leader_waits_for_that_leader(cast: Cast, waits: Waits) -> None:
    row = make_coordination_request(addressed_leader=cast.leader, addressed_department=None)
    assert waits("leader")["coordination_request.answer"] == {row.id}
    assert "coordination_request.answer" not in waits("other_leader")


def test_nobody_judges_a_case_of_their_own_department(cast: Cast, waits: Waits) -> None:
    make_supervision_case(status=CaseStatus.REPLIED, department=cast.bgs)
    assert "supervision_case.judge" not in waits("office")


def test_a_top_leader_steps_in_where_no_leader_is_in_charge(cast: Cast, waits: Waits) -> None:
    orphan = make_department()
    task = make_task(lead_department=orphan, status=TaskStatus.ACCEPTED)
    row = make_adjustment(status=AdjustmentStatus.REVIEW, department=orphan, task=task)
    assert waits("topleader")["adjustment.review"] == {row.id}
    assert "adjustment.review" not in waits("leader")


def test_a_written_check_no_longer_waits_to_be_written(cast: Cast, waits: Waits) -> None:
    task = accepted(cast)
    make_monthly_check(task=task)
    assert task.id not in waits("head_jwc").get("monthly_check.write-2026-03", ())


def test_a_task_accepted_later_owes_nothing_for_the_months_before(cast: Cast, waits: Waits) -> None:
    task = accepted(cast, accepted_at=dt.datetime(2026, 3, 5, tzinfo=dt.UTC))
    found = waits("head_jwc")
    assert task.id in found["monthly_check.write-2026-03"]
    assert task.id not in found.get("monthly_check.write-2026-02", ())


def test_results_are_spoken_of_when_their_deadline_is_near(cast: Cast, waits: Waits) -> None:
    task = accepted(cast, actual_percent=Decimal(60))
    assert "task_result.write" not in waits("head_jwc")
    with clock.at(dt.date(2026, 12, 1)):
        assert waits("head_jwc")["task_result.write"] == {task.id}


def test_rating_begins_with_the_assessment_and_spares_the_own_department(
    cast: Cast, waits: Waits
) -> None:
    running = accepted(cast)
    year = make_cycle(status=CycleStatus.ASSESSING)
    rated = accepted(cast, cycle=year)
    make_score(rater=cast.group1, task=rated, cycle=year)
    open_one = accepted(cast, cycle=year)
    found = waits("group1")["score.give"]
    assert open_one.id in found
    assert not {running.id, rated.id} & found


def test_a_year_waits_to_be_started_once_its_plans_are_reviewed(cast: Cast, waits: Waits) -> None:
    """From the kick-off on it is prepared: departments plan in it before it runs."""
    year = make_cycle(year=2027)
    make_phase(cycle=year, code=PhaseCode.KICKOFF, starts_on=OLD, ends_on=OLD)
    assert "cycle.start" not in waits("office")
    make_phase(cycle=year, code=PhaseCode.REVIEW, starts_on=OLD, ends_on=OLD)
    assert waits("office")["cycle.start"] == {year.id}
    assert "cycle.start" not in waits("head_jwc")


def test_a_year_waits_to_be_assessed_after_its_cut_off(cast: Cast, waits: Waits) -> None:
    assert "cycle.assess" not in waits("office")
    with clock.at(dt.date(2026, 12, 16)):
        assert waits("office")["cycle.assess"] == {cast.cycle.id}


def test_who_has_said_something_on_the_draft_is_not_asked_again(cast: Cast, waits: Waits) -> None:
    """A head by the department's opinion, whoever wrote it; a leader by the own one."""
    points = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    make_work_point_opinion(work_point_set=points, author=cast.staff_jwc, department=cast.jwc)
    make_work_point_opinion(work_point_set=points, author=cast.leader, agrees=True)
    assert "work_point_set.opinion" not in waits("head_jwc")
    assert "work_point_set.leader_opinion" not in waits("leader")
    assert waits("head_xinxi")["work_point_set.opinion"] == {points.id}
    assert waits("other_leader")["work_point_set.leader_opinion"] == {points.id}


def test_an_edition_that_a_newer_one_replaced_waits_for_nobody(cast: Cast, waits: Waits) -> None:
    year = make_cycle()
    make_work_point_set(cycle=year, edition=1, status=WorkPointSetStatus.CONSULTATION)
    newest = make_work_point_set(cycle=year, edition=2)
    assert waits("office")["work_point_set.draft"] == {newest.id}
    assert "work_point_set.send" not in waits("office")
    assert "work_point_set.opinion" not in waits("head_jwc")


def test_opinions_are_asked_till_the_phase_ends_and_a_later_draft_has_no_deadline(
    session: AnySession, cast: Cast
) -> None:
    year = make_cycle()
    points = make_work_point_set(cycle=year, status=WorkPointSetStatus.CONSULTATION)
    phase = make_phase(cycle=year, code=PhaseCode.WORK_POINTS, ends_on=TODAY, starts_on=OLD)
    directory.forget()

    def due() -> Any:
        kinds = desk.kinds_for(cast.actor("head_jwc"), desk.Day(TODAY))
        found = queue.groups(session, kinds, TODAY, limit=5)
        return {row.id: row.due_on for one in found for row in one.rows}[points.id]

    assert due() == TODAY
    table = Phase.__table__
    session.execute(update(table).where(table.c.id == phase.id).values(starts_on=OLD, ends_on=OLD))
    directory.forget()
    assert due() is None


def test_what_stands_on_an_agenda_waits_for_the_minutes_only(cast: Cast, waits: Waits) -> None:
    points = make_work_point_set(status=WorkPointSetStatus.COMMITTEE)
    item = make_agenda_item(meeting=make_meeting(held_on=TODAY + dt.timedelta(days=3)))
    make_agenda_subject(agenda_item=item, subject_table="work_point_set", subject_id=points.id)
    found = waits("secretary")
    assert "work_point_set.place" not in found and "meeting.minutes" not in found
    with clock.at(TODAY + dt.timedelta(days=3)):
        assert waits("secretary")["meeting.minutes"] == {item.meeting_id}


def test_a_decided_agenda_item_no_longer_waits(cast: Cast, waits: Waits) -> None:
    item = make_agenda_item(meeting=make_meeting(held_on=OLD))
    make_decision(agenda_item=item)
    assert "agenda_item.decide" not in waits("secretary")


def test_nothing_of_a_closed_year_waits(session: AnySession, cast: Cast, waits: Waits) -> None:
    year = make_cycle()
    make_task(status=TaskStatus.PUBLISHED, cycle=year, owner=cast.staff_jwc)
    assert "task.accept" in waits("head_jwc")
    table = Cycle.__table__
    session.execute(update(table).where(table.c.id == year.id).values(status=CycleStatus.CLOSED))
    directory.forget()
    assert "task.accept" not in waits("head_jwc")


def test_the_most_urgent_kind_comes_first_and_says_how_much_is_late(
    session: AnySession, cast: Cast
) -> None:
    make_supervision_case(status=CaseStatus.OPEN, signed_at=clock.now(), due_on=OLD)
    make_supervision_case(status=CaseStatus.OPEN, signed_at=clock.now(), due_on=TODAY)
    for _ in range(4):
        make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    actor, day = cast.actor("head_jwc"), desk.Day(TODAY)
    found = queue.groups(session, desk.kinds_for(actor, day), TODAY, limit=1)
    first = found[0]
    assert (first.waiting.key, first.count, first.overdue) == ("supervision_case.reply", 2, 1)
    assert [row.due_on for row in first.rows] == [OLD]
    assert next(g.count for g in found if g.waiting.key == "task.accept") == 4
