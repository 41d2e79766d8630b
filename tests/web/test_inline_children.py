"""Rows that hang on a row are written in its form, in one transaction, through the gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.improvement import AdjustmentChange
from app.models.planning import Indicator, Milestone, Task, TaskStatus
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.factories import (
    make_adjustment,
    make_milestone,
    make_monthly_check,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]


def events(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def form_of(task: Task, **changes: Any) -> dict[str, str]:
    """What the browser sends for the edit form of a task, its milestones included."""
    values: dict[str, Any] = {
        "cycle": task.cycle_id, "number": task.number, "title": task.title,
        "lead_department": task.lead_department_id, "due_on": task.due_on, "origin": task.origin,
        "visibility": task.visibility, "sort_order": task.sort_order, "version": task.version,
    }  # fmt: skip
    for row in task.milestones:
        place = f"milestone-r{row.id}"
        values |= {
            f"{place}-version": row.version, f"{place}-text": row.text,
            f"{place}-due_on": row.due_on, f"{place}-planned_percent": row.planned_percent,
        }  # fmt: skip
    sent = {**values, **changes}
    return {name: "" if value is None else str(value) for name, value in sent.items()}


def blank(number: int, **values: Any) -> dict[str, Any]:
    """An empty row of the form, as the browser sends it."""
    fields = {"version": "", "text": "", "due_on": "", "planned_percent": "", **values}
    return {f"milestone-{number}-{name}": value for name, value in fields.items()}


@pytest.fixture
def task(session: AnySession) -> Task:
    return make_task(title="有节点的任务")


# Writing -----------------------------------------------------------------------------------


def test_a_task_is_made_with_its_milestones_and_indicators(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    sent = {
        "cycle": cast.cycle.id, "lead_department": cast.jwc.id, "title": "一次填好",
        **blank(1000, text="完成调研", due_on="2026-03-31", planned_percent="30"), **blank(1001),
        "indicator-1000-name": "满意度", "indicator-1000-kind": "quantitative",
        "indicator-1000-target": "95",
    }  # fmt: skip
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert answer.status_code == 302, answer.text
    task = session.scalars(select(Task).where(Task.title == "一次填好")).one()
    (milestone,) = task.milestones
    assert (milestone.text, milestone.due_on) == ("完成调研", dt.date(2026, 3, 31))
    (indicator,) = task.indicators
    assert (indicator.name, indicator.target) == ("满意度", Decimal(95))


def test_rows_are_changed_added_and_removed_together(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    kept, gone = make_milestone(task=task, text="保留"), make_milestone(task=task, text="删去")
    sent = form_of(
        task,
        **{f"milestone-r{kept.id}-text": "改过", f"milestone-r{gone.id}-remove": "y"},
        **blank(2000, text="新增"),
    )
    assert client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent).status_code == 302
    assert sorted(row.text for row in task.milestones) == ["改过", "新增"]
    assert session.scalar(select(func.count(Milestone.id))) == 2


def test_what_is_not_changed_is_not_written(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    row = make_milestone(task=task, text="两行\n说明", planned_percent=Decimal(30))
    before, version = events(session), row.version
    sent = form_of(task, **{f"milestone-r{row.id}-text": "两行\r\n说明"})
    assert client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent).status_code == 302
    assert (events(session), row.version) == (before, version)


def test_every_row_is_audited_in_the_one_commit(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    before = events(session)
    sent = form_of(task, title="新标题", **blank(1, text="一"), **blank(2, text="二"))
    assert client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent).status_code == 302
    assert events(session) == before + 3


# Refusals ------------------------------------------------------------------------------------


def test_a_refused_row_undoes_everything_and_keeps_the_input(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    row = make_milestone(task=task, text="原有")
    before = events(session)
    sent = form_of(
        task, title="不该写入", **{f"milestone-r{row.id}-text": "也不该写入"},
        **blank(1, text="进度过大", planned_percent="130"),
    )  # fmt: skip
    answer = client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 422
    assert (task.title, row.text) == ("有节点的任务", "原有")
    assert events(session) == before
    assert 'value="130"' in answer.text
    for words in ("不该写入", "也不该写入", "进度过大"):
        assert words in answer.text
    place = answer.text.index('name="milestone-1-planned_percent"')
    assert 'aria-invalid="true"' in answer.text[place - 400 : place + 400]
    assert 'href="#milestone-1-planned_percent"' in answer.text


def test_a_missing_text_is_asked_for_at_its_row(client_for: ClientFor, task: Task) -> None:
    sent = form_of(task, **blank(7, due_on="2026-05-01"))
    answer = client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 422
    assert 'href="#milestone-7-text"' in answer.text
    assert "2026-05-01" in answer.text
    assert not task.milestones


def test_a_refused_new_task_leaves_nothing(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    sent = {
        "cycle": cast.cycle.id, "lead_department": cast.jwc.id, "title": "不成立的任务",
        "indicator-1-name": "没有目标值", "indicator-1-kind": "quantitative",
    }  # fmt: skip
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert answer.status_code == 422
    assert 'href="#indicator-1-target"' in answer.text
    assert session.scalar(select(func.count(Task.id))) == 0
    assert session.scalar(select(func.count(Indicator.id))) == 0


def test_a_row_somebody_else_changed_is_not_overwritten_unseen(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    row = make_milestone(task=task, text="最初")
    sent = form_of(task, **{f"milestone-r{row.id}-text": "我的"})
    with unit_of_work(session, TEST):
        row.text = "别人的"
    head = client_for("head_jwc")
    answer = head.post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 409
    assert row.text == "别人的"
    assert "我的" in answer.text
    assert "别人的" in answer.text
    again = {**sent, "version": task.version, f"milestone-r{row.id}-version": row.version}
    assert head.post(f"/task/edit/{task.id}", data=again).status_code == 302
    assert row.text == "我的"


def test_a_row_somebody_else_deleted_is_not_lost(
    client_for: ClientFor, session: AnySession, task: Task
) -> None:
    row = make_milestone(task=task, text="被删的节点")
    sent = form_of(task, **{f"milestone-r{row.id}-text": "我还要它"})
    key = row.id
    with unit_of_work(session, TEST):
        session.delete(row)
    head = client_for("head_jwc")
    answer = head.post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 422
    assert "我还要它" in answer.text
    again = {**sent, f"milestone-r{key}-version": ""}
    assert head.post(f"/task/edit/{task.id}", data=again).status_code == 302
    assert [one.text for one in task.milestones] == ["我还要它"]


# Attacks ---------------------------------------------------------------------------------------


def test_a_row_of_another_task_is_out_of_reach(
    client_for: ClientFor, session: AnySession, task: Task, cast: Cast
) -> None:
    foreign = make_milestone(task=make_task(lead_department=cast.xinxi), text="别的任务的节点")
    sent = form_of(
        task,
        **{
            f"milestone-r{foreign.id}-text": "夺来", f"milestone-r{foreign.id}-version": foreign.version,
            f"milestone-r{foreign.id}-remove": "y",
        },
    )  # fmt: skip
    client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent)
    assert foreign.text == "别的任务的节点"
    assert session.scalar(select(Milestone.text).where(Milestone.id == foreign.id))


def test_issued_rows_are_shown_and_not_asked(client_for: ClientFor, session: AnySession) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    row = make_milestone(task=task, text="下发后的节点")
    head = client_for("head_jwc")
    page = head.get(f"/task/edit/{task.id}").text
    assert "下发后的节点" in page
    assert 'name="milestone-' not in page
    sent = form_of(task, **{f"milestone-r{row.id}-text": "改动"}, **blank(1, text="添加"))
    head.post(f"/task/edit/{task.id}", data=sent)
    assert [one.text for one in task.milestones] == ["下发后的节点"]


def test_protected_columns_of_a_row_are_not_taken(
    client_for: ClientFor, session: AnySession, task: Task, cast: Cast
) -> None:
    other = make_task()
    sent = form_of(
        task, **blank(1, text="正常"),
        **{"milestone-1-done_on": "2026-01-01", "milestone-1-task": other.id, "milestone-1-id": "1"},
    )  # fmt: skip
    assert client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent).status_code == 302
    (row,) = task.milestones
    assert row.done_on is None
    assert not other.milestones


# Other parents ---------------------------------------------------------------------------------


def test_an_adjustment_is_written_with_its_changes(
    client_for: ClientFor, session: AnySession
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, due_on=dt.date(2026, 6, 30))
    row = make_adjustment(task=task)
    sent = {
        "cycle": row.cycle_id, "department": row.department_id, "task": task.id, "kind": row.kind,
        "cause_kind": row.cause_kind, "cause": row.cause, "version": row.version,
        "adjustment_change-1-column_name": "due_on", "adjustment_change-1-old_value": "",
        "adjustment_change-1-new_value": "2026-09-30",
    }  # fmt: skip
    answer = client_for("head_jwc").post(f"/adjustment/edit/{row.id}", data=sent)
    assert answer.status_code == 302, answer.text
    change = session.scalars(select(AdjustmentChange)).one()
    assert (change.column_name, change.old_value, change.new_value) == (
        "due_on", "2026-06-30", "2026-09-30",
    )  # fmt: skip


def test_what_assisting_departments_wrote_stands_with_the_check(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    from app.models.monitoring import CheckContribution

    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED))
    with unit_of_work(session, TEST):
        session.add(CheckContribution(monthly_check=check, department=cast.xinxi, done="已配合"))
    page = client_for("head_jwc").get(f"/monthly_check/edit/{check.id}").text
    assert "已配合" in page
    assert 'name="check_contribution-' not in page
