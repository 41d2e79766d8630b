"""The tasks of a year as the database holds them, for comparison: each by what it is found by,
those that a part of a file means as a whole."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, or_, select

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


class Keys:
    """What the rows of a file are found by, a few bytes of each: a digest of lead department,
    number and title; of lead department and title; of lead department and number (0 without)."""

    def __init__(self) -> None:
        self.kinds = (array("Q"), array("Q"), array("Q"))

    def add(self, lead: int | None, number: str, title: str) -> None:
        for kind, key in zip(self.kinds, _keys(lead, number, title), strict=True):
            kind.append(key)


def digest_of(*parts: Any) -> int:
    """A number that stands for these values: so long that no two of a file are the same."""
    told = "\0".join("" if part is None else str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest())


def _keys(lead: int | None, number: str, title: str) -> tuple[int, int, int]:
    plain, words = normal_name(number), normal_name(title)
    whole = digest_of(lead, plain, words)
    return whole, digest_of(lead, words), digest_of(lead, plain) if number else 0


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored task as it is looked for."""

    id: int
    keys: tuple[int, int, int]
    terminated: bool
    below: bool


class TaskShelf:
    """The year's stored tasks, found by lead department with number or title. Each is found once.

    The key: lead department, number and title; failing that lead department and title (the
    table was renumbered); failing that lead department and number (the task was reworded).
    Only what is unique on both sides is taken for the same task.
    """

    def __init__(self, session: AnySession, actor: Actor, cycle_id: int | None) -> None:
        self.session, self.actor, self.cycle_id = session, actor, cycle_id
        self.born: dict[int, dt.datetime] = {}
        """When each task was made."""
        self._known: list[_Known] = []
        if cycle_id is None:
            return
        for row in session.execute(
            select(
                Task.id, Task.lead_department_id, Task.number, Task.title, Task.status,
                Task.parent_id, Task.created_at,
            )
            .where(Task.cycle_id == cycle_id, visible(actor, Task))
            .order_by(Task.sort_order, Task.id)
            .execution_options(yield_per=1000)
        ):  # fmt: skip
            keys = _keys(row.lead_department_id, row.number, row.title)
            terminated, below = row.status == TaskStatus.TERMINATED, row.parent_id is not None
            self._known.append(_Known(row.id, keys, terminated, below))
            self.born[row.id] = row.created_at

    def match(self, keys: Keys, marked: Mapping[int, int]) -> list[int]:
        """The id of each row's task, 0 for none; `marked` are those whose row names them."""
        found = [marked.get(place, 0) for place in range(len(keys.kinds[0]))]
        if not self._known:
            return found
        taken = set(marked.values())
        for kind, wanted in enumerate(keys.kinds):
            stored: dict[int, list[_Known]] = defaultdict(list)
            for task in self._known:
                if task.id not in taken and task.keys[kind]:
                    stored[task.keys[kind]].append(task)
            places: dict[int, int] = {}
            for place, key in enumerate(wanted):
                if not found[place] and key:
                    places[key] = -1 if key in places else place
            for key, place in places.items():
                candidates = _roots_first(stored.get(key, []))
                if place >= 0 and len(candidates) == 1:
                    found[place] = candidates[0].id
                    taken.add(candidates[0].id)
        return found

    def load(self, ids: Collection[int]) -> dict[int, StoredTask]:
        """These tasks by their ids, with the children of a group's task."""
        if not ids:
            return {}
        near = or_(Task.id.in_(ids), Task.parent_id.in_(ids))
        return {
            task.id: task for task in stored_tasks(self.session, self.actor, self.cycle_id, near)
        }


def _roots_first(tasks: list[_Known]) -> list[_Known]:
    """Of tasks of one key: those not terminated, then those that stand under no other."""
    for out in (lambda t: t.terminated, lambda t: t.below):
        if len(tasks) > 1:
            tasks = [task for task in tasks if not out(task)] or tasks
    return tasks


def stored_tasks(
    session: AnySession,
    actor: Actor,
    cycle_id: int | None,
    *which: ColumnElement[bool],
) -> list[StoredTask]:
    """The year's tasks that the actor sees, in the order of the table; of them those of `which`.
    Four statements."""
    if cycle_id is None:
        return []
    columns = [getattr(Task, name) for name in COLUMNS]
    mine = (Task.cycle_id == cycle_id, visible(actor, Task), *which)
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
