"""What waits of imports: files that were looked at and are neither taken in nor given up."""

from __future__ import annotations

from collections.abc import Iterable

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.system import ImportJob


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("import_job:start"):
        yield Waiting(
            "import_job.start",
            ImportJob,
            message("Imports to confirm"),
            "show",
            waiting_rows(ImportJob.id, ImportJob.file_name, since=ImportJob.updated_at).where(
                visible(actor, ImportJob),
                ImportJob.owner_id == actor.user_id,
                in_sources(ImportJob, "start"),
            ),
            verb=message("Look at it and confirm"),
        )


queue.register(waiting)
