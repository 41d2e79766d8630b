"""The demo year: it builds through the real services, and is what it promises."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import aliased

from app.core import audit
from app.core.actor import Door
from app.core.unit_of_work import AnySession
from app.demo.names import PROMISED
from app.demo.year import PASSWORD, why_not
from app.extensions import db
from app.models.cycles import Cycle, CycleStatus, ReportingMonth
from app.models.improvement import Adjustment, AdjustmentStatus, Evidence
from app.models.meetings import (
    AgendaItem,
    AgendaSubject,
    Decision,
    Meeting,
    Outcome,
    PaperEntry,
    PaperStatus,
)
from app.models.monitoring import MonthlyCheck
from app.models.organisation import Person
from app.models.plan_comments import PlanComment
from app.models.planning import (
    Agreement,
    Decomposition,
    DepartmentPlan,
    PassedAs,
    PlanStatus,
    Task,
    TaskStatus,
)
from app.models.system import AuditEvent
from app.models.work_points import OpinionAnswer, WorkPoint, WorkPointOpinion, WorkPointSet
from app.security.actors import load_actor
from tests.conftest import MakeApp

SMALL = ("--departments", "4", "--tasks", "24", "--until", "2026-07-30")
ROLES = {
    "admin": "Admin",
    "office": "Office",
    "quality": "QualityOffice",
    "head.jwc": "DepartmentHead",
    "staff.jwc": "DepartmentStaff",
    "leader": "Leader",
    "topleader": "TopLeader",
    "secretary": "CommitteeSecretary",
    "discipline": "Discipline",
    "assessor": "AssessmentOffice",
    "group1": "AssessmentGroup",
    "group2": "AssessmentGroup",
    "group3": "AssessmentGroup",
    "auditor": "Auditor",
    "head.xinxi": "DepartmentHead",
}


def build(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", "--json", *words])


@pytest.fixture(scope="module")
def college(make_app: MakeApp) -> Flask:
    """An application whose database holds a small demo."""
    app = make_app(cast=False)
    built = build(app, *SMALL)
    assert built.exit_code == 0, built.output
    return app


@pytest.fixture
def year(college: Flask) -> Iterator[AnySession]:
    with college.app_context():
        yield db.session
        db.session.remove()


def counts(session: AnySession, model: type[Any], column: Any) -> Counter[str]:
    rows = session.execute(select(column, func.count()).select_from(model).group_by(column))
    return Counter({str(name): count for name, count in rows})


def test_the_accounts_that_stand_in_the_interface_are_the_promised_ones() -> None:
    assert set(ROLES) == set(PROMISED)


@pytest.mark.parametrize("username", ROLES)
def test_every_promised_account_signs_in_and_has_its_role(
    college: Flask, year: AnySession, username: str
) -> None:
    with college.test_request_context():
        person = college.appbuilder.sm.auth_user_db(username, PASSWORD)  # type: ignore[attr-defined]
    assert isinstance(person, Person)
    assert person.is_demo and not person.must_change_password
    assert ROLES[username] in load_actor(year, username, Door.WEB).roles


def test_the_demo_has_the_size_asked_for(year: AnySession) -> None:
    assert year.scalar(select(func.count(Task.id)).where(Task.origin == "annual")) == 24


def test_the_year_went_its_way_to_acceptance(year: AnySession) -> None:
    assert year.scalars(select(Cycle.status)).one() == CycleStatus.RUNNING
    editions = select(WorkPointSet.status).order_by(WorkPointSet.edition)
    assert year.scalars(editions).all() == ["consultation", "issued"]
    assert year.scalars(select(Decomposition.status)).one() == "issued"
    states = counts(year, Task, Task.status)
    assert not states[TaskStatus.PROPOSED] and states[TaskStatus.ACCEPTED]


def test_plans_were_read_returned_answered_and_taken_up(year: AnySession) -> None:
    plans = year.scalars(select(DepartmentPlan)).all()
    assert {plan.status for plan in plans} == {PlanStatus.AGGREGATED}
    assert {plan.review_round for plan in plans} == {1, 2}
    comments = year.scalars(select(PlanComment)).all()
    assert comments and all(comment.answer for comment in comments)
    assert any(comment.task_id is not None for comment in comments)
    own = select(func.sum(Task.weight)).where(Task.department_plan_id.is_not(None))
    assert set(year.scalars(own.group_by(Task.department_plan_id))) == {100}


def test_every_opinion_was_answered_and_one_rewrote_a_point(year: AnySession) -> None:
    answers = set(year.scalars(select(WorkPointOpinion.answer)))
    assert {OpinionAnswer.ADOPTED, OpinionAnswer.PARTLY} <= answers
    before = aliased(WorkPoint)
    changed = (
        select(func.count(WorkPoint.id))
        .join(before, before.id == WorkPoint.previous_id)
        .where(before.text != WorkPoint.text)
    )
    assert year.scalar(changed)


def test_a_meeting_is_announced_before_it_decides(year: AnySession) -> None:
    rows = year.execute(
        select(Meeting, Decision)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(Decision, Decision.agenda_item_id == AgendaItem.id)
        .where(Decision.subject_table.in_(("work_point_set", "decomposition")))
    ).all()
    assert {decision.outcome for _, decision in rows} == {Outcome.APPROVED, Outcome.AMENDED}
    for meeting, decision in rows:
        assert meeting.created_at.date() < meeting.held_on == decision.decided_on
        assert meeting.minutes_number


def test_parts_went_to_departments_that_agreed(year: AnySession) -> None:
    parts = year.scalars(select(Task).where(Task.parent_id.is_not(None))).all()
    assert parts and all(part.agreement == Agreement.AGREED for part in parts)
    assert all(part.milestones for part in parts)
    assert all(part.department_plan_id is None for part in parts)


def test_a_leader_drafted_a_task_from_a_work_point(year: AnySession) -> None:
    drafted = year.scalars(select(Task).where(Task.passed_as == PassedAs.LEADER)).all()
    assert drafted
    for task in drafted:
        assert task.agreement == Agreement.AGREED and task.work_point_id is not None
        assert task.passed_by_id == task.leader_id


def test_a_review_was_entered_from_paper_with_its_scan_and_acknowledged(year: AnySession) -> None:
    entry = year.scalars(select(PaperEntry)).one()
    assert (entry.step, entry.status) == ("review", PaperStatus.ACKNOWLEDGED)
    assert entry.person_id != entry.recorded_by_id
    scan = year.scalars(select(Evidence).where(Evidence.paper_entry_id == entry.id)).one()
    assert scan.file_name.endswith(".pdf")


def test_people_did_what_is_theirs_to_do(year: AnySession) -> None:
    """The audit names the heads where heads act, the secretary where the committee decides."""

    def names(action: str, table: str) -> set[str]:
        rows = select(Person.username).join(AuditEvent, AuditEvent.actor_id == Person.id)
        rows = rows.where(AuditEvent.action == action, AuditEvent.table_name == table)
        return set(year.scalars(rows))

    assert all(name.startswith("head.") for name in names("accept", "task"))
    assert all(name.startswith("head.") for name in names("submit", "monthly_check"))
    assert names("approve", "decomposition") == {"secretary"}
    assert names("issue", "decomposition") == {"office"}
    assert names("confirm", "task_result") <= {"leader", "leader2", "leader3", "leader4", "leader5"}


def test_months_are_reported_and_closed_up_to_the_day(year: AnySession) -> None:
    closed = set(
        year.scalars(select(ReportingMonth.month).where(ReportingMonth.closed_on.is_not(None)))
    )
    assert closed == {3, 4, 5, 6}
    assert set(counts(year, MonthlyCheck, MonthlyCheck.month)) == {"3", "4", "5", "6"}


def test_lights_are_believable(year: AnySession) -> None:
    lights = counts(year, Task, Task.light)
    total = sum(lights.values())
    assert lights["green"] > total * 0.3
    assert lights["blue"]
    assert lights["red"] + lights["orange"] + lights["yellow"] + lights["grey"] < total * 0.5
    computed = counts(year, MonthlyCheck, MonthlyCheck.computed_light)
    assert computed["green"] > sum(computed.values()) * 0.7


def test_tasks_carry_the_figures_of_their_latest_check(year: AnySession) -> None:
    rows = year.execute(
        select(Task, MonthlyCheck)
        .join(MonthlyCheck, MonthlyCheck.task_id == Task.id)
        .where(Task.status == TaskStatus.ACCEPTED, MonthlyCheck.month == 6)
    ).all()
    assert rows
    for task, check in rows:
        assert task.actual_percent == check.actual_percent
        assert task.light == (check.head_light or check.computed_light)


def test_the_audit_chain_holds(year: AnySession) -> None:
    found = audit.verify(year)  # type: ignore[arg-type]
    assert found.intact and found.events > 1000


def test_the_coming_year_is_being_planned(make_app: MakeApp) -> None:
    """In November one finds plans in every state, and nobody's 2027 in the table of 2026."""
    app = make_app(cast=False)
    words = ("--departments", "24", "--tasks", "30", "--until", "2025-11-22")
    assert build(app, *words).exit_code == 0
    with app.app_context():
        session = db.session
        coming = session.scalars(select(Cycle).where(Cycle.year == 2026)).one()
        assert coming.status == CycleStatus.PREPARING
        plans = session.scalars(
            select(DepartmentPlan).where(DepartmentPlan.cycle_id == coming.id)
        ).all()
        assert {plan.status for plan in plans} == set(PlanStatus) - {PlanStatus.AGGREGATED}
        assert len(plans) < 24
        states = {plan.department.code: plan.status for plan in plans}
        assert states["jwc"] == PlanStatus.RETURNED and states["xinxi"] == PlanStatus.DRAFT
        mine = select(Task).where(Task.cycle_id == coming.id)
        tasks = session.scalars(mine).all()
        assert {task.status for task in tasks} == {TaskStatus.PROPOSED}
        assert all(task.department_plan_id for task in tasks)
        db.session.remove()


