"""The console's lists: what they show, find and change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Float, Numeric, func, select

from app.console.forms import ConsoleConverter
from app.console.views import TABLES
from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.cycles import Component
from app.models.organisation import Department
from tests.cast import Cast
from tests.factories import (
    make_charge,
    make_department,
    make_holiday,
    make_rule_book,
)

ClientFor = Callable[[str], FlaskClient]
NAMES = [model.__tablename__ for _, model in TABLES]


# In the list itself ----------------------------------------------------------------------


def test_a_value_is_changed_in_the_list(client_for: ClientFor, cast: Cast) -> None:
    data = {"list_form_pk": cast.jwc.id, "sort_order": "70"}
    answer = client_for("admin").post("/console/department/ajax/update/", data=data)
    assert answer.status_code == 200
    assert cast.jwc.sort_order == 70


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
        ({"name": "改名"}, 422),
        ({"version": "1"}, 422),
        ({"list_form_pk": "0", "sort_order": "1"}, 404),
        ({"list_form_pk": "x", "sort_order": "1"}, 404),
    ],
)
def test_the_list_takes_only_what_it_offers(
    client_for: ClientFor, cast: Cast, data: dict[str, str], code: int
) -> None:
    given = {"list_form_pk": str(cast.jwc.id), **data}
    answer = client_for("admin").post("/console/department/ajax/update/", data=given)
    assert answer.status_code == code
    assert cast.jwc.name == "教务处"


def test_a_list_without_such_columns_takes_nothing(client_for: ClientFor) -> None:
    row = make_holiday(name="校庆")
    data = {"list_form_pk": row.id, "name": "改"}
    assert client_for("office").post("/console/holiday/ajax/update/", data=data).status_code == 404


# Many rows -------------------------------------------------------------------------------


def bulk_delete(client: FlaskClient, table: str, *ids: int) -> Any:
    data = {"action": "delete", "rowid": [str(one) for one in ids]}
    return client.post(f"/console/{table}/action/", data=data, follow_redirects=True)


def test_chosen_rows_are_deleted_all_or_none(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    one, two = make_department(), make_department()
    client, keys = client_for("admin"), (one.id, two.id)
    assert "alert-danger" in bulk_delete(client, "department", *keys, cast.jwc.id).text
    known = select(func.count(Department.id)).where(Department.id.in_(keys))
    assert session.scalar(known) == 2
    assert "alert-success" in bulk_delete(client, "department", *keys).text
    assert session.scalar(known) == 0
    assert bulk_delete(client, "department").status_code == 200


def test_deleting_many_asks_for_the_permission(client_for: ClientFor, cast: Cast) -> None:
    spare = make_department()
    assert bulk_delete(client_for("office"), "department", spare.id).status_code == 403
    assert db.session.get(Department, spare.id) is not None
    assert "chosen" not in client_for("office").get("/console/department/?lang=en").text


def test_an_action_that_does_not_exist_is_not_found(client_for: ClientFor) -> None:
    data = {"action": "drop", "rowid": ["1"]}
    assert client_for("admin").post("/console/department/action/", data=data).status_code == 404


# What the pages show ---------------------------------------------------------------------


def test_labels_and_words_are_in_the_reader_s_language(client_for: ClientFor) -> None:
    client = client_for("admin")
    chinese = client.get("/console/department/").text
    for word in ("部门", "代码", "上级部门", "职能部门"):
        assert word in chinese, word
    assert "With selected" not in chinese, "Flask-Admin's own words"
    assert "Add Filter" not in chinese
    english = client.get("/console/department/?lang=en").text
    for word in ("Department", "Code", "Parent department", "Functional", "With selected"):
        assert word in english
    assert "职能部门" not in english
    assert "Functional" in client.get("/console/department/new/").text, "and it is remembered"


def test_dates_are_written_year_first(client_for: ClientFor) -> None:
    row = make_holiday(name="校庆")
    client = client_for("office")
    assert row.starts_on.isoformat() in client.get("/console/holiday/").text
    page = client.get(f"/console/holiday/edit/?id={row.id}").text
    assert re.search(rf'name="starts_on"[^>]*value="{row.starts_on.isoformat()}"', page)


def test_numbers_have_their_fields(app: Flask, client_for: ClientFor) -> None:
    page = client_for("office").get("/console/component/new/").text
    for name in ("weight", "minimum", "maximum"):
        assert f'name="{name}"' in page
    with app.app_context():
        view = next(
            one for one in app.extensions["admin"][0]._views if one.endpoint == "console_component"
        )
        converter = ConsoleConverter(db, view)
        for kind in (Float(), Float(53), Numeric(5, 2)):
            assert converter.get_converter(Column("x", kind)) is not None, kind


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
        ("department", "search=教务", "教务处", "信息工程系"),
        ("department", "search=%25", "没有", "教务处"),
        ("department", "search=_", "没有", "教务处"),
        ("department", "flt0_0=teaching", "信息工程系", "学生工作处"),
        ("department", "flt0_2=2023-01-01", "没有", "教务处"),
        ("task_category", "flt0_0=1", "教学工作", "没有"),
        ("task_category", "flt0_0=0", "没有", "教学工作"),
    ],
)
def test_search_and_filters_find_what_they_say(
    client_for: ClientFor, table: str, query: str, seen: str, unseen: str
) -> None:
    body = client_for("admin").get(f"/console/{table}/?{query}").text
    rows = body.split("<thead>")[1].split("</table>")[0]
    assert seen in rows
    assert unseen not in rows


@pytest.mark.parametrize("table", NAMES)
def test_no_address_breaks_a_list(client_for: ClientFor, table: str) -> None:
    client = client_for("admin")
    for query in (
        "page=-1&page_size=0",
        f"page={'9' * 30}&page_size={'9' * 30}&sort={'9' * 30}&desc=x",
        "sort=-1&search=%27%22%3Cscript%3E",
        "search=" + "x%20" * 300,
        "export_type=csv",
        *(f"sort={index}&desc=1" for index in range(8)),
        *(
            f"flt0_{index}={value}"
            for index in range(12)
            for value in ("x", "", "1", "-1", "9" * 30, "2026-99-99", "__class__")
        ),
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
        text = client.get(f"/console/department/?page={page}").text
        seen += re.findall(r'name="rowid"[^>]*value="(\d+)"', text)
    assert len(seen) == len(set(seen)) == 35


def test_nothing_is_exported_yet(client_for: ClientFor) -> None:
    answer = client_for("admin").get("/console/department/export/csv/")
    assert answer.status_code in {302, 403}
    assert client_for("admin").get("/console/department/ajax/lookup/").status_code == 404


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
    assert any(file.startswith("/console/static/") for file in files)
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        if ".css" in file:
            assert not re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", answer.text), file


def test_the_way_back_and_out_stands_on_every_page(client_for: ClientFor) -> None:
    text = client_for("admin").get("/console/charge/").text
    for link in ('href="/"', 'href="/logout/"', "lang=en"):
        assert link in text


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
    assert len(reads) <= 8, reads
