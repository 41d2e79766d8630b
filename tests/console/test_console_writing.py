"""Writing in the console: the same gate, told at the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.console.views import TABLES
from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.cycles import Holiday, RuleValue
from app.models.organisation import Department
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.console.console_pages import FormReader, values_of
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
        select(AuditEvent.action).where(
            AuditEvent.table_name == "holiday", AuditEvent.row_id == key
        )
    ).all()
    assert actions == ["added", "changed", "deleted"]


def test_a_broken_rule_is_told_at_its_field_and_the_input_is_kept(client_for: ClientFor) -> None:
    data = {"starts_on": "2026-10-07", "ends_on": "2026-10-01", "name": "国庆节"}
    answer = client_for("office").post("/console/holiday/new/", data=data)
    assert answer.status_code == 422
    field = answer.text.split('id="ends_on-errors"')[1].split("</ul>")[0]
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
    assert f'id="{field}-errors"' in answer.text


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
    form = FormReader()
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


def test_a_department_in_use_is_not_deleted_and_is_told_where(
    client_for: ClientFor, cast: Cast
) -> None:
    client, key = client_for("admin"), cast.jwc.id
    answer = client.post("/console/department/delete/", data={"id": key})
    assert answer.status_code == 409
    for word in ("教务处", "任职", f"/console/department/show/{key}"):
        assert word in answer.text, word
    assert "FOREIGN" not in answer.text
    assert cast.jwc.id == key


# Values of a book in force ---------------------------------------------------------------


def test_values_of_a_book_in_force_are_history(client_for: ClientFor, cast: Cast) -> None:
    value = cast.rule_book.values[0]
    client = client_for("office")
    answer = client.get(f"/console/rule_value/edit/?id={value.id}")
    assert answer.status_code == 302
    assert f"/show/{value.id}" in answer.location
    data = {"id": value.id, "version": value.version, "value": "99", "kind": value.kind.value}
    data |= {"key": value.key, "name": value.name, "rule_book": value.rule_book_id}
    data.pop("id")
    answer = client.post(f"/console/rule_value/edit/?id={value.id}", data=data)
    assert answer.status_code == 403
    client.post("/console/rule_value/delete/", data={"id": value.id})
    assert db.session.get(RuleValue, value.id).value != "99"
    assert f"edit/{value.id}" not in client.get("/console/rule_value/").text


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


# Forged requests -------------------------------------------------------------------------


def test_every_write_needs_the_application_s_token(
    strict: Flask, client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("admin")
    spare = make_department()
    place, key = "/console/department", str(spare.id)
    values = values_of(client, f"{place}/edit/?id={key}")
    token = {"csrf_token": values.pop("csrf_token")}
    new = {"code": "tsg", "name": "图书馆", "kind": "functional", "sort_order": "3"}
    shown = {"row": f"{key}:1", "go": f"{key}:1", "confirm": "1"}
    posts: list[tuple[str, dict[str, Any]]] = [
        ("new/", new),
        (f"edit/?id={key}", {**values, "short_name": "新"}),
        ("ajax/update/", {"list_form_pk": key, "version": "2", "sort_order": "9"}),
        ("action/", {"action": "delete", "rowid": [key]}),
        ("action_post", {"action": "delete", **shown}),
        ("order", {"row": [f"{key}:1"], "move": f"up:{key}"}),
        ("delete/", {"id": key}),
    ]
    for where, data in posts:
        assert client.post(f"{place}/{where}", data=data).status_code == 400, where
    assert db.session.get(Department, spare.id).short_name is None
    for where, data in posts[:4]:
        answer = client.post(f"{place}/{where}", data={**data, **token})
        assert answer.status_code in {200, 302}, where
    assert (spare.short_name, spare.sort_order) == ("新", 9)


def test_every_form_of_a_page_carries_the_token(
    strict: Flask, client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("admin")
    for page in ("", "new/", "order", f"edit/?id={cast.jwc.id}"):
        text = client.get(f"/console/department/{page}").text
        forms = re.findall(r"<form[^>]*method=\"POST\".*?</form>", text, re.S | re.I)
        assert forms, page
        for form in forms:
            assert 'name="csrf_token"' in form
    told = client.get("/console/department/").text.split('id="console-cells">')[1]
    assert json.loads(told.split("</script>")[0])["token"]
