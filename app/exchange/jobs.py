"""Imports by the screen: upload, set right, look, confirm, run in the background.

A run is one transaction that also marks its job as done. If it breaks off, nothing is
written and the job can be looked at and confirmed again; whoever was still running then
finds the job changed and takes everything back. What is confirmed is what was shown: the
plan is made anew at the start of the run, and a different one goes back to its owner.

Large files are looked at in the background, too: such a job is `running` with the option
`looking`, and goes back to its owner when what it would do is known.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.core import audit, clock, guard, policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, RuleViolations, WrongState
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.decisions import decisions_of
from app.exchange.import_tasks import TaskOptions, write_tasks
from app.exchange.kept import rows_as_kept, summary_of
from app.exchange.looking import Look, files_of, look
from app.exchange.plan import Plan
from app.exchange.plan_departments import DepartmentPlan, write_departments
from app.exchange.plan_tables import TablePlan, write_table
from app.exchange.plan_tasks import TaskPlan
from app.exchange.table_specs import KINDS
from app.exchange.uploads import Shelf, Upload, digest_of, pack
from app.models.organisation import Person
from app.models.system import ImportJob, ImportStatus

log = logging.getLogger(__name__)

READING, WRITTEN = 30, 95
"""Percent of a run after reading the file, and before the commit."""
MANY_FILES = 20
"""The most files of one import."""


def kinds_of(actor: Actor) -> list[str]:
    """What this actor may import."""
    return [kind for kind, needed in KINDS.items() if all(actor.may(one) for one in needed)]


def open_job(
    session: AnySession,
    actor: Actor,
    shelf: Shelf,
    uploads: Sequence[Upload],
    kind: str,
    options: dict[str, Any],
    first_password_hash: str = "",
    *,
    at_once: bool = True,
) -> ImportJob:
    """Look at uploaded files and keep what they would do, for their owner to confirm.

    Office (tasks), whoever keeps the rows (master data). New people of a staff list get the
    password of `first_password_hash` and change it at their first sign-in; the hash stands on
    the shelf until the run, never in the database's trail. Effects: an import in `preview`; nothing of
    the files is written. Not `at_once`: an import that is `running`, for the caller to launch
    `look_job`. Errors: NotAllowed; RuleViolations with a reason for each problem where no file
    can be read as a table at all.
    """
    if kind not in kinds_of(actor):
        raise NotAllowed(message("You may not import this."))
    if len(uploads) > MANY_FILES:
        words = message("At most %(most)s files are imported at once.", most=MANY_FILES)
        raise RuleViolation(words, "file")
    first: dict[str, Upload] = {}
    for upload in uploads:
        first.setdefault(upload.sha256, upload)
    uploads = [*first.values()]
    listed = [{"name": u.name, "sha256": u.sha256, "suffix": u.path.suffix} for u in uploads]
    job = ImportJob(
        kind=kind,
        file_name="、".join(upload.name for upload in uploads)[:255],
        sha256=digest_of(uploads),
        options={**options, "files": listed},
        owner_id=actor.user_id,
    )
    policy.require(actor, "add", job)
    seen = look(session, actor, shelf, job, _quiet) if at_once else None
    if seen is not None:
        if not any(len(sheet.columns) > 1 for file in seen.files for sheet in file.sheets):
            raise RuleViolations(
                [RuleViolation(p.message, "file") for p in seen.plan.problems if p.level == "error"]
                or [RuleViolation(message("The file is empty."), "file")]
            )
        job.summary = summary_of(seen.plan)
    # The owner and the file's hash are not for forms; the right to add was asked above.
    with unit_of_work(session, actor), guard.privileged(session):
        session.add(job)
    if first_password_hash:
        shelf.keep_secret(job.id, first_password_hash)
    if seen is not None:
        _keep(shelf, job, seen)
    else:
        _start_looking(session, actor, job, shelf)
    return job


def own_jobs(session: AnySession, actor: Actor, limit: int = 20) -> list[ImportJob]:
    """The actor's latest imports."""
    mine = select(ImportJob).where(visible(actor, ImportJob), ImportJob.owner_id == actor.user_id)
    return list(session.scalars(mine.order_by(ImportJob.id.desc()).limit(limit)))


def twin_of(session: AnySession, actor: Actor, job: ImportJob) -> ImportJob | None:
    """The actor's latest import of the very same content for the same year that was carried out
    before; None if there is none."""
    same = select(ImportJob).where(
        visible(actor, ImportJob),
        ImportJob.owner_id == actor.user_id,
        ImportJob.id < job.id,
        ImportJob.kind == job.kind,
        ImportJob.sha256 == job.sha256,
        ImportJob.status == ImportStatus.DONE,
    )
    year = (job.options or {}).get("year")
    return next(
        (
            one
            for one in session.scalars(same.order_by(ImportJob.id.desc()))
            if (one.options or {}).get("year") == year
        ),
        None,
    )


