"""Screens show and change what lies in the person's hands, and nothing else (domain §1).

信息工程系's head meets drafts of 教务处, which she may not see: every door answers as if the
row did not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.cycles import CycleStatus
from app.models.monitoring import CheckStatus
from app.models.planning import Milestone, Task, TaskStatus, Visibility
from app.models.system import AuditEvent
from tests.cast import Cast
from tests.factories import (
    make_adjustment,
    make_cycle,
    make_milestone,
    make_monthly_check,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]

HIDDEN = "教务处尚未公开的草案"


@pytest.fixture
def hidden(session: AnySession) -> Task:
    """A draft of 教务处."""
    return make_task(title=HIDDEN)


@pytest.fixture
def stranger(client_for: ClientFor) -> FlaskClient:
    return client_for("head_xinxi")


def events(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def form_of(task: Task, **changes: Any) -> dict[str, Any]:
    """What the browser sends for the edit form of a task."""
    values = {
        "cycle": task.cycle_id, "number": task.number, "title": task.title,
        "lead_department": task.lead_department_id, "due_on": task.due_on, "origin": task.origin,
        "visibility": task.visibility, "sort_order": task.sort_order, "version": task.version,
    }  # fmt: skip
    sent = {**values, **changes}
    return {name: "" if value is None else str(value) for name, value in sent.items()}


# Hidden rows ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["show", "edit", "step/accept"])
def test_a_hidden_row_has_no_page(stranger: FlaskClient, hidden: Task, page: str) -> None:
    answer = stranger.get(f"/task/{page}/{hidden.id}")
    assert answer.status_code == 404
    assert HIDDEN not in answer.text


@pytest.mark.parametrize("door", ["edit", "delete", "action/accept", "step/accept"])
def test_a_hidden_row_is_not_changed(
    stranger: FlaskClient, hidden: Task, session: AnySession, door: str
) -> None:
    before = events(session)
    assert stranger.post(f"/task/{door}/{hidden.id}", data={"title": "x"}).status_code == 404
    answer = stranger.post("/task/action_post", data={"action": "accept", "rowid": hidden.id})
    assert answer.status_code == 404
    assert events(session) == before


def test_one_hidden_row_among_many_stops_the_whole_action(
    client_for: ClientFor, hidden: Task, session: AnySession, cast: Cast
) -> None:
    mine = make_task(
        lead_department=cast.xinxi, owner=cast.staff_xinxi, status=TaskStatus.PUBLISHED
    )
    rows = [mine.id, hidden.id]
    answer = client_for("head_xinxi").post(
        "/task/action_post", data={"action": "accept", "rowid": rows}
    )
    assert answer.status_code == 404
    assert mine.status == TaskStatus.PUBLISHED


@pytest.mark.parametrize("query", ["", "_flt_0_title=草案", "_flt_0_lead_department={jwc}"])
def test_a_hidden_row_is_in_no_list(
    stranger: FlaskClient, hidden: Task, cast: Cast, query: str
) -> None:
    answer = stranger.get(f"/task/list/?{query.format(jwc=cast.jwc.id)}")
    assert answer.status_code == 200
    assert HIDDEN not in answer.text


def test_its_own_department_sees_it(client_for: ClientFor, hidden: Task) -> None:
    head = client_for("head_jwc")
    assert HIDDEN in head.get("/task/list/").text
    assert head.get(f"/task/show/{hidden.id}").status_code == 200


def test_what_hangs_on_a_hidden_row_is_hidden_too(stranger: FlaskClient, hidden: Task) -> None:
    milestone = make_milestone(task=hidden, text="秘密节点")
    assert stranger.get(f"/milestone/show/{milestone.id}").status_code == 404
    assert "秘密节点" not in stranger.get(f"/milestone/list/?_flt_0_task={hidden.id}").text


def test_a_visible_row_does_not_name_the_hidden_row_it_points_to(
    stranger: FlaskClient, hidden: Task, cast: Cast
) -> None:
    open_one = make_task(lead_department=cast.xinxi, parent=hidden, status=TaskStatus.PUBLISHED)
    page = stranger.get(f"/task/show/{open_one.id}")
    assert page.status_code == 200
    assert HIDDEN not in page.text


def test_a_restricted_row_shows_no_title_to_others(stranger: FlaskClient) -> None:
    make_task(title="限制查看", visibility=Visibility.RESTRICTED, status=TaskStatus.PUBLISHED)
    assert "限制查看" not in stranger.get("/task/list/").text


def test_a_check_is_not_for_a_department_that_only_reads_the_task(stranger: FlaskClient) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    check = make_monthly_check(task=task, problem="内部问题")
    assert stranger.get(f"/task/show/{task.id}").status_code == 200
    assert stranger.get(f"/monthly_check/show/{check.id}").status_code == 404
    assert "内部问题" not in stranger.get("/monthly_check/list/").text


# Pointing at hidden rows ------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_added_under_a_hidden_row(
    stranger: FlaskClient, hidden: Task, session: AnySession, method: str
) -> None:
    answer = getattr(stranger, method)(
        f"/milestone/add?_flt_0_task={hidden.id}", data={"text": "x"}
    )
    assert answer.status_code == 404
    assert session.scalar(select(func.count(Milestone.id))) == 0


def test_a_form_does_not_take_a_hidden_row(
    stranger: FlaskClient, hidden: Task, session: AnySession
) -> None:
    assert HIDDEN not in stranger.get("/milestone/add").text
    answer = stranger.post(
        "/milestone/add", data={"task": hidden.id, "text": "越权", "due_on": "2026-05-01"}
    )
    assert answer.status_code == 422
    assert session.scalar(select(func.count(Milestone.id))) == 0


def test_a_row_is_added_under_the_row_one_comes_from(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.xinxi)
    head = client_for("head_xinxi")
    answer = head.post(
        f"/milestone/add?_flt_0_task={task.id}", data={"text": "第一步", "due_on": "2026-05-01"}
    )
    assert answer.status_code == 302
    assert answer.location.endswith(f"/task/show/{task.id}")
    assert session.scalars(select(Milestone)).one().task_id == task.id


# Moving rows --------------------------------------------------------------------------------


def test_a_row_does_not_leave_the_hands_it_is_in(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    task = make_task(lead_department=cast.xinxi)
    sent = form_of(task, lead_department=cast.jwc.id)
    answer = client_for("head_xinxi").post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 422
    assert task.lead_department_id == cast.xinxi.id


def test_a_row_is_not_made_in_other_hands(
    stranger: FlaskClient, cast: Cast, session: AnySession
) -> None:
    sent = {
        "cycle": cast.cycle.id,
        "title": "替别人立项",
        "lead_department": cast.jwc.id,
        "origin": "annual",
    }
    assert stranger.post("/task/add", data={**sent, "visibility": "open"}).status_code == 422
    assert session.scalar(select(func.count(Task.id))) == 0


# What a form may not say ------------------------------------------------------------------------


def test_a_form_does_not_reach_protected_columns(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.xinxi)
    sent = form_of(task, title="新标题", status="finished", actual_percent="100", light="green")
    answer = client_for("head_xinxi").post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 302
    assert (task.title, task.status, task.actual_percent, task.light) == (
        "新标题", TaskStatus.PROPOSED, None, None,
    )  # fmt: skip


def test_a_closed_year_takes_no_change(client_for: ClientFor, cast: Cast) -> None:
    closed = make_cycle(status=CycleStatus.CLOSED)
    task = make_task(lead_department=cast.xinxi, title="旧事")
    move = form_of(task, cycle=closed.id)
    answer = client_for("head_xinxi").post(f"/task/edit/{task.id}", data=move)
    assert answer.status_code == 422
    assert task.cycle_id != closed.id


def test_a_second_row_with_the_same_values_is_refused(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.xinxi)
    sent = form_of(task)
    answer = client_for("head_xinxi").post("/task/add", data=sent)
    assert answer.status_code == 422
    assert task.title in answer.text


def test_a_stale_save_shows_both_values_and_keeps_the_input(
    client_for: ClientFor, cast: Cast
) -> None:
    task = make_task(lead_department=cast.xinxi, title="原标题", goal="原目标")
    head = client_for("head_xinxi")
    seen = form_of(task, goal="原目标")
    assert (
        head.post(f"/task/edit/{task.id}", data={**seen, "title": "别人的标题"}).status_code == 302
    )
    answer = head.post(f"/task/edit/{task.id}", data={**seen, "title": "我的标题"})
    assert answer.status_code == 409
    assert "我的标题" in answer.text
    assert "别人的标题" in answer.text
    assert task.title == "别人的标题"


def test_a_stale_step_is_refused(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(
        lead_department=cast.xinxi, owner=cast.staff_xinxi, status=TaskStatus.PUBLISHED
    )
    answer = client_for("head_xinxi").post(
        f"/task/step/accept/{task.id}", data={"version": task.version + 1}
    )
    assert answer.status_code == 409
    assert task.status == TaskStatus.PUBLISHED


# What is shown is text ------------------------------------------------------------------------------


def test_html_in_a_text_stays_text(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(
        lead_department=cast.xinxi, title="<script>alert(1)</script>", goal="<b>x</b>\n<i>"
    )
    head = client_for("head_xinxi")
    for page in ("/task/list/", f"/task/show/{task.id}", f"/task/edit/{task.id}"):
        text = head.get(page).text
        assert "<script>alert(1)" not in text
        assert "<b>x</b>" not in text
        assert "&lt;script&gt;" in text


def test_a_name_of_a_related_row_stays_text_too(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(title="<img src=x onerror=alert(1)>", status=TaskStatus.ACCEPTED)
    check = make_monthly_check(task=task, status=CheckStatus.DRAFT)
    make_adjustment(task=task)
    head = client_for("head_jwc")
    for page in (
        "/monthly_check/list/",
        f"/monthly_check/show/{check.id}",
        "/adjustment/list/",
        "/monthly_check/add",
    ):
        assert "<img src=x" not in head.get(page).text, page


def test_how_an_account_stands_is_for_those_who_keep_accounts(
    client_for: ClientFor, cast: Cast
) -> None:
    place = f"/person/show/{cast.head_jwc.id}"
    words = ("锁定至", "须改密码")
    assert all(word in client_for("admin").get(place).text for word in words)
    assert not any(word in client_for("head_xinxi").get(place).text for word in words)
