"""Many rows at once: what will happen is said before it happens, and is all or nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.cycles import Holiday
from app.models.organisation import AssessmentClass, Department, DepartmentClass, Person
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.factories import make_charge, make_department, make_holiday, make_task_category

ClientFor = Callable[[str], FlaskClient]


def asked(client: FlaskClient, table: str, act: str, *rows: Any, **given: str) -> Any:
    """The page that says what would happen."""
    place, data = f"/console/{table}/action_post", {"action": act}
    answer = client.post(place, data={**data, "rowid": [str(row.id) for row in rows]})
    if given:
        answer = client.post(place, data={**sent(answer.text), **given, "look": "1"})
    return answer


def sent(page: str) -> dict[str, list[str]]:
    """What the form of the page carries."""
    form = page.split('class="lx-bulk-page"')[1].split("</form>")[0]
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            values.setdefault(name[1], []).append(value[1])
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option[^>]*selected[^>]*value="([^"]*)"', options)
        values[name] = chosen or re.findall(r'<option value="([^"]*)" selected', options) or [""]
    return values


def confirmed(client: FlaskClient, table: str, page: str, **changed: Any) -> Any:
    data = {**sent(page), "confirm": "1", **changed}
    return client.post(f"/console/{table}/action_post", data=data)


def refusals(page: str) -> str:
    return page.split("原因")[1].split("</section>")[0] if "原因" in page else ""


# Before ----------------------------------------------------------------------------------


def test_looking_changes_nothing(client_for: ClientFor, session: AnySession) -> None:
    one, two = make_department(), make_department()
    before = session.scalar(select(func.count(AuditEvent.id)))
    page = asked(client_for("admin"), "department", "delete", one, two)
    assert page.status_code == 200
    assert one.name in page.text and two.name in page.text
    known = select(func.count(Department.id)).where(Department.id.in_([one.id, two.id]))
    assert session.scalar(known) == 2
    assert session.scalar(select(func.count(AuditEvent.id))) == before


def test_what_cannot_be_deleted_is_told_before_with_where_it_is_used(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    spare, client = make_department(), client_for("admin")
    page = asked(client, "department", "delete", spare, cast.jwc).text
    assert "任职" in refusals(page), "where it is used"
    assert sent(page)["go"] == [f"{spare.id}:{spare.version}"]
    key = spare.id
    assert confirmed(client, "department", page).status_code == 302
    assert session.get(Department, key) is None
    assert session.get(Department, cast.jwc.id) is not None


def test_a_value_asked_for_is_shown_on_every_row_before(client_for: ClientFor, cast: Cast) -> None:
    client, charge = client_for("admin"), make_charge(valid_from=dt.date(2026, 1, 1))
    early = make_charge(leader=cast.other_leader, valid_from=dt.date(2026, 8, 1))
    page = asked(client, "charge", "close", charge, early, valid_to="2026-06-30").text
    assert "早于" in refusals(page), "one begins after it would end"
    assert sent(page)["go"] == [f"{charge.id}:{charge.version}"]
    assert charge.valid_to is None
    assert confirmed(client, "charge", page).status_code == 302
    assert (charge.valid_to, early.valid_to) == (dt.date(2026, 6, 30), None)


def test_another_value_than_the_one_looked_at_is_looked_at_again(client_for: ClientFor) -> None:
    charge, client = make_charge(valid_from=dt.date(2026, 1, 1)), client_for("admin")
    page = asked(client, "charge", "close", charge, valid_to="2026-06-30").text
    answer = confirmed(client, "charge", page, valid_to="2026-07-31")
    assert answer.status_code == 200
    assert "2026-07-31" in answer.text
    assert charge.valid_to is None


@pytest.mark.parametrize("given", ["", "x", "2026-13-01"])
def test_nothing_happens_without_the_value(client_for: ClientFor, given: str) -> None:
    charge, client = make_charge(), client_for("admin")
    page = asked(client, "charge", "close", charge).text
    for name in ("look", "confirm"):
        data = {**sent(page), "valid_to": given, name: "1"}
        answer = client.post("/console/charge/action_post", data=data)
        assert answer.status_code == 422
        assert 'id="valid_to-errors"' in answer.text
    assert charge.valid_to is None


# All or nothing --------------------------------------------------------------------------


def test_a_row_changed_meanwhile_stops_all_of_them(
    client_for: ClientFor, session: AnySession
) -> None:
    one, two = make_task_category(), make_task_category()
    client = client_for("admin")
    page = asked(client, "task_category", "switch_off", one, two).text
    with unit_of_work(session, TEST):
        two.name = "改过的类别"
    answer = confirmed(client, "task_category", page)
    assert answer.status_code == 409
    assert "改过的类别" in answer.text
    assert one.active and two.active
    assert confirmed(client, "task_category", answer.text).status_code == 302
    assert not one.active and not two.active


def test_a_row_gone_meanwhile_stops_all_of_them(client_for: ClientFor, session: AnySession) -> None:
    one, two = make_holiday(), make_holiday()
    client = client_for("office")
    page = asked(client, "holiday", "work", one, two).text
    with unit_of_work(session, TEST):
        session.delete(two)
    assert confirmed(client, "holiday", page).status_code == 409
    assert not one.is_workday


def test_each_row_is_an_event_of_the_trail(client_for: ClientFor, session: AnySession) -> None:
    rows = [make_holiday(), make_holiday()]
    client = client_for("office")
    page = asked(client, "holiday", "work", *rows).text
    assert confirmed(client, "holiday", page).status_code == 302
    found = session.execute(
        select(AuditEvent.row_id, AuditEvent.door, AuditEvent.actor_name).where(
            AuditEvent.table_name == "holiday", AuditEvent.action == "changed"
        )
    ).all()
    assert {one.row_id for one in found} == {row.id for row in rows}
    assert {one.door for one in found} == {"console"}


def test_all_rows_of_a_list_are_those_its_conditions_leave(client_for: ClientFor) -> None:
    make_holiday(name="甲假")
    make_holiday(name="乙假")
    make_holiday(name="班")
    page = client_for("office").post(
        "/console/holiday/action_post?q=假", data={"action": "work", "all": "1"}
    )
    assert len(sent(page.text)["go"]) == 2


def test_too_many_rows_are_turned_away(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.console.views import HolidayConsole

    monkeypatch.setattr(HolidayConsole, "most_rows", 2)
    rows = [make_holiday() for _ in range(3)]
    answer = asked(client_for("office"), "holiday", "work", *rows)
    assert answer.status_code == 302
    assert not any(row.is_workday for row in rows)


def test_no_row_chosen_is_told(client_for: ClientFor) -> None:
    answer = client_for("office").post("/console/holiday/action_post", data={"action": "delete"})
    assert answer.status_code == 302


# Who may ---------------------------------------------------------------------------------


def test_an_act_asks_for_its_permission(client_for: ClientFor, session: AnySession) -> None:
    spare, key = make_department(), 0
    key = spare.id
    client = client_for("office")
    assert asked(client, "department", "delete", spare).status_code == 403
    data = {"action": "delete", "row": f"{key}:{spare.version}", "go": f"{key}:{spare.version}"}
    answer = client.post("/console/department/action_post", data={**data, "confirm": "1"})
    assert answer.status_code == 403
    assert session.get(Department, key) is not None
    assert 'value="delete"' not in client.get("/console/department/").text


def test_an_act_that_does_not_exist_is_not_found(client_for: ClientFor) -> None:
    data = {"action": "drop", "rowid": ["1"]}
    assert client_for("admin").post("/console/department/action/", data=data).status_code == 404


@pytest.mark.parametrize("key", ["0", "x", "99999999", "9" * 30])
def test_a_row_that_is_none_is_not_found(client_for: ClientFor, key: str) -> None:
    data = {"action": "delete", "rowid": [key]}
    assert client_for("admin").post("/console/holiday/action/", data=data).status_code in {403, 404}
    assert client_for("office").post("/console/holiday/action/", data=data).status_code == 404


@pytest.mark.parametrize("row", ["x", "1", "1:", ":1", "1:x"])
def test_a_forged_row_is_turned_away(client_for: ClientFor, row: str) -> None:
    data = {"action": "delete", "row": row, "confirm": "1"}
    assert client_for("office").post("/console/holiday/action/", data=data).status_code == 400


def test_values_of_a_book_in_force_stay(client_for: ClientFor, cast: Cast) -> None:
    value = cast.rule_book.values[0]
    page = asked(client_for("office"), "rule_value", "delete", value).text
    assert "go" not in sent(page)
    assert refusals(page)


# What each act does ----------------------------------------------------------------------


def test_departments_are_put_into_a_class(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    new, client = make_department(), client_for("office")
    given = {"cycle": str(cast.cycle.id), "assessment_class": "support"}
    page = asked(client, "department", "set_class", cast.jwc, new, **given).text
    assert "管理服务类" in page, "what it was"
    assert confirmed(client, "department", page).status_code == 302
    found = session.scalars(
        select(DepartmentClass.assessment_class).where(
            DepartmentClass.department_id.in_([cast.jwc.id, new.id]),
            DepartmentClass.cycle_id == cast.cycle.id,
        )
    ).all()
    assert found == [AssessmentClass.SUPPORT] * 2


def test_accounts_are_closed_but_never_one_s_own(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    client = client_for("admin")
    page = asked(client, "person", "switch_off", cast.staff_jwc, cast.admin).text
    assert cast.admin.name in refusals(page)
    assert confirmed(client, "person", page).status_code == 302
    assert (cast.staff_jwc.active, cast.admin.active) == (False, True)


def test_roles_are_given_and_taken(client_for: ClientFor, cast: Cast) -> None:
    client, person = client_for("admin"), cast.staff_jwc
    page = asked(client, "person", "give_role", person, role="Auditor").text
    assert "审计" in page
    assert confirmed(client, "person", page).status_code == 302
    assert {role.name for role in person.roles} == {"DepartmentStaff", "Auditor"}
    page = asked(client, "person", "take_role", person, cast.admin, role="DepartmentStaff").text
    assert cast.admin.name in refusals(page), "nobody takes a role from themselves"
    assert confirmed(client, "person", page).status_code == 302
    db.session.expire_all()
    assert {role.name for role in person.roles} == {"Auditor"}


def test_people_move_to_a_department(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    page = asked(
        client_for("admin"), "person", "move", cast.staff_jwc, department=str(cast.xsc.id)
    ).text
    assert "学生工作处" in page
    assert confirmed(client_for("admin"), "person", page).status_code == 302
    assert session.get(Person, cast.staff_jwc.id).department_id == cast.xsc.id


def test_deleted_rows_stand_in_the_trail(client_for: ClientFor, session: AnySession) -> None:
    row, client = make_holiday(name="校庆"), client_for("office")
    key, page = row.id, asked(client, "holiday", "delete", row).text
    assert confirmed(client, "holiday", page).status_code == 302
    assert session.get(Holiday, key) is None
    told = select(AuditEvent.before).where(
        AuditEvent.table_name == "holiday", AuditEvent.row_id == key, AuditEvent.action == "deleted"
    )
    assert "校庆" in str(session.scalar(told))
