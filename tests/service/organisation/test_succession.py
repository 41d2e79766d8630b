"""Departments are renamed, merged and split without losing what was (domain §2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Cycle, CycleStatus
from app.models.organisation import (
    Appointment,
    AssessmentClass,
    Charge,
    Department,
    DepartmentClass,
    DepartmentKind,
    DepartmentSuccessor,
    SuccessionKind,
)
from app.models.planning import (
    Decomposition,
    DecompositionStatus,
    DepartmentPlan,
    TaskDepartment,
    TaskStatus,
)
from app.models.supervision import CaseStatus, SupervisionCase
from app.organisation.succession import Succession, carry_out, succeed
from tests.cast import TODAY, Cast
from tests.factories import (
    make,
    make_cycle,
    make_department_plan,
    make_plan_comment,
    make_task,
)

MERGED, RENAMED, SPLIT = SuccessionKind.MERGED, SuccessionKind.RENAMED, SuccessionKind.SPLIT


def plan(kind: SuccessionKind, before: Any, after: Any, **more: Any) -> Succession:
    settings = {"effective_on": TODAY, "ground": "党发〔2026〕3号", **more}
    return Succession(kind, before, after, **settings)


def carried_out(session: AnySession, cast: Cast, succession: Succession) -> dict[str, int]:
    with unit_of_work(session, cast.actor("admin")) as unit:
        return succeed(session, unit or cast.actor("admin"), succession)


def test_open_tasks_move_to_the_successor_and_closed_ones_stay(
    session: AnySession, cast: Cast
) -> None:
    old_year = make(Cycle, year=2025, name="2025年度")
    moving = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    draft = make_task(lead_department=cast.xsc)
    done = make_task(lead_department=cast.xsc, status=TaskStatus.FINISHED)
    old = make_task(lead_department=cast.xsc, cycle=old_year, status=TaskStatus.ACCEPTED)
    years = Cycle.__table__
    session.execute(update(years).where(years.c.year == 2025).values(status=CycleStatus.CLOSED))  # type: ignore[arg-type]
    moved = carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    assert moved["task"] == 2
    assert (moving.lead_department, draft.lead_department) == (cast.jwc, cast.jwc)
    assert (done.lead_department, old.lead_department) == (cast.xsc, cast.xsc)


def test_the_predecessor_ends_and_keeps_its_name(session: AnySession, cast: Cast) -> None:
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    assert cast.xsc.valid_to == TODAY - dt.timedelta(days=1)
    assert cast.xsc.name == "学生工作处"
    row = session.scalars(select(DepartmentSuccessor)).one()
    assert (row.predecessor, row.successor, row.kind) == (cast.xsc, cast.jwc, MERGED)


def test_open_cases_people_and_sections_go_along(session: AnySession, cast: Cast) -> None:
    open_case = make(SupervisionCase, department=cast.jwc, status=CaseStatus.OPEN)
    closed = make(SupervisionCase, department=cast.jwc, status=CaseStatus.CLOSED)
    carried_out(session, cast, plan(MERGED, [cast.jwc], [cast.xsc]))
    assert (open_case.department, closed.department) == (cast.xsc, cast.jwc)
    assert cast.head_jwc.department == cast.xsc
    assert cast.jwc_jxk.parent == cast.xsc


def test_posts_and_charges_of_the_predecessor_end_with_it(session: AnySession, cast: Cast) -> None:
    carried_out(session, cast, plan(MERGED, [cast.jwc], [cast.xsc]))
    for model in (Appointment, Charge):
        ends = session.scalars(select(model.valid_to).where(model.department_id == cast.jwc.id))
        assert set(ends) == {TODAY - dt.timedelta(days=1)}
    assert cast.jwc.id not in cast.actor("head_jwc").headed


def test_an_assisting_line_is_absorbed_where_the_successor_stands_already(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    make(TaskDepartment, task=task, department=cast.xsc)
    other = make_task(lead_department=cast.xinxi, status=TaskStatus.ACCEPTED)
    line = make(TaskDepartment, task=other, department=cast.xsc)
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    session.expire_all()
    assert task.departments == []
    assert line.department == cast.jwc


def test_a_succession_of_next_year_waits_for_its_day(session: AnySession, cast: Cast) -> None:
    task = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    day = dt.date(2026, 9, 1)
    assert carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc], effective_on=day)) == {}
    assert task.lead_department == cast.xsc
    admin = cast.actor("admin")
    with unit_of_work(session, admin):
        assert carry_out(session, admin) == {}
    with clock.at(day), unit_of_work(session, admin):
        assert carry_out(session, admin)["task"] == 1
        assert carry_out(session, admin) == {}, "done twice it changes nothing"
    assert task.lead_department == cast.jwc


def test_a_renamed_department_is_a_new_row_and_the_old_name_stays_in_the_past(
    session: AnySession, cast: Cast
) -> None:
    done = make_task(lead_department=cast.xsc, status=TaskStatus.FINISHED)
    task = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    renamed = make(Department, name="学生工作部", code="xsgzb", kind=DepartmentKind.FUNCTIONAL)
    carried_out(session, cast, plan(RENAMED, [cast.xsc], [renamed]))
    assert str(done.lead_department) == "学生工作处"
    assert str(task.lead_department) == "学生工作部"


def test_an_open_plan_follows_its_department_unless_the_successor_has_one(
    session: AnySession, cast: Cast
) -> None:
    plan_of_xsc = make_department_plan(department=cast.xsc)
    settled = make_department_plan(
        department=cast.xsc, cycle=make_cycle(year=2025, name="上年"), status="aggregated"
    )
    renamed = make(Department, name="学生工作部", code="xsgzb", kind=DepartmentKind.FUNCTIONAL)
    carried_out(session, cast, plan(RENAMED, [cast.xsc], [renamed]))
    assert (plan_of_xsc.department, settled.department) == (renamed, cast.xsc)
    make_department_plan(department=cast.jwc)
    key = plan_of_xsc.id
    carried_out(session, cast, plan(MERGED, [renamed], [cast.jwc]))
    assert session.get(DepartmentPlan, key) is None


def test_nothing_of_a_plan_is_lost_that_is_merged_into_another(
    session: AnySession, cast: Cast
) -> None:
    ours = make_department_plan(department=cast.xsc, text="办好宿舍")
    theirs = make_department_plan(department=cast.jwc, text="教好课")
    task = make_task(lead_department=cast.xsc, department_plan=ours)
    said = make_plan_comment(department_plan=ours, task=task, text="写明间数")
    key = ours.id
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    session.expire_all()
    assert session.get(DepartmentPlan, key) is None
    assert (task.lead_department, task.department_plan) == (cast.jwc, theirs)
    assert said.department_plan_id == theirs.id
    assert theirs.text == "教好课\n\n【学生工作处】\n办好宿舍"


def test_a_split_gives_each_task_to_the_successor_it_was_promised(
    session: AnySession, cast: Cast
) -> None:
    tasks = [make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED) for _ in range(3)]
    shares = {"task": {tasks[1].id: cast.xinxi.id}}
    carried_out(session, cast, plan(SPLIT, [cast.xsc], [cast.jwc, cast.xinxi], shares=shares))
    assert [task.lead_department for task in tasks] == [cast.jwc, cast.xinxi, cast.jwc]


@pytest.mark.parametrize(
    ("kind", "before", "after", "more", "field"),
    [
        (MERGED, [], ["jwc"], {}, "successors"),
        (MERGED, ["xsc"], ["xsc"], {}, "successors"),
        (MERGED, ["xsc"], ["jwc", "xinxi"], {}, "successors"),
        (RENAMED, ["xsc", "jwc"], ["xinxi"], {}, "kind"),
        (SPLIT, ["xsc"], ["jwc"], {}, "successors"),
        (SPLIT, ["xsc"], ["jwc", "xinxi"], {"effective_on": dt.date(2026, 9, 1)}, "effective_on"),
        (MERGED, ["xsc"], ["jwc"], {"ground": "  "}, "ground"),
        (MERGED, ["xsc"], ["jwc"], {"effective_on": dt.date(2020, 1, 1)}, "effective_on"),
        (SPLIT, ["xsc"], ["jwc", "xinxi"], {"shares": {"task": {1: 10**6}}}, "shares"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(
    session: AnySession, cast: Cast, kind: Any, before: Any, after: Any, more: Any, field: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        carried_out(
            session, cast,
            plan(kind, [getattr(cast, name) for name in before],
                 [getattr(cast, name) for name in after], **more),
        )  # fmt: skip
    assert refused.value.field == field
    assert cast.xsc.valid_to is None


def test_nobody_ends_twice(session: AnySession, cast: Cast) -> None:
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    with pytest.raises(RuleViolation, match="学生工作处"):
        carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.xinxi]))


@pytest.mark.parametrize("name", ["office", "head_jwc", "leader", "auditor"])
def test_only_the_administrator_changes_departments(
    session: AnySession, cast: Cast, name: str
) -> None:
    actor = cast.actor(name)
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        succeed(session, actor, plan(MERGED, [cast.xsc], [cast.jwc]))
    assert cast.xsc.valid_to is None


def test_the_head_of_a_department_that_merges_ends_where_the_successor_has_one(
    session: AnySession, cast: Cast
) -> None:
    carried_out(session, cast, plan(MERGED, [cast.jwc], [cast.xinxi]))
    assert cast.actor("head_jwc").headed == frozenset()
    assert cast.xinxi.id in cast.actor("head_xinxi").headed


def test_a_leader_already_in_charge_of_the_successor_stays_and_no_second_one_comes(
    session: AnySession, cast: Cast
) -> None:
    carried_out(session, cast, plan(MERGED, [cast.jwc], [cast.xsc]))
    assert cast.xsc.id in cast.actor("other_leader").charged
    assert cast.xsc.id not in cast.actor("leader").charged


def test_the_successor_is_assessed_in_the_class_of_its_predecessor(
    session: AnySession, cast: Cast
) -> None:
    renamed = make(Department, name="学生工作部", code="xsgzb", kind=DepartmentKind.FUNCTIONAL)
    carried_out(session, cast, plan(RENAMED, [cast.xsc], [renamed]))
    classes = session.scalars(
        select(DepartmentClass.assessment_class).where(
            DepartmentClass.department_id.in_((cast.xsc.id, renamed.id)),
            DepartmentClass.cycle_id == cast.cycle.id,
        )
    ).all()
    assert classes == [AssessmentClass.MANAGEMENT, AssessmentClass.MANAGEMENT]


def test_cases_of_a_task_go_where_their_task_goes(session: AnySession, cast: Cast) -> None:
    task = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    case = make(SupervisionCase, department=cast.xsc, task=task, status=CaseStatus.OPEN)
    shares = {"task": {task.id: cast.xinxi.id}}
    carried_out(session, cast, plan(SPLIT, [cast.xsc], [cast.jwc, cast.xinxi], shares=shares))
    assert case.department == cast.xinxi


def test_a_section_is_merged_into_another_with_its_tasks(session: AnySession, cast: Cast) -> None:
    other = make(
        Department, name="考务科", code="kwk", kind=DepartmentKind.SECTION, parent=cast.jwc
    )
    task = make_task(lead_department=cast.jwc, section=cast.jwc_jxk, status=TaskStatus.ACCEPTED)
    carried_out(session, cast, plan(MERGED, [cast.jwc_jxk], [other]))
    assert task.section == other
    assert cast.staff_jwc.department == other


def test_a_section_goes_on_as_a_section(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation) as refused:
        carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc_jxk]))
    assert refused.value.field == "successors"


def test_a_department_is_not_merged_into_one_that_stands_under_it(
    session: AnySession, cast: Cast
) -> None:
    below = make(
        Department, name="招生办", code="zsb", kind=DepartmentKind.FUNCTIONAL, parent=cast.xsc
    )
    with pytest.raises(RuleViolation, match="招生办"):
        carried_out(session, cast, plan(MERGED, [cast.xsc], [below]))


def test_a_successor_that_begins_only_later_takes_nothing(session: AnySession, cast: Cast) -> None:
    later = make(
        Department, name="新处", code="xin", kind=DepartmentKind.FUNCTIONAL,
        valid_from=dt.date(2027, 1, 1),
    )  # fmt: skip
    with pytest.raises(RuleViolation, match="新处"):
        carried_out(session, cast, plan(MERGED, [cast.xsc], [later]))


@pytest.mark.parametrize("status", [DecompositionStatus.AGGREGATED, DecompositionStatus.COMMITTEE])
def test_what_lies_with_the_committee_is_waited_for(
    session: AnySession, cast: Cast, status: DecompositionStatus
) -> None:
    day = dt.date(2026, 9, 1)
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc], effective_on=day))
    table = make(Decomposition, cycle=cast.cycle, edition=9, status=status)
    task = make_task(lead_department=cast.xsc, decomposition_id=table.id)
    make_task(lead_department=cast.xinxi, decomposition_id=table.id)
    with pytest.raises(WrongState):
        carried_out(session, cast, plan(MERGED, [cast.xinxi], [cast.jwc]))
    admin = cast.actor("admin")
    with clock.at(day), unit_of_work(session, admin):
        assert carry_out(session, admin) == {}, "it waits for the next day"
    assert task.lead_department == cast.xsc


def test_two_departments_do_not_merge_into_each_other(session: AnySession, cast: Cast) -> None:
    carried_out(session, cast, plan(MERGED, [cast.xsc], [cast.jwc]))
    with pytest.raises(RuleViolation, match="学生工作处"):
        carried_out(session, cast, plan(MERGED, [cast.jwc], [cast.xsc]))
