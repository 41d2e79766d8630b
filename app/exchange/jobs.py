"""Imports by the screen: upload, look, confirm, run in the background.

A run is one transaction that also marks its job as done. If it breaks off, nothing is
written and the job can be looked at and confirmed again; whoever was still running then
finds the job changed and takes everything back. What is confirmed is what was shown: the
plan is made anew at the start of the run, and a different one goes back to its owner.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core import clock, guard, policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, RuleViolations, WrongState
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.import_tasks import TaskOptions, write_tasks
from app.exchange.plan import Plan, PlannedRow
from app.exchange.plan_departments import DepartmentPlan, write_departments
from app.exchange.plan_files import plan_department_file, plan_table_file, plan_task_file
from app.exchange.plan_tables import TablePlan, write_table
from app.exchange.plan_tasks import TaskPlan
from app.exchange.problems import FieldError
from app.exchange.table_specs import SPECS
from app.exchange.uploads import Shelf, Upload, pack
from app.models.organisation import Person
from app.models.system import ImportJob, ImportStatus

log = logging.getLogger(__name__)

KINDS: dict[str, tuple[str, ...]] = {
    "task": ("task:import",),
    "department": ("department:add", "department:edit"),
    **{kind: (f"{kind}:add", f"{kind}:edit") for kind in SPECS},
}
"""What can be imported, and the permissions it takes."""
READING, WRITTEN = 30, 95
"""Percent of a run after reading the file, and before the commit."""


def kinds_of(actor: Actor) -> list[str]:
    """What this actor may import."""
    return [kind for kind, needed in KINDS.items() if all(actor.may(one) for one in needed)]


def open_job(
    session: AnySession,
    actor: Actor,
    shelf: Shelf,
    upload: Upload,
    kind: str,
    options: dict[str, Any],
    first_password_hash: str = "",
) -> ImportJob:
    """Look at an uploaded file and keep what it would do, for its owner to confirm.

    Office (tasks), whoever keeps the rows (master data). New people of a staff list get the
    password of `first_password_hash` and change it at their first sign-in; the hash stands on
    the shelf until the run, never in the database's trail. Effects: an import in `preview`; nothing of
    the file is written. Errors: NotAllowed; RuleViolations with a reason for each problem
    where the file cannot be read as a table at all.
    """
    if kind not in kinds_of(actor):
        raise NotAllowed(message("You may not import this."))
    options = {**options, "suffix": upload.path.suffix}
    job = ImportJob(
        kind=kind,
        file_name=upload.name,
        sha256=upload.sha256,
        options=options,
        owner_id=actor.user_id,
    )
    policy.require(actor, "add", job)
    plan = _plan(session, actor, shelf, job, lambda done, total: None)
    if not plan.rows:
        raise RuleViolations(
            [RuleViolation(p.message, "file") for p in plan.problems if p.level == "error"]
            or [RuleViolation(message("The file is empty."), "file")]
        )
    job.summary = _summary(plan)
    # The owner and the file's hash are not for forms; the right to add was asked above.
    with unit_of_work(session, actor), guard.privileged(session):
        session.add(job)
    shelf.write_rows(job.id, [_row(row) for row in plan.rows])
    if first_password_hash:
        shelf.keep_secret(job.id, first_password_hash)
    return job


def own_jobs(session: AnySession, actor: Actor, limit: int = 20) -> list[ImportJob]:
    """The actor's latest imports."""
    mine = select(ImportJob).where(visible(actor, ImportJob), ImportJob.owner_id == actor.user_id)
    return list(session.scalars(mine.order_by(ImportJob.id.desc()).limit(limit)))


def own_job(session: AnySession, actor: Actor, job_id: int) -> ImportJob | None:
    mine = select(ImportJob).where(visible(actor, ImportJob), ImportJob.owner_id == actor.user_id)
    return session.scalar(mine.where(ImportJob.id == job_id))


def confirm_job(
    session: AnySession, actor: Actor, job: ImportJob, shelf: Shelf, fingerprint: str
) -> None:
    """Start what was shown. The owner; from `preview`. The caller then launches `run_job`.

    Errors: WrongState when it runs or has run (a second click), Conflict when something else
    was shown last, RuleViolation when the file has errors.
    """
    if (job.summary or {}).get("fingerprint") != fingerprint:
        raise Conflict(message("What this import would do has changed; please look again."))
    if (job.summary or {}).get("errors"):
        raise RuleViolation(message("A file with errors is not imported."))
    shelf.tell(job.id, 0)
    with unit_of_work(session, actor):
        workflow.apply(session, actor, job, "start")


def look_again(session: AnySession, actor: Actor, job: ImportJob, shelf: Shelf) -> None:
    """Make the preview anew, for an import that failed or whose run died.

    The owner; from `failed`, and from `running` when nothing has been heard of the run for
    two minutes. Errors: WrongState while it still runs.
    """
    if job.status == ImportStatus.RUNNING and not shelf.is_silent(job.id):
        raise WrongState(message("This import is still running."))
    plan = _plan(session, actor, shelf, job, lambda done, total: None)
    _show_anew(session, actor, shelf, job, plan, changed=False)


def run_job(session: AnySession, actor: Actor, shelf: Shelf, job_id: int) -> None:
    """Carry out a started import: all of it, with the mark that it is done, or nothing.

    Never raises: what goes wrong is kept on the job, for its owner to read.
    """
    job = session.get(ImportJob, job_id)
    if job is None or job.status != ImportStatus.RUNNING:
        return
    version = job.version
    try:
        _run(session, actor, shelf, job, version)
    except Refusal as refusal:
        _give_up(session, actor, job_id, version, refusal.message)
    except Exception:
        log.exception("import %s broke off", job_id)
        words = message("Something went wrong here. Nothing was changed.")
        _give_up(session, actor, job_id, version, words)


