"""Comparing a table of tasks with the year in the database.

A field whose column the file does not have is left as it is. Dated steps follow the words
they were read from: while the measures stay the same, the steps stay as they are. An issued
task takes only its hand-out (person responsible, remark) from a file; everything else is
listed as needing an adjustment (Art. 5.3, 9.2). A group such as 各系部 is one task of the
college with one child per department.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import cycle_of_year
from app.exchange import lookups
from app.exchange.decisions import Decisions
from app.exchange.exported_tasks import keep_stored, marked_tasks
from app.exchange.plan import Plan, UnknownName
from app.exchange.problems import FieldError, Problem
from app.exchange.row_planner import PlannedTask, RowPlanner
from app.exchange.stored_tasks import TaskShelf, stored_tasks
from app.exchange.tasks import ParsedTable, SkippedRow
from app.models.cycles import Cycle, CycleStatus


@dataclass(slots=True)
class TaskPlan(Plan):
    """The plan for a year. `cycle_id` is None where the import creates the year; `skipped` are
    the rows that are no tasks, with the place of their file."""

    rows: list[PlannedTask] = field(default_factory=list)
    year: int = 0
    cycle_id: int | None = None
    skipped: list[tuple[int, SkippedRow]] = field(default_factory=list)

    @property
    def to_adjust(self) -> list[PlannedTask]:
        """Issued tasks that the file wants otherwise."""
        return [row for row in self.rows if row.proposed]


def plan_tasks(
    session: AnySession,
    actor: Actor,
    table: ParsedTable,
    *,
    year: int,
    departments: lookups.DepartmentBook,
    publish: bool = False,
    decisions: Decisions | None = None,
) -> TaskPlan:
    """What importing `table` into `year` would do. Writes nothing.

    The Office (`task:import`). `publish`: the tasks will be published with their issued
    table, also those that are here already as proposals.
    """
    if not actor.may("task:import"):
        raise NotAllowed(message("You may not import tasks."))
    cycle = cycle_of_year(session, year)
    plan = TaskPlan(problems=list(table.problems), year=year, cycle_id=cycle.id if cycle else None)
    _look_at_year(plan, cycle)
    stored = stored_tasks(session, actor, plan.cycle_id)
    categories = lookups.category_words(session, actor)
    categories.aliases = (decisions or Decisions()).words("task_category")
    planner = RowPlanner(
        departments=departments,
        people=lookups.people_book(session, actor),
        categories=categories,
        work_points=lookups.work_point_words(session, actor, plan.cycle_id),
        publish=publish,
    )
    marked = marked_tasks(table.rows, stored)
    for place, task in marked.items():
        table.rows[place] = keep_stored(
            table.rows[place], task, departments, planner.people, categories
        )
    leads = [planner.lead_of(row) for row in table.rows]
    keys = [
        (lead, row.number or "", row.title) for lead, row in zip(leads, table.rows, strict=True)
    ]
    matches = TaskShelf(stored).match(keys, marked)
    for row, lead, match in zip(table.rows, leads, matches, strict=True):
        plan.rows.append(planner.plan(row, lead, match))
    _refuse_twins(plan.rows)
    plan.problems += planner.left_out()
    plan.unknown = [
        UnknownName("task_category", word, sum(row.category == word for row in table.rows))
        for word in categories.missing
    ]
    if plan.to_adjust:
        plan.notices.append(
            message(
                "%(count)s issued tasks differ from the file; that takes an adjustment and is not written.",
                count=len(plan.to_adjust),
            )
        )
    return plan


def _look_at_year(plan: TaskPlan, cycle: Cycle | None) -> None:
    if cycle is None:
        plan.notices.append(
            message("The year %(year)s is not here yet; it is created.", year=plan.year)
        )
    elif cycle.status == CycleStatus.CLOSED:
        plan.problems.append(Problem(message("The year is closed; only a correction changes it.")))


def _refuse_twins(rows: list[PlannedTask]) -> None:
    """Two rows that would be one and the same task are told apart by nobody."""
    seen: dict[Any, PlannedTask] = {}
    for row in rows:
        if row.errors or row.stored is not None:
            continue
        key = (row.columns.get("lead_department_id"), row.columns["number"], row.columns["title"])
        earlier = seen.setdefault(key, row)
        if earlier is not row:
            words = message("This task stands in row %(row)s already.", row=earlier.row)
            row.errors.append(FieldError("title", row.source.columns.get("title"), words, row.row))
            row.settle(new=True)
