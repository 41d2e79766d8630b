"""The command line's root: `flask --app run <command>`.

Every command ends the same way: with `--json` the last line of standard output is one JSON
object; the exit code is 0 when it is done, 1 when it was refused (with reasons), 2 when the
command was written wrongly. Chapters keep their commands in their own `cli.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from app.core.actor import Actor, Door, system_actor
from app.core.errors import Refusal, RuleViolations
from app.core.text import Message, message

COMMANDS: tuple[tuple[str, str], ...] = (
    ("app.cli", "init_db"),
    ("app.cli", "audit_group"),
    ("app.cli", "schema_group"),
    ("app.organisation.cli", "create_admin"),
    ("app.organisation.cli", "carry_out_successions"),
    ("app.security.cli", "create_api_key"),
    ("app.security.cli", "revoke_api_key"),
    ("app.planning.cli", "report"),
    ("app.exchange.cli", "import_departments_command"),
    ("app.exchange.cli", "import_tasks_command"),
    ("app.exchange.cli", "export_tasks_command"),
    ("app.search.cli", "search_group"),
    ("app.notify.cli", "deliver"),
    ("app.supervision.cli", "patrol"),
    ("app.demo.cli", "demo"),
)
"""(module, name) of every command or group that stands at the root."""

F = TypeVar("F", bound=Callable[..., Any])


def register(app: Flask) -> None:
    """Hang every command of `COMMANDS` on the application."""
    for module, name in COMMANDS:
        app.cli.add_command(getattr(import_module(module), name))


# How a command answers ---------------------------------------------------------------


def json_option(command: F) -> F:
    """Give a command the option `--json` (argument `as_json`)."""
    words = "Write the result as one JSON object on the last line."
    return click.option("--json", "as_json", is_flag=True, help=words)(command)


def operator() -> Actor:
    """Who acts when somebody types a command on the server."""
    return system_actor("operator", Door.CLI)


def say(words: Message | str, as_json: bool = False) -> None:
    """A line about what is going on; beside the JSON it goes to standard error."""
    click.echo(str(words), err=as_json)


def report_result(data: Mapping[str, Any], as_json: bool, *lines: Message | str) -> None:
    """Tell what was done: `lines` for people, `data` for programs."""
    for line in lines:
        say(line, as_json)
    if as_json:
        _write_json(data)


def refuse(
    reasons: Refusal | Iterable[Refusal | Message | str],
    as_json: bool,
    data: Mapping[str, Any] | None = None,
) -> NoReturn:
    """Say why nothing was done and end with code 1. `data` goes before the reasons."""
    told = [{"field": field, "message": text} for field, text in _told(reasons)]
    for reason in told:
        place = f"{reason['field']}: " if reason["field"] else ""
        click.echo(f"{place}{reason['message']}", err=True)
    if as_json:
        _write_json({**(data or {}), "errors": told})
    raise SystemExit(1)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Within the block a refusal of the gate or a rule ends the command with its reasons."""
    try:
        yield
    except Refusal as error:
        refuse(error, as_json)


def _told(
    reasons: Refusal | Iterable[Refusal | Message | str],
) -> Iterator[tuple[str | None, str]]:
    if isinstance(reasons, RuleViolations):
        reasons = reasons.violations
    for reason in [reasons] if isinstance(reasons, Refusal) else reasons:
        yield getattr(reason, "field", None), str(reason)


def _write_json(data: Mapping[str, Any]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


# The commands of the ground floor ----------------------------------------------------


@click.command("init-db")
@json_option
@with_appcontext
def init_db(as_json: bool) -> None:
    """Create or migrate the database and write the roles. Safe to repeat."""
    from app.core.unit_of_work import unit_of_work
    from app.extensions import db
    from app.schema import pending_migrations, upgrade_to
    from app.search.index import rebuild
    from app.security.installation import install_roles

    applied: list[str] = []
    for revision, title in pending_migrations(db.engine):
        say(message("Migration %(number)s: %(title)s", number=revision, title=title), as_json)
        upgrade_to(db.engine, revision)
        applied.append(revision)
    with refusals(as_json), unit_of_work(db.session, operator()):
        installed = install_roles(db.session)
        if applied:
            rebuild(db.session)
    report_result(
        {"migrations": applied, "roles": installed.roles, "permissions": installed.permissions},
        as_json,
        message(
            "The database is current: %(migrations)s migrations applied, "
            "%(roles)s roles and %(permissions)s permissions added.",
            migrations=len(applied),
            roles=len(installed.roles),
            permissions=installed.permissions,
        ),
    )


audit_group = AppGroup("audit", help="The audit trail.")
schema_group = AppGroup("schema", help="models.sql, the schema in words.")


@audit_group.command("verify")
@json_option
def verify_audit(as_json: bool) -> None:
    """Walk the hash chain; name the first event that does not fit."""
    from app.core import audit
    from app.extensions import db

    found = audit.verify(db.session)
    data = {"events": found.events, "broken_event": found.broken_event, "reason": found.reason}
    if not found.intact:
        words = message(
            "Event %(number)s does not fit the chain: %(reason)s.",
            number=found.broken_event,
            reason=found.reason,
        )
        refuse([words], as_json, data)
    report_result(data, as_json, message("All %(count)s events fit.", count=found.events))


_SCHEMA_FILE = click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another file than models.sql.",
)


@schema_group.command("write")
@_SCHEMA_FILE
@json_option
def write_schema(path: Path | None, as_json: bool) -> None:
    """Write models.sql from the metadata."""
    from app import schema

    target = path or schema.MODELS_SQL
    target.write_text(schema.ddl(), encoding="utf-8")
    report_result({"file": target.name}, as_json, message("Wrote %(file)s.", file=target.name))


@schema_group.command("check")
@_SCHEMA_FILE
@json_option
def check_schema(path: Path | None, as_json: bool) -> None:
    """Is models.sql what the metadata says?"""
    from app import schema

    target = path or schema.MODELS_SQL
    current = target.is_file() and target.read_text(encoding="utf-8") == schema.ddl()
    if not current:
        words = message(
            "%(file)s is not current; write it with “flask --app run schema write”.",
            file=target.name,
        )
        refuse([words], as_json, {"file": target.name, "current": False})
    report_result(
        {"file": target.name, "current": True},
        as_json,
        message("%(file)s is current.", file=target.name),
    )
