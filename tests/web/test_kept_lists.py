"""A list's page is drawn once and filled in anew: nothing in it is old, or another's."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import TaskStatus
from app.models.system import Notification, SavedView
from app.web.lists import sheet
from tests.cast import TEST, Cast
from tests.factories import make, make_task

ClientFor = Callable[[str], FlaskClient]
LIST = "/task/list/?view=all"


@pytest.fixture
def task(cast: Cast) -> object:
    return make_task(title="建好实训基地", lead_department=cast.jwc, status=TaskStatus.ACCEPTED)


def test_a_list_seen_again_is_not_drawn_again(
    task: object, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = client_for("head_jwc")
    first = head.get(LIST).text

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sheet, "_drawn", refuse)
    assert head.get(LIST).text == first
    assert "\x02" not in first


def test_a_new_row_stands_in_a_list_seen_before(
    task: object, client_for: ClientFor, cast: Cast
) -> None:
    head = client_for("head_jwc")
    assert "共 1 条" in head.get(LIST).text
    make_task(title="办好技能节", lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    again = head.get(LIST).text
    assert "办好技能节" in again
    assert "共 2 条" in again
    assert "共 1 条" not in again


def test_a_list_that_was_empty_shows_its_first_row(client_for: ClientFor, cast: Cast) -> None:
    head = client_for("head_jwc")
    assert "lx-empty" in head.get(LIST).text
    make_task(title="办好技能节", lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    assert "lx-empty" not in head.get(LIST).text


def test_two_readers_of_one_address_each_have_their_own_bar(
    task: object, client_for: ClientFor
) -> None:
    office, leader = client_for("office"), client_for("leader")
    for client in (office, leader, office):
        name = re.search(r'class="lx-who"><b>(.*?)</b>', client.get(LIST).text)
        mine = re.search(r'class="lx-who"><b>(.*?)</b>', client.get("/account/").text)
        assert name is not None
        assert mine is not None
        assert name[1] == mine[1]


def test_language_theme_and_unread_messages_are_those_of_the_moment(
    task: object, client_for: ClientFor, cast: Cast
) -> None:
    head = client_for("head_jwc")
    assert 'data-bs-theme="light"' in head.get(LIST).text
    assert 'data-bs-theme="dark"' in head.get(f"{LIST}&theme=dark").text
    assert 'data-bs-theme="dark"' in head.get(LIST).text
    assert "目标任务" in head.get(LIST).text
    head.get(f"{LIST}&lang=en")
    assert 'lang="en"' in head.get(LIST).text
    assert "lx-count" not in head.get(LIST).text
    make(Notification, person=cast.head_jwc)
    assert "lx-count" in head.get(LIST).text


def test_a_renamed_department_is_called_so_in_the_conditions(
    task: object, client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    address = f"/task/list/?_flt_0_lead_department={cast.jwc.id}"
    office = client_for("office")
    assert cast.jwc.name in office.get(address).text
    with unit_of_work(session, TEST):
        cast.jwc.name = "教学运行部"
    again = office.get(address).text
    assert again.count("教学运行部") >= 2  # the chip and the row
    assert "教务处" not in again


def test_a_message_is_shown_once_on_a_list_seen_before(task: object, client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    head.get(LIST)
    told = head.get("/task/list/?view=999").text  # a saved view that is gone
    assert "lx-flash" in told
    assert "lx-flash" not in head.get(LIST).text


def test_a_view_saved_meanwhile_stands_in_the_menu(
    task: object, client_for: ClientFor, cast: Cast
) -> None:
    head = client_for("head_jwc")
    head.get(LIST)
    make(SavedView, owner_id=cast.head_jwc.id, resource="task", name="我的红灯", query="q=a")
    assert "我的红灯" in head.get(LIST).text


def test_every_form_carries_the_token_of_its_own_session(
    task: object, client_for: ClientFor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    for client in (client_for("office"), client_for("office")):
        found = set(re.findall(r'name="csrf_token" value="([^"]+)"', client.get(LIST).text))
        assert len(found) == 1
        new = {"resource": "task", "query": "q=a", "name": "看一看", "csrf_token": found.pop()}
        assert client.post("/saved_view/add", data=new).status_code == 302
