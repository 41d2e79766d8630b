"""Coordination requests through their doors: lists, forms, pages, REST (Art. 9.1)."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.monitoring import CoordinationRequest
from app.models.system import Notification
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, Cast
from tests.factories import make_coordination_request

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def asked(cast: Cast) -> CoordinationRequest:
    row: CoordinationRequest = make_coordination_request(
        department=cast.jwc, addressed_department=cast.xinxi, matter="请开放数据接口",
        due_on=TODAY - dt.timedelta(days=3),
    )  # fmt: skip
    return row


def test_the_form_offers_leaders_and_other_departments(cast: Cast, client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    leaders = head.get("/choices/coordination_request/addressed_leader").json
    assert {one["text"] for one in leaders["items"]} == {"冷分管", "余分管", "党书记"}  # type: ignore[index]


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    cast: Cast, client_for: ClientFor
) -> None:
    said = {"department": cast.jwc.id, "matter": "请开放接口", "addressed_department": cast.jwc.id}
    answer = client_for("head_jwc").post("/coordination_request/add", data=said)
    assert answer.status_code == 422
    assert "不能请本部门协调本部门提出的事项。" in answer.text and "请开放接口" in answer.text


def test_the_page_tells_what_was_said_in_its_order(
    cast: Cast, asked: CoordinationRequest, client_for: ClientFor
) -> None:
    place = f"/coordination_request/show/{asked.id}"
    page = client_for("head_xinxi").get(place).text
    assert "待信息工程系在 2026-03-13 前答复。" in page and "逾期 1 个工作日" in page
    client_for("head_xinxi").post(
        f"/coordination_request/step/answer/{asked.id}", data={"reply": "周五开放", "version": 1}
    )
    page = client_for("head_jwc").get(place).text
    talk = page.partition("co-talk")[2]
    assert (
        talk.index("请开放数据接口") < talk.index("周五开放") < talk.index("待教务处确认是否解决。")
    )
    assert f"/coordination_request/step/resolve/{asked.id}" in page


def test_the_office_sends_it_on_by_a_form_that_begins_empty(
    session: AnySession, cast: Cast, asked: CoordinationRequest, client_for: ClientFor
) -> None:
    office, door = client_for("office"), f"/coordination_request/step/reroute/{asked.id}"
    form = office.get(door).text
    assert "2026-03-23" in form and f'<option selected value="{cast.xinxi.id}"' not in form
    said = {"version": asked.version, "reroute_reason": "归学生工作处", "due_on": "2026-03-20"}
    refused = office.post(door, data=said)
    assert refused.status_code == 422 and "请指明需要哪个部门或领导协调。" in refused.text
    assert office.post(door, data=said | {"addressed_department": cast.xsc.id}).status_code == 302
    session.refresh(asked)
    assert (asked.addressed_department, asked.due_on) == (cast.xsc, dt.date(2026, 3, 20))
    assert "转请学生工作处办理" in office.get(f"/coordination_request/show/{asked.id}").text


def test_rest_asks_through_the_same_command(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    said = {"department": cast.jwc.id, "matter": "请协助", "addressed_department": cast.jwc.id}
    refused = head.post("/api/v1/coordination_request/", json=said)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "addressed_department"  # type: ignore[index]
    done = head.post(
        "/api/v1/coordination_request/", json=said | {"addressed_department": cast.xinxi.id}
    )
    assert done.status_code == 201
    told = session.scalars(select(Notification).where(Notification.person == cast.head_xinxi))
    assert len(told.all()) == 1


def test_quick_filters_tell_what_is_asked_of_us_and_what_is_overdue(
    cast: Cast, asked: CoordinationRequest, client_for: ClientFor
) -> None:
    make_coordination_request(
        department=cast.xinxi, addressed_department=cast.jwc, matter="另一件", due_on=TODAY
    )
    head, place = client_for("head_xinxi"), "/coordination_request/list/"
    page = head.get(place).text
    for name in ("请我方协调", "逾期"):
        (link,) = re.findall(rf'href="([^"]*)"[^>]*>\s*{name}\s*<', page)
        shown = head.get(html.unescape(link)).text
        assert "请开放数据接口" in shown and "另一件" not in shown, name


def test_what_is_overdue_waits_on_the_office_s_desk(
    asked: CoordinationRequest, client_for: ClientFor
) -> None:
    assert "请开放数据接口" in client_for("office").get("/").text
    assert "请开放数据接口" in client_for("head_xinxi").get("/").text


def test_the_page_costs_the_same_however_many_requests(
    cast: Cast, asked: CoordinationRequest, client_for: ClientFor
) -> None:
    office = client_for("office")
    few = cost(office, "/coordination_request/list/")
    for _ in range(12):
        make_coordination_request(department=cast.jwc, addressed_department=cast.xinxi)
    assert cost(office, "/coordination_request/list/") == few <= 4
