"""The index on the command line: `flask --app run search rebuild`."""

from __future__ import annotations

from dataclasses import asdict

from flask.cli import AppGroup

from app.cli import json_option, operator, refusals, report_result
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.search.index import rebuild

search_group = AppGroup("search", help="The search index.")


@search_group.command("rebuild")
@json_option
def rebuild_index(as_json: bool) -> None:
    """Make the search index say what the rows say. Safe to repeat."""
    with refusals(as_json), unit_of_work(db.session, operator()):
        done = rebuild(db.session)
    report_result(
        asdict(done),
        as_json,
        message(
            "The search index holds %(entries)s rows: %(written)s written, %(removed)s removed.",
            entries=done.entries,
            written=done.written,
            removed=done.removed,
        ),
    )