def own_job(session: AnySession, actor: Actor, job_id: int) -> ImportJob | None:
    mine = select(ImportJob).where(visible(actor, ImportJob), ImportJob.owner_id == actor.user_id)
    return session.scalar(mine.where(ImportJob.id == job_id))


def is_large(shelf: Shelf, job: ImportJob, limit: int) -> bool:
    """Have the files more bytes than are looked at while their owner waits?"""
    paths = [upload.path for upload in files_of(shelf, job)]
    return sum(path.stat().st_size for path in paths if path.exists()) > limit


def revise_job(
    session: AnySession,
    actor: Actor,
    job: ImportJob,
    shelf: Shelf,
    version: int,
    *,
    at_once: bool = True,
    **options: Any,
) -> None:
    """Take what the owner has set right (`layouts`, `names`) and look again.

    The owner; from `preview`. Errors: WrongState when it runs or has run, Conflict when it has
    been set right in another window meanwhile.
    """
    if job.status != ImportStatus.PREVIEW:
        raise WrongState(message("This import has been confirmed already."))
    if job.version != version:
        raise Conflict(
            message("This import was changed in another window; here it is as it stands now.")
        )
    with unit_of_work(session, actor):
        job.options = {**(job.options or {}), **options}
    if at_once:
        look_again(session, actor, job, shelf)
    else:
        _start_looking(session, actor, job, shelf)


def _start_looking(session: AnySession, actor: Actor, job: ImportJob, shelf: Shelf) -> None:
    shelf.tell(job.id, 0)
    with unit_of_work(session, actor):
        job.options = {**(job.options or {}), "looking": True}
        workflow.apply(session, actor, job, "start")


def is_looking(job: ImportJob) -> bool:
    """Is it being looked at in the background, not carried out?"""
    return job.status == ImportStatus.RUNNING and bool((job.options or {}).get("looking"))


def others_of(job: ImportJob) -> int:
    """How many rows may be imported while the refused ones stay out; 0 where that is not
    offered: an issued table is whole or it is not that table."""
    if job.status != ImportStatus.PREVIEW or (job.options or {}).get("publish"):
        return 0
    return int((job.summary or {}).get("others") or 0)


def confirm_job(
    session: AnySession,
    actor: Actor,
    job: ImportJob,
    shelf: Shelf,
    fingerprint: str,
    *,
    leave_out: bool = False,
) -> None:
    """Start what was shown; with `leave_out`, all but the refused rows. The owner; from
    `preview`. The caller then launches `run_job`.

    Errors: WrongState when it runs or has run (a second click), Conflict when something else
    was shown last, RuleViolation when the file has errors and they are not to be left out, or
    cannot be.
    """
    if (job.summary or {}).get("fingerprint") != fingerprint:
        raise Conflict(
            message(
                "What this import would do has changed. It is shown below as it is now; please check it."
            )
        )
    if (job.summary or {}).get("errors") and not (leave_out and others_of(job)):
        raise RuleViolation(message("A file with errors is not imported."))
    shelf.tell(job.id, 0)
    with unit_of_work(session, actor):
        job.options = {**(job.options or {}), "leave_out": leave_out}
        workflow.apply(session, actor, job, "start")


def look_again(session: AnySession, actor: Actor, job: ImportJob, shelf: Shelf) -> None:
    """Make the preview anew, for an import that was set right, that failed or whose run died.

    The owner; from `preview`, `failed`, and from `running` when nothing has been heard of the
    run for two minutes. Errors: WrongState while it still runs.
    """
    if job.status == ImportStatus.RUNNING and not shelf.is_silent(job.id):
        raise WrongState(message("This import is still running."))
    seen = look(session, actor, shelf, job, _quiet)
    _show_anew(session, actor, shelf, job, seen, changed=False)


def look_job(session: AnySession, actor: Actor, shelf: Shelf, job_id: int) -> None:
    """Look at the files of a job in the background. Never raises, see `run_job`."""
    job = session.get(ImportJob, job_id)
    if job is None or not is_looking(job):
        return

    def work(version: int) -> None:
        seen = look(session, actor, shelf, job, _share(shelf, job.id, 0, WRITTEN))
        _show_anew(session, actor, shelf, job, seen, changed=False, version=version)

    _carefully(session, actor, job, work)


def run_job(session: AnySession, actor: Actor, shelf: Shelf, job_id: int) -> None:
    """Carry out a started import: all of it, with the mark that it is done, or nothing.

    Never raises: what goes wrong is kept on the job, for its owner to read.
    """
    job = session.get(ImportJob, job_id)
    if job is None or job.status != ImportStatus.RUNNING or is_looking(job):
        return
    _carefully(session, actor, job, lambda version: _run(session, actor, shelf, job, version))


