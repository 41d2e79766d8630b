"""Looking at an import's files: what was recognised in them and what they would do.

Everything that its owner has set right so far (`ImportJob.options`: `layouts`, `names`) and
what earlier imports have taught goes into it. Nothing is written here but what is to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.exchange.decisions import DEPARTMENT, Decisions, decisions_of
from app.exchange.plan import Plan, Progress
from app.exchange.plan_files import (
    FileSheets,
    plan_department_files,
    plan_table_files,
    plan_task_files,
)
from app.exchange.plan_tasks import TaskPlan
from app.exchange.problems import FileProblem, Problem
from app.exchange.reading import read_file
from app.exchange.recognition import Recognised, Remembered, recognise
from app.exchange.table_specs import SPECS
from app.exchange.uploads import Shelf, Upload, pack
from app.models.system import ImportJob, ImportLayout

_UNIT_FIELDS = {"lead", "unit"}


@dataclass(slots=True)
class LookedAt:
    """A file: its sheets as they were found, or why it cannot be read. `table` holds those
    that are read."""

    name: str
    sheets: list[Recognised]
    problem: Message | None = None
    table: FileSheets | None = None

    def kept(self) -> dict[str, Any]:
        problem = pack(self.problem) if self.problem else None
        return {"name": self.name, "problem": problem, "sheets": [asdict(s) for s in self.sheets]}


@dataclass(slots=True)
class Look:
    """The plan, and the files it was made from."""

    plan: Plan
    files: list[LookedAt]


def files_of(shelf: Shelf, job: ImportJob) -> list[Upload]:
    """The files of an import, in the order they were sent."""
    options = job.options or {}
    listed = options.get("files") or [
        {"name": job.file_name, "sha256": job.sha256, "suffix": options.get("suffix", "")}
    ]
    return [
        Upload(file["name"], file["sha256"], shelf.path_of(file["sha256"], file["suffix"]))
        for file in listed
    ]


def remembered_layouts(session: AnySession, actor: Actor, kind: str) -> dict[str, Remembered]:
    """What earlier imports have taught about such tables, by the headings' fingerprint."""
    rows = session.scalars(
        select(ImportLayout).where(visible(actor, ImportLayout), ImportLayout.kind == kind)
    )
    return {
        row.fingerprint: Remembered(
            row.id, row.columns, row.remembered_by.name, row.updated_at.date().isoformat()
        )
        for row in rows
    }


def look(
    session: AnySession,
    actor: Actor,
    shelf: Shelf,
    job: ImportJob,
    progress: Progress,
    *,
    departments_added: bool = False,
) -> Look:
    """What the files of `job` hold and would do. A file that cannot be read is named, the
    others are used; if none can be read, that is an error.

    `departments_added`: the new departments that its owner decided on are there already.
    """
    options = job.options or {}
    layouts = remembered_layouts(session, actor, job.kind)
    files: list[LookedAt] = []
    tables: list[FileSheets] = []
    origins: list[LookedAt] = []
    for place, upload in enumerate(files_of(shelf, job)):
        corrections = (options.get("layouts") or {}).get(str(place), {})
        file, table = _read(job.kind, upload, corrections, layouts)
        file.table = table
        files.append(file)
        if table is not None and table.sheets:
            tables.append(table)
            origins.append(file)
    decisions = decisions_of(session, actor, options)
    added = [word for word, _ in decisions.new_departments()]
    if departments_added:
        decisions = _with_names(decisions)
    plan = _plan(session, actor, job, tables, decisions, progress)
    if isinstance(plan, TaskPlan):
        _tell_traits(plan, origins)
    if added:
        names = "、".join(added)
        plan.notices.append(message("These departments are added: %(names)s.", names=names))
    broken = [file for file in files if file.problem is not None]
    level = "warning" if tables else "error"
    for file in broken:
        plan.problems.insert(0, Problem(file.problem, file=file.name, level=level))  # type: ignore[arg-type]
    if not tables and not broken:
        plan.problems = [Problem(message("No sheet of the file is taken in."))]
    return Look(plan, files)


def _read(
    kind: str, upload: Upload, corrections: Mapping[str, Any], layouts: Mapping[str, Remembered]
) -> tuple[LookedAt, FileSheets | None]:
    wanted = [name for name, entry in corrections.items() if entry.get("take")]
    try:
        book = read_file(Path(upload.path), also=wanted, name=upload.name)
    except FileProblem as problem:
        return LookedAt(upload.name, [], problem.problems[0].message), None
    found, sheets, mapping = recognise(kind, book, corrections, layouts)
    return LookedAt(upload.name, found), FileSheets(upload.name, sheets, mapping)


def _with_names(decisions: Decisions) -> Decisions:
    """The decisions once the new departments are there under their names."""
    added = {word: {"to": word} for word, _ in decisions.new_departments()}
    departments = {**decisions.names.get(DEPARTMENT, {}), **added}
    return Decisions({**decisions.names, DEPARTMENT: departments}, decisions.aliases)


def _plan(
    session: AnySession,
    actor: Actor,
    job: ImportJob,
    tables: Sequence[FileSheets],
    decisions: Decisions,
    progress: Progress,
) -> Plan:
    options = job.options or {}
    if job.kind == "department":
        return plan_department_files(session, actor, tables)
    if job.kind in SPECS:
        return plan_table_files(session, actor, tables, SPECS[job.kind], decisions)
    return plan_task_files(
        session,
        actor,
        tables,
        year=int(options["year"]),
        publish=bool(options.get("publish")),
        decisions=decisions,
        progress=progress,
    )


def _tell_traits(plan: TaskPlan, files: Sequence[LookedAt]) -> None:
    """What kind of table each sheet is: by its rows that are no tasks, and by its units."""
    reasons: Counter[tuple[int, str, str]] = Counter(
        (place, row.sheet, row.reason) for place, row in plan.skipped
    )
    for place, file in enumerate(files):
        for sheet in file.sheets:
            if not sheet.taken:
                continue
            for reason in ("section", "total", "heading", "note"):
                if reasons[place, sheet.name, reason]:
                    sheet.traits.append(reason)
            if not _UNIT_FIELDS & set(sheet.places()):
                sheet.traits.append("department_of_sheet")
