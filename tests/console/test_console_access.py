"""Who may open the console, and which rows and columns stay out of reach."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.console.base import DomainConsole
from app.console.gate import METHODS
from app.console.views import TABLES
from app.core.policy import policy_of
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleBook, TaskCategory
from app.models.organisation import Charge, Delegation, Department
from app.security.permissions import GRANTS, PERMISSIONS
from tests.cast import PEOPLE, TEST, Cast
from tests.console.console_pages import take, values_of
from tests.factories import (
    make_delegation,
    make_strategic_goal,
    make_task_category,
)

ClientFor = Callable[[str], FlaskClient]
NAMES = [policy_of(model).resource for _, model in TABLES]


# Who may come in -------------------------------------------------------------------------


def test_nobody_is_sent_to_sign_in_and_comes_back(client: FlaskClient) -> None:
    for page in ("/console/", "/console/department/", "/console/department/?search=教"):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.location.startswith("/login/?next=/console/")


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_only_the_administrator_and_the_office_open_the_console(
    client_for: ClientFor, name: str
) -> None:
    client = client_for(name)
    expected = 200 if name in {"admin", "office"} else 403
    assert client.get("/console/").status_code == expected
    for table in NAMES:
        assert client.get(f"/console/{table}/").status_code == expected, table


def test_the_menu_leads_to_the_console_where_it_may_be_opened(client_for: ClientFor) -> None:
    assert 'href="/console/"' in client_for("admin").get("/account/").text
    assert 'href="/console/"' not in client_for("head_jwc").get("/account/").text


@pytest.mark.parametrize("table", NAMES)
def test_what_the_permission_table_says_goes_for_every_address(
    client_for: ClientFor, table: str
) -> None:
    for name in ("admin", "office"):
        client, role = client_for(name), PEOPLE[name][2]
        for place, method, verb in (
            ("new/", "GET", "add"),
            ("new/", "POST", "add"),
            ("edit/?id=0", "GET", "edit"),
            ("edit/?id=0", "POST", "edit"),
            ("delete/", "POST", "delete"),
            ("ajax/update/", "POST", "edit"),
        ):
            answer = client.open(f"/console/{table}/{place}", method=method, data={"id": "0"})
            allowed = role in GRANTS[table][verb]
            assert (answer.status_code != 403) is allowed, (name, place, method)
            assert answer.status_code < 500


def test_every_address_of_a_console_view_asks_for_a_permission(app: Flask) -> None:
    endpoints = {
        rule.endpoint.split(".")[1]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console/") and rule.endpoint.startswith("console_")
    }
    assert endpoints == set(METHODS)
    for console, model in TABLES:
        for method in METHODS:
            with app.test_request_context():
                view = next(
                    one for one in app.extensions["admin"][0]._views if type(one) is console
                )
            assert set(view.needed(method)) <= PERMISSIONS, (model, method)


def test_a_reader_of_the_console_without_the_table_s_permission_gets_403(
    client_for: ClientFor, session: AnySession
) -> None:
    take(session, "Office", "charge:read")
    client = client_for("office")
    assert client.get("/console/charge/").status_code == 403
    assert "/console/charge/" not in client.get("/console/").text


def test_buttons_show_only_what_the_person_may_do(client_for: ClientFor) -> None:
    admin, office = client_for("admin"), client_for("office")
    text = admin.get("/console/department/").text
    offers = ("add", "edit/", "order")
    for offer in ("console-cell", "rowid", *(f"/console/department/{one}" for one in offers)):
        assert offer in text, offer
    text = office.get("/console/department/").text
    for offer in ("/console/department/add", "/console/department/edit/", "console-cell"):
        assert offer not in text, offer
    assert re.findall(r'name="action" value="(\w+)"', text) == ["set_class"], "the Office's own"
    assert "/console/department/order" not in text
    row = re.search(r"/console/department/show/\d+", text)
    assert row
    text = office.get(row[0]).text
    assert "/console/department/edit/" not in text
    assert "/console/department/delete/" not in text


# Rows out of sight -----------------------------------------------------------------------


def test_a_hidden_row_stands_on_no_list_and_in_no_count(
    curious_head: FlaskClient, hidden: Delegation, cast: Cast
) -> None:
    own = make_delegation(giver=cast.head_jwc, receiver=cast.staff_jwc, ground="外出期间")
    page = curious_head.get("/console/delegation/").text
    assert own.ground in page
    assert hidden.ground not in page
    assert "1 到 1" in page or "1 to 1" in page or "共 1" in page or "1 row" in page, "the count"
    assert hidden.ground not in curious_head.get("/console/delegation/?q=不相干").text


@pytest.mark.parametrize("place", ["edit", "details"])
def test_a_hidden_row_has_no_page(
    curious_head: FlaskClient, hidden: Delegation, place: str
) -> None:
    answer = curious_head.get(f"/console/delegation/{place}/?id={hidden.id}")
    assert answer.status_code == 404
    assert hidden.ground not in answer.text


def test_a_hidden_row_is_not_changed_and_not_deleted(
    curious_head: FlaskClient, hidden: Delegation, session: AnySession
) -> None:
    place = "/console/delegation"
    data = {"ground": "改写", "version": str(hidden.version)}
    assert curious_head.post(f"{place}/edit/?id={hidden.id}", data=data).status_code == 404
    assert curious_head.post(f"{place}/delete/", data={"id": hidden.id}).status_code == 404
    data = {"action": "delete", "rowid": [str(hidden.id)]}
    assert curious_head.post(f"{place}/action/", data=data).status_code == 404
    assert session.get(Delegation, hidden.id).ground == "不相干的授权"


@pytest.mark.parametrize("id", ["", "0", "-1", "x", "9" * 30, "1,2", "１"])
def test_an_id_that_is_none_gets_404(client_for: ClientFor, id: str) -> None:
    for place in ("edit", "details"):
        answer = client_for("admin").get(f"/console/department/{place}/", query_string={"id": id})
        assert answer.status_code == 404


def test_a_select_offers_only_rows_in_sight_and_takes_no_other(
    session: AnySession, client_for: ClientFor, cast: Cast
) -> None:
    retired = make_task_category(name="旧类别", active=False)
    client = client_for("office")
    assert retired.name not in client.get("/console/strategic_goal/new/").text
    data = {"code": "g1", "name": "目标", "start_year": "2026", "end_year": "2030"}
    answer = client.post("/console/strategic_goal/new/", data={**data, "category": retired.id})
    assert answer.status_code == 422
    assert 'id="category-errors"' in answer.text


def test_a_row_keeps_a_choice_that_was_switched_off_since(client_for: ClientFor) -> None:
    retired = make_task_category(name="旧类别", active=False)
    goal = make_strategic_goal(name="旧目标", category=retired)
    client, page = client_for("office"), f"/console/strategic_goal/edit/?id={goal.id}"
    values = values_of(client, page)
    assert values["category"] == str(retired.id)
    assert client.post(page, data={**values, "target": "一流"}).status_code == 302
    assert goal.target == "一流"
    assert goal.category is retired


# Columns that are nobody's ---------------------------------------------------------------


def test_no_form_offers_a_protected_column(app: Flask) -> None:
    class Careless(DomainConsole):
        column_list = ("name",)
        form_columns = ("name", "status")

    with app.app_context(), pytest.raises(RuntimeError, match="protected"):
        Careless(RuleBook)
    for console, model in TABLES:
        offered = {*console.form_columns, *console.editable}
        assert not offered & (
            getattr(model, "protected", frozenset()) | {"id", "version", "created_at", "updated_at"}
        )


@pytest.mark.parametrize("name", ["created_at", "id", "category_id"])
def test_a_column_that_is_not_on_the_form_is_refused(client_for: ClientFor, name: str) -> None:
    data = {"code": "g9", "name": "目标", "start_year": "2026", "end_year": "2030", name: "1"}
    answer = client_for("office").post("/console/strategic_goal/new/", data=data)
    assert answer.status_code == 422
    assert "alert-danger" in answer.text
    assert 'value="目标"' in answer.text


# Permissions -----------------------------------------------------------------------------


def test_cleaning_up_permissions_keeps_those_in_use(app: Flask, session: AnySession) -> None:
    def known() -> set[str]:
        rows = session.scalars(select(PermissionView)).unique()
        return {f"{one.view_menu.name}:{one.permission.name.removeprefix('can_')}" for one in rows}

    assert known() == PERMISSIONS
    with unit_of_work(session, TEST):
        stray = app.appbuilder.sm.add_permission_view_menu("can_fly", "Nothing")  # type: ignore[attr-defined]
        role = session.scalars(select(Role).where(Role.name == "Admin")).one()
        role.permissions.append(stray)
    assert "Nothing:fly" in known()
    app.appbuilder.security_cleanup()  # type: ignore[attr-defined]
    assert known() == PERMISSIONS
    admin = session.scalars(select(Role).where(Role.name == "Admin")).one()
    assert "console" in {one.view_menu.name for one in admin.permissions}


def test_the_tables_are_those_of_the_master_data() -> None:
    assert {Department, TaskCategory, Charge, Delegation} <= {model for _, model in TABLES}
