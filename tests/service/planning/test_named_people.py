"""Who is named responsible belongs to the department, and a part stands under a task of its own
year (Art. 5.1-5.3), through whichever door it is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.actor import Door
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import PostKind
from app.models.planning import Task, TaskDepartment, TaskStatus
from tests.cast import Cast
from tests.factories import (
    make_appointment,
    make_cycle,
    make_person,
    make_task,
    make_task_department,
)


@pytest.mark.parametrize("who", ["head_jwc", "office"])
def test_a_new_task_names_no_other_department_s_person(
    session: AnySession, cast: Cast, who: str
) -> None:
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, cast.actor(who)):
        session.add(
            Task(title="新任务", cycle=cast.cycle, lead_department=cast.jwc, owner=cast.staff_xinxi)
        )
    assert (refused.value.field, str(refused.value)) == (
        "owner", "该人员不属于教务处。",
    )  # fmt: skip


def test_a_person_of_the_department_or_of_its_section_is_named(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(owner=cast.head_jwc)
    with unit_of_work(session, cast.actor("head_jwc")):
        task.owner = cast.staff_jwc
    assert task.owner == cast.staff_jwc


def test_a_section_s_task_goes_to_anybody_of_its_department(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.jwc_jxk)
    with unit_of_work(session, cast.actor("office")):
        task.owner = cast.head_jwc
    assert task.owner == cast.head_jwc


@pytest.mark.parametrize(
    ("until", "of_the_department"), [(None, True), (dt.date(2026, 3, 15), False)]
)
def test_who_holds_a_second_post_in_the_department_is_of_it_as_long_as_it_lasts(
    session: AnySession, cast: Cast, until: dt.date | None, of_the_department: bool
) -> None:
    make_appointment(
        person=cast.staff_xinxi, department=cast.jwc_jxk, post=PostKind.STAFF,
        valid_from=dt.date(2026, 1, 1), valid_to=until,
    )  # fmt: skip
    task = make_task()
    if of_the_department:
        with unit_of_work(session, cast.actor("head_jwc")):
            task.owner = cast.staff_xinxi
        assert task.owner == cast.staff_xinxi
    else:
        with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("head_jwc")):
            task.owner = cast.staff_xinxi


def test_who_was_named_before_stays_when_something_else_is_written(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(owner=cast.staff_xinxi)
    with unit_of_work(session, cast.actor("head_jwc")):
        task.goal = "新的目标"
    assert (task.goal, task.owner) == ("新的目标", cast.staff_xinxi)


def test_a_task_that_goes_to_another_department_takes_a_person_of_that_one(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(owner=cast.staff_jwc)
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("office")):
        task.lead_department = cast.xinxi
    task = session.get_one(Task, task.id)
    with unit_of_work(session, cast.actor("office")):
        task.lead_department, task.owner = cast.xinxi, cast.staff_xinxi
    assert task.owner == cast.staff_xinxi


def test_nobody_is_newly_named_whose_account_is_closed(session: AnySession, cast: Cast) -> None:
    gone, task = make_person(department=cast.jwc, active=False), make_task()
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("head_jwc")):
        task.owner = gone


def test_an_assisting_department_names_its_own_person(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    line = make_task_department(task=task, department=cast.xinxi)
    with (
        pytest.raises(RuleViolation) as refused,
        unit_of_work(session, cast.actor("head_xinxi")),
    ):
        line.owner = cast.staff_jwc
    assert refused.value.field == "owner"
    line = session.get_one(TaskDepartment, line.id)
    with unit_of_work(session, cast.actor("head_xinxi")):
        line.owner = cast.staff_xinxi
    assert line.owner == cast.staff_xinxi


def test_an_imported_table_names_whom_it_names(session: AnySession, cast: Cast) -> None:
    task = make_task()
    importer = dataclasses.replace(cast.actor("office"), door=Door.IMPORT)
    with unit_of_work(session, importer):
        task.owner = cast.staff_xinxi
    assert task.owner == cast.staff_xinxi


def test_the_interface_refuses_a_stranger_at_the_field(
    session: AnySession, cast: Cast, api_for: Callable[[str], FlaskClient]
) -> None:
    answer = api_for("head_jwc").post(
        "/api/v1/task/",
        json={
            "title": "新任务", "cycle": cast.cycle.id, "lead_department": cast.jwc.id,
            "owner": cast.staff_xinxi.id,
        },
    )  # fmt: skip
    assert answer.status_code == 422 and "不属于教务处" in str(answer.json)
    assert session.scalar(select(func.count(Task.id))) == 0


# What a task stands under -----------------------------------------------------------------


def test_a_task_stands_under_none_of_another_year(session: AnySession, cast: Cast) -> None:
    last = make_task(cycle=make_cycle(year=2031))
    task = make_task()
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, cast.actor("office")):
        task.parent = last
    assert refused.value.field == "parent"
    assert refused.value.message.words == "The parent task belongs to another year."


def test_a_task_stands_under_none_of_its_own_parts(session: AnySession, cast: Cast) -> None:
    whole = make_task(title="总任务")
    part = make_task(title="部分", parent=make_task(title="中间", parent=whole))
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, cast.actor("office")):
        whole.parent = part
    assert refused.value.field == "parent"
    assert refused.value.message.words == "A task cannot stand under one of its own parts."


def test_a_task_stands_under_another_department_s_of_its_year(
    session: AnySession, cast: Cast
) -> None:
    task, whole = make_task(), make_task(lead_department=cast.xinxi)
    with unit_of_work(session, cast.actor("office")):
        task.parent = whole
    assert task.parent == whole
