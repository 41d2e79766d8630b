"""Figures of tasks, grouped in the database.

Totals count restricted tasks for everybody (`counted_tasks`), as long as nothing but the
public facts of a task narrows them: a filter on words, measures or owners would tell what a
restricted task says by counting it, so then only visible tasks enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.planning import Task
from app.planning.rules import counted_tasks

PUBLIC_FACTS = frozenset({"cycle"})
"""What a total may be narrowed by with restricted tasks in it. Any further filter could be
combined until a single hidden task is left, so under those only visible tasks are counted."""

Narrow = Callable[[Any], Select[Any]]
"""Adds the reader's filters to a query on tasks."""


@dataclass(frozen=True, slots=True)
class TaskCount:
    """`count` tasks of one department and one value; `listed` of them the reader may open."""

    department_id: int | None
    value: str | None
    count: int
    listed: int


def scope_of_totals(actor: Actor, filtered: Iterable[str]) -> ColumnElement[bool]:
    """What a total may count when the columns `filtered` narrow it."""
    return counted_tasks(actor) if PUBLIC_FACTS.issuperset(filtered) else visible(actor, Task)


def count_by_department(
    session: AnySession, actor: Actor, column: str, narrow: Narrow, filtered: Iterable[str]
) -> list[TaskCount]:
    """Tasks by lead department and `column` ("light" or "status"). One statement."""
    value = {"light": Task.light, "status": Task.status}[column]
    listed = func.sum(case((visible(actor, Task), 1), else_=0))
    query = (
        select(Task.lead_department_id, value, func.count(Task.id), listed)
        .where(scope_of_totals(actor, filtered))
        .group_by(Task.lead_department_id, value)
    )
    rows: Sequence[Any] = session.execute(narrow(query)).all()
    return [
        TaskCount(row[0], None if row[1] is None else str(row[1]), row[2], int(row[3] or 0))
        for row in rows
    ]