def _carefully(
    session: AnySession, actor: Actor, job: ImportJob, work: Callable[[int], None]
) -> None:
    job_id, version = job.id, job.version
    try:
        work(version)
    except Refusal as refusal:
        _give_up(session, actor, job_id, version, refusal.message)
    except Exception:
        log.exception("import %s broke off", job_id)
        words = message("Something went wrong here. Nothing was changed.")
        _give_up(session, actor, job_id, version, words)


class _Differs(Exception):  # noqa: N818 (nothing is wrong: the owner looks again)
    """What would be written is not what was shown."""


def _run(session: AnySession, actor: Actor, shelf: Shelf, job: ImportJob, version: int) -> None:
    told = _share(shelf, job.id, 0, READING)
    added = decisions_of(session, actor, job.options or {}).new_departments()
    if not added:
        seen = look(session, actor, shelf, job, told)
        if _is_other(job, seen.plan):
            _show_anew(session, actor, shelf, job, seen, changed=True)
            return
    try:
        with unit_of_work(session, actor):
            if added:
                _add_departments(session, actor, job)
                seen = look(session, actor, shelf, job, told, departments_added=True)
                if _is_other(job, seen.plan):
                    raise _Differs
            plan = seen.plan.without_left_out() if _leaves_out(job) else seen.plan
            result = _write(session, actor, shelf, job, plan)
            # Numbered without a gap up to this import's own: what a reversal goes by.
            summary = {
                **summary_of(seen.plan),
                **{name: plan.summary()[name] for name in ("new", "changed", "unchanged")},
                "left_out": len(seen.plan.rows) - len(plan.rows),
                "result": result,
                "events": audit.noted(session),
            }
            workflow.apply(session, actor, job, "finish", version=version, summary=summary)
    except _Differs:
        seen = look(session, actor, shelf, job, _quiet)
        _show_anew(session, actor, shelf, job, seen, changed=True)
        return
    shelf.tell(job.id, 100)
    shelf.drop_secret(job.id)


def _is_other(job: ImportJob, plan: Plan) -> bool:
    shown = plan.fingerprint() == (job.summary or {}).get("fingerprint")
    return not shown or (plan.refused and not _leaves_out(job))


def _leaves_out(job: ImportJob) -> bool:
    return bool((job.options or {}).get("leave_out"))


def _add_departments(session: AnySession, actor: Actor, job: ImportJob) -> None:
    """The new departments that the owner decided on; RuleViolations where they cannot be."""
    plan = decisions_of(session, actor, job.options or {}).plan_new(session, actor)
    if plan is not None:
        write_departments(session, actor, plan)


def _write(
    session: AnySession, actor: Actor, shelf: Shelf, job: ImportJob, plan: Plan
) -> dict[str, Any]:
    """Write what the plan says; what the page links to afterwards."""
    told = _share(shelf, job.id, READING, WRITTEN)
    if isinstance(plan, DepartmentPlan):
        write_departments(session, actor, plan)
    elif isinstance(plan, TaskPlan):
        written = write_tasks(session, actor, plan, _task_options(job), told)
        return {
            "cycle": written.cycle.id,
            "decomposition": written.table.id if written.table else None,
            "adjustments": [row.id for row in written.adjustments],
            "year": (job.options or {}).get("year"),
        }
    elif isinstance(plan, TablePlan):
        give = _first_password(shelf.secret(job.id))
        write_table(session, actor, plan, first_password=give, progress=told)
    return {}


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
    session: AnySession,
    actor: Actor,
    shelf: Shelf,
    job: ImportJob,
    seen: Look,
    *,
    changed: bool,
    version: int | None = None,
) -> None:
    _keep(shelf, job, seen)
    summary = {**summary_of(seen.plan), "differs": changed}
    with unit_of_work(session, actor):
        # The step asks for the version first: what runs twice is shown once.
        workflow.apply(session, actor, job, "look_again", version=version, summary=summary)
        job.options = {**(job.options or {}), "looking": False}


def _keep(shelf: Shelf, job: ImportJob, seen: Look) -> None:
    shelf.write_rows(job.id, rows_as_kept(seen.plan))
    shelf.write(job.id, "files", [file.kept() for file in seen.files])


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


def _quiet(done: int, total: int) -> None:
    """Nobody is told how far it is."""


def _share(shelf: Shelf, job_id: int, first: int, last: int) -> Callable[[int, int], None]:
    """Progress of one part of the run, as a percent of the whole."""

    def tell(done: int, total: int) -> None:
        shelf.tell(job_id, first + (last - first) * done // max(total, 1))

    return tell
