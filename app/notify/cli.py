"""The command that brings the outbox outside."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app.cli import json_option, operator, refusals, refuse, report_result
from app.core.policy import visible
from app.core.text import Message, message
from app.core.text import words as in_words
from app.models.organisation import Person
from app.models.system import Channel
from app.notify import channels, delivery


@click.command("deliver")
@click.option("--test", "person", metavar="PERSON", help="Only send a test message, to this user and to every group.")  # fmt: skip
@json_option
@with_appcontext
def deliver(person: str | None, as_json: bool) -> None:
    """Send what waits in the outbox and is due. Safe to run twice at once; cron calls it every
    few minutes."""
    from app.extensions import db

    settings = current_app.config
    if person is not None:
        _test(person, as_json)
        return
    with refusals(as_json):
        done = delivery.deliver(db.session, operator(), settings)
    told = message(
        "%(sent)s messages sent, %(retried)s to be tried again, %(failed)s set aside, "
        "%(dropped)s no longer needed.",
        sent=done.sent,
        retried=done.retried,
        failed=done.failed,
        dropped=done.dropped,
    )
    data = {
        "sent": done.sent,
        "retried": done.retried,
        "failed": done.failed,
        "dropped": done.dropped,
    }
    report_result(data, as_json, told)


def _test(username: str, as_json: bool) -> None:
    """A test message over every channel that is configured."""
    from app.extensions import db

    settings, actor = current_app.config, operator()
    person = db.session.scalar(
        select(Person).where(visible(actor, Person), Person.username == username)
    )
    if person is None:
        refuse([message("There is no person “%(name)s”.", name=username)], as_json)
    found = channels.configured(settings)
    if not found:
        refuse([message("No channel is configured: see the settings.")], as_json)
    results: dict[str, str] = {}
    told: list[Message | str] = []
    for channel in found:
        address = person.email if channel == Channel.MAIL else None
        error = delivery.send_test(settings, channel, address)
        results[channel.value] = error
        told.append(f"{in_words((channel.zh, channel.en))}: {error or message('sent')}")
    if any(results.values()):
        refuse(told, as_json, {"channels": results})
    report_result({"channels": results}, as_json, *told)
