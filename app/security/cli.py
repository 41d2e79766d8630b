"""Commands for API keys."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.cli import json_option, operator, refusals, report_result
from app.core.errors import RuleViolation
from app.core.text import message
from app.models.organisation import Person
from app.security import keys

_NAME = click.option("--name", required=True, help="What the key is for.")


def _person(username: str) -> Person:
    from app.extensions import db

    person = db.session.scalar(select(Person).where(Person.username == username))
    if person is None:
        raise RuleViolation(message("There is no account “%(name)s”.", name=username), "username")
    return person


@click.command("create-api-key")
@click.argument("username")
@_NAME
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good for.")
@json_option
@with_appcontext
def create_api_key(username: str, name: str, days: int | None, as_json: bool) -> None:
    """Make an API key for USERNAME. It is shown this once and never again."""
    from app.extensions import db

    with refusals(as_json):
        key = keys.issue_key(db.session, operator(), _person(username), name.strip(), days)
    report_result(
        {"username": username, "name": name.strip(), "key": key, "days": days},
        as_json,
        message("Keep this key; it is not shown again: %(key)s", key=key),
    )


@click.command("revoke-api-key")
@click.argument("username")
@_NAME
@json_option
@with_appcontext
def revoke_api_key(username: str, name: str, as_json: bool) -> None:
    """End the API keys of USERNAME that have this name."""
    from app.extensions import db

    with refusals(as_json):
        ended = keys.revoke_keys(db.session, operator(), _person(username), name.strip())
        if not ended:
            raise RuleViolation(message("There is no such key in force."), "name")
    report_result(
        {"username": username, "name": name.strip(), "revoked": ended},
        as_json,
        message("%(count)s keys ended.", count=ended),
    )
