"""A refusal where the person looks for it: at its field, or above the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.actor import Actor
from app.core.constraints import violation_of
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolations
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db


def refusal_of(error: Exception) -> Refusal:
    """What a failed write means in the person's words."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, IntegrityError):
        return violation_of(error)
    return Conflict(message("Somebody has changed this row meanwhile."))


def code_of(error: Exception) -> int:
    """With which code a page comes back that shows a refusal."""
    return 403 if isinstance(error, NotAllowed) else 422


def refuse_fields(form: Any, error: Exception) -> list[str]:
    """Put a refusal at its field; returns what has no field on this form."""
    refusal = refusal_of(error)
    refusals = refusal.violations if isinstance(refusal, RuleViolations) else [refusal]
    homeless = []
    for one in refusals:
        names = ((one.field or "").removesuffix("_id"), one.field)
        field = next((form[name] for name in names if name in form), None)
        if field is None:
            homeless.append(str(one))
        else:
            field.errors = [*field.errors, str(one)]
    return homeless


def show_refusal(form: Any, error: Exception) -> None:
    """Put a refusal at its field; one without a field on this form goes above it."""
    for words in refuse_fields(form, error):
        flash(words, "danger")


def written(write: Callable[[], None], actor: Actor, done: str = "") -> bool:
    """Run `write` in a unit of work of its own, for a button that leads back to a page: a refusal,
    or `done`, is told on it. Was it written?"""
    try:
        with unit_of_work(db.session, actor):
            write()
    except (Refusal, IntegrityError, StaleDataError) as error:
        flash(str(refusal_of(error)), "danger")
        return False
    if done:
        flash(done, "success")
    return True
