"""The command `demo`: a made-up college that has lived through a year."""

from __future__ import annotations

import datetime as dt
import time

import click
from flask.cli import with_appcontext

from app.cli import json_option, refuse, report_result, say
from app.core import clock
from app.core.text import message
from app.demo.names import FEWEST_DEPARTMENTS


@click.command("demo")
@click.option("--departments", type=click.IntRange(FEWEST_DEPARTMENTS), help="How many; else 30.")
@click.option("--tasks", type=click.IntRange(1), help="How many in a year; else 183.")
@click.option("--years", type=click.IntRange(1, 6), default=1, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, other details.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; else today.")
@click.option("--if-empty", is_flag=True, help="Do nothing in a database that is not empty.")
@json_option
@with_appcontext
def demo(
    departments: int | None,
    tasks: int | None,
    years: int,
    seed: int,
    until: dt.datetime | None,
    if_empty: bool,
    as_json: bool,
) -> None:
    """Build a demo college in an empty database."""
    from app.demo.year import Size, build_demo, why_not
    from app.extensions import db
    from app.security.manager import hash_password

    reason = why_not(db.session, db.engine)
    if reason is not None and if_empty and reason.values.get("rows"):
        report_result(
            {"built": False}, as_json, message("The database is not empty: no demo is loaded.")
        )
        return
    if reason is not None:
        refuse([reason], as_json)
    started = time.monotonic()
    size = Size(
        departments=departments,
        tasks=tasks,
        years=years,
        seed=seed,
        until=until.date() if until else clock.today(),
    )
    built = build_demo(db.session, size, hash_password, lambda words: say(words, as_json))
    seconds = round(time.monotonic() - started, 1)
    report_result(
        {"built": True, "seconds": seconds, **built},
        as_json,
        message(
            "The demo is there: %(people)s people, %(tasks)s tasks, %(checks)s monthly checks, "
            "in %(seconds)s seconds.",
            people=built["people"],
            tasks=built["tasks"],
            checks=built["checks"],
            seconds=seconds,
        ),
    )
