"""The commands that begin a college with its first administrator and carry out, on their day,
the changes of departments that were planned."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import json_option, operator, refusals, report_result
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.models.organisation import Person
from app.organisation.service import create_person
from app.organisation.succession import carry_out
from app.security.roles import ADMIN


@click.command("create-admin")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, family name first.")
@click.option("--email", required=True)
@click.password_option(help="The first password; it is changed at the first sign-in.")
@json_option
@with_appcontext
def create_admin(username: str, name: str, email: str, password: str, as_json: bool) -> None:
    """Add an administrator, who then adds everybody else on the screen."""
    from app.extensions import db

    name = name.strip()
    person = Person(
        username=username, last_name=name[:1], first_name=name[1:], email=email, active=True
    )
    with refusals(as_json), unit_of_work(db.session, operator()):
        current_app.appbuilder.sm.set_password(person, password, first=True)  # type: ignore[attr-defined]
        create_person(db.session, operator(), person, roles=[ADMIN])
    report_result(
        {"username": username},
        as_json,
        message("%(name)s may sign in now and changes the password first.", name=username),
    )


@click.command("carry-out-successions")
@json_option
@with_appcontext
def carry_out_successions(as_json: bool) -> None:
    """Move what is open for departments whose change is due. The daily round does it as well;
    done twice it changes nothing."""
    from app.extensions import db

    with refusals(as_json), unit_of_work(db.session, operator()):
        moved = carry_out(db.session, operator())
    told = message("Successions carried out: %(count)s rows moved.", count=sum(moved.values()))
    report_result({"moved": moved}, as_json, told)