def test_a_database_that_is_not_empty_is_refused(college: Flask) -> None:
    again = build(college, *SMALL)
    assert again.exit_code == 1
    assert json.loads(again.stdout.splitlines()[-1])["errors"]


def test_with_if_empty_a_full_database_is_left_alone(college: Flask, year: AnySession) -> None:
    before = year.scalar(select(func.count(AuditEvent.id)))
    again = build(college, *SMALL, "--if-empty")
    assert again.exit_code == 0
    assert json.loads(again.stdout.splitlines()[-1]) == {"built": False}
    assert year.scalar(select(func.count(AuditEvent.id))) == before


def test_a_database_without_its_schema_is_refused(year: AnySession) -> None:
    reason = why_not(year, create_engine("sqlite://"))
    assert reason is not None and "rows" not in reason.values


def test_adjustments_reach_their_tasks(year: AnySession) -> None:
    """In July a task is added, with the committee's decision; what the next meeting is to decide
    on still waits."""
    states = set(counts(year, Adjustment, Adjustment.status))
    assert states == {AdjustmentStatus.APPLIED, AdjustmentStatus.COMMITTEE}
    added = year.scalars(select(Task).where(Task.origin == "added")).all()
    assert added and all(task.status == TaskStatus.PUBLISHED for task in added)


