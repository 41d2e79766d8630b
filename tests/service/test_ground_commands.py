"""init-db, audit verify, schema: what they do, what they say, how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import delete, func, select, update

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import AccessStamp
from app.models.system import AuditEvent
from app.security import roles
from app.security.installation import install_roles
from app.security.permissions import GRANTS, PERMISSIONS, permissions_of
from tests.cast import TEST

Command = Callable[..., Any]


def last_json(result: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return told


def held_by(session: AnySession, name: str) -> set[str]:
    role = session.scalars(select(Role).where(Role.name == name)).one()
    return {
        f"{row.view_menu.name}:{row.permission.name.removeprefix('can_')}"
        for row in role.permissions
    }


def stamp(session: AnySession) -> int:
    session.expire_all()
    return session.scalars(select(AccessStamp.value)).one()


def test_init_db_makes_an_empty_database_ready(make_app: Callable[..., Flask]) -> None:
    run = make_app(migrated=False).test_cli_runner().invoke
    first = run(args=["init-db", "--json"])
    assert first.exit_code == 0, first.output
    assert last_json(first)["migrations"][0] == "0001"
    assert last_json(first)["roles"] == list(roles.ROLE_LABELS)
    assert last_json(first)["permissions"] == len(PERMISSIONS)
    again = run(args=["init-db", "--json"])
    assert last_json(again) == {"migrations": [], "roles": [], "permissions": 0}


def test_a_database_without_migrations_is_not_healthy(make_app: Callable[..., Flask]) -> None:
    app = make_app(migrated=False)
    assert app.test_client().get("/healthz").status_code == 503
    app.test_cli_runner().invoke(args=["init-db"])
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize("name", roles.EVERY_ROLE)
def test_a_new_role_holds_what_the_table_says(session: AnySession, name: str) -> None:
    assert held_by(session, name) == permissions_of(name)


def test_what_an_administrator_changed_stays(session: AnySession) -> None:
    office = session.scalars(select(Role).where(Role.name == roles.OFFICE)).one()
    auditor = session.scalars(select(Role).where(Role.name == roles.AUDITOR)).one()
    taken = office.permissions[0]
    with unit_of_work(session, TEST):
        office.permissions = office.permissions[1:]
        auditor.permissions = [*auditor.permissions, *office.permissions[:1]]
        given = office.permissions[0]
    with unit_of_work(session, TEST):
        done = install_roles(session)
    assert (done.roles, done.permissions) == ([], 0)
    session.expire_all()
    assert taken not in office.permissions
    assert given in auditor.permissions


def test_a_new_permission_goes_to_its_holders_and_raises_the_stamp(
    session: AnySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stamp(session)
    verbs = {**GRANTS["task"], "admire": (roles.AUDITOR,)}
    monkeypatch.setitem(GRANTS, "task", verbs)
    with unit_of_work(session, TEST):
        assert install_roles(session).permissions == 1
    assert "task:admire" in held_by(session, roles.AUDITOR)
    assert "task:admire" not in held_by(session, roles.OFFICE)
    assert stamp(session) > before


def test_repeating_it_raises_no_stamp(session: AnySession) -> None:
    before = stamp(session)
    with unit_of_work(session, TEST):
        install_roles(session)
    assert stamp(session) == before
    assert session.scalars(select(func.count()).select_from(PermissionView)).one() == len(
        PERMISSIONS
    )


def test_audit_verify_counts_the_events(command: Command, session: AnySession) -> None:
    result = command("audit", "verify", "--json")
    count = session.scalars(select(func.count()).select_from(AuditEvent)).one()
    assert result.exit_code == 0
    assert last_json(result) == {"events": count, "broken_event": None, "reason": ""}


def test_audit_verify_names_the_first_broken_event(command: Command, session: AnySession) -> None:
    table = AuditEvent.__table__
    session.execute(update(table).where(table.c.id == 5).values(actor_name="无名氏"))
    session.execute(delete(table).where(table.c.id == 9))
    result = command("audit", "verify", "--json")
    assert result.exit_code == 1
    assert "5" in result.stderr
    told = last_json(result)
    assert (told["events"], told["broken_event"], told["reason"]) == (4, 5, "altered")
    assert told["errors"][0]["message"]


def test_schema_check_says_whether_the_file_is_current(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "models.sql"
    assert command("schema", "check", "--file", str(file)).exit_code == 1
    assert command("schema", "write", "--file", str(file)).exit_code == 0
    assert command("schema", "check", "--file", str(file), "--json").exit_code == 0
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    result = command("schema", "check", "--file", str(file), "--json")
    assert (result.exit_code, last_json(result)["current"]) == (1, False)


def test_a_command_written_wrongly_ends_with_two(command: Command) -> None:
    assert command("audit", "verify", "--no-such-option").exit_code == 2
    assert command("audit", "no-such-command").exit_code == 2
