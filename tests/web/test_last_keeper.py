"""Of the last person who can change roles and people, no door takes the role or the account."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.console.rows import version_of
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Person
from app.models.system import ImportJob, ImportStatus
from app.security.changes import Change, change_roles, fingerprint_of, read_roles
from app.security.roles import ADMIN, AUDITOR, OFFICE, ROLE_LABELS, STAFF
from tests.cast import Cast
from tests.console.console_pages import values_of
from tests.console.test_console_bulk import asked, confirmed
from tests.factories import make_person
from tests.workbooks import write_sheet

ClientFor = Callable[[str], FlaskClient]
LAST = "最后一名"


@pytest.fixture
def holds(session: AnySession, cast: Cast) -> Callable[[], bool]:
    """`holds()`: does the cast's administrator still administer?"""

    def read() -> bool:
        session.expire_all()
        return cast.admin.active and ADMIN in {role.name for role in cast.admin.roles}

    return read


@pytest.fixture
def office_keeps_people(session: AnySession, cast: Cast) -> None:
    """The Office may change accounts, but not roles' rights."""
    actor = cast.actor("admin")
    wanted = [Change(OFFICE, f"person:{verb}", True) for verb in ("add", "edit")]
    with unit_of_work(session, actor):
        change_roles(session, actor, wanted, fingerprint_of(read_roles(session)))


@pytest.mark.parametrize("place", ["/console/person/edit/{id}", "/person/edit/{id}"])
def test_the_form_of_a_person(
    client_for: ClientFor, cast: Cast, holds: Callable[[], bool], place: str
) -> None:
    client, page = client_for("admin"), place.format(id=cast.admin.id)
    values = values_of(client, page)
    answer = client.post(page, data={**values, "active": "y", "roles": STAFF})
    assert answer.status_code == 422
    assert "last person who can change roles" in answer.text or LAST in answer.text
    assert holds()


def test_the_list_of_people_edited_in_place(
    client_for: ClientFor, cast: Cast, holds: Callable[[], bool]
) -> None:
    data = {"list_form_pk": cast.admin.id, "version": version_of(cast.admin), "active": ""}
    answer = client_for("admin").post("/console/person/ajax/update/", data=data)
    assert answer.status_code == 422
    assert holds()


@pytest.mark.usefixtures("office_keeps_people")
@pytest.mark.parametrize(("act", "given"), [("take_role", {"role": ADMIN}), ("switch_off", {})])
def test_many_at_once(
    client_for: ClientFor,
    cast: Cast,
    holds: Callable[[], bool],
    act: str,
    given: dict[str, str],
) -> None:
    client = client_for("office")
    page = asked(client, "person", act, cast.admin, cast.staff_jwc, **given)
    assert page.status_code == 200
    confirmed(client, "person", page.text)
    assert holds()


@pytest.mark.usefixtures("office_keeps_people")
@pytest.mark.parametrize(
    ("roles", "active"), [(ROLE_LABELS[AUDITOR][0], "是"), ("系统管理员", "否")]
)
def test_the_staff_list(
    client_for: ClientFor,
    cast: Cast,
    session: AnySession,
    holds: Callable[[], bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    roles: str,
    active: str,
) -> None:
    from app.exchange import views

    monkeypatch.setattr(views, "start", lambda work: work())
    rows = [
        ["用户名", "姓名", "角色", "启用"],
        [cast.admin.username, cast.admin.name, roles, active],
    ]
    path = write_sheet(tmp_path / "staff.xlsx", rows)
    client = client_for("office")
    data = {
        "kind": "person",
        "state": "proposed",
        "file": (io.BytesIO(path.read_bytes()), path.name),
    }
    client.post("/import/upload", data=data, content_type="multipart/form-data")
    job: Any = session.scalars(select(ImportJob)).one()
    shown = {"fingerprint": job.summary["fingerprint"]}
    client.post(f"/import/{job.id}/confirm", data=shown)
    session.expire_all()
    assert job.status == ImportStatus.FAILED, job.summary
    assert holds()


def test_the_rest_interface_changes_no_account(
    client_for: ClientFor, cast: Cast, holds: Callable[[], bool]
) -> None:
    place = f"/api/v1/person/{cast.admin.id}"
    assert client_for("admin").put(place, json={"active": False}).status_code in (403, 404, 405)
    assert holds()


def test_the_gate_itself_whatever_the_door(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("admin")):
        cast.admin.roles = list(cast.staff_jwc.roles)
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("admin")):
        session.delete(cast.admin)
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("admin")):
        cast.admin.active = False


def test_of_two_administrators_one_may_go_but_not_both_at_once(
    session: AnySession, cast: Cast
) -> None:
    second = make_person(roles=list(cast.admin.roles))
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("admin")):
        cast.admin.roles, second.active = list(cast.staff_jwc.roles), False
    session.expire_all()
    with unit_of_work(session, cast.actor("admin")):
        session.get_one(Person, second.id).active = False
    assert (cast.admin.active, second.active) == (True, False)
