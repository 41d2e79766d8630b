"""Comparing a table of tasks with the year in the database.

A field whose column the file does not have is left as it is. Dated steps follow the words
they were read from: while the measures stay the same, the steps stay as they are. An issued
task takes only its hand-out (person responsible, remark) from a file; everything else is
listed as needing an adjustment (Art. 5.3, 9.2). A group such as 各系部 is one task of the
college with one child per department.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.spool import Spool
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import cycle_of_year
from app.exchange import lookups
from app.exchange.decisions import Decisions
from app.exchange.exported_tasks import keep_stored, refuse_mark, task_of_mark
from app.exchange.plan import Plan, UnknownName
from app.exchange.problems import FieldError, Problem
from app.exchange.row_planner import PlannedTask, RowPlanner
from app.exchange.stored_tasks import Keys, TaskShelf, digest_of
from app.exchange.tasks import ParsedTable, SkippedRow
from app.models.cycles import Cycle, CycleStatus

AT_ONCE = 500
"""Rows that are compared with their stored tasks at a time."""


@dataclass(slots=True)
class TaskPlan(Plan):
    """The plan for a year, its rows on disk where there are many. `cycle_id` is None where the
    import creates the year; `skipped` are the rows that are no tasks, with the place of their
    file; `publishes` says that tasks will be published; `adjusting` counts `to_adjust`."""

    rows: Spool[PlannedTask] = field(default_factory=Spool)
    year: int = 0
    cycle_id: int | None = None
    skipped: list[tuple[int, SkippedRow]] = field(default_factory=list)
    publishes: bool = False
    adjusting: int = 0

    @property
    def to_adjust(self) -> Iterator[PlannedTask]:
        """Issued tasks that the file wants otherwise."""
        return (row for row in self.rows if row.proposed)


def plan_tasks(
    session: AnySession,
    actor: Actor,
    table: ParsedTable,
    *,
    year: int,
    departments: lookups.DepartmentBook,
    publish: bool = False,
    decisions: Decisions | None = None,
    file_of: Callable[[int], str] = lambda place: "",
) -> TaskPlan:
    """What importing `table` into `year` would do. Writes nothing.

    The Office (`task:import`). `publish`: the tasks will be published with their issued
    table, also those that are here already as proposals. `file_of` names the file of a row by
    its place. Memory does not follow the rows: of each, a few bytes tell what it is found by.
    """
    if not actor.may("task:import"):
        raise NotAllowed(message("You may not import tasks."))
    cycle = cycle_of_year(session, year)
    plan = TaskPlan(problems=list(table.problems), year=year, cycle_id=cycle.id if cycle else None)
    _look_at_year(plan, cycle)
    categories = lookups.category_words(session, actor)
    categories.aliases = (decisions or Decisions()).words("task_category")
    planner = RowPlanner(
        departments=departments,
        people=lookups.people_book(session, actor),
        categories=categories,
        work_points=lookups.work_point_words(session, actor, plan.cycle_id),
        publish=publish,
    )
    stored = TaskShelf(session, actor, plan.cycle_id)
    marked, found = _matches(table, stored, planner)
    twins: dict[int, int] = {}
    cells: Counter[str] = Counter()
    for start in range(0, len(found), AT_ONCE):
        tasks = stored.load({key for key in found[start : start + AT_ONCE] if key})
        for place in range(start, min(start + AT_ONCE, len(found))):
            row, task = table.rows[place], tasks.get(found[place])
            if place in marked and task is not None:
                row = keep_stored(row, task, departments, planner.people, categories)
            elif row.mark:
                refuse_mark(row)
            planned = planner.plan(row, planner.lead_of(row), task)
            planned.file = file_of(place)
            _refuse_twin(planned, twins)
            plan.rows.append(planned)
            plan.publishes = plan.publishes or planned.publishes
            plan.adjusting += bool(planned.proposed)
            cells[row.category] += 1
    plan.problems += planner.left_out()
    plan.unknown = [UnknownName("task_category", word, cells[word]) for word in categories.missing]
    if plan.adjusting:
        plan.notices.append(
            message(
                "%(count)s issued tasks differ from the file; that takes an adjustment and is not written.",
                count=plan.adjusting,
            )
        )
    return plan


def _matches(
    table: ParsedTable, stored: TaskShelf, planner: RowPlanner
) -> tuple[dict[int, int], list[int]]:
    """The task that a row's mark names, by the row's place; and each row's task, 0 for none."""
    marked: dict[int, int] = {}
    keys = Keys()
    for place, row in enumerate(table.rows):
        task = task_of_mark(row, stored.born) if row.mark else None
        if task is not None:
            marked[place] = task
        keys.add(planner.lead_of(row), row.number or "", row.title)
    return marked, stored.match(keys, marked)


def _look_at_year(plan: TaskPlan, cycle: Cycle | None) -> None:
    if cycle is None:
        plan.notices.append(
            message("The year %(year)s is not here yet; it is created.", year=plan.year)
        )
    elif cycle.status == CycleStatus.CLOSED:
        plan.problems.append(Problem(message("The year is closed; only a correction changes it.")))


def _refuse_twin(row: PlannedTask, seen: dict[int, int]) -> None:
    """Two rows that would be one and the same task are told apart by nobody."""
    if row.errors or row.stored is not None:
        return
    columns = row.columns
    key = digest_of(columns.get("lead_department_id"), columns["number"], columns["title"])
    if key not in seen:
        seen[key] = row.row
    else:
        words = message("This task stands in row %(row)s already.", row=seen[key])
        row.errors.append(FieldError("title", row.source.columns.get("title"), words, row.row))
        row.settle(new=True)
