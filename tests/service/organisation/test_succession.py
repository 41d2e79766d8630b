"""Departments are renamed, merged and split without losing what was (domain §2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Cycle, CycleStatus
from app.models.organisation import (
    Appointment,
    Charge,
    Department,
    DepartmentKind,
    DepartmentSuccessor,
    SuccessionKind,
)
from app.models.planning import TaskDepartment, TaskStatus
from app.models.supervision import CaseStatus, SupervisionCase
from app.organisation.succession import Succession, carry_out, succeed, uses_of
from tests.cast import TODAY, Cast
from tests.factories import make, make_task

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


def test_a_split_gives_each_task_to_the_successor_it_was_promised(
    session: AnySession, cast: Cast
) -> None:
    tasks = [make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED) for _ in range(3)]
    shares = {tasks[1].id: cast.xinxi.id}
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
        (SPLIT, ["xsc"], ["jwc", "xinxi"], {"shares": {1: 10**6}}, "shares"),
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


def test_where_a_department_is_used_is_counted_by_table(session: AnySession, cast: Cast) -> None:
    make_task(lead_department=cast.xsc)
    make_task(lead_department=cast.xsc)
    unused = make(Department, name="空部门", code="none", kind=DepartmentKind.FUNCTIONAL)
    assert uses_of(session, cast.xsc)["task"] == 2
    assert uses_of(session, unused) == {}
