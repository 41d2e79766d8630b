"""A form that is sent twice makes one row.

The page of an add form holds a random value. The first post of it that is saved claims it in the
transaction of its row, so that of several at one instant one is first, on either database; the
others make nothing and lead to what the first made. A refused post leaves its value unclaimed. A
form without the value (an older page, a program) is saved as often as it is sent.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask_babel import gettext
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.models.system import SentForm

FIELD = "once"
_KEPT = dt.timedelta(days=7)
"""How long a form is remembered: longer than a page stays open."""
_AT_ONCE = 20


def value_of_form() -> str:
    """What the form on this page carries: as it was sent, on a page that came back; else new."""
    return _sent() or secrets.token_urlsafe(16)


def place_made(session: AnySession, actor: Actor) -> str | None:
    """Where the row is that this very form made before; None if it made none."""
    if not _sent():
        return None
    return session.scalar(
        select(SentForm.place).where(SentForm.person_id == actor.user_id, SentForm.value == _sent())
    )


def claim(session: AnySession, actor: Actor) -> SentForm | None:
    """Be the post of this form that makes the row: first thing in the caller's unit of work. Who
    claims it at the same instant waits, and fails with IntegrityError. The caller says with
    `place` where the row is; None for a form without the value."""
    if not _sent() or actor.user_id is None:
        return None
    claimed = SentForm(person_id=actor.user_id, value=_sent(), place="", sent_at=clock.now())
    session.add(claimed)
    session.flush()
    _forget_old(session)
    return claimed


def _forget_old(session: AnySession) -> None:
    """A few at a time, and none that another post is forgetting."""
    old = select(SentForm).where(SentForm.sent_at < clock.now() - _KEPT).limit(_AT_ONCE)
    for one in session.scalars(old.with_for_update(skip_locked=True)).all():
        session.delete(one)


def lead_to(made: str, answer: Callable[[str], Any] = redirect) -> Any:
    """The answer to a form that has made its row before; `answer` where it is no plain page."""
    flash(gettext("This form was saved already; it was not saved a second time."), "info")
    return answer(made)


def _sent() -> str:
    """The value in the request's form; one that no page of ours holds is none."""
    value = request.form.get(FIELD, "")
    return value if len(value) <= SentForm.LONGEST else ""
