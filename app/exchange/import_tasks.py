"""Carrying out a plan of tasks: everything in the caller's one transaction, or nothing.

Rows are written in portions, so that progress can be told and memory does not follow the rows;
nothing is committed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.core import guard
from app.core.actor import Actor
from app.core.bulk import insert_rows, new_row
from app.core.errors import Conflict, NotAllowed, RuleViolation, RuleViolations
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.queries import cycle_of_year
from app.cycles.service import open_complete_year, standard_plan
from app.exchange.indicators import IndicatorText
from app.exchange.offers import offer_adjustments
from app.exchange.plan import Action, Progress
from app.exchange.plan_tasks import TaskPlan
from app.exchange.row_planner import PlannedTask, Steps
from app.models.cycles import Cycle
from app.models.improvement import Adjustment
from app.models.organisation import Department
from app.models.planning import (
    Decomposition,
    Indicator,
    Milestone,
    Task,
    TaskDepartment,
    TaskDepartmentRole,
)
from app.planning.adoption import adopt_issued_table, open_table

PORTION = 500
"""Rows written between two calls of `progress`."""


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """`publish` records the file as the year's issued table, with `issue_number`.
    `adjust` writes an adjustment draft for each issued task that the file wants otherwise,
    with `cause`."""

    publish: bool = False
    issue_number: str = ""
    issued_on: dt.date | None = None
    adjust: bool = False
    cause: str = ""


@dataclass(slots=True)
class WrittenTasks:
    """What an import has written."""

    cycle: Cycle
    cycle_created: bool = False
    table: Decomposition | None = None
    adjustments: list[Adjustment] = field(default_factory=list)


def import_tasks(
    session: AnySession,
    actor: Actor,
    plan: TaskPlan,
    options: TaskOptions,
    progress: Progress | None = None,
) -> WrittenTasks:
    """Carry out `plan` in one transaction of its own. See `write_tasks`."""
    with unit_of_work(session, actor):
        return write_tasks(session, actor, plan, options, progress)


def write_tasks(
    session: AnySession,
    actor: Actor,
    plan: TaskPlan,
    options: TaskOptions,
    progress: Progress | None = None,
) -> WrittenTasks:
    """Write what the plan says. Flushes, does not commit.

    The Office. From any state of the year but closed. Effects: new tasks are proposals, or
    published with their frozen table (`publish`); proposals change; issued tasks take their
    hand-out only; a missing year is created. Errors: RuleViolations when the plan has
    errors, Conflict when a task has changed since the plan was made. Art. 5.2, 5.3, 9.2.
    """
    if not actor.may("task:import"):
        raise NotAllowed(message("You may not import tasks."))
    if plan.refused:
        raise RuleViolations([RuleViolation(reason) for reason in plan.reasons()])
    if options.publish and not options.issue_number.strip():
        raise RuleViolation(message("A published table needs its issue number."), "issue_number")
    cycle = cycle_of_year(session, plan.year)
    written = WrittenTasks(
        cycle=cycle or _new_year(session, actor, plan.year),
        cycle_created=cycle is None,
    )
    if plan.publishes:
        written.table = open_table(session, actor, written.cycle)
    writer = _Writer(session, written)
    for start in range(0, len(plan.rows), PORTION):
        portion = plan.rows[start : start + PORTION]
        writer.write([row for row in portion if row.action != Action.UNCHANGED])
        if progress:
            progress(start + len(portion), len(plan.rows))
    if written.table is not None:
        adopt_issued_table(
            session,
            actor,
            written.table,
            issue_number=options.issue_number,
            issued_on=options.issued_on,
        )
    if options.adjust:
        written.adjustments = offer_adjustments(
            session, actor, plan.to_adjust, written.cycle, options.cause
        )
    return written


def _new_year(session: AnySession, actor: Actor, year: int) -> Cycle:
    return open_complete_year(session, actor, standard_plan(session, actor, year))


class _Writer:
    """Writes portions of rows; keeps the running place in the table."""

    def __init__(self, session: AnySession, written: WrittenTasks) -> None:
        self.session = session
        self.cycle_id = written.cycle.id
        self.table_id = written.table.id if written.table else None
        last = session.scalar(
            select(func.max(Task.sort_order)).where(Task.cycle_id == self.cycle_id)
        )
        self.place = last or 0
        # Kept, so that the gate finds them in the session instead of asking row by row.
        self.cycle = written.cycle
        self.departments = session.scalars(select(Department)).all()

    def write(self, rows: Sequence[PlannedTask]) -> None:
        fresh = [row for row in rows if row.stored is None]
        self.add([(row, self.new_task(row, **row.columns)) for row in fresh])
        self.change([row for row in rows if row.stored is not None and row.stored.is_draft])
        self.hand_out([row for row in rows if row.stored is not None and row.stored.is_open])

    # New ---------------------------------------------------------------------------

    def new_task(self, row: PlannedTask, **values: Any) -> Task:
        self.place += 1
        return new_row(
            Task,
            cycle_id=self.cycle_id,
            sort_order=self.place,
            decomposition_id=self.table_id if row.publishes else None,
            **values,
        )

    def add(self, pairs: list[tuple[PlannedTask, Task]]) -> None:
        """Tasks first, all at once, so that their parts know their ids."""
        insert_rows(self.session, [task for _, task in pairs])
        children = [
            (
                row,
                self.new_task(
                    row, **{**row.columns, "lead_department_id": key, "parent_id": task.id}
                ),
            )
            for row, task in pairs
            for key in row.missing_children
        ]
        insert_rows(self.session, [task for _, task in children])
        both = [*pairs, *children]
        insert_rows(
            self.session,
            [part for row, task in both for part in _of(task, _departments(row, task))],
        )
        insert_rows(
            self.session,
            [step for row, task in both for step in _of(task, _milestones(row.steps or [], task))],
        )
        insert_rows(
            self.session,
            [one for row, task in both for one in _of(task, _indicators(row.indicators, task))],
        )

    # Changed -----------------------------------------------------------------------

    def change(self, rows: list[PlannedTask]) -> None:
        """Proposals: everything the file says otherwise; a group's children follow it."""
        tasks = self.load(rows)
        children = self.children_of(rows)
        grown: list[tuple[PlannedTask, Task]] = []
        for row in rows:
            task = tasks[row.stored.id]  # type: ignore[union-attr]
            for one in [task, *children.get(task.id, ())]:
                for column, value in row.columns.items():
                    setattr(one, column, value)
                if row.publishes:
                    one.decomposition_id = self.table_id
                self.change_departments(row, one)
                if row.steps is not None:
                    self.replace(one, "milestones", one.milestones, _milestones(row.steps, one))
                if row.indicators is not None:
                    self.change_indicators(one, row.indicators)
            grown += [(row, self.child(row, task, key)) for key in row.missing_children]
        self.session.flush()
        self.session.add_all([task for _, task in grown])
        self.session.flush()
        for row, task in grown:
            parts = row.stored.co_leads if row.co_leads is None else row.co_leads  # type: ignore[union-attr]
            helping = row.stored.assists if row.assists is None else row.assists  # type: ignore[union-attr]
            self.session.add_all(_parts_of(task, parts, helping))
            self.session.add_all(
                _milestones(row.stored.milestones if row.steps is None else row.steps, task)  # type: ignore[union-attr]
            )
            told = row.stored.indicators if row.indicators is None else row.indicators  # type: ignore[union-attr]
            self.session.add_all(_indicators(told, task))
        self.session.flush()

    def child(self, row: PlannedTask, parent: Task, department_id: int) -> Task:
        copied = ("number", "title", "goal", "measures", "standard", "category_id", "leader_id",
                  "leader_text", "due_on", "due_text", "weight", "work_point_id", "remark")  # fmt: skip
        values = {name: getattr(parent, name) for name in copied}
        return self.new_task(row, **values, parent_id=parent.id, lead_department_id=department_id)

    def change_departments(self, row: PlannedTask, task: Task) -> None:
        if row.co_leads is None and row.assists is None:
            return
        roles = TaskDepartmentRole
        now = sorted(task.departments, key=lambda part: (part.position, part.id))
        co_leads, assists = row.co_leads, row.assists
        if co_leads is None:
            co_leads = [p.department_id for p in now if p.role == roles.CO_LEAD]
        if assists is None:
            assists = [p.department_id for p in now if p.role == roles.ASSIST]
        known = {part.department_id: part for part in now}
        fresh: list[TaskDepartment] = []
        for wanted in _parts_of(task, co_leads, assists):
            kept = known.pop(wanted.department_id, None)
            if kept is None:
                fresh.append(wanted)
            else:
                kept.role, kept.position = wanted.role, wanted.position
        self.replace(task, "departments", known.values(), fresh)

    def change_indicators(self, task: Task, told: Sequence[IndicatorText]) -> None:
        """One of the same name is the same: it keeps its weight and what it was taken from."""
        known: dict[str, list[Indicator]] = {}
        for one in task.indicators:
            known.setdefault(one.name, []).append(one)
        fresh: list[Indicator] = []
        for wanted in told:
            same = known.get(wanted.name)
            if not same:
                fresh += _indicators([wanted], task)
                continue
            kept = same.pop(0)
            for column, value in wanted.values().items():
                setattr(kept, column, value)
        gone = [one for rest in known.values() for one in rest]
        self.replace(task, "indicators", gone, fresh)

    def replace(self, task: Task, name: str, gone: Iterable[Any], fresh: Iterable[Any]) -> None:
        """Take parts away and add others, each a row of its own to the gate."""
        for part in list(gone):
            self.session.delete(part)
        self.session.add_all(fresh)
        self.session.flush()
        self.session.expire(task, [name])

    def hand_out(self, rows: list[PlannedTask]) -> None:
        """Issued tasks: person responsible and remark. The right is that of the import; the
        rows are not the Office's own to edit."""
        rows = [row for row in rows if row.columns]
        if not rows:
            return
        tasks = self.load(rows)
        with guard.privileged(self.session):
            for row in rows:
                task = tasks[row.stored.id]  # type: ignore[union-attr]
                for column, value in row.columns.items():
                    setattr(task, column, value)

    def load(self, rows: list[PlannedTask]) -> dict[int, Task]:
        """The rows' tasks, as the plan saw them."""
        if not rows:
            return {}
        ids = [row.stored.id for row in rows if row.stored is not None]
        query = select(Task).where(Task.id.in_(ids))
        if any(row.co_leads is not None or row.assists is not None for row in rows):
            query = query.options(selectinload(Task.departments))
        if any(row.steps is not None for row in rows):
            query = query.options(selectinload(Task.milestones))
        if any(row.indicators is not None for row in rows):
            query = query.options(selectinload(Task.indicators))
        tasks = {task.id: task for task in self.session.scalars(query)}
        for row in rows:
            stored = row.stored
            if (
                stored is None
                or stored.id not in tasks
                or tasks[stored.id].version != stored.version
            ):
                raise Conflict(message("Somebody has changed this row meanwhile."))
        return tasks

    def children_of(self, rows: list[PlannedTask]) -> dict[int, list[Task]]:
        ids = [row.stored.id for row in rows if row.group and row.stored is not None]
        found: dict[int, list[Task]] = {}
        if ids:
            for task in self.session.scalars(select(Task).where(Task.parent_id.in_(ids))):
                found.setdefault(task.parent_id or 0, []).append(task)
        return found


