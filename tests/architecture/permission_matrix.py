"""Every door of the application with the permission it asks for and the roles that hold it.

A door is a method of a view, a step of a workflow, a REST endpoint, a screen of the console,
a plain route or a command. The list is read from the running application and compared with
`permission_matrix.csv`, which people review:

    python -m tests.architecture.permission_matrix --write
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
from flask import Flask

from app.core import workflow
from app.security.permissions import GRANTS
from app.security.roles import ROLE_LABELS

MATRIX = Path(__file__).parent / "permission_matrix.csv"

PUBLIC, SIGNED_IN, OPERATOR = "public", "signed-in", "operator"
BY_STEP = "by step"
"""The door itself asks nothing; what it leads to is listed step by step."""

OPEN_DOORS = {
    "healthz": PUBLIC,  # for the monitoring of the server: says nothing about rows
    "static": PUBLIC,
    "appbuilder.static": PUBLIC,
    "SignInView.login": PUBLIC,
    "SignInView.logout": PUBLIC,
    "SecurityApi.login": PUBLIC,
    "SecurityApi.refresh": SIGNED_IN,  # by a refresh token
    "LocaleView.index": PUBLIC,  # sets the language of the session
    "UtilView.back": PUBLIC,  # goes to the page before
    "choose_year": SIGNED_IN,  # remembers in which year one works; shows nothing
    "HomeView.index": SIGNED_IN,  # counts what the person may see
}
"""Doors without a permission of their own. Whoever adds one says why."""


@dataclass(frozen=True, order=True, slots=True)
class Door:
    kind: str
    door: str
    methods: str
    address: str
    permission: str
    roles: str


def doors(app: Flask) -> list[Door]:
    """Every door of `app`, in order."""
    with app.app_context():
        found = [*_routes(app), *_steps(app), *_commands(app.cli), *_plugin_commands()]
    return sorted(set(found))


def holders(permission: str) -> str:
    """The roles that hold a permission by default."""
    if permission in {PUBLIC, SIGNED_IN, OPERATOR, BY_STEP, ""}:
        return ""
    roles: set[str] = set()
    for one in permission.split(" + "):
        resource, _, verb = one.partition(":")
        granted = set(GRANTS.get(resource, {}).get(verb, ()))
        roles = granted if not roles else roles & granted
    return (
        "everyone" if roles == set(ROLE_LABELS) else " ".join(r for r in ROLE_LABELS if r in roles)
    )


def _door(kind: str, name: str, methods: str, address: str, permission: str) -> Door:
    return Door(kind, name, methods, address, permission, holders(permission))


def _routes(app: Flask) -> Iterator[Door]:
    views = {view.endpoint: view for view in app.appbuilder.baseviews}  # type: ignore[attr-defined]
    console = {
        view.endpoint: view for admin in app.extensions.get("admin", ()) for view in admin._views
    }
    for rule in app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        owner, _, method = rule.endpoint.rpartition(".")
        if rule.endpoint in OPEN_DOORS or not (owner in views or owner in console):
            permission = OPEN_DOORS.get(rule.endpoint, _marked(app, rule.endpoint))
            yield _door("route", rule.endpoint, methods, rule.rule, permission)
        elif owner in console:
            permission = _console_permission(console[owner], method)
            yield _door("console", rule.endpoint, methods, rule.rule, permission)
        else:
            view = views[owner]
            kind = "api" if rule.rule.startswith("/api/") else "view"
            yield _door(kind, rule.endpoint, methods, rule.rule, view_permission(view, method))


def view_permission(view: Any, method: str) -> str:
    """What a method of a Flask-AppBuilder view asks for; empty if it asks nothing."""
    if method in {"action", "action_post"} and getattr(view, "actions", None) is not None:
        return BY_STEP
    name = getattr(getattr(type(view), method), "_permission_name", None)
    if name is None:
        return ""
    verb = (view.method_permission_name or {}).get(method, name)
    return f"{view.class_permission_name}:{verb}"


def _console_permission(view: Any, method: str) -> str:
    """What `app.console.base.Gated` says that an address needs, all of it at once."""
    needed = getattr(view, "needed", None)
    return "" if needed is None else " + ".join(dict.fromkeys(needed(method)))


def _marked(app: Flask, endpoint: str) -> str:
    """A plain route says its permission by an attribute of its function."""
    return str(getattr(app.view_functions[endpoint], "permission", ""))


def _steps(app: Flask) -> Iterator[Door]:
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        model = getattr(view, "model", None)
        if model not in workflow.workflows():
            continue
        for transition in workflow.workflow_of(model).transitions:
            permission = f"{view.class_permission_name}:{transition.name}"
            if hasattr(view, "take_transition"):
                place = f"/api/v1/{view.resource_name}/<pk>/transitions/{transition.name}"
                yield _door("step", f"{view.endpoint}.{transition.name}", "POST", place, permission)
            elif hasattr(view, "step"):
                place = f"{view.route_base}/step/{transition.name}/<pk>"
                yield _door(
                    "step", f"{view.endpoint}.{transition.name}", "GET POST", place, permission
                )


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[Door]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield _door("command", " ".join((*path, name)), "", "", OPERATOR)


def _plugin_commands() -> Iterator[Door]:
    """Commands that packages hang on every Flask application (`flask fab …`, `flask db …`)."""
    for entry in entry_points(group="flask.commands"):
        command = entry.load()
        if isinstance(command, click.Group):
            yield from _commands(command, (entry.name,))
        else:
            yield _door("command", entry.name, "", "", OPERATOR)


# The file --------------------------------------------------------------------------------


def as_csv(found: list[Door]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(Door))
    writer.writerows(astuple(door) for door in found)
    return out.getvalue()


def read_matrix() -> list[Door]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return [Door(**row) for row in csv.DictReader(file)]


def _application() -> Flask:
    import tempfile

    from app import create_app
    from config import Testing

    config = Testing()
    config.INSTANCE_PATH = tempfile.mkdtemp()
    config.SQLALCHEMY_DATABASE_URI = "sqlite://"
    return create_app(config)


if __name__ == "__main__":
    text = as_csv(doors(_application()))
    if "--write" in sys.argv:
        MATRIX.write_text(text, encoding="utf-8")
        print(f"{MATRIX.name}: {text.count(chr(10)) - 1} doors. Review the difference.")
    else:
        print(text, end="")
