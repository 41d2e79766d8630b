"""People in the console: accounts, roles, the first password, and no version of their own."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.console.rows import version_of
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Person
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.console.console_pages import values_of

ClientFor = Callable[[str], FlaskClient]
NEW = {
    "last_name": "新", "first_name": "同事", "username": "xin.tongshi", "active": "y",
    "email": "xin@example.edu.cn", "roles": "DepartmentStaff", "password": "Erste-Anmeldung-26",
}  # fmt: skip


def test_a_person_is_added_with_roles_and_a_first_password(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    data = {**NEW, "department": str(cast.jwc.id)}
    assert client_for("admin").post("/console/person/add", data=data).status_code == 302
    person = session.scalars(select(Person).where(Person.username == "xin.tongshi")).one()
    assert [role.name for role in person.roles] == ["DepartmentStaff"]
    assert person.password != NEW["password"], "only its hash is kept"
    assert person.must_change_password
    told = select(AuditEvent.after).where(
        AuditEvent.table_name == "ab_user", AuditEvent.row_id == person.id
    )
    assert NEW["password"] not in str(session.scalars(told).all())


def test_a_person_needs_a_first_password(client_for: ClientFor) -> None:
    answer = client_for("admin").post("/console/person/add", data={**NEW, "password": ""})
    assert answer.status_code == 422
    assert 'id="password-errors"' in answer.text
    assert 'value="xin.tongshi"' in answer.text


def test_saving_an_account_unchanged_changes_nothing(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    person, client = cast.staff_jwc, client_for("admin")
    before, password = version_of(person), person.password
    page = f"/console/person/edit/{person.id}"
    values = values_of(client, page) | {"roles": "DepartmentStaff"}
    assert client.post(page, data=values).status_code == 302
    session.expire_all()
    assert (version_of(person), person.password) == (before, password)


def test_an_account_changed_meanwhile_is_not_overwritten(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    person, client = cast.staff_jwc, client_for("admin")
    page = f"/console/person/edit/{person.id}"
    values = values_of(client, page) | {"roles": "DepartmentStaff"}
    with unit_of_work(session, TEST):
        person.position = "科长"
    answer = client.post(page, data={**values, "position": "副科长"})
    assert answer.status_code == 409
    assert "科长" in answer.text
    assert person.position == "科长"


def test_a_value_of_an_account_is_changed_in_the_list(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    person, client = cast.staff_jwc, client_for("admin")
    seen = version_of(person)
    data = {"list_form_pk": person.id, "version": seen, "phone": "13800000001"}
    place = "/console/person/ajax/update/"
    answer = client.post(place, data=data)
    assert answer.status_code == 200
    assert person.phone == "13800000001"
    assert answer.json["version"] != seen
    assert client.post(place, data={**data, "phone": "1"}).status_code == 409
    data |= {"version": answer.json["version"], "password": "x"}
    assert client.post(place, data=data).status_code == 422


def test_signing_in_is_no_change_of_the_account(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    before = version_of(cast.staff_jwc)
    client_for("staff_jwc")
    session.expire_all()
    assert version_of(cast.staff_jwc) == before


def test_how_an_account_stands_is_for_those_who_keep_it(client_for: ClientFor, cast: Cast) -> None:
    place = f"/console/person/show/{cast.staff_jwc.id}"
    admin, office = client_for("admin").get(place).text, client_for("office").get(place).text
    assert "须改密码" in admin
    assert "须改密码" not in office
    assert 'id="story"' not in office and "scrypt" not in admin


def test_roles_and_posts_stand_in_the_list(client_for: ClientFor) -> None:
    text = client_for("admin").get("/console/person/list/?q=陈").text
    assert "部门负责人" in text
    assert "教务处正职" in text
