"""From a file to a plan: read, parse, compare. What the command line and the screen share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.exchange.departments import parse_departments
from app.exchange.lookups import department_book
from app.exchange.plan import Progress
from app.exchange.plan_departments import DepartmentPlan, plan_departments
from app.exchange.plan_tables import TablePlan, plan_table
from app.exchange.plan_tasks import TaskPlan, plan_tasks
from app.exchange.problems import FileProblem
from app.exchange.reading import read_sheets
from app.exchange.table_rows import parse_table
from app.exchange.table_specs import TableSpec
from app.exchange.tasks import parse_tasks


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
    departments = department_book(session, actor, year)
    table = parse_tasks(
        sheets,
        year=year,
        known_departments=departments.spellings,
        mapping=dict(mapping) if mapping else None,
        progress=progress,
    )
    return plan_tasks(session, actor, table, year=year, departments=departments, publish=publish)


def plan_department_file(
    session: AnySession, actor: Actor, path: Path, *, sheet: str | None = None, name: str = ""
) -> DepartmentPlan:
    """The plan for a table of departments."""
    try:
        sheets = read_sheets(path, sheet=sheet, name=name)
    except FileProblem as problem:
        return DepartmentPlan(problems=list(problem.problems))
    return plan_departments(session, actor, parse_departments(sheets))


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
    return plan_table(session, actor, parse_table(sheets, spec), spec)
