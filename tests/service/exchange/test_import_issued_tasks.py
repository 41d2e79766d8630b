"""Importing again what was issued: hand-out is written, the rest takes an adjustment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.actor import Door
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.import_tasks import WrittenTasks
from app.models.improvement import Adjustment, AdjustmentKind, AdjustmentStatus
from app.models.planning import Task, TaskStatus
from tests.cast import TEST, Cast
from tests.workbooks import task

ISSUE = "院发〔2026〕3号"
Load = Callable[..., WrittenTasks]
Tasks = Callable[[], list[Task]]


@pytest.fixture
def issued(load: Load, tasks: Tasks) -> Task:
    load([task(1)], issue=ISSUE)
    return tasks()[0]


def test_protected_fields_are_listed_and_not_written(
    issued: Task, plan: Callable[..., Any], load: Load
) -> None:
    wanted = [task(1, title="改写后的任务", due="12月20日前", weight=20)]
    planned = plan(wanted)
    assert {(c.field, c.written) for c in planned.rows[0].changes} == {
        ("title", False), ("due", False), ("weight", False),
    }  # fmt: skip
    version = issued.version
    written = load(wanted)
    assert written.adjustments == []
    assert (issued.title, issued.due_text) == ("第1项任务", "11月30日前")
    assert issued.version == version


def test_owner_and_remark_are_written(issued: Task, load: Load, cast: Cast) -> None:
    load([task(1, owner=cast.staff_jwc.name, remark="每周一报")])
    assert (issued.owner, issued.owner_text, issued.remark) == (cast.staff_jwc, None, "每周一报")
    assert issued.status == TaskStatus.PUBLISHED


def test_a_draft_of_the_adjustment_is_written_when_asked_for(
    issued: Task, load: Load, cast: Cast, session: AnySession
) -> None:
    written = load([task(1, standard="通过验收", weight=20)], adjust=True)
    (draft,) = written.adjustments
    assert (draft.status, draft.kind) == (AdjustmentStatus.DRAFT, AdjustmentKind.REVISE)
    assert (draft.department, draft.task, draft.cause) == (cast.jwc, issued, "重新导入")
    assert {(c.column_name, c.old_value, c.new_value) for c in draft.changes} == {
        ("standard", "方案出台", "通过验收"),
        ("weight", "10", "20"),
    }
    assert issued.standard == "方案出台"


def test_a_later_deadline_alone_is_an_extension(issued: Task, load: Load) -> None:
    (draft,) = load([task(1, due="12月20日前")], adjust=True).adjustments
    assert draft.kind == AdjustmentKind.EXTEND


def test_the_same_adjustment_is_not_offered_twice(
    issued: Task, load: Load, session: AnySession
) -> None:
    for _ in range(2):
        load([task(1, standard="通过验收")], adjust=True)
    assert len(session.scalars(select(Adjustment)).all()) == 1


def test_an_offered_adjustment_can_be_applied(
    issued: Task, load: Load, session: AnySession
) -> None:
    """Old values are written as the step `apply` compares them."""
    from app.improvement.changes import apply_changes

    (draft,) = load([task(1, due="12月20日前", weight="12.50")], adjust=True).adjustments
    from app.core.guard import privileged

    with unit_of_work(session, TEST), privileged(session):
        apply_changes(session, TEST, draft)
    assert (issued.due_on, issued.due_text) == (dt.date(2026, 12, 20), "12月20日前")
    assert issued.weight is not None and str(issued.weight) == "12.50"


def test_a_finished_task_is_left_as_it_is(
    issued: Task, load: Load, plan: Callable[..., Any], session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        issued.owner = cast.staff_jwc
        workflow.apply(session, TEST, issued, "accept")
        workflow.apply(session, TEST, issued, "finish")
    wanted = [task(1, standard="通过验收", remark="补记")]
    planned = plan(wanted)
    assert planned.rows[0].warnings
    assert not any(change.written for change in planned.rows[0].changes)
    assert load(wanted, adjust=True).adjustments == []
    assert (issued.standard, issued.remark) == ("方案出台", None)


def test_the_office_still_may_not_edit_an_issued_task_otherwise(
    issued: Task, session: AnySession, cast: Cast
) -> None:
    from app.core.errors import Refusal

    with pytest.raises(Refusal), unit_of_work(session, cast.actor("office", Door.WEB)):
        issued.standard = "绕过调整"
