"""The tasks of a year as the database holds them, read in four statements for comparison."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.exchange.cells import clean_text
from app.exchange.indicators import IndicatorText
from app.exchange.units import normal_name
from app.models.planning import (
    Indicator,
    Milestone,
    Task,
    TaskDepartment,
    TaskDepartmentRole,
    TaskStatus,
)

COLUMNS = (
    "id", "version", "status", "parent_id", "number", "title", "goal", "measures", "standard",
    "category_id", "lead_department_id", "section_id", "owner_id", "owner_text", "leader_id",
    "leader_text", "due_on", "due_text", "weight", "work_point_id", "remark", "sort_order",
    "created_at",
)  # fmt: skip
_INDICATOR = ("name", "target", "unit", "direction", "baseline", "standard")


@dataclass(slots=True)
class StoredTask:
    """A task with its departments and steps, as plain values."""

    id: int
    version: int
    status: TaskStatus
    parent_id: int | None
    number: str
    title: str
    goal: str | None
    measures: str | None
    standard: str | None
    category_id: int | None
    lead_department_id: int | None
    section_id: int | None
    owner_id: int | None
    owner_text: str | None
    leader_id: int | None
    leader_text: str | None
    due_on: dt.date | None
    due_text: str | None
    weight: Decimal | None
    work_point_id: int | None
    remark: str | None
    sort_order: int
    born: dt.datetime
    co_leads: list[int] = field(default_factory=list)
    assists: list[int] = field(default_factory=list)
    milestones: list[tuple[dt.date | None, str]] = field(default_factory=list)
    indicators: list[IndicatorText] = field(default_factory=list)
    children: list[StoredTask] = field(default_factory=list)

    @property
    def is_draft(self) -> bool:
        return self.status == TaskStatus.PROPOSED

    @property
    def is_open(self) -> bool:
        """Issued and not at its end: handed out, adjusted, monitored."""
        return self.status in (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)

    def text(self, name: str) -> str:
        """A text column as a file would have it."""
        value: Any = getattr(self, name)
        return clean_text(value) if value else ""

    def due_words(self) -> str:
        """The words of the deadline; none where they only repeat the date."""
        words = self.text("due_text")
        return "" if self.due_on and words == self.due_on.isoformat() else words


class TaskShelf:
    """The stored tasks, found by lead department with number or title. Each is found once.

    The key: lead department, number and title; failing that lead department and title (the
    table was renumbered); failing that lead department and number (the task was reworded).
    Only what is unique on both sides is taken for the same task.
    """

    def __init__(self, tasks: list[StoredTask]) -> None:
        self.tasks = tasks

    def match(
        self, keys: list[tuple[int | None, str, str]], marked: dict[int, StoredTask]
    ) -> list[StoredTask | None]:
        """The stored task of each (lead department, number, title), or None; `marked` are
        those whose row names them."""
        found = [marked.get(index) for index in range(len(keys))]
        taken = {task.id for task in marked.values()}
        for whole in (_all_three, _lead_and_title, _lead_and_number):
            stored: dict[Any, list[StoredTask]] = defaultdict(list)
            wanted: dict[Any, list[int]] = defaultdict(list)
            for task in self.tasks:
                key = whole((task.lead_department_id, task.number, task.title))
                if task.id not in taken and key is not None:
                    stored[key].append(task)
            for index, given in enumerate(keys):
                key = whole(given)
                if found[index] is None and key is not None:
                    wanted[key].append(index)
            for key, indexes in wanted.items():
                candidates = _roots_first(stored.get(key, []))
                if len(indexes) == 1 and len(candidates) == 1:
                    found[indexes[0]] = candidates[0]
                    taken.add(candidates[0].id)
        return found


def _roots_first(tasks: list[StoredTask]) -> list[StoredTask]:
    """Of tasks of one key: those not terminated, then those that stand under no other."""
    for keep in (lambda t: t.status != TaskStatus.TERMINATED, lambda t: t.parent_id is None):
        if len(tasks) > 1:
            tasks = [task for task in tasks if keep(task)] or tasks
    return tasks


def _all_three(key: tuple[int | None, str, str]) -> Any:
    return key[0], normal_name(key[1]), normal_name(key[2])


def _lead_and_title(key: tuple[int | None, str, str]) -> Any:
    return key[0], normal_name(key[2])


def _lead_and_number(key: tuple[int | None, str, str]) -> Any:
    return (key[0], normal_name(key[1])) if key[1] else None


def stored_tasks(session: AnySession, actor: Actor, cycle_id: int | None) -> list[StoredTask]:
    """The year's tasks that the actor sees, in the order of the table."""
    if cycle_id is None:
        return []
    columns = [getattr(Task, name) for name in COLUMNS]
    mine = (Task.cycle_id == cycle_id, visible(actor, Task))
    tasks = [
        StoredTask(*row)
        for row in session.execute(select(*columns).where(*mine).order_by(Task.sort_order, Task.id))
    ]
    by_id = {task.id: task for task in tasks}
    for row in session.execute(
        select(TaskDepartment.task_id, TaskDepartment.department_id, TaskDepartment.role)
        .join(Task, Task.id == TaskDepartment.task_id)
        .where(*mine)
        .order_by(TaskDepartment.task_id, TaskDepartment.position, TaskDepartment.id)
    ):
        task = by_id[row.task_id]
        side = task.co_leads if row.role == TaskDepartmentRole.CO_LEAD else task.assists
        side.append(row.department_id)
    for step in session.execute(
        select(Milestone.task_id, Milestone.due_on, Milestone.text)
        .join(Task, Task.id == Milestone.task_id)
        .where(*mine)
        .order_by(Milestone.task_id, Milestone.id)
    ):
        by_id[step.task_id].milestones.append((step.due_on, step.text))
    columns = [getattr(Indicator, name) for name in _INDICATOR]
    for key, *values in session.execute(
        select(Indicator.task_id, *columns)
        .join(Task, Task.id == Indicator.task_id)
        .where(*mine)
        .order_by(Indicator.task_id, Indicator.id)
    ):
        name, target, unit, direction, baseline, standard = values
        told = IndicatorText(name, target, unit or "", direction, baseline, standard or "")
        by_id[key].indicators.append(told)
    for task in tasks:
        parent = by_id.get(task.parent_id or 0)
        if parent is not None and parent.lead_department_id is None:
            parent.children.append(task)
    return tasks
