"""The data console: the same gate as every other door, and Flask-Admin's own traps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import Column, Float, Numeric, func, select

from app.console.base import METHODS, DomainConsole
from app.console.forms import ConsoleConverter
from app.console.views import TABLES
from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.cycles import Component, Holiday, RuleBook, RuleValue, TaskCategory
from app.models.organisation import Charge, Delegation, Department
from app.models.system import AuditEvent
from app.security.permissions import GRANTS, PERMISSIONS
from tests.cast import PEOPLE, TEST, Cast
from tests.factories import (
    make_charge,
    make_component,
    make_delegation,
    make_department,
    make_holiday,
    make_rule_book,
    make_rule_value,
    make_strategic_goal,
    make_task_category,
)

ClientFor = Callable[[str], FlaskClient]
NAMES = [model.__tablename__ for _, model in TABLES]


def give(session: AnySession, role: str, *permissions: str) -> None:
    """As an administrator would on the role screen."""
    known = session.scalars(select(PermissionView)).unique().all()
    wanted = [
        one
        for one in known
        if f"{one.view_menu.name}:{one.permission.name.removeprefix('can_')}" in permissions
    ]
    assert len(wanted) == len(permissions)
    with unit_of_work(session, TEST):
        row = session.scalars(select(Role).where(Role.name == role)).one()
        row.permissions = list({*row.permissions, *wanted})


def take(session: AnySession, role: str, permission: str) -> None:
    with unit_of_work(session, TEST):
        row = session.scalars(select(Role).where(Role.name == role)).one()
        row.permissions = [
            one
            for one in row.permissions
            if f"{one.view_menu.name}:{one.permission.name.removeprefix('can_')}" != permission
        ]


def values_of(client: FlaskClient, page: str) -> dict[str, str]:
    """What a browser would send if the person only pressed “Save”."""
    text = client.get(page).text
    assert 'class="admin-form"' in text
    form = _Form()
    form.feed(text)
    return form.values


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("class") == "admin-form"
        if not self._inside:
            return
        name = given.get("name") or ""
        kind = given.get("type")
        if tag == "input" and name and kind != "submit":
            if kind != "checkbox" or "checked" in given:
                self.values[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data.lstrip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


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
                view = next(one for one in app.extensions["admin"][0]._views if type(one) is console)
            assert {one for one in view.needed(method)} <= PERMISSIONS, (model, method)


def test_a_reader_of_the_console_without_the_table_s_permission_gets_403(
    client_for: ClientFor, session: AnySession
) -> None:
    take(session, "Office", "charge:read")
    client = client_for("office")
    assert client.get("/console/charge/").status_code == 403
    assert "/console/charge/" not in client.get("/console/").text


def test_buttons_show_only_what_the_person_may_do(client_for: ClientFor) -> None:
    admin, office = client_for("admin"), client_for("office")
    assert "/console/department/new/" in admin.get("/console/department/").text
    text = office.get("/console/department/").text
    assert "/console/department/new/" not in text
    assert "/console/department/edit/" not in text
    assert "/console/department/delete/" not in text
    assert 'data-role="x-editable"' not in text


# Rows out of sight -----------------------------------------------------------------------


@pytest.fixture
def curious_head(session: AnySession, client_for: ClientFor) -> FlaskClient:
    """A head who may open the console and write delegations, but sees only her own."""
    give(
        session,
        "DepartmentHead",
        *("console:read", "delegation:add", "delegation:edit", "delegation:delete"),
    )
    return client_for("head_jwc")


@pytest.fixture
def hidden(cast: Cast) -> Delegation:
    return make_delegation(giver=cast.head_xinxi, receiver=cast.staff_xinxi, ground="不相干的授权")


def test_a_hidden_row_stands_on_no_list_and_in_no_count(
    curious_head: FlaskClient, hidden: Delegation, cast: Cast
) -> None:
    own = make_delegation(giver=cast.head_jwc, receiver=cast.staff_jwc, ground="外出期间")
    page = curious_head.get("/console/delegation/").text
    assert own.ground in page
    assert hidden.ground not in page
    assert re.search(r"\(1\)\s*</a>", page), "the count"
    assert hidden.ground not in curious_head.get("/console/delegation/?search=不相干").text


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
    assert "不在可选范围" in answer.text


def test_a_row_keeps_a_choice_that_was_switched_off_since(client_for: ClientFor) -> None:
    retired = make_task_category(name="旧类别", active=False)
    goal = make_strategic_goal(name="旧目标", category=retired)
    client, page = client_for("office"), f"/console/strategic_goal/edit/?id={goal.id}"
    values = values_of(client, page)
    assert values["category"] == str(retired.id)
    assert client.post(page, data={**values, "target": "一流"}).status_code == 302
    assert goal.target == "一流"
    assert goal.category is retired


# Writing ---------------------------------------------------------------------------------


def test_a_new_row_is_written_and_audited_with_the_console_s_door(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    data = {"starts_on": "2026-10-01", "ends_on": "2026-10-07", "name": "国庆节"}
    assert client_for("office").post("/console/holiday/new/", data=data).status_code == 302
    row = session.scalars(select(Holiday).where(Holiday.name == "国庆节")).one()
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.table_name, event.row_id, event.door) == ("holiday", row.id, "console")
    assert (event.action, event.actor_id) == ("added", cast.office.id)


def test_saving_a_form_untouched_changes_nothing(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    rows = {
        "department": cast.jwc_jxk,
        "charge": make_charge(),
        "component": make_component(rule_book=make_rule_book(), weight="12.50"),
        "delegation": make_delegation(),
        "task_category": make_task_category(),
    }
    for table, row in rows.items():
        client = client_for("office" if table == "component" else "admin")
        before = row.version
        page = f"/console/{table}/edit/?id={row.id}"
        assert client.post(page, data=values_of(client, page)).status_code == 302, table
        assert row.version == before, table


def test_a_row_is_changed_and_deleted(client_for: ClientFor, session: AnySession) -> None:
    row, client = make_holiday(name="校庆"), client_for("office")
    page = f"/console/holiday/edit/?id={row.id}"
    client.post(page, data={**values_of(client, page), "name": "校庆日", "is_workday": "y"})
    assert (row.name, row.is_workday) == ("校庆日", True)
    key = row.id
    client.post("/console/holiday/delete/", data={"id": key})
    assert session.get(Holiday, key) is None
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.table_name == "holiday", AuditEvent.row_id == key)
    ).all()
    assert actions == ["added", "changed", "deleted"]


def test_a_broken_rule_is_told_at_its_field_and_the_input_is_kept(client_for: ClientFor) -> None:
    data = {"starts_on": "2026-10-07", "ends_on": "2026-10-01", "name": "国庆节"}
    answer = client_for("office").post("/console/holiday/new/", data=data)
    assert answer.status_code == 422
    field = answer.text.split('name="ends_on"')[1].split("</div>")[0]
    assert "结束早于开始" in field or "早于" in field
    assert 'value="国庆节"' in answer.text
    assert 'value="2026-10-07"' in answer.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "   "}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"kind": ""}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "section"}, "parent"),
        ({"parent": "99999999"}, "parent"),
        ({"parent": "x"}, "parent"),
        ({"sort_order": "x"}, "sort_order"),
        ({"sort_order": "9" * 30}, "sort_order"),
        ({"valid_from": "2026-13-45"}, "valid_from"),
        ({"valid_from": "0001-01-01"}, "valid_from"),
        ({"valid_from": "2026-02-02", "valid_to": "2026-01-01"}, "valid_to"),
        ({"code": "jwc"}, "code"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(
    client_for: ClientFor, changed: dict[str, str], field: str
) -> None:
    data = {"code": "tsg", "name": "图书馆", "kind": "functional", "sort_order": "3"}
    answer = client_for("admin").post("/console/department/new/", data={**data, **changed})
    assert answer.status_code == 422
    rest = answer.text.split(f'id="{field}"')[1]
    group = rest.split('<div class="form-group')[0]
    assert "invalid-feedback" in group


def test_a_value_that_exists_already_is_told_in_words(client_for: ClientFor) -> None:
    data = {"code": "neu", "name": "教务处", "kind": "functional", "sort_order": "3"}
    answer = client_for("admin").post("/console/department/new/", data=data)
    assert answer.status_code == 422
    assert "UNIQUE" not in answer.text
    assert 'value="neu"' in answer.text


def test_the_same_charge_twice_is_refused_above_the_form(client_for: ClientFor) -> None:
    charge = make_charge()
    data = {
        "leader": charge.leader_id,
        "department": charge.department_id,
        "kind": charge.kind.value,
        "valid_from": charge.valid_from.isoformat(),
    }
    answer = client_for("admin").post("/console/charge/new/", data=data)
    assert answer.status_code == 422
    assert "alert-danger" in answer.text


def test_a_stale_form_is_not_written_and_shows_both(
    client_for: ClientFor, session: AnySession
) -> None:
    row = make_strategic_goal(name="建成一流专业", target="三个")
    client, page = client_for("office"), f"/console/strategic_goal/edit/?id={row.id}"
    values = values_of(client, page)
    with unit_of_work(session, TEST):
        row.target = "五个"
    answer = client.post(page, data={**values, "target": "四个"})
    assert answer.status_code == 409
    assert 'value="四个"' in answer.text
    assert "五个" in answer.text
    assert row.target == "五个"
    # Pressing “Save” again on that page writes one's own.
    form = _Form()
    form.feed(answer.text)
    assert client.post(page, data=form.values).status_code == 302
    assert row.target == "四个"


def test_a_form_without_its_version_is_not_written(client_for: ClientFor) -> None:
    row = make_holiday(name="校庆")
    client, page = client_for("office"), f"/console/holiday/edit/?id={row.id}"
    values = values_of(client, page)
    del values["version"]
    assert client.post(page, data={**values, "name": "改"}).status_code == 409
    assert row.name == "校庆"


def test_a_department_in_use_is_not_deleted_and_the_reason_is_a_sentence(
    client_for: ClientFor, cast: Cast
) -> None:
    client, key = client_for("admin"), cast.jwc.id
    answer = client.post("/console/department/delete/", data={"id": key}, follow_redirects=True)
    assert answer.status_code == 200
    alert = answer.text.split("alert-danger")[1].split("</div>")[0]
    assert "教务处" in alert
    assert "FOREIGN" not in alert
    assert cast.jwc.id == key


# Values of a book in force ---------------------------------------------------------------


def test_values_of_a_book_in_force_are_history(client_for: ClientFor, cast: Cast) -> None:
    value = cast.rule_book.values[0]
    client = client_for("office")
    answer = client.get(f"/console/rule_value/edit/?id={value.id}")
    assert answer.status_code == 302
    assert "/details/" in answer.location
    data = {"id": value.id, "version": value.version, "value": "99", "kind": value.kind.value}
    data |= {"key": value.key, "name": value.name, "rule_book": value.rule_book_id}
    data.pop("id")
    answer = client.post(f"/console/rule_value/edit/?id={value.id}", data=data)
    assert answer.status_code == 403
    client.post("/console/rule_value/delete/", data={"id": value.id})
    assert db.session.get(RuleValue, value.id).value != "99"
    assert f"edit/?id={value.id}&" not in client.get("/console/rule_value/").text


def test_values_of_a_draft_are_kept_here(client_for: ClientFor, cast: Cast) -> None:
    draft = make_rule_book(name="2031 年考核规则（草稿）")
    value = make_rule_value(rule_book=draft, kind="integer", value="3")
    client, page = client_for("office"), f"/console/rule_value/edit/?id={value.id}"
    offered = client.get(page).text
    assert draft.name in offered
    assert cast.rule_book.name not in offered
    values = values_of(client, page)
    assert client.post(page, data={**values, "value": "drei"}).status_code == 422
    assert client.post(page, data={**values, "value": "4"}).status_code == 302
    assert value.value == "4"


# Columns that are nobody's ---------------------------------------------------------------


def test_no_form_offers_a_protected_column(app: Flask) -> None:
    class Careless(DomainConsole):
        column_list = ("name",)
        form_columns = ("name", "status")

    with app.app_context(), pytest.raises(RuntimeError, match="protected"):
        Careless(RuleBook)
    for console, model in TABLES:
        offered = {*console.form_columns, *console.editable}
        assert not offered & (model.protected | {"id", "version", "created_at", "updated_at"})


@pytest.mark.parametrize("name", ["created_at", "id", "category_id"])
def test_a_column_that_is_not_on_the_form_is_refused(client_for: ClientFor, name: str) -> None:
    data = {"code": "g9", "name": "目标", "start_year": "2026", "end_year": "2030", name: "1"}
    answer = client_for("office").post("/console/strategic_goal/new/", data=data)
    assert answer.status_code == 422
    assert "alert-danger" in answer.text
    assert 'value="目标"' in answer.text


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


# Forged requests -------------------------------------------------------------------------


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    yield app


def test_every_write_needs_the_application_s_token(
    strict: Flask, client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("admin")
    spare = make_department()
    place, key = "/console/department", str(spare.id)
    values = values_of(client, f"{place}/edit/?id={key}")
    token = {"csrf_token": values.pop("csrf_token")}
    new = {"code": "tsg", "name": "图书馆", "kind": "functional", "sort_order": "3"}
    posts: list[tuple[str, dict[str, Any]]] = [
        ("new/", new),
        (f"edit/?id={key}", {**values, "short_name": "新"}),
        ("ajax/update/", {"list_form_pk": key, "sort_order": "9"}),
        ("action/", {"action": "delete", "rowid": [key]}),
        ("delete/", {"id": key}),
    ]
    for where, data in posts:
        assert client.post(f"{place}/{where}", data=data).status_code == 400, where
    assert db.session.get(Department, spare.id).short_name is None
    for where, data in posts[:3]:
        answer = client.post(f"{place}/{where}", data={**data, **token})
        assert answer.status_code in {200, 302}, where
    assert (spare.short_name, spare.sort_order) == ("新", 9)


def test_every_form_of_a_page_carries_the_token(
    strict: Flask, client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("admin")
    for page in ("", "new/", f"edit/?id={cast.jwc.id}"):
        text = client.get(f"/console/department/{page}").text
        forms = re.findall(r"<form[^>]*method=\"POST\".*?</form>", text, re.S | re.I)
        assert forms, page
        for form in forms:
            assert 'name="csrf_token"' in form
    cells = client.get("/console/department/").text.split('data-role="x-editable"')[1:]
    assert cells
    assert all('data-csrf=""' not in cell.split(">")[0] for cell in cells)


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
    assert re.search(rf'type="date"[^>]*value="{row.starts_on.isoformat()}"', page)


def test_numbers_have_their_fields(app: Flask, client_for: ClientFor) -> None:
    page = client_for("office").get("/console/component/new/").text
    for name in ("weight", "minimum", "maximum"):
        assert f'name="{name}"' in page
    with app.app_context():
        view = next(one for one in app.extensions["admin"][0]._views if one.endpoint == "console_component")
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