def _of(task: Task, parts: Sequence[Any]) -> Sequence[Any]:
    """Parts that know their task without asking for it."""
    for part in parts:
        set_committed_value(part, "task", task)
    return parts


def _departments(row: PlannedTask, task: Task) -> list[TaskDepartment]:
    return _parts_of(task, row.co_leads or [], row.assists or [])


def _parts_of(task: Task, co_leads: Sequence[int], assists: Sequence[int]) -> list[TaskDepartment]:
    """The parts of other departments, in order; the lead department has none."""
    named = [(key, TaskDepartmentRole.CO_LEAD) for key in co_leads]
    named += [(key, TaskDepartmentRole.ASSIST) for key in assists]
    return [
        new_row(TaskDepartment, task_id=task.id, department_id=key, role=role, position=place)
        for place, (key, role) in enumerate(named, start=1)
        if key != task.lead_department_id
    ]


def _milestones(steps: Steps, task: Task) -> list[Milestone]:
    """The dated steps. Without other knowledge each is worth the same; the last makes 100."""
    dated = sorted(index for index, (day, _) in enumerate(steps) if day is not None)
    dated.sort(key=lambda index: steps[index][0])  # type: ignore[arg-type, return-value]
    share = {
        index: round(Decimal(100) * place / len(dated), 2)
        for place, index in enumerate(dated, start=1)
    }
    return [
        new_row(Milestone, task_id=task.id, due_on=day, text=text, planned_percent=share.get(index))
        for index, (day, text) in enumerate(steps)
    ]


def _indicators(told: Sequence[IndicatorText] | None, task: Task) -> list[Indicator]:
    return [new_row(Indicator, task_id=task.id, **one.values()) for one in told or ()]
