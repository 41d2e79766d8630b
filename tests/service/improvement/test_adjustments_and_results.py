"""Drafting adjustments, applying them; reporting results with what indicators reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import workflow
from app.core.errors import Conflict, NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.improvement.service import draft_adjustment, report_result
from app.models.cycles import IndicatorKind
from app.models.improvement import (
    Adjustment,
    AdjustmentKind,
    AdjustmentStatus,
    CauseKind,
    CompletionOutcome,
    TaskResult,
)
from app.models.meetings import AgendaSubject
from app.models.monitoring import Quality
from app.models.planning import Task, TaskDepartmentRole, TaskStatus
from tests.cast import TEST, Cast
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_indicator,
    make_meeting,
    make_milestone,
    make_task,
    make_task_department,
)


def drafted(
    session: AnySession, cast: Cast, task: Task | None, kind: AdjustmentKind, **changes: str
) -> Adjustment:
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        return draft_adjustment(
            session,
            head,
            Adjustment(
                cycle_id=cast.cycle.id, department_id=cast.jwc.id, task=task, kind=kind,
                cause_kind=CauseKind.OBJECTIVE, cause="情况变化",
            ),
            changes,
        )  # fmt: skip


def applied(session: AnySession, adjustment: Adjustment) -> None:
    """Take the approved adjustment's last step (the way there is another test's)."""
    from sqlalchemy import update

    table = Adjustment.__table__
    approved = update(table).where(table.c.id == adjustment.id)
    session.execute(approved.values(status=AdjustmentStatus.APPROVED))
    session.expire(adjustment)
    with unit_of_work(session, TEST):
        workflow.apply(session, TEST, adjustment, "apply")


def test_an_extension_takes_the_last_milestone_with_it(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, due_on=dt.date(2026, 9, 30))
    first = make_milestone(task=task, due_on=dt.date(2026, 5, 30), planned_percent=50)
    last = make_milestone(task=task, due_on=dt.date(2026, 9, 30), planned_percent=100)
    adjustment = drafted(session, cast, task, AdjustmentKind.EXTEND, due_on="2026-11-20")
    assert adjustment.changes[0].old_value == "2026-09-30"
    applied(session, adjustment)
    assert task.due_on == last.due_on == dt.date(2026, 11, 20)
    assert first.due_on == dt.date(2026, 5, 30)


def test_a_revision_names_the_assisting_departments_anew(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    kept = make_task_department(task=task, department=cast.xinxi, role=TaskDepartmentRole.ASSIST)
    adjustment = drafted(session, cast, task, AdjustmentKind.REVISE, assist="xsc;xinxi")
    assert adjustment.changes[0].old_value == "xinxi"
    applied(session, adjustment)
    session.expire(task)
    codes = {part.department.code: part for part in task.departments}
    assert set(codes) == {"xsc", "xinxi"} and codes["xinxi"] is kept


def test_a_department_that_does_not_exist_is_refused(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    adjustment = drafted(session, cast, task, AdjustmentKind.REVISE, assist="atlantis")
    with pytest.raises(RuleViolation):
        applied(session, adjustment)


def test_a_task_that_changed_meanwhile_is_a_conflict(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, remark="旧")
    adjustment = drafted(session, cast, task, AdjustmentKind.REVISE, remark="新")
    with unit_of_work(session, cast.actor("head_jwc")):
        task.remark = "别的"
    with pytest.raises(Conflict):
        applied(session, adjustment)


def test_an_addition_is_published_with_its_departments(session: AnySession, cast: Cast) -> None:
    from app.models.cycles import TaskCategory

    category = session.scalars(select(TaskCategory)).one()
    adjustment = drafted(
        session, cast, None, AdjustmentKind.ADD,
        title="新增任务", number="900", co_lead="xsc", assist="xinxi",
        category_id=str(category.id), due_on="2026-11-30",
    )  # fmt: skip
    applied(session, adjustment)
    task = adjustment.task
    assert task is not None
    assert (task.status, task.origin, task.category) == ("published", "added", category)
    assert {part.department.code: str(part.role) for part in task.departments} == {
        "xsc": "co_lead",
        "xinxi": "assist",
    }


# What a change may name ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["status", "id", "version", "light", "category_id", "nonsense"])
def test_a_field_that_no_adjustment_changes_is_refused_as_it_is_written(
    cast: Cast, api_for: Callable[[str], FlaskClient], name: str
) -> None:
    """Not only once the committee has decided."""
    row = make_adjustment(task=make_task(status=TaskStatus.ACCEPTED))
    sent = {"adjustment": row.id, "column_name": name, "old_value": "x", "new_value": "1"}
    answer = api_for("head_jwc").post("/api/v1/adjustment_change/", json=sent)
    assert answer.status_code == 422 and answer.json is not None
    assert answer.json["errors"] == [{"field": "column_name", "message": "此字段不能调整。"}]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("due_on", "明天", "“明天”不是该类型的值"),
        ("due_on", "0001-01-01", "1900"),
        ("weight", "NaN", "权重"),
        ("owner_id", "9" * 40, "责任人"),
        ("number", "9" * 41, "40"),
        ("title", " ", "请填写“目标任务”"),
    ],
)
def test_a_new_value_that_the_field_cannot_hold_is_refused_as_it_is_written(
    session: AnySession, cast: Cast, name: str, text: str, words: str
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    with pytest.raises(RuleViolation, match=words) as refused:
        drafted(session, cast, task, AdjustmentKind.REVISE, **{name: text})
    assert refused.value.field == "new_value"


def test_the_form_says_at_the_value_what_is_wrong_with_it(
    cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    row = make_adjustment(task=make_task(status=TaskStatus.ACCEPTED))
    sent = {"adjustment": row.id, "column_name": "due_on", "old_value": "", "new_value": "明天"}
    answer = client_for("head_jwc").post("/adjustment_change/add", data=sent)
    assert answer.status_code == 422 and "“明天”不是该类型的值" in answer.text


def test_a_number_that_is_taken_away_is_empty_afterwards(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, number="7", key_supervised=True, remark="旧")
    adjustment = drafted(
        session, cast, task, AdjustmentKind.REVISE, number="", key_supervised="", remark=""
    )
    applied(session, adjustment)
    assert (task.number, task.key_supervised, task.remark) == ("", False, None)


# Who ----------------------------------------------------------------------------------


def test_a_head_adjusts_no_other_departments_task(session: AnySession, cast: Cast) -> None:
    stranger = cast.actor("head_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, stranger):
        draft_adjustment(
            session,
            stranger,
            Adjustment(
                cycle_id=cast.cycle.id, department_id=cast.jwc.id,
                task=make_task(status=TaskStatus.ACCEPTED), kind=AdjustmentKind.REVISE,
                cause_kind=CauseKind.OBJECTIVE, cause="情况变化",
            ),
            {"remark": "新"},
        )  # fmt: skip


@pytest.mark.parametrize("status", [TaskStatus.PROPOSED, TaskStatus.FINISHED])
def test_what_is_not_issued_or_is_over_is_not_adjusted(
    session: AnySession, cast: Cast, status: TaskStatus
) -> None:
    with pytest.raises(RuleViolation, match="只有已发布且尚未结束的任务才能调整"):
        drafted(session, cast, make_task(status=status), AdjustmentKind.REVISE, remark="新")


def test_a_task_that_ended_meanwhile_keeps_its_adjustment_from_going_on(
    session: AnySession, cast: Cast
) -> None:
    head, task = cast.actor("head_jwc"), make_task(status=TaskStatus.ACCEPTED)
    adjustment = drafted(session, cast, task, AdjustmentKind.REVISE, remark="新")
    with unit_of_work(session, TEST):
        workflow.apply(session, TEST, task, "finish", finished_on=dt.date(2026, 5, 30))
    with pytest.raises(RuleViolation, match="只有已发布"), unit_of_work(session, head):
        workflow.apply(session, head, adjustment, "submit")


def test_the_item_named_on_sending_has_the_adjustment_under_it(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")
    item = make_agenda_item(meeting=make_meeting(held_on=dt.date(2026, 6, 1)))
    adjustment = make_adjustment(
        task=make_task(status=TaskStatus.ACCEPTED), status=AdjustmentStatus.REVIEWED
    )
    with unit_of_work(session, office):
        workflow.apply(session, office, adjustment, "send_to_committee", agenda_item_id=item.id)
    subject = session.scalars(select(AgendaSubject)).one()
    assert (subject.agenda_item_id, subject.subject_id) == (item.id, adjustment.id)


# Results -------------------------------------------------------------------------------


def result_of(task: Task) -> TaskResult:
    return TaskResult(
        task=task, outcome=CompletionOutcome.FINISHED, quality=Quality.GOOD, description="完成",
        completed_on=dt.date(2026, 3, 10),
    )  # fmt: skip


def test_a_result_carries_what_the_indicators_reached(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    figure = make_indicator(task=task, kind=IndicatorKind.QUANTITATIVE, target=95)
    grade = make_indicator(task=task)
    staff = cast.actor("staff_jwc")
    with unit_of_work(session, staff):
        reached: dict[int, Decimal | str] = {figure.id: Decimal("96.5"), grade.id: "B"}
        report_result(session, staff, result_of(task), reached)
    assert (figure.actual, grade.actual_grade) == (Decimal("96.5"), "B")


@pytest.mark.parametrize("value", [Decimal(1), "E"])
def test_a_qualitative_indicator_takes_a_grade(
    session: AnySession, cast: Cast, value: Decimal | str
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    grade, staff = make_indicator(task=task), cast.actor("staff_jwc")
    with pytest.raises(RuleViolation), unit_of_work(session, staff):
        report_result(session, staff, result_of(task), {grade.id: value})


def test_another_tasks_indicator_is_refused(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    other, staff = make_indicator(), cast.actor("staff_jwc")
    with pytest.raises(RuleViolation), unit_of_work(session, staff):
        report_result(session, staff, result_of(task), {other.id: "A"})


def test_nobody_outside_reports_a_result(session: AnySession, cast: Cast) -> None:
    task, stranger = make_task(status=TaskStatus.ACCEPTED), cast.actor("staff_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, stranger):
        report_result(session, stranger, result_of(task))


def test_what_was_said_in_returning_does_not_stay_with_what_is_confirmed(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    staff, head, leader = (cast.actor(name) for name in ("staff_jwc", "head_jwc", "leader"))
    with unit_of_work(session, staff):
        result = report_result(session, staff, result_of(task))
    adjustment = drafted(session, cast, task, AdjustmentKind.EXTEND, due_on="2026-11-20")
    for row in (adjustment, result):
        for actor, name, said in (
            (head, "submit", {}),
            (leader, "return", {"review_comment": "请写实"}),
            (head, "submit", {}),
            (leader, "review" if row is adjustment else "confirm", {}),
        ):
            with unit_of_work(session, actor):
                workflow.apply(session, actor, row, name, **said)
        assert row.review_comment is None


def test_a_top_leader_may_confirm_in_the_leaders_place(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    staff, head, top = (cast.actor(name) for name in ("staff_jwc", "head_jwc", "topleader"))
    with unit_of_work(session, staff):
        result = report_result(session, staff, result_of(task))
    with unit_of_work(session, head):
        workflow.apply(session, head, result, "submit")
    with unit_of_work(session, top):
        workflow.apply(session, top, result, "confirm")
    assert (task.status, task.finished_on) == ("finished", dt.date(2026, 3, 10))
    assert (task.actual_percent, task.light) == (100, "blue")
