"""The steps of an import: shown, confirmed, running, done, undone. Each is its owner's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.system import ImportJob, ImportStatus


def _begin(session: AnySession, actor: Actor, job: ImportJob, fields: Mapping[str, Any]) -> None:
    job.progress = 0
    job.finished_at = None


def _end(session: AnySession, actor: Actor, job: ImportJob, fields: Mapping[str, Any]) -> None:
    job.finished_at = clock.now()


def _complete(session: AnySession, actor: Actor, job: ImportJob, fields: Mapping[str, Any]) -> None:
    job.progress = 100
    job.finished_at = clock.now()


IMPORT_JOB = Workflow(
    ImportJob,
    (
        Transition(
            "start",
            (ImportStatus.PREVIEW,),
            ImportStatus.RUNNING,
            message("Import"),
            effect=_begin,
        ),
        # The file or the database is not what was shown, or the run broke off: nothing has
        # been written, and the person looks again. Also after setting right what was recognised.
        Transition(
            "look_again",
            (ImportStatus.PREVIEW, ImportStatus.RUNNING, ImportStatus.FAILED),
            ImportStatus.PREVIEW,
            message("Look again"),
            accepts=("summary",),
            effect=_begin,
        ),
        # In the transaction of the import itself: done means written, and the reverse.
        Transition(
            "finish",
            (ImportStatus.RUNNING,),
            ImportStatus.DONE,
            message("Finish"),
            accepts=("summary",),
            effect=_complete,
        ),
        Transition(
            "fail",
            (ImportStatus.RUNNING,),
            ImportStatus.FAILED,
            message("Give up"),
            accepts=("summary",),
            effect=_end,
        ),
        # In the transaction that puts everything back, see `reversal`.
        Transition(
            "reverse",
            (ImportStatus.DONE,),
            ImportStatus.REVERSED,
            message("Undo the import"),
            accepts=("summary",),
        ),
    ),
)

workflow.register(IMPORT_JOB)
