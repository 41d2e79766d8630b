"""Every door stands in the permission matrix, and behaves as the matrix says (house rule 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock, policy
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.models.system import AuditEvent
from app.security import actors, roles
from app.security.permissions import PERMISSIONS, permissions_of
from tests import cast as the_cast
from tests.architecture import permission_matrix as matrix
from tests.architecture.permission_matrix import Door
from tests.conftest import rolled_back
from tests.factories import make

HOW = (
    "\n\nGive the door a permission of app/security/permissions.py (class_permission_name and "
    "method_permission_name on a view, `permission` on a plain function), or name it with its "
    "reason in OPEN_DOORS; then run\n"
    "    python -m tests.architecture.permission_matrix --write\n"
    "and review the difference of tests/architecture/permission_matrix.csv."
)

AWAITED: dict[str, str] = {
    "accountability_notice": "notices of Art. 13",
    "appeal": "appeals of Art. 12",
    "baseline": "the redline against the issued table",
    "baseline_indicator": "the redline against the issued table",
    "baseline_milestone": "the redline against the issued table",
    "baseline_task": "the redline against the issued table",
    "bonus_entry": "the bonus ledger of Art. 12",
    "correction": "corrections of closed months and years",
    "department_assessment": "the computed assessment of Art. 12",
    "department_successor": "the console of master data",
    "diagnosis": "diagnoses of Art. 9.2-9.3",
    "diagnosis_item": "diagnoses of Art. 9.2-9.3",
    "import_job": "imports on the screen",
    "notification": "the inbox",
    "role": "the screen of roles",
    "saved_view": "saved views",
    "score_item": "the computed assessment of Art. 12",
    "task:import": "imports on the screen",
    "work_point_opinion": "work points of Art. 4.4",
}
"""Permissions (or whole resources) that no door asks for yet, with what they wait for."""

ASKED_BY_THE_GATE = {
    "agenda_subject": "what stands under an agenda item is written on the meeting's page",
    "plan_comment": "comments on a plan are written and answered on the plan's page",
    "paper_entry": "entries from paper",
    "appointment:prolong": "posts that run out go on when the next year is opened",
    "charge:prolong": "charges that run out go on when the next year is opened",
    "baseline_department": "who does a task as it was issued stands in the task's redline",
    "notification_choice": "one's first choice is added on the page that changes it",
}
"""Resources without an address of their own: their rows are written on another's page, where
the gate asks for these permissions."""

PEOPLE = {
    roles.ADMIN: "admin", roles.OFFICE: "office", roles.QUALITY: "quality",
    roles.HEAD: "head_xinxi", roles.STAFF: "staff_xinxi", roles.LEADER: "other_leader",
    roles.TOP_LEADER: "topleader", roles.SECRETARY: "secretary", roles.DISCIPLINE: "discipline",
    roles.ASSESSMENT_OFFICE: "assessor", roles.ASSESSMENT_GROUP: "group1", roles.AUDITOR: "auditor",
}  # fmt: skip
"""Somebody of each role, and for 教务处's rows a stranger where the role has departments."""


# The list ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doors(app: Flask) -> list[Door]:
    return matrix.doors(app)


def test_every_door_stands_in_the_matrix(doors: list[Door]) -> None:
    known = set(matrix.read_matrix())
    unlisted = [door for door in doors if door not in known]
    assert not unlisted, f"not in the matrix, or not so: {_names(unlisted)}{HOW}"


def test_the_matrix_lists_no_door_that_is_gone(doors: list[Door]) -> None:
    gone = set(matrix.read_matrix()) - set(doors)
    assert not gone, f"in the matrix only: {_names(gone)}{HOW}"


def test_every_door_asks_for_a_permission_or_says_why_not(doors: list[Door]) -> None:
    bare = [door for door in doors if not door.permission]
    assert not bare, f"open to anybody: {_names(bare)}{HOW}"


def test_every_permission_asked_for_is_granted_to_somebody(doors: list[Door]) -> None:
    asked = {one: door for door in doors for one in _permissions(door)}
    unknown = {one: door.door for one, door in asked.items() if one not in PERMISSIONS}
    assert not unknown, f"not in GRANTS, so nobody ever enters: {unknown}"
    assert all(door.roles for door in doors if _permissions(door))


def test_no_permission_is_dead(doors: list[Door]) -> None:
    used = {one for door in doors for one in _permissions(door)}
    dead = {one for one in PERMISSIONS - used if not _awaited(one)}
    assert not dead, f"no door asks for {sorted(dead)}: take it from GRANTS, or await it"