def _run(session: AnySession, actor: Actor, shelf: Shelf, job: ImportJob, version: int) -> None:
    plan = _plan(session, actor, shelf, job, _share(shelf, job.id, 0, READING))
    if plan.refused or plan.fingerprint() != (job.summary or {}).get("fingerprint"):
        _show_anew(session, actor, shelf, job, plan, changed=True)
        return
    options = job.options or {}
    result: dict[str, Any] = {}
    with unit_of_work(session, actor):
        if isinstance(plan, DepartmentPlan):
            write_departments(session, actor, plan)
        elif isinstance(plan, TaskPlan):
            told = _share(shelf, job.id, READING, WRITTEN)
            written = write_tasks(session, actor, plan, _task_options(job), told)
            result = {
                "cycle": written.cycle.id,
                "decomposition": written.table.id if written.table else None,
                "adjustments": [row.id for row in written.adjustments],
                "year": options.get("year"),
            }
        elif isinstance(plan, TablePlan):
            told = _share(shelf, job.id, READING, WRITTEN)
            give = _first_password(shelf.secret(job.id))
            write_table(session, actor, plan, first_password=give, progress=told)
        summary = {**_summary(plan), "result": result}
        workflow.apply(session, actor, job, "finish", version=version, summary=summary)
    shelf.tell(job.id, 100)
    shelf.drop_secret(job.id)


def _first_password(password_hash: str) -> Callable[[Person], None] | None:
    """Gives a new person the first password; None if none was chosen."""
    if not password_hash:
        return None

    def give(person: Person) -> None:
        person.password = password_hash
        person.password_changed_at = clock.now()
        person.must_change_password = True

    return give


def _give_up(
    session: AnySession, actor: Actor, job_id: int, version: int, reason: Message | str
) -> None:
    session.rollback()
    words = reason if isinstance(reason, Message) else Message(str(reason))
    try:
        with unit_of_work(session, actor):
            job = session.get(ImportJob, job_id)
            if job is not None and job.status == ImportStatus.RUNNING and job.version == version:
                summary = {**(job.summary or {}), "failure": pack(words)}
                workflow.apply(session, actor, job, "fail", summary=summary)
    except Exception:  # the database is away: the job stays `running` and is looked at again
        log.exception("import %s: its failure could not be noted", job_id)


def _show_anew(
    session: AnySession, actor: Actor, shelf: Shelf, job: ImportJob, plan: Plan, *, changed: bool
) -> None:
    shelf.write_rows(job.id, [_row(row) for row in plan.rows])
    with unit_of_work(session, actor):
        workflow.apply(
            session, actor, job, "look_again", summary={**_summary(plan), "differs": changed}
        )


def _plan(
    session: AnySession,
    actor: Actor,
    shelf: Shelf,
    job: ImportJob,
    progress: Callable[[int, int], None],
) -> Plan:
    options = job.options or {}
    path = shelf.path_of(job.sha256, options.get("suffix", ""))
    if job.kind == "department":
        return plan_department_file(session, actor, path, name=job.file_name)
    if job.kind in SPECS:
        return plan_table_file(session, actor, Path(path), SPECS[job.kind], name=job.file_name)
    return plan_task_file(
        session,
        actor,
        Path(path),
        year=int(options["year"]),
        publish=bool(options.get("publish")),
        progress=progress,
        name=job.file_name,
    )


def _task_options(job: ImportJob) -> TaskOptions:
    options = job.options or {}
    day = options.get("issued_on")
    return TaskOptions(
        publish=bool(options.get("publish")),
        issue_number=options.get("issue_number") or "",
        issued_on=dt.date.fromisoformat(day) if day else None,
        adjust=bool(options.get("adjust")),
        cause=str(message("Differs from the imported table “%(file)s”.", file=job.file_name)),
    )


def _share(shelf: Shelf, job_id: int, first: int, last: int) -> Callable[[int, int], None]:
    """Progress of one part of the run, as a percent of the whole."""

    def tell(done: int, total: int) -> None:
        shelf.tell(job_id, first + (last - first) * done // max(total, 1))

    return tell


# What is kept of a plan ----------------------------------------------------------------


def _summary(plan: Plan) -> dict[str, Any]:
    return {
        **plan.summary(),
        "fingerprint": plan.fingerprint(),
        "notices": [pack(words) for words in plan.notices],
        "problems": [
            {
                "sheet": problem.sheet,
                "row": problem.row,
                "column": problem.column,
                "level": problem.level,
                "message": pack(problem.message),
            }
            for problem in plan.problems
        ],
    }


def _row(row: PlannedRow) -> dict[str, Any]:
    told = row.promised()
    title = told.get("title") or told.get("name") or ""
    return {
        "sheet": row.sheet,
        "row": row.row,
        "number": told.get("number") or told.get("code") or "",
        "title": title,
        "lead": "、".join(told.get("lead") or []),
        "action": str(row.action),
        "errors": [_cell(error, row) for error in row.errors],
        "warnings": [_cell(warning, row) for warning in row.warnings],
        "changes": [[c.field, c.old, c.new, c.written] for c in row.changes],
    }


def _cell(error: FieldError, row: PlannedRow) -> dict[str, Any]:
    place = f"{error.column or ''}{error.row or row.row}"
    return {"field": error.field, "place": place, "message": pack(error.message)}
