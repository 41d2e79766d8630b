"""Lists: filters, search, columns, order, totals, pages; each in its address, none of it hurts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.core.unit_of_work import AnySession
from app.models.monitoring import CheckStatus, Light
from app.models.planning import Task, TaskStatus
from app.web.interface import NOT_SHOWN
from app.web.lists import ListState, count_and_totals, rows
from app.web.views import view_of
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, Cast
from tests.factories import make_cycle, make_milestone, make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def view(app: Flask, session: AnySession) -> Any:
    with app.test_request_context():
        return view_of(Task)


def read(view: Any, query: str = "") -> ListState:
    from urllib.parse import parse_qsl

    return ListState.read(view, MultiDict(parse_qsl(query)))


def titles(answer: Any) -> list[str]:
    """The titles of the rows shown, in their order."""
    found = re.findall(r'class="ls-open"[^>]*>(.*?)</a>', answer.text)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


@pytest.fixture
def three(cast: Cast, session: AnySession) -> list[Task]:
    """Three accepted tasks of two departments."""
    common = {"status": TaskStatus.ACCEPTED}
    return [
        make_task(
            title="甲 专业建设", lead_department=cast.jwc, weight=Decimal(10), sort_order=1,
            planned_percent=Decimal(50), actual_percent=Decimal(40), light="red",
            due_on=TODAY - dt.timedelta(days=3), **common,
        ),
        make_task(
            title="乙 100%就业", lead_department=cast.jwc, weight=Decimal(20), sort_order=2,
            planned_percent=Decimal(50), actual_percent=Decimal(60), light="green",
            due_on=TODAY + dt.timedelta(days=3), **common,
        ),
        make_task(
            title="丙 网络升级", lead_department=cast.xinxi, weight=Decimal(30), sort_order=3,
            light=None, due_on=None, **common,
        ),
    ]  # fmt: skip


# Reading the address ------------------------------------------------------------------------


def test_an_address_is_read_and_written_the_same(view: Any) -> None:
    query = (
        "q=%E4%B8%93%E4%B8%9A&_flt_3_status=accepted,published&_flt_2_due_on=today"
        "&cols=title,weight&_oc_TaskView=due_on&_od_TaskView=desc&psize_TaskView=50&density=compact"
    )
    state = read(view, query)
    assert state.query_string() == query
    assert state.columns == ("title", "weight")
    assert state.order == ("due_on", "desc")


@pytest.mark.parametrize(
    "query",
    [
        "cols=password,__class__,nothing", "cols=", "density=huge", "_flt_9_title=x",
        "_flt_0_password=x", "_oc_TaskView=password&_od_TaskView=asc", "page_TaskView=x",
        "psize_TaskView=-1", "view=x",
    ],
)  # fmt: skip
def test_what_means_nothing_is_passed_over(view: Any, query: str) -> None:
    state = read(view, query)
    assert state.columns == tuple(view.list_columns_usual)
    assert state.filters == ()
    assert state.order is None
    assert state.density == ""


@pytest.mark.parametrize(
    "query",
    [
        "panel=title", "panel=nothing&fragment=1", "panel=columns&fragment=1", "panel=",
        "set=nothing", "set=title&op=nothing&value=x", "set=columns&col=password", "view=999999",
        "cols=" + "title," * 500, "q=" + "x" * 5000, "q=%25_%5C", "_flt_0_due_on=today%2B99999",
        "_flt_3_status=a,b,c", "_flt_3_owner=1,x,99999999999999999999", "_flt_2_owner=maybe",
    ],
)  # fmt: skip
def test_an_odd_address_of_a_list_is_answered(client_for: ClientFor, query: str) -> None:
    assert client_for("office").get(f"/task/list/?{query}").status_code in {200, 302, 404}


def test_a_bare_address_opens_the_year_one_works_in(
    client_for: ClientFor, three: list[Task], cast: Cast
) -> None:
    make_task(title="去年的任务", status=TaskStatus.ACCEPTED, cycle=make_cycle(year=2021))
    office = client_for("office")
    assert "去年的任务" not in office.get("/task/list/").text
    assert "去年的任务" in office.get("/task/list/?view=all").text
    assert f"_flt_0_cycle={cast.cycle.id}" in office.get("/task/list/").text


# Filters and search -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("_flt_0_lead_department={jwc}", "甲乙"),
        ("_flt_1_lead_department={jwc}", "丙"),
        ("_flt_3_lead_department={jwc},{xinxi}", "甲乙丙"),
        ("_flt_3_light=red,orange", None),
        ("_flt_6_light=red,orange", "甲"),
        ("_flt_5_light=1", "丙"),
        ("_flt_2_due_on=today", "甲"),
        ("_flt_4_due_on=today&_flt_5_due_on=today%2B7", "乙"),
        ("_flt_6_due_on=1", "丙"),
        ("_flt_4_weight=20", "乙丙"),
        ("q=专业", "甲"),
        ("q=100%25", "乙"),
        ("q=1%25", ""),
        ("q=建设 甲", "甲"),
        ("q=___", ""),
    ],
)
def test_a_list_is_narrowed(
    client_for: ClientFor, three: list[Task], cast: Cast, query: str, found: str | None
) -> None:
    query = query.format(jwc=cast.jwc.id, xinxi=cast.xinxi.id)
    shown = titles(client_for("office").get(f"/task/list/?{query}"))
    if found is not None:
        assert [title[0] for title in shown] == list(found)


def test_search_looks_at_letters_of_either_case(client_for: ClientFor, cast: Cast) -> None:
    make_task(title="推进 ISO 认证", status=TaskStatus.ACCEPTED)
    assert len(titles(client_for("office").get("/task/list/?q=iso"))) == 1


def test_a_form_leads_to_the_canonical_address(client_for: ClientFor, cast: Cast) -> None:
    office = client_for("office")
    answer = office.get("/task/list/?q=x&set=status&op=is&value=accepted&value=published")
    assert answer.location == "/task/list/?q=x&_flt_3_status=accepted,published"
    answer = office.get(f"{answer.location}&set=status&op=isnot&value=finished")
    assert answer.location == "/task/list/?q=x&_flt_1_status=finished"
    answer = office.get(f"{answer.location}&set=status&op=empty")
    assert answer.location == "/task/list/?q=x&_flt_2_status=1"
    answer = office.get("/task/list/?q=x&set=columns&col=weight&col=title&col=password")
    assert answer.location == "/task/list/?q=x&cols=weight,title"


def test_conditions_read_as_a_sentence(
    app: Flask, view: Any, three: list[Task], cast: Cast, act: Callable[[str], Any]
) -> None:
    act("office")
    state = read(
        view, f"_flt_0_lead_department={cast.jwc.id}&_flt_2_due_on=2022-06-30&_flt_6_light=red,blue"
    )
    with app.test_request_context():
        words = state.in_words(view)
    assert f"牵头部门 是 {cast.jwc.name}" in words
    assert "完成时限 早于 2022-06-30" in words
    assert "红灯" in words and "已完成" in words


def test_a_chip_does_not_name_a_hidden_row(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    hidden = make_task(title="教务处草案")
    text = client_for("head_xinxi").get(f"/monthly_check/list/?_flt_0_task={hidden.id}").text
    assert "教务处草案" not in text
    assert str(NOT_SHOWN) in text or "(not yours to see)" in text


def test_quick_filters_are_those_that_make_sense(
    client_for: ClientFor, three: list[Task], cast: Cast
) -> None:
    head = client_for("head_jwc").get("/task/list/?view=all").text
    assert f'href="/task/list/?_flt_0_lead_department={cast.jwc.id}"' in head
    assert 'aria-pressed="false"' in head
    pressed = client_for("head_jwc").get(f"/task/list/?_flt_0_lead_department={cast.jwc.id}").text
    assert re.search(
        r'<a class="ls-pill"[^>]*href="/task/list/\?view=all" aria-pressed="true"', pressed
    )


# Columns, order, pages ------------------------------------------------------------------------


def test_columns_stand_as_the_address_says(client_for: ClientFor, three: list[Task]) -> None:
    text = client_for("office").get("/task/list/?cols=weight,title,category,parent").text
    heads = re.findall(r"<th scope=\"col\"[^>]*>(?:<a[^>]*>)?([^<]+)", text)
    assert heads == ["权重", "目标任务", "类别", "上级任务"]


@pytest.mark.parametrize(
    ("column", "first"), [("title", "丙"), ("weight", "甲"), ("lead_department", None)]
)
def test_a_list_is_ordered_by_its_heads(
    client_for: ClientFor, three: list[Task], column: str, first: str | None
) -> None:
    office = client_for("office")
    up = office.get(f"/task/list/?_oc_TaskView={column}&_od_TaskView=asc")
    down = office.get(f"/task/list/?_oc_TaskView={column}&_od_TaskView=desc")
    assert 'aria-sort="ascending"' in up.text and 'aria-sort="descending"' in down.text
    assert sorted(titles(up)) == sorted(titles(down)) and len(titles(up)) == 3
    if first:
        assert titles(up) == titles(down)[::-1]
        assert first in {titles(up)[0][0], titles(down)[0][0]}


def test_a_page_beyond_the_last_is_the_last(client_for: ClientFor, cast: Cast) -> None:
    for number in range(7):
        make_task(title=f"任务{number}", sort_order=number, status=TaskStatus.ACCEPTED)
    answer = client_for("office").get("/task/list/?psize_TaskView=3&page_TaskView=99")
    assert titles(answer) == ["任务6"]
    assert 'aria-current="page">3<' in answer.text


def test_a_deep_page_shows_the_same_rows_as_a_shallow_one(
    view: Any, cast: Cast, act: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        make_task(title=f"任务{number}", sort_order=number, status=TaskStatus.ACCEPTED)
    actor, state = act("office"), read(view, "view=all")
    plain = rows(view, state, actor, limit=3, offset=6)
    monkeypatch.setattr("app.web.lists.query.DEEP", 1)
    assert rows(view, state, actor, limit=3, offset=6) == plain
    assert len(plain) == 3


# Values and totals --------------------------------------------------------------------------------


def test_rows_are_raw_values(
    view: Any, three: list[Task], cast: Cast, act: Callable[[str], Any]
) -> None:
    state = read(view, "cols=title,lead_department,due_on,light,progress,weight,status")
    found = rows(view, state, act("office"))
    assert found[0] == (
        three[0].id, "甲 专业建设", cast.jwc.name, TODAY - dt.timedelta(days=3), "red",
        (Decimal(40), Decimal(50)), Decimal(10), TaskStatus.ACCEPTED,
    )  # fmt: skip


def test_totals_are_of_all_filtered_rows(
    view: Any, three: list[Task], cast: Cast, act: Callable[[str], Any]
) -> None:
    state = read(view, "cols=title,weight,actual_percent&psize_TaskView=1")
    totals = count_and_totals(view, state, act("office"))
    assert totals.count == 3
    assert totals.values == {"weight": Decimal(60), "actual_percent": Decimal(50)}


def test_a_total_counts_only_what_the_reader_sees(
    view: Any, three: list[Task], cast: Cast, act: Callable[[str], Any]
) -> None:
    make_task(title="教务处草案", weight=Decimal(1000))
    state = read(view, "view=all")
    totals = count_and_totals(view, state, act("head_xinxi"))
    assert (totals.count, totals.values["weight"]) == (3, Decimal(60))


def test_a_visible_row_does_not_name_the_hidden_row_it_points_to(
    view: Any, client_for: ClientFor, cast: Cast, act: Callable[[str], Any]
) -> None:
    hidden = make_task(title="教务处草案")
    make_task(lead_department=cast.xinxi, parent=hidden, status=TaskStatus.PUBLISHED)
    state = read(view, "cols=title,parent")
    assert rows(view, state, act("head_xinxi"))[0][2] == NOT_SHOWN
    assert rows(view, state, act("head_jwc"))[-1][2].endswith("教务处草案")
    page = client_for("head_xinxi").get("/task/list/?cols=title,parent")
    assert "教务处草案" not in page.text


def test_the_reason_of_a_light_is_for_those_who_read_the_check(
    client_for: ClientFor, three: list[Task], cast: Cast
) -> None:
    make_monthly_check(
        task=three[0], status=CheckStatus.SUBMITTED, computed_light=Light.RED,
        light_reason="落后计划十个百分点",
    )  # fmt: skip
    assert "落后计划十个百分点" in client_for("head_jwc").get("/task/list/").text
    assert "落后计划十个百分点" not in client_for("head_xinxi").get("/task/list/").text


def test_what_is_overdue_says_so(client_for: ClientFor, three: list[Task]) -> None:
    text = client_for("office").get("/task/list/").text
    assert text.count('class="ls-late"') == 1


def test_titles_and_reasons_stay_text(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(title='<b>"x"</b>', light="red", status=TaskStatus.ACCEPTED)
    make_monthly_check(
        task=task, status=CheckStatus.SUBMITTED, computed_light=Light.RED,
        light_reason='"><script>alert(1)</script>',
    )  # fmt: skip
    text = client_for("office").get("/task/list/?q=x&cols=title,light,parent").text
    assert "<b>" not in text.split("<tbody>")[1].split("</tbody>")[0]
    assert "<script>alert" not in text


# Who may do what ------------------------------------------------------------------------------------


def test_a_reader_gets_no_buttons_that_would_be_refused(
    client_for: ClientFor, three: list[Task]
) -> None:
    text = client_for("auditor").get("/task/list/").text
    assert 'href="/task/add"' not in text
    assert 'name="rowid"' not in text
    office = client_for("office").get("/task/list/").text
    assert 'href="/task/add"' in office
    assert 'name="rowid"' in office


def test_an_empty_list_says_what_to_do(client_for: ClientFor, cast: Cast) -> None:
    office = client_for("office")
    assert 'href="/task/add"' in office.get("/task/list/?view=all").text
    make_task(status=TaskStatus.ACCEPTED)
    text = office.get("/task/list/?q=nowhere").text
    assert "ls-open" not in text.replace("ls-open-label", "").replace('id="ls-open"', "").replace(
        'for="ls-open"', ""
    )
    assert 'href="/task/list/?view=all"' in text


# Cost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/task/list/", "/task/list/?q=x&_flt_3_light=red&_oc_TaskView=lead_department&_od_TaskView=asc",
        "/task/list/?cols=title,parent,work_point,strategic_goal,carried_from,owner,leader,category",
        "/monthly_check/list/", "/milestone/list/", "/score/list/", "/person/list/",
    ],
)  # fmt: skip
def test_a_list_costs_four_statements_at_most(
    client_for: ClientFor, three: list[Task], cast: Cast, address: str
) -> None:
    make_milestone(task=three[0])
    make_monthly_check(task=three[0])
    reader = "assessor" if "score" in address else "office"
    assert cost(client_for(reader), address) <= 4