def test_nothing_is_awaited_that_has_come(doors: list[Door]) -> None:
    used = {one for door in doors for one in _permissions(door)}
    come = [
        name
        for name in AWAITED
        if not any(one not in used and _matches(name, one) for one in PERMISSIONS)
    ]
    assert not come, f"take these from AWAITED, their doors are there: {come}"


def _awaited(permission: str) -> bool:
    return any(_matches(name, permission) for name in (*AWAITED, *ASKED_BY_THE_GATE))


def _matches(name: str, permission: str) -> bool:
    return permission == name or permission.partition(":")[0] == name


def _permissions(door: Door) -> list[str]:
    return [one for one in door.permission.split(" + ") if ":" in one]


def _names(doors: Any) -> str:
    return "".join(
        f"\n    {door.kind} {door.door} [{door.permission or 'nothing'}]" for door in sorted(doors)
    )


# The walk ----------------------------------------------------------------------------------


@dataclass
class Walk:
    """The application with a row of every model in 教务处, and who may see which."""

    app: Flask
    session: AnySession
    rows: dict[str, Any]
    views: dict[str, Any]
    ids: dict[str, int]
    known: dict[Any, bool] = field(default_factory=dict)
    """What was asked before: every request makes the session forget its rows."""

    def client(self, name: str | None) -> FlaskClient:
        client = self.app.test_client()
        if name is not None:
            actor = self.actor(name)
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.user_id)
                kept["signed_in_at"] = clock.now().timestamp()
        return client

    def actor(self, name: str) -> Actor:
        from app.core.actor import Door as Entrance

        return actors.load_actor(self.session, the_cast.username(name), Entrance.WEB)

    def row(self, door: Door) -> Any:
        view = self.views.get(door.door.rpartition(".")[0])
        model = getattr(view, "model", None)
        return None if model is None else self.rows.get(model.__name__)

    def sees(self, actor: Actor, row: Any) -> bool:
        model = type(row)
        wanted = ("read", actor.user_id, model)
        if wanted not in self.known:
            seen = select(model.id).where(policy.visible(actor, model))
            self.known[wanted] = self.ids[model.__name__] in set(self.session.scalars(seen))
        return self.known[wanted]

    def edits(self, actor: Actor, row: Any) -> bool:
        wanted = ("edit", actor.user_id, type(row))
        if wanted not in self.known:
            self.known[wanted] = policy.can(actor, "edit", row)
        return self.known[wanted]

    def events(self) -> int:
        return self.session.scalar(select(func.count()).select_from(AuditEvent)) or 0

    def address(self, door: Door) -> str:
        """The door's address with the id of its row."""
        model = getattr(self.views.get(door.door.rpartition(".")[0]), "model", None)
        key = 1 if model is None else self.ids[model.__name__]
        address = door.address
        if door.kind == "console" and door.door.endswith((".details_view", ".edit_view")):
            address += f"?id={key}"
        for place in ("<pk>", "<int:pk>"):
            address = address.replace(place, str(key))
        # A step, a kind of report that is none: who may not enter does not learn that.
        return re.sub("<[^>]+>", "nothing", address)


@pytest.fixture(scope="module")
def walk(app: Flask) -> Iterator[Walk]:
    with (
        pytest.MonkeyPatch.context() as patch,
        rolled_back(app) as session,
        clock.at(the_cast.TODAY),
    ):
        # Who gets in is decided before the page is drawn.
        patch.setattr("flask_appbuilder.baseviews.render_template", lambda *_, **__: "")
        patch.setattr("app.web.errors.render_template", lambda *_, **__: "")
        patch.setattr("flask_admin.base.render_template", lambda *_, **__: "")
        # FAB checks the (constant) schema of its arguments at every request: 10 ms each.
        patch.setattr("flask_appbuilder.api.jsonschema.validate", lambda **_: None)
        views = {view.endpoint: view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]
        views |= {view.endpoint: view for site in app.extensions["admin"] for view in site._views}
        models = {view.model for view in views.values() if getattr(view, "model", None)}
        rows = {
            model.__name__: make(model) if model is not AuditEvent else None
            for model in sorted(models, key=lambda model: model.__name__)
        }
        rows["AuditEvent"] = session.scalars(select(AuditEvent).limit(1)).first()
        yield Walk(app, session, rows, views, {name: row.id for name, row in rows.items()})


