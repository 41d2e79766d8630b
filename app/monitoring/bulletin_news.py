"""Who is told that a bulletin is issued: the heads of the departments it speaks of, in one sentence
each (Art. 6-7)."""

from __future__ import annotations

from collections import defaultdict

from app.core import clock
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.monitoring.bulletin import Bulletin
from app.monitoring.bulletin_figures import Figures
from app.notify.service import notify
from app.organisation.seats import seats_on

KIND = "bulletin"
"""Of the message in the inbox."""


def tell_heads(session: AnySession, actor: Actor, bulletin: Bulletin, number: str) -> int:
    """Write to the heads, and to whoever stands in for them, what the bulletin says of their
    departments; one message a person, none to who issues it. Says how many. Flushes, does not
    commit."""
    seats = seats_on(session, actor, clock.today())
    shares: dict[int, Figures] = defaultdict(Figures)
    for line in bulletin.lines:
        heads = seats.heads_of(line.department_id)
        for person in heads | seats.delegates(heads, line.department_id):
            shares[person] += line.figures
    shares.pop(actor.user_id or 0, None)
    texts = {person: sentence(bulletin, number, shares[person]) for person in sorted(shares)}
    notify(session, texts, KIND, f"/bulletin/{bulletin.month.year}-{bulletin.month.month:02d}/")
    return len(texts)


def sentence(bulletin: Bulletin, number: str, own: Figures) -> str:
    return str(
        message(
            "The bulletin of %(year)s-%(month)s is issued (%(number)s). Your department: checks"
            " due %(due)s, submitted %(submitted)s, missing %(missing)s; orange lights %(orange)s,"
            " red lights %(red)s.",
            year=bulletin.month.year,
            month=bulletin.month.month,
            number=number,
            due=own.due,
            submitted=own.submitted,
            missing=own.missing,
            orange=own.orange,
            red=own.red,
        )
    )
