"""The command of the daily round."""

from __future__ import annotations

import datetime as dt

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import json_option, refusals, report_result, say
from app.core import clock
from app.core.text import Message, message
from app.core.text import words as in_words
from app.notify import channels, delivery


@click.command("patrol")
@click.option("--date", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day to make up for; else today.")  # fmt: skip
@click.option("--preview", "looking", is_flag=True, help="Only say what today's round would do.")
@json_option
@with_appcontext
def patrol(until: dt.datetime | None, looking: bool, as_json: bool) -> None:
    """Go the daily round, and those of missed days; carry out what waits for its day; send what
    the outbox holds. Done twice it changes nothing; two at once do not meet."""
    from app.extensions import db
    from app.supervision import patrol as rounds

    day = until.date() if until else clock.today()
    if looking:
        _preview(day, as_json)
        return
    with refusals(as_json):
        done = rounds.run(db.session, day)
        if channels.configured(current_app.config):
            delivery.deliver(db.session, rounds.PATROL, current_app.config)
    told: list[Message | str] = [
        message(
            "%(day)s: %(warned)s warnings opened, %(ended)s ended, %(proposed)s cases proposed, "
            "%(moved)s moved up, %(messages)s messages.",
            day=one.day,
            warned=one.tally.warnings_opened,
            ended=one.tally.warnings_closed,
            proposed=one.tally.cases_proposed,
            moved=one.tally.cases_moved,
            messages=one.tally.messages,
        )
        for one in done
    ]
    data = [
        {
            "day": one.day.isoformat(),
            **{name: getattr(one.tally, name) for name in one.tally.__dataclass_fields__},
        }
        for one in done
    ]
    told = told or [message("The round of %(day)s is gone already.", day=day)]
    report_result({"rounds": data}, as_json, *told)


def _preview(day: dt.date, as_json: bool) -> None:
    from app.extensions import db
    from app.supervision import patrol as rounds
    from app.supervision.patrol_preview import preview

    with refusals(as_json):
        missed = rounds.days_to_go(db.session, day)
        parts = preview(db.session, rounds.PATROL, day)
    data = {
        "day": day.isoformat(),
        "days": [one.isoformat() for one in missed],
        "would": {part.kind.value: part.count for part in parts},
    }
    for part in parts:
        say(f"{in_words((part.kind.zh, part.kind.en))}: {part.count}", as_json)
        for line in part.lines:
            say(f"  {line.title}  {line.words}".rstrip(), as_json)
    report_result(data, as_json, message("Nothing was written."))
