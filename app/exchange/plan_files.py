"""From files to a plan: read, parse, compare. What the command line and the screen share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.exchange import table_rows
from app.exchange.decisions import DEPARTMENT, Decisions
from app.exchange.departments import ParsedDepartments, parse_departments
from app.exchange.lookups import department_book
from app.exchange.plan import Plan, Progress, UnknownName
from app.exchange.plan_departments import DepartmentPlan, plan_departments
from app.exchange.plan_tables import TablePlan, plan_table
from app.exchange.plan_tasks import TaskPlan, plan_tasks
from app.exchange.problems import FileProblem, Problem
from app.exchange.reading import Sheet, read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import TableSpec
from app.exchange.task_rows import Departments
from app.exchange.tasks import ParsedTable, SkippedRow, parse_tasks

P = TypeVar("P", bound=Plan)


@dataclass(slots=True)
class FileSheets:
    """A file's sheets that are to be taken in, and what is known of their columns."""

    name: str
    sheets: list[Sheet] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)


def plan_task_file(
    session: AnySession,
    actor: Actor,
    path: Path,
    *,
    year: int,
    publish: bool = False,
    sheet: str | None = None,
    mapping: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    name: str = "",
) -> TaskPlan:
    """The plan for a table of tasks. A file that cannot be read is a plan with that problem."""
    try:
        sheets = read_sheets(path, sheet=sheet, name=name)
    except FileProblem as problem:
        return TaskPlan(problems=list(problem.problems), year=year)
    file = FileSheets(name or path.name, sheets, dict(mapping or {}))
    return plan_task_files(session, actor, [file], year=year, publish=publish, progress=progress)


def plan_task_files(
    session: AnySession,
    actor: Actor,
    files: Sequence[FileSheets],
    *,
    year: int,
    publish: bool = False,
    decisions: Decisions | None = None,
    progress: Progress | None = None,
) -> TaskPlan:
    """One plan for the tables of tasks of these files, in their order."""
    decisions = decisions or Decisions()
    book = department_book(session, actor, year, decisions.planned())
    meant = {word: book.spelling(known) for word, known in decisions.words(DEPARTMENT).items()}
    departments = Departments(book.spellings, meant, book.near)
    table, starts = ParsedTable(), list[int]()
    skipped: list[tuple[int, SkippedRow]] = []
    for place, file in enumerate(files):
        starts.append(len(table.rows))
        part = parse_tasks(
            file.sheets,
            year=year,
            known_departments=departments,
            mapping=file.mapping or None,
            progress=_share(progress, place, len(files)),
            rows=table.rows,
        )
        table.problems += _of(file, part.problems, files)
        skipped += [(place, row) for row in part.skipped]
    several = len(files) > 1
    plan = plan_tasks(
        session,
        actor,
        table,
        year=year,
        departments=book,
        publish=publish,
        decisions=decisions,
        file_of=lambda row: files[bisect_right(starts, row) - 1].name if several else "",
    )
    plan.skipped = skipped
    missing = departments.missing.items()
    plan.unknown += [UnknownName(DEPARTMENT, word, cells) for word, cells in missing]
    return plan


def plan_department_file(
    session: AnySession, actor: Actor, path: Path, *, sheet: str | None = None, name: str = ""
) -> DepartmentPlan:
    """The plan for a table of departments."""
    try:
        sheets = read_sheets(path, sheet=sheet, name=name)
    except FileProblem as problem:
        return DepartmentPlan(problems=list(problem.problems))
    return plan_department_files(session, actor, [FileSheets(name or path.name, sheets)])


def plan_department_files(
    session: AnySession, actor: Actor, files: Sequence[FileSheets]
) -> DepartmentPlan:
    """One plan for the tables of departments of these files."""
    table, origins = ParsedDepartments(), list[str]()
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    for file in files:
        part = parse_departments(file.sheets, file.mapping, seen)
        table.rows += part.rows
        table.problems += _of(file, part.problems, files)
        origins += [file.name] * len(part.rows)
    return _named(plan_departments(session, actor, table), origins, files)


def plan_table_file(
    session: AnySession,
    actor: Actor,
    path: Path,
    spec: TableSpec,
    *,
    sheet: str | None = None,
    name: str = "",
) -> TablePlan:
    """The plan for a table of master data."""
    try:
        sheets = read_sheets(path, sheet=sheet, name=name)
    except FileProblem as problem:
        return TablePlan(problems=list(problem.problems), spec=spec)
    return plan_table_files(session, actor, [FileSheets(name or path.name, sheets)], spec)


def plan_table_files(
    session: AnySession,
    actor: Actor,
    files: Sequence[FileSheets],
    spec: TableSpec,
    decisions: Decisions | None = None,
) -> TablePlan:
    """One plan for the tables of master data of these files."""
    table, origins = table_rows.ParsedTable(), list[str]()
    for file in files:
        part = parse_table(file.sheets, spec, file.mapping)
        table.rows += part.rows
        table.problems += _of(file, part.problems, files)
        origins += [file.name] * len(part.rows)
    return _named(plan_table(session, actor, table, spec, decisions), origins, files)


def _of(
    file: FileSheets, problems: Sequence[Problem], files: Sequence[FileSheets]
) -> list[Problem]:
    """The problems of one file, with its name where there are several."""
    return [replace(p, file=file.name) for p in problems] if len(files) > 1 else [*problems]


def _named(plan: P, origins: Sequence[str], files: Sequence[FileSheets]) -> P:
    """The plan whose rows know their file, where there are several."""
    if len(files) > 1:
        for row, name in zip(plan.rows, origins, strict=True):
            row.file = name
    return plan


def _share(progress: Progress | None, place: int, count: int) -> Callable[[int, int], None] | None:
    """The progress of one file as that of all."""
    if progress is None:
        return None
    return lambda done, total: progress(place * total + done, count * total)
