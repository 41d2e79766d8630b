"""What happened to a row, in words, to those who may know it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core import clock, guard, workflow
from app.core.actor import Actor
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.monitoring import CheckStatus, Quality
from app.models.planning import DepartmentPlan, Task, TaskStatus, Visibility
from app.web.timeline import AT_ONCE, TOGETHER
from tests.architecture.test_query_counts import cost
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_decomposition,
    make_delegation,
    make_department_assessment,
    make_department_plan,
    make_milestone,
    make_monthly_check,
    make_task,
    make_work_point,
    make_work_point_set,
)

ClientFor = Callable[[str], FlaskClient]
Act = Callable[[str], Actor]


def story_of(client: FlaskClient, place: str) -> str:
    """The words of the story on a row's page."""
    page = client.get(place)
    assert page.status_code == 200, place
    found = re.search(r'id="story".*?</section>', page.text, re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", found.group(0)) if found else ""
    return re.sub(r"\s+", " ", text)


def entries_of(client: FlaskClient, place: str) -> int:
    return client.get(place).text.count("sh-story-head")


def edit(session: AnySession, actor: Actor, row: object, **values: object) -> None:
    with unit_of_work(session, actor):
        for name, value in values.items():
            setattr(row, name, value)


@pytest.fixture
def draft(session: AnySession, cast: Cast) -> Task:
    """A draft of 教务处 whose title was changed twice, then published and accepted."""
    task = make_task(title="最初的想法", number="7")
    edit(session, cast.actor("head_jwc"), task, title="改过的想法")
    with clock.at(TODAY + dt.timedelta(days=1)):
        edit(session, cast.actor("head_jwc"), task, title="定稿", owner_id=cast.staff_jwc.id)
        with unit_of_work(session, cast.actor("office")):
            workflow.apply(session, cast.actor("office"), task, "publish")
    with clock.at(TODAY + dt.timedelta(days=2)), unit_of_work(session, cast.actor("head_jwc")):
        workflow.apply(session, cast.actor("head_jwc"), task, "accept")
    return task


# In words ---------------------------------------------------------------------------------------


def test_a_change_says_who_when_and_from_what_to_what(
    client_for: ClientFor, cast: Cast, draft: Task
) -> None:
    told = story_of(client_for("head_jwc"), f"/task/show/{draft.id}")
    assert f"{TODAY} 09:00 {cast.head_jwc.name} 修改：目标任务 最初的想法 → 改过的想法" in told
    assert f"责任人 {cast.staff_jwc.name}" in told
    assert "接受任务" in told
    assert told.index("接受任务") < told.index("最初的想法")


def test_a_change_is_told_in_the_reader_s_language(client_for: ClientFor, draft: Task) -> None:
    told = story_of(client_for("head_jwc"), f"/task/show/{draft.id}?lang=en")
    assert "Changed" in told
    assert "Owner" in told


def test_a_step_and_what_follows_from_it_are_one_entry(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, actual_percent=20, owner=cast.staff_jwc)
    make_milestone(task=task, due_on=TODAY, planned_percent=30)
    check = make_monthly_check(
        task=task, actual_percent=35, quality=Quality.GOOD, done="已完成", status=CheckStatus.DRAFT
    )
    head = cast.actor("head_jwc")
    with clock.at(TODAY + dt.timedelta(days=16)), unit_of_work(session, head):
        workflow.apply(session, head, check, "submit")
    page = client_for("head_jwc").get(f"/task/show/{task.id}").text
    first = re.sub(r"<[^>]+>|\s+", " ", page[page.index("sh-story-head") :])
    first = re.sub(r"\s+", " ", first)[:400]
    assert "月度监测（2026-03）" in first
    assert "实际进度 20% → 35%" in first
    assert first.index("月度监测") < first.index("实际进度")


def test_a_delegate_acts_for_somebody(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_delegation(
        giver=cast.head_jwc, receiver=cast.staff_xinxi, department=cast.jwc, valid_from=TODAY,
        valid_to=TODAY,
    )  # fmt: skip
    task = make_task(title="原来的")
    session.expire_all()
    edit(session, cast.actor("staff_xinxi"), task, title="代改的")
    told = story_of(client_for("head_jwc"), f"/task/show/{task.id}")
    assert f"{cast.staff_xinxi.name} 代 {cast.head_jwc.name}" in told


def test_html_in_a_value_stays_text(client_for: ClientFor, session: AnySession, cast: Cast) -> None:
    task = make_task()
    edit(session, cast.actor("head_jwc"), task, title="<script>alert(1)</script>")
    page = client_for("head_jwc").get(f"/task/show/{task.id}").text
    assert "<script>alert(1)" not in page


# To whom ---------------------------------------------------------------------------------------


def test_an_outsider_learns_that_it_was_published_not_how_it_was_drafted(
    client_for: ClientFor, draft: Task
) -> None:
    told = story_of(client_for("staff_xinxi"), f"/task/show/{draft.id}")
    assert "发布" in told
    assert "接受任务" in told
    for word in ("最初的想法", "改过的想法", "修改", "责任人"):
        assert word not in told, word


def test_a_part_of_a_public_task_does_not_tell_an_outsider_its_past(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task()
    part = make_milestone(task=task, text="旧写法")
    edit(session, cast.actor("head_jwc"), part, text="新写法")
    with unit_of_work(session, cast.actor("office")):
        workflow.apply(session, cast.actor("office"), task, "publish")
    place = f"/milestone/show/{part.id}"
    assert "旧写法" in client_for("head_jwc").get(place).text
    assert "旧写法" not in client_for("staff_xinxi").get(place).text


def test_what_happened_to_a_check_is_for_those_who_may_read_it(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    check = make_monthly_check(task=task, status=CheckStatus.SUBMITTED)
    office = cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, check, "return", return_reason="没有写清楚")
    place = f"/task/show/{task.id}"
    assert "没有写清楚" in story_of(client_for("head_jwc"), place)
    assert "月度监测" not in story_of(client_for("staff_xinxi"), place)
    assert client_for("staff_xinxi").get(f"/monthly_check/show/{check.id}").status_code == 404


def test_before_is_no_way_past_the_scope(client_for: ClientFor, draft: Task) -> None:
    hidden = make_task(visibility=Visibility.RESTRICTED, status=TaskStatus.ACCEPTED)
    stranger = client_for("staff_xinxi")
    for before in ("99999999", "0", "-1", "x", "９", "1" * 40):
        assert stranger.get(f"/task/show/{hidden.id}?before={before}").status_code == 404
        assert "最初的想法" not in story_of(stranger, f"/task/show/{draft.id}?before={before}")


def test_what_is_issued_to_all_does_not_tell_how_it_was_written(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    points = make_work_point_set()
    point = make_work_point(work_point_set=points, text="要点原稿")
    table = make_decomposition(
        title="分解表原名", status="issued", issue_number="1", issued_on=TODAY
    )
    results = make_department_assessment(department=cast.xinxi, status="announced", total=80)
    office = cast.actor("office")
    edit(session, office, point, text="要点定稿")
    issued = make_work_point_set(status="issued", issue_number="1", issued_on=TODAY)
    with unit_of_work(session, TEST), guard.privileged(session):
        point.work_point_set_id = issued.id
    edit(session, office, table, title="分解表定名")
    with (
        clock.at(TODAY + dt.timedelta(days=1)),
        unit_of_work(session, TEST),
        guard.privileged(session),
    ):
        results.total = 90
    for place, old in (
        (f"/work_point/show/{point.id}", "要点原稿"),
        (f"/decomposition/show/{table.id}", "分解表原名"),
    ):
        assert old in story_of(client_for("office"), place)
        assert old not in client_for("staff_xinxi").get(place).text
    place = f"/department_assessment/show/{results.id}"
    assert "80 → 90" in story_of(client_for("office"), place)
    assert "80 → 90" not in story_of(client_for("head_xinxi"), place)


def test_what_changed_on_an_account_is_for_those_who_read_the_trail(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    edit(session, cast.actor("admin"), cast.staff_jwc, position="新任科长")
    place = f"/person/show/{cast.staff_jwc.id}"
    assert 'id="story"' not in client_for("head_xinxi").get(place).text
    told = story_of(client_for("auditor"), place)
    assert "新任科长" in told
    assert "pbkdf2" not in told


# How much -----------------------------------------------------------------------------------------


def test_a_long_story_is_read_page_by_page(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task(title="第0稿")
    head = cast.actor("head_jwc")
    for number in range(1, AT_ONCE + 5):
        with clock.at(clock.now() + number * 10 * TOGETHER):
            edit(session, head, task, title=f"第{number}稿")
    client, place = client_for("head_jwc"), f"/task/show/{task.id}"
    assert entries_of(client, place) == AT_ONCE
    older = re.search(r"\?before=(\d+)#story", client.get(place).text)
    assert older is not None
    rest = f"{place}?before={older.group(1)}"
    assert entries_of(client, rest) == 5
    assert "before=" not in client.get(rest).text.replace(rest, "")


def test_a_story_costs_the_same_however_long(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED))
    head, client = cast.actor("head_jwc"), client_for("head_jwc")
    few = cost(client, f"/monthly_check/show/{check.id}")
    for number in range(20):
        with clock.at(clock.now() + number * 10 * TOGETHER):
            edit(session, head, check, done=f"第{number}次")
    assert cost(client, f"/monthly_check/show/{check.id}") == few


def test_a_row_does_not_tell_the_story_of_another_that_had_its_number(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    """SQLite gives the number of a deleted row to the next one."""
    gone = make_department_plan(department=cast.xinxi, text="别的部门的内情")
    key = gone.id
    edit(session, cast.actor("head_xinxi"), gone, text="别的部门改过的内情")
    with unit_of_work(session, cast.actor("head_xinxi")):
        session.delete(gone)
    with unit_of_work(session, TEST):
        session.add(DepartmentPlan(id=key, cycle_id=cast.cycle.id, department_id=cast.jwc.id))
    page = client_for("head_jwc").get(f"/department_plan/show/{key}").text
    assert "新增" in page and "内情" not in page