def _with(doors: list[Door], method: str) -> list[Door]:
    return [door for door in doors if door.kind != "command" and method in door.methods.split()]


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_gets_in_where_the_matrix_says_and_nowhere_else(
    walk: Walk, doors: list[Door], role: str
) -> None:
    actor = walk.actor(PEOPLE[role])
    assert actor.permissions == permissions_of(role)
    client = walk.client(PEOPLE[role])
    wrong = []
    for door in _with(doors, "GET"):
        address = walk.address(door)
        if door.permission in {matrix.PUBLIC, matrix.SIGNED_IN}:
            continue
        status = client.get(address).status_code
        expected = _expected(walk, actor, door)
        if status not in expected:
            wrong.append(f"{door.door} {address}: {status} instead of {sorted(expected)}")
    assert not wrong, "\n".join(wrong)


def _expected(walk: Walk, actor: Actor, door: Door) -> set[int]:
    """The statuses that a GET of this door may answer to this actor."""
    row = walk.row(door) if "pk>" in door.address or door.kind == "console" else None
    if door.kind == "step":
        resource = door.permission.partition(":")[0]
        if not actor.may(f"{resource}:read"):
            return {403}
        if row is not None and not walk.sees(actor, row):
            return {404}
        return {200} if actor.may(door.permission) else {403}
    if not all(actor.may(one) for one in _permissions(door)):
        return {403}
    if door.door.endswith(".ajax_lookup"):
        return {404}  # the console loads no selects this way
    if re.search("<(?!pk>|int:pk>)", door.address) or (row is None and "pk>" in door.address):
        return {200, 302, 404, 422}  # there is no such kind of it
    if door.door == "MonthSheetView.mine":
        return {200, 302}  # leads to the sheet of one's department; without one it says so
    if door.door == "EvidenceView.add":
        return {200, 302}  # a file hangs on a row: without one the door sends back
    if row is None or door.door.endswith(".create_view"):
        return {200}
    if not walk.sees(actor, row):
        return {404}
    if door.door.endswith((".edit", ".edit_view")):
        return {200} if walk.edits(actor, row) else {302}
    if door.door.endswith((".content", ".download")):
        return {404, 410}  # the row is there, its file is not
    if door.door == "InstructionView.about":
        return {302}  # leads to the page of what it is about
    return {200}


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_without_the_permission_changes_nothing(
    walk: Walk, doors: list[Door], role: str
) -> None:
    actor = walk.actor(PEOPLE[role])
    client = walk.client(PEOPLE[role])
    before = walk.events()
    wrong = []
    for door in doors:
        if all(actor.may(one) for one in _permissions(door)) or door.kind == "command":
            continue
        address = walk.address(door)
        for method in set(door.methods.split()) & {"POST", "PUT", "PATCH", "DELETE"}:
            body = {"json": {}} if address.startswith("/api/") else {"data": {}}
            status = client.open(address, method=method, **body).status_code
            if status not in ({403, 404} if door.kind == "step" else {403}):
                wrong.append(f"{method} {address}: {status}")
    assert not wrong, "\n".join(wrong)
    assert walk.events() == before


@pytest.mark.parametrize("role", PEOPLE)
def test_an_action_of_a_list_asks_for_its_step(walk: Walk, doors: list[Door], role: str) -> None:
    actor = walk.actor(PEOPLE[role])
    client = walk.client(PEOPLE[role])
    before = walk.events()
    wrong = []
    for view in walk.views.values():
        for name in getattr(view, "actions", None) or {}:
            if actor.may(f"{view.class_permission_name}:{name}"):
                continue
            key = walk.ids[view.model.__name__]
            one = client.post(f"{view.route_base}/action/{name}/{key}")
            many = client.post(
                f"{view.route_base}/action_post", data={"action": name, "rowid": key}
            )
            if {one.status_code, many.status_code} != {403}:
                wrong.append(f"{view.endpoint}.{name}: {one.status_code} {many.status_code}")
    assert not wrong, "\n".join(wrong)
    assert walk.events() == before


def test_nobody_gets_in_before_signing_in(walk: Walk, doors: list[Door]) -> None:
    client = walk.client(None)
    before = walk.events()
    wrong = []
    for door in doors:
        address = walk.address(door)
        if door.permission == matrix.PUBLIC or door.kind == "command":
            continue
        for method in door.methods.split():
            body = {"json": {}} if address.startswith("/api/") else {}
            answer = client.open(address, method=method, **body)
            to_login = answer.status_code == 302 and "/login/" in answer.location
            if answer.status_code != 401 and not to_login:
                wrong.append(f"{method} {address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert walk.events() == before
