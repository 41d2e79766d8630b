"""What a screen answers when a row that is in use is to be deleted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.models.cycles import TaskCategory
from app.models.organisation import Department
from app.models.planning import TaskStatus
from tests.cast import TODAY, Cast
from tests.factories import (
    make_department,
    make_indicator,
    make_indicator_template,
    make_strategic_goal,
    make_supervision_case,
    make_task,
    make_task_category,
)

ClientFor = Callable[[str], FlaskClient]


def test_the_page_says_where_a_department_is_used_with_links(
    client_for: ClientFor, cast: Cast
) -> None:
    make_task(lead_department=cast.xsc, status=TaskStatus.PUBLISHED)
    make_supervision_case(department=cast.xsc)
    answer = client_for("admin").post(f"/department/delete/{cast.xsc.id}")
    assert answer.status_code == 409
    assert f"/task/list/?_flt_0_lead_department={cast.xsc.id}" in answer.text
    assert "/supervision_case/list/" not in re.sub(r"<nav.*?</nav>", "", answer.text, flags=re.S)
    assert f"/department_successor/add?predecessor={cast.xsc.id}" in answer.text
    assert f"/instead/close/department/{cast.xsc.id}" in answer.text


def test_a_row_that_nothing_names_is_deleted(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    key = make_department(name="空处", code="kong").id
    assert client_for("admin").post(f"/department/delete/{key}").status_code == 302
    session.expire_all()
    assert session.get(Department, key) is None


def test_a_task_in_use_offers_no_way_but_back(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.jwc)
    make_supervision_case(task=task, department=cast.jwc)
    answer = client_for("office").post(f"/task/delete/{task.id}")
    assert answer.status_code == 409
    assert "/instead/" not in answer.text
    assert f"/task/show/{task.id}" in answer.text


def test_closing_lets_a_department_end_today(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for("admin").post(f"/instead/close/department/{cast.xsc.id}")
    assert answer.status_code == 302
    assert cast.xsc.valid_to == TODAY


def test_closing_switches_a_category_off(client_for: ClientFor, cast: Cast) -> None:
    category = make_task_category()
    client_for("admin").post(f"/instead/close/task_category/{category.id}")
    assert category.active is False
    again = client_for("admin").post(f"/instead/close/task_category/{category.id}")
    assert again.status_code == 404


def test_the_console_offers_to_merge_a_category(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    old, new = make_task_category(), make_task_category()
    task = make_task(category=old)
    admin = client_for("admin")
    page = admin.post("/console/task_category/delete/", data={"id": old.id})
    assert page.status_code == 409
    assert f'<option value="{new.id}">' in page.text
    key = old.id
    admin.post(f"/instead/merge/task_category/{key}", data={"into": new.id})
    session.expire_all()
    assert task.category == new
    assert session.get(TaskCategory, key) is None


def test_goals_and_templates_are_merged_likewise(client_for: ClientFor, cast: Cast) -> None:
    goal, other = make_strategic_goal(), make_strategic_goal()
    task = make_task(strategic_goal=goal)
    template, better = make_indicator_template(), make_indicator_template()
    indicator = make_indicator(indicator_template=template)
    office = client_for("office")
    office.post(f"/instead/merge/strategic_goal/{goal.id}", data={"into": other.id})
    office.post(f"/instead/merge/indicator_template/{template.id}", data={"into": better.id})
    assert task.strategic_goal == other
    assert indicator.indicator_template == better


@pytest.mark.parametrize("into", ["", "0", "999999", "x", "itself"])
def test_merging_into_nothing_or_itself_changes_nothing(
    client_for: ClientFor, cast: Cast, into: str
) -> None:
    old = make_task_category()
    task = make_task(category=old)
    sent = {"into": str(old.id) if into == "itself" else into}
    answer = client_for("admin").post(f"/instead/merge/task_category/{old.id}", data=sent)
    assert answer.status_code == 302
    assert task.category == old


@pytest.mark.parametrize(
    "place", ["merge/department/1", "merge/nothing/1", "close/task/1", "close/cycle/x"]
)
def test_what_cannot_be_merged_or_closed_is_404(client_for: ClientFor, place: str) -> None:
    assert client_for("admin").post(f"/instead/{place}", data={"into": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["head_jwc", "leader", "auditor"])
def test_only_keepers_of_master_data_find_the_ways_out(
    client_for: ClientFor, cast: Cast, name: str
) -> None:
    category = make_task_category()
    answer = client_for(name).post(f"/instead/close/task_category/{category.id}")
    assert answer.status_code in {302, 403}
    assert category.active is True


def test_the_office_does_not_close_what_is_the_administrator_s(
    client_for: ClientFor, cast: Cast
) -> None:
    category = make_task_category()
    answer = client_for("office").post(f"/instead/close/task_category/{category.id}")
    assert answer.status_code == 404
    assert category.active is True


def test_many_rows_at_once_say_of_each_why_it_stays(client_for: ClientFor, cast: Cast) -> None:
    used, unused = make_task_category(), make_task_category()
    make_task(category=used, status=TaskStatus.PUBLISHED)
    page = client_for("admin").post(
        "/console/task_category/action_post",
        data={"action": "delete", "rowid": [used.id, unused.id]},
    )
    assert page.status_code == 200
    assert "FOREIGN" not in page.text
    assert "目标任务" in page.text[page.text.index(used.name) :]
