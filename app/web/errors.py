"""Errors as pages or JSON: a clear sentence, never a stack trace."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, jsonify, render_template, request
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from app.core.errors import Refusal
from app.core.unit_of_work import violation_of
from app.extensions import db

log = logging.getLogger(__name__)


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


def answer(code: int, sentence: str) -> Any:
    if _wants_json():
        return jsonify(message=sentence, errors=[]), code
    return render_template("web/error.html", code=code, sentence=sentence), code


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
    db.session.rollback()
    log.exception("unexpected error at %s %s", request.method, request.path)
    return answer(500, _sentence(500))
