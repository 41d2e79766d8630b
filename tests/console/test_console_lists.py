"""The console's lists: what they show, find and change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.console.views import TABLES
from app.core.policy import policy_of
from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.cycles import Component
from tests.cast import TEST, Cast
from tests.factories import (
    make_charge,
    make_component,
    make_department,
    make_holiday,
    make_rule_book,
    make_task_category,
)

ClientFor = Callable[[str], FlaskClient]
NAMES = [policy_of(model).resource for _, model in TABLES]


# In the list itself ----------------------------------------------------------------------


def test_a_value_is_changed_in_the_list(client_for: ClientFor, cast: Cast) -> None:
    before = cast.jwc.version
    data = {"list_form_pk": cast.jwc.id, "sort_order": "70", "version": before}
    answer = client_for("admin").post("/console/department/ajax/update/", data=data)
    assert answer.status_code == 200
    assert cast.jwc.sort_order == 70
    told = answer.json
    assert (told["value"], told["shown"], told["version"]) == ("70", "70", str(before + 1))


@pytest.mark.parametrize(
    ("table", "column", "value", "shown"),
    [
        ("department", "short_name", "教务", "教务"),
        ("department", "kind", "party", "党群部门"),
        ("department", "valid_to", "2026-12-31", "2026-12-31"),
        ("task_category", "active", "", "否"),
        ("task_category", "active", "y", "是"),
        ("task_category", "sort_order", "7", "7"),
    ],
)
def test_every_kind_of_value_is_changed_in_the_list(
    client_for: ClientFor, cast: Cast, table: str, column: str, value: str, shown: str
) -> None:
    row = cast.jwc if table == "department" else make_task_category(active=value != "y")
    data = {"list_form_pk": row.id, "version": row.version, column: value}
    answer = client_for("admin").post(f"/console/{table}/ajax/update/", data=data)
    assert answer.status_code == 200, answer.text
    assert shown in answer.json["shown"]
    assert answer.json["value"] == value


def test_a_value_changed_meanwhile_is_not_overwritten(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    client, seen = client_for("admin"), cast.jwc.version
    with unit_of_work(session, TEST):
        cast.jwc.sort_order = 30
    data = {"list_form_pk": cast.jwc.id, "sort_order": "70", "version": seen}
    answer = client.post("/console/department/ajax/update/", data=data)
    assert answer.status_code == 409
    assert "30" in answer.json["message"]
    assert (answer.json["value"], cast.jwc.sort_order) == ("30", 30)
    # Who has read that and saves again writes over it.
    again = {**data, "version": answer.json["version"]}
    assert client.post("/console/department/ajax/update/", data=again).status_code == 200
    assert cast.jwc.sort_order == 70


@pytest.mark.parametrize("version", [None, "", "x", "999999"])
def test_a_value_without_the_row_s_version_is_not_written(
    client_for: ClientFor, cast: Cast, version: str | None
) -> None:
    before = cast.jwc.sort_order
    data = {"list_form_pk": cast.jwc.id, "sort_order": "70"}
    data |= {} if version is None else {"version": version}
    answer = client_for("admin").post("/console/department/ajax/update/", data=data)
    assert answer.status_code == 409
    assert cast.jwc.sort_order == before


def test_changing_in_the_list_asks_for_the_permission(client_for: ClientFor, cast: Cast) -> None:
    before = cast.jwc.sort_order
    data = {"list_form_pk": cast.jwc.id, "sort_order": "71"}
    answer = client_for("office").post("/console/department/ajax/update/", data=data)
    assert answer.status_code == 403
    assert cast.jwc.sort_order == before


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"sort_order": "x"}, 422),
        ({"sort_order": "9" * 30}, 422),
        ({"valid_to": "2026-13-45"}, 422),
        ({"valid_to": "2019-01-01"}, 422),
        ({"kind": "nonsense"}, 422),
        ({"name": "改名"}, 422),
        ({"sort_order": "1", "short_name": "教"}, 422),
        ({}, 422),
        ({"version": "1"}, 422),
        ({"list_form_pk": "0", "sort_order": "1"}, 404),
        ({"list_form_pk": "x", "sort_order": "1"}, 404),
    ],
)
def test_the_list_takes_only_what_it_offers(
    client_for: ClientFor, cast: Cast, data: dict[str, str], code: int
) -> None:
    given = {"list_form_pk": str(cast.jwc.id), "version": str(cast.jwc.version), **data}
    answer = client_for("admin").post("/console/department/ajax/update/", data=given)
    assert answer.status_code == code
    assert cast.jwc.name == "教务处"


def test_a_column_that_is_not_changed_in_the_list_stays(client_for: ClientFor) -> None:
    row, client = make_component(rule_book=make_rule_book()), client_for("office")
    data = {"list_form_pk": row.id, "version": row.version, "name": "改"}
    assert client.post("/console/component/ajax/update/", data=data).status_code == 422
    assert row.name != "改"


# What the pages show ---------------------------------------------------------------------


def test_labels_and_words_are_in_the_reader_s_language(client_for: ClientFor) -> None:
    client = client_for("admin")
    chinese = client.get("/console/department/").text
    for word in ("部门", "代码", "上级部门", "职能部门"):
        assert word in chinese, word
    english = client.get("/console/department/?lang=en").text
    for word in ("Department", "Code", "Parent department", "Functional", "Delete"):
        assert word in english
    assert "职能部门" not in english
    assert "Functional" in client.get("/console/department/new/").text, "and it is remembered"


def test_dates_are_written_year_first(client_for: ClientFor) -> None:
    row = make_holiday(name="校庆")
    client = client_for("office")
    assert row.starts_on.isoformat() in client.get("/console/holiday/").text
    page = client.get(f"/console/holiday/edit/?id={row.id}").text
    assert re.search(rf'name="starts_on"[^>]*value="{row.starts_on.isoformat()}"', page)


@pytest.mark.parametrize("table", NAMES)
def test_every_column_of_a_form_has_its_field(client_for: ClientFor, table: str) -> None:
    client, console = (
        client_for("admin"),
        next(one for one, model in TABLES if policy_of(model).resource == table),
    )
    page = client.get(f"/console/{table}/new/")
    page = page if page.status_code == 200 else client_for("office").get(f"/console/{table}/new/")
    for name in console.form_columns:
        assert f'name="{name}"' in page.text, name


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e99", "x", "-1"])
def test_a_number_that_is_none_is_refused(
    client_for: ClientFor, session: AnySession, number: str
) -> None:
    book = make_rule_book()
    data = {"rule_book": book.id, "code": "a", "name": "甲", "level": "task", "weight": number}
    answer = client_for("office").post("/console/component/new/", data=data)
    assert answer.status_code == 422
    assert session.scalar(select(func.count(Component.id))) == 0


@pytest.mark.parametrize(
    ("table", "query", "seen", "unseen"),
    [
        ("department", "q=教务", ">教务处<", ">信息工程系<"),
        ("department", "q=%25", "lx-empty", ">教务处<"),
        ("department", "q=_", "lx-empty", ">教务处<"),
        ("department", "_flt_0_kind=teaching", ">信息工程系<", ">学生工作处<"),
        ("department", "_flt_4_valid_from=2030-01-01", "lx-empty", ">教务处<"),
        ("task_category", "_flt_0_active=1", ">教学工作<", "lx-empty"),
        ("task_category", "_flt_0_active=0", "lx-empty", ">教学工作<"),
    ],
)
def test_search_and_filters_find_what_they_say(
    client_for: ClientFor, table: str, query: str, seen: str, unseen: str
) -> None:
    body = client_for("admin").get(f"/console/{table}/?{query}").text
    rows = body.split('id="ls-list"')[1].split("</section>")[0].split('class="ls-chips"')[1]
    assert seen in rows
    assert unseen not in rows


@pytest.mark.parametrize("table", NAMES)
def test_no_address_breaks_a_list(client_for: ClientFor, table: str) -> None:
    client = client_for("admin")
    console = next(one for one, model in TABLES if policy_of(model).resource == table)
    name = console.__name__
    for query in (
        f"page_{name}=-1&psize_{name}=0",
        f"page_{name}={'9' * 30}&psize_{name}={'9' * 30}&_oc_{name}={'9' * 30}&_od_{name}=x",
        f"_oc_{name}=id&_od_{name}=desc&q=%27%22%3Cscript%3E",
        "q=" + "x%20" * 300,
        "cols=nothing,,&density=x&view=7",
        *(f"_oc_{name}={column}&_od_{name}=desc" for column in console.columns),
        *(
            f"_flt_{index}_{column}={value}"
            for column in console.filtered
            for index in (0, 1, 3, 9)
            for value in ("x", "", "-1", "9" * 30, "2026-99-99")
        ),
        *(f"panel={column}" for column in (*console.filtered, "columns")),
    ):
        answer = client.get(f"/console/{table}/?{query}")
        assert answer.status_code == 200, query
        assert "<script>alert" not in answer.text


def test_pages_neither_repeat_nor_lose_a_row(client_for: ClientFor) -> None:
    for _ in range(30):
        make_department(sort_order=7)
    client = client_for("admin")
    seen: list[str] = []
    for page in (0, 1):
        text = client.get(
            f"/console/department/?psize_DepartmentConsole=25&page_DepartmentConsole={page}"
        ).text
        seen += re.findall(r'name="rowid"[^>]*value="(\d+)"', text)
    assert len(seen) == len(set(seen)) == 35


def test_the_framework_s_own_lookups_answer_nothing(client_for: ClientFor) -> None:
    """Its loader offers rows that the reader does not see."""
    assert client_for("admin").get("/console/department/ajax/lookup/").status_code == 404
    assert client_for("admin").get("/console/department/export/csv/").status_code == 404


def test_user_text_is_escaped(client_for: ClientFor) -> None:
    make_holiday(name="<img src=x onerror=alert(1)>")
    text = client_for("office").get("/console/holiday/").text
    assert "<img src=x" not in text


def test_a_page_loads_nothing_from_another_site(
    client_for: ClientFor, cast: Cast, client: FlaskClient
) -> None:
    browser = client_for("admin")
    files: set[str] = set()
    for page in ("", "department/", "department/new/", f"department/details/?id={cast.jwc.id}"):
        text = browser.get(f"/console/{page}").text
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', text):
            assert not re.match(r"(?:[a-z]+:)?//", address), address
        files |= set(re.findall(r'(?:src|href)="(/[^"]*static[^"]*)"', text))
    assert not any(file.startswith("/console/static/") for file in files)
    assert client.get("/console/static/vendor/jquery.min.js").status_code == 404
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        if ".css" in file:
            assert not re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", answer.text), file


def test_the_way_back_and_out_stands_on_every_page(client_for: ClientFor) -> None:
    text = client_for("admin").get("/console/charge/").text
    for link in ('href="/"', 'action="/logout/"', "lang=en"):
        assert link in text


PAGES = (
    "",
    "department/",
    "department/new/",
    "department/edit/?id={id}",
    "department/show/{id}",
    "charge/",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_by_our_own_hands(
    client_for: ClientFor, cast: Cast, app: Flask, page: str
) -> None:
    drawn: list[str] = []

    def note(sender: Any, template: Any, **_: Any) -> None:
        drawn.append(template.name)

    with template_rendered.connected_to(note, app):
        text = client_for("admin").get(f"/console/{page.format(id=cast.jwc.id)}").text
    assert drawn
    assert not [name for name in drawn if name and name.startswith("admin/")]
    for foreign in ("jquery", "select2", "moment", "x-editable", "bootstrap4", "popper"):
        assert foreign not in text.lower(), foreign
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", text), "handlers and styles in the markup"
    assert "javascript:" not in text
    for attributes, code in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.S):
        assert "application/json" in attributes or not code.strip()
    for word in ('class="lx-top"', 'id="menu"', 'id="main"'):
        assert word in text, "the shell of every page"


def test_departments_stand_below_their_parents(client_for: ClientFor, cast: Cast) -> None:
    text = client_for("admin").get("/console/department/").text
    shown = re.findall(r'<tr data-row="(\d+)"', text)
    assert shown.index(str(cast.jwc.id)) + 1 == shown.index(str(cast.jwc_jxk.id))
    row = text.split(f'<tr data-row="{cast.jwc_jxk.id}"')[1].split("</tr>")[0]
    assert "console-depth-1" in row


def test_the_first_page_says_what_is_missing(client_for: ClientFor) -> None:
    text = client_for("admin").get("/console/").text
    assert text.count("console-missing") >= 1
    make_holiday(name="元旦")
    assert "/console/holiday/list/" in text


def test_a_list_needs_few_statements(client_for: ClientFor, app: Flask) -> None:
    from sqlalchemy import event

    for _ in range(20):
        make_charge()
    client = client_for("admin")
    client.get("/console/charge/")
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        client.get("/console/charge/")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    reads = [one for one in statements if one.lstrip().upper().startswith("SELECT")]
    assert len(reads) <= 4, reads
