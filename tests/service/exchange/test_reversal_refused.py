"""An import that is not undone: nothing at all changes, and the words name the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock, guard, workflow
from app.core.errors import NotAllowed, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange import jobs
from app.exchange.reversal import CannotUndo, reverse_job
from app.exchange.uploads import Shelf
from app.models.cycles import Holiday, TaskCategory
from app.models.planning import Milestone, Task, TaskDepartment
from app.models.system import ImportJob
from tests.cast import TEST, YEAR, Cast
from tests.workbooks import task, write_tasks

HOURS = 24
ISSUED = {"publish": True, "issue_number": "院发〔2026〕3号", "issued_on": "2026-02-27"}
Imported = Callable[..., ImportJob]
Undo = Callable[..., int]
State = dict[str, dict[int, dict[str, Any]]]


def count(session: AnySession, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_row_that_somebody_has_changed_since(
    session: AnySession, imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([task(1), task(2)])
    with unit_of_work(session, TEST):
        session.scalars(select(Task)).all()[1].standard = "另定"
    words = refused(job)
    assert "第2项任务" in words
    assert "第1项任务" not in words


def test_a_part_that_somebody_has_added_or_changed_since_names_its_task(
    session: AnySession, imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([task(1), task(2)])
    one, two = session.scalars(select(Task).order_by(Task.id)).all()
    with unit_of_work(session, TEST):
        session.add(Milestone(task_id=one.id, text="另加一步"))
        two.departments[0].part = "协助"
    words = refused(job)
    assert "第1项任务" in words
    assert "第2项任务" in words


def test_a_step_added_to_a_task_that_the_import_only_changed(
    session: AnySession, imported: Imported, refused: Callable[..., str]
) -> None:
    imported([task(1)])
    job = imported([task(1, measures="4月：改")])
    with unit_of_work(session, TEST):
        session.add(Milestone(task_id=session.scalars(select(Task.id)).one(), text="另加一步"))
    assert "第1项任务" in refused(job)


def test_a_new_department_in_which_somebody_has_put_a_task(
    imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([["名称", "类别"], ["科研处", "职能部门"]], "department")
    imported([task(1, lead="科研处")])
    words = refused(job)
    assert "科研处" in words
    assert "目标任务" in words


def test_a_changed_department_may_have_got_tasks_meanwhile(
    cast: Cast, imported: Imported, undo: Undo
) -> None:
    job = imported(
        [["代码", "名称", "简称", "类别"], ["jwc", "教务处", "教务", "职能部门"]], "department"
    )
    imported([task(1)])
    undo(job)
    assert cast.jwc.short_name != "教务"


def test_an_issued_table_whose_task_was_accepted_has_moved_on(
    session: AnySession, cast: Cast, imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([task(1, owner=cast.staff_jwc.name), task(2)], **ISSUED)
    row = session.scalars(select(Task).order_by(Task.id)).first()
    with unit_of_work(session, TEST):
        workflow.apply(session, TEST, row, "accept")
    assert "第1项任务" in refused(job)


def test_a_published_proposal_that_somebody_has_built_upon(
    session: AnySession, imported: Imported, refused: Callable[..., str]
) -> None:
    imported([task(1)])
    job = imported([task(1)], **ISSUED)
    row = session.scalars(select(Task)).one()
    with unit_of_work(session, TEST), guard.privileged(session):
        session.add(Task(cycle_id=row.cycle_id, title="下级任务", parent_id=row.id))
    assert "第1项任务" in refused(job)


def test_a_new_person_who_has_signed_in(
    session: AnySession, cast: Cast, imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([["工号", "姓名"], ["77001", "钱新"]], "person")
    with unit_of_work(session, TEST):
        cast.person("77001").last_login = dt.datetime(2026, 3, 16, 9)
    assert "钱新" in refused(job)


def test_a_row_that_is_gone_meanwhile(session: AnySession, imported: Imported, undo: Undo) -> None:
    job = imported(
        [["开始日期", "结束日期", "名称"], ["2026-10-01", "2026-10-07", "国庆"]], "holiday"
    )
    with unit_of_work(session, TEST):
        session.delete(session.scalars(select(Holiday)).one())
    with pytest.raises(CannotUndo):
        undo(job)


def test_many_rows_are_counted_not_all_named(
    session: AnySession, imported: Imported, undo: Undo
) -> None:
    job = imported([task(n) for n in range(1, 9)])
    with unit_of_work(session, TEST):
        for row in session.scalars(select(Task)):
            row.standard = "另定"
    with pytest.raises(CannotUndo) as refusal:
        undo(job)
    assert len(refusal.value.obstacles) == 8
    assert str(refusal.value).count("项任务") == 5


def test_only_once(session: AnySession, imported: Imported, undo: Undo) -> None:
    job = imported([task(1)])
    undo(job)
    with pytest.raises(WrongState):
        undo(job)
    assert count(session, Task) == 0


def test_the_same_file_can_be_imported_and_undone_again(
    imported: Imported, state: Callable[[], State], undo: Undo
) -> None:
    before = state()
    for _ in range(2):
        undo(imported([task(1)]))
    assert state() == before


def test_only_within_its_hours(imported: Imported, undo: Undo, refused: Callable[..., str]) -> None:
    job = imported([task(1)])
    with clock.at(clock.now() + dt.timedelta(hours=HOURS, seconds=1)):
        refused(job)
    with clock.at(clock.now() + dt.timedelta(hours=HOURS)):
        undo(job)


def test_hours_of_zero_switch_it_off(session: AnySession, cast: Cast, imported: Imported) -> None:
    job = imported([task(1)])
    with pytest.raises(WrongState):
        reverse_job(session, cast.actor("office"), job, 0)


def test_only_what_was_done(
    session: AnySession, cast: Cast, shelf: Shelf, tmp_path: Path, undo: Undo
) -> None:
    path = write_tasks(tmp_path / "file.xlsx", [task(1)])
    with path.open("rb") as file:
        upload = shelf.keep("file.xlsx", file)
    job = jobs.open_job(session, cast.actor("office"), shelf, [upload], "task", {"year": YEAR})
    with pytest.raises(WrongState):
        undo(job)


def test_only_by_its_owner_who_may_still_import(
    session: AnySession, imported: Imported, undo: Undo
) -> None:
    job = imported([task(1)])
    for name in ("admin", "head_jwc"):
        with pytest.raises(NotAllowed):
            undo(job, by=name)
    assert count(session, Task) == 1


def test_a_closed_year_is_not_reopened_by_it(
    session: AnySession, cast: Cast, imported: Imported, refused: Callable[..., str]
) -> None:
    job = imported([task(1)])
    with unit_of_work(session, TEST):
        for step in ("assess", "close"):
            workflow.apply(session, TEST, cast.cycle, step)
    refused(job)
    assert count(session, TaskDepartment) == 1


def test_two_runs_of_one_person_are_told_apart(
    session: AnySession, imported: Imported, undo: Undo
) -> None:
    first = imported([task(1)])
    second = imported([task(2)])
    undo(first)
    assert [row.title for row in session.scalars(select(Task))] == ["第2项任务"]
    undo(second)
    assert count(session, Task) == 0


def test_categories_are_put_back_under_their_own_number(
    session: AnySession, imported: Imported, undo: Undo
) -> None:
    number = session.scalars(select(TaskCategory.id)).one()
    job = imported([["代码", "名称"], ["teaching", "改名"]], "task_category")
    undo(job)
    row = session.scalars(select(TaskCategory)).one()
    assert (row.id, row.name) == (number, "教学工作")


def test_not_by_an_owner_who_may_no_longer_import_the_like(
    session: AnySession, cast: Cast, imported: Imported
) -> None:
    job = imported([["代码", "名称"], ["teaching", "改名"]], "task_category")
    admin = cast.actor("admin")
    without = replace(admin, permissions=admin.permissions - {"task_category:edit"})
    with pytest.raises(NotAllowed):
        reverse_job(session, without, job, HOURS)