def test_the_same_seed_gives_the_same_data(make_app: MakeApp) -> None:
    told = []
    for _ in range(2):
        app = make_app(cast=False)
        words = ("--departments", "3", "--tasks", "3", "--until", "2026-04-03", "--seed", "7")
        assert build(app, *words).exit_code == 0
        with app.app_context():
            columns = [column for column in MonthlyCheck.__table__.columns if column.key != "id"]
            told.append(
                [
                    db.session.execute(select(*columns).order_by(MonthlyCheck.id)).all(),
                    db.session.execute(select(Task.__table__).order_by(Task.id)).all(),
                    db.session.execute(
                        select(Person.username, Person.last_name, Person.first_name)
                    ).all(),
                ]
            )
            db.session.remove()
    assert told[0] == told[1]
    assert told[0][0]


def test_a_meeting_to_come_has_an_agenda_of_several_rows(year: AnySession) -> None:
    """Within three weeks of the last day told, with nothing decided yet."""
    last = dt.date.fromisoformat(SMALL[-1])
    coming = year.scalars(select(Meeting).where(Meeting.held_on > last)).one()
    assert coming.held_on <= last + dt.timedelta(days=21) and coming.minutes_number is None
    on_agenda = select(AgendaSubject).join(AgendaItem).where(AgendaItem.meeting_id == coming.id)
    subjects = year.scalars(on_agenda).all()
    rows = [year.get_one(Adjustment, one.subject_id) for one in subjects]
    assert len(rows) >= 2 and {row.status for row in rows} == {AdjustmentStatus.COMMITTEE}
    assert len({row.department_id for row in rows}) == len(rows)
