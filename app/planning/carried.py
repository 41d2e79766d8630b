"""What a task that continues an unfinished one keeps: it is key supervised (Art. 10).

Which tasks are carried over is decided in `app.planning.carry_over`; here only that nobody but the
Office takes the supervision off again.
"""

from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.orm import object_session

from app.core import guard
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import current_actor
from app.models.planning import Task
from app.organisation.rules import belongs, is_office


def check_carried(row: Task) -> None:
    """Raise RuleViolation at `key_supervised` where somebody else than the Office unticks it on a
    task carried over. A decision not to carry over, or an adjustment, takes it back as well."""
    session = object_session(row)
    if session is None or row.carried_from_id is None or row.key_supervised:
        return
    if guard.is_privileged(session):
        return
    actor = current_actor(session)
    if actor is None or actor.everything or True not in _before(row):
        return
    if is_office(actor) and not belongs(actor, row.lead_department_id):
        return
    raise RuleViolation(
        message(
            "This task was carried over from last year and is key supervised; only the Office"
            " takes that back, and not for its own department."
        ),
        "key_supervised",
    )


def _before(row: Task) -> tuple[bool, ...]:
    """What `key_supervised` was, if it is being changed."""
    return tuple(inspect(row).attrs.key_supervised.history.deleted or ())
