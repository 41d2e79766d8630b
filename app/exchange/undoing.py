"""Undoing a large import while its owner waits elsewhere: begun by a click, carried out in the
background, with the progress that the import itself had.

The import stays `done` until everything is put back; what became of the click is kept in its
options (`undo`).
"""

from __future__ import annotations

import logging
from typing import Any

from app.core.actor import Actor
from app.core.errors import Refusal, WrongState
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.reversal import CannotUndo, reverse_job, undoable
from app.exchange.uploads import Shelf, pack
from app.models.system import ImportJob, ImportStatus

log = logging.getLogger(__name__)

AT_ONCE = 2_000
"""Written rows that are put back while the owner waits: about a second's work."""


def is_large(job: ImportJob) -> bool:
    """Does undoing it take longer than a person waits for a page?"""
    return int((job.summary or {}).get("events") or 0) > AT_ONCE


def undo_state(job: ImportJob) -> dict[str, Any]:
    """What became of the last click: {}, `running`, `refused`, or a `failure` in words."""
    return dict((job.options or {}).get("undo") or {})


def is_undoing(job: ImportJob, shelf: Shelf) -> bool:
    """Is it being put back? A run that has not been heard of for long is not waited for."""
    running = job.status == ImportStatus.DONE and bool(undo_state(job).get("running"))
    return running and not shelf.is_silent(job.id)


def begin_undo(session: AnySession, actor: Actor, job: ImportJob, shelf: Shelf, hours: int) -> None:
    """Mark the import as being undone; the caller then launches `undo_job`.

    Its owner, as in `reverse_job`. Errors: those of `reverse_job` that are known beforehand;
    WrongState while it is being undone.
    """
    undoable(actor, job, hours)
    if is_undoing(job, shelf):
        raise WrongState(message("This import is being undone already."))
    shelf.tell(job.id, 0)
    _note(session, actor, job, {"running": True})


def undo_job(session: AnySession, actor: Actor, shelf: Shelf, job_id: int, hours: int) -> None:
    """Put everything back. Never raises: what goes wrong is kept for the owner to read."""
    job = session.get(ImportJob, job_id)
    if job is None or not undo_state(job).get("running"):
        return

    def tell(done: int, total: int) -> None:
        shelf.tell(job_id, 100 * done // max(total, 1))

    try:
        reverse_job(session, actor, job, hours, tell)
    except CannotUndo:
        _give_up(session, actor, job_id, {"refused": True})
    except Refusal as refusal:
        reason = refusal.message
        words = reason if isinstance(reason, Message) else Message(str(reason))
        _give_up(session, actor, job_id, {"failure": pack(words)})
    except Exception:
        log.exception("undoing import %s broke off", job_id)
        words = message("Something went wrong here. Nothing was changed.")
        _give_up(session, actor, job_id, {"failure": pack(words)})


def _give_up(session: AnySession, actor: Actor, job_id: int, state: dict[str, Any]) -> None:
    session.rollback()
    try:
        job = session.get(ImportJob, job_id)
        if job is not None and job.status == ImportStatus.DONE:
            _note(session, actor, job, state)
    except Exception:  # the database is away: after a while the click is offered again
        log.exception("undoing import %s: its failure could not be noted", job_id)


def _note(session: AnySession, actor: Actor, job: ImportJob, state: dict[str, Any]) -> None:
    with unit_of_work(session, actor):
        job.options = {**(job.options or {}), "undo": state}
