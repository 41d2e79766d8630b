"""Errors as pages or JSON: a clear sentence, never a stack trace."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import suppress
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.core import clock
from app.core.constraints import violation_of
from app.core.errors import Refusal
from app.extensions import db
from app.models.organisation import Delegation
from app.web import formats
from app.web.directory import directory
from app.web.reader import the_actor

log = logging.getLogger(__name__)

LATELY = dt.timedelta(days=30)
"""For so long after a delegation the page of an error says that it has ended."""


def register(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(IntegrityError, lambda error: _refused(violation_of(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _wants_json() -> bool:
    return request.path.startswith("/api/")


def _sentence(code: int) -> str:
    sentences = {
        400: gettext("The request could not be read."),
        401: gettext("Please sign in first."),
        403: gettext("You may not do this."),
        404: gettext("There is no such page or row, or it is not yours to see."),
        405: gettext("This address does not take that kind of request."),
        409: gettext("The row has changed meanwhile."),
        413: gettext("The file is too large."),
        422: gettext("Some fields are not as they should be."),
        429: gettext("Too many attempts. Please wait a moment."),
        503: gettext("The system is being maintained. Please come back in a few minutes."),
    }
    return sentences.get(code, gettext("Something went wrong here. Nothing was changed."))


def _hint(code: int) -> str:
    """What one may do about it; empty where the sentence says all."""
    hints = {
        403: gettext("If your work needs it, ask the target office or the administrator."),
        404: _not_there() if code == 404 else "",
        409: gettext("Go back, reload the page and do it once more."),
        413: gettext("Choose a smaller file, or split it."),
        500: gettext("It has been written down for the administrator. If it happens again, tell them the time: %(time)s.", time=formats.show(clock.now())),
    }  # fmt: skip
    return hints.get(code, "")


def _not_there() -> str:
    """What one may do about a page that is not there; who stood in for somebody until lately reads
    besides that this is over."""
    hint = gettext("Check the address, or look for it with the search box.")
    today = clock.today()
    with suppress(SQLAlchemyError):
        found = db.session.execute(
            select(Delegation.giver_id, Delegation.valid_to, Delegation.ended_at)
            .where(
                Delegation.receiver_id == the_actor().user_id,
                Delegation.valid_to >= today - LATELY,
                or_(Delegation.valid_to < today, Delegation.ended_at.is_not(None)),
            )
            .order_by(Delegation.valid_to.desc())
            .limit(1)
        ).first()
        if found is not None:
            last = found.ended_at.date() if found.ended_at else found.valid_to
            return (
                hint
                + " "
                + gettext(
                    "You stood in for %(name)s until %(day)s. What you saw and did in their place is"
                    " theirs again; if you still need it, ask them for a new delegation.",
                    name=getattr(directory().people.get(found.giver_id), "name", ""),
                    day=last,
                )
            )
    return hint


def answer(code: int, sentence: str) -> Any:
    """The page or the JSON of an error. One that may be the database's own fault is drawn
    without the shell: the menu and the top bar would ask it who is signed in."""
    if _wants_json():
        return jsonify(message=sentence, errors=[]), code
    told = {"code": code, "sentence": sentence, "hint": _hint(code)}
    if code < 500:
        return render_template("web/error.html", **told), code
    # Not `render_template`: what it adds to every page begins with the signed-in person.
    return current_app.jinja_env.get_template("web/bare.html").render(**told), code


def _refused(refusal: Refusal) -> Any:
    db.session.rollback()
    return answer(refusal.status_code, str(refusal))


def _http(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    from flask_wtf.csrf import CSRFError

    if isinstance(error, CSRFError):
        return answer(
            400, gettext("The form has expired. Please go back, reload the page and send it again.")
        )
    return answer(code, _sentence(code))


def _unexpected(error: Exception) -> Any:
    with suppress(SQLAlchemyError):
        db.session.rollback()
    log.exception("unexpected error at %s %s", request.method, request.path)
    return answer(500, _sentence(500))
