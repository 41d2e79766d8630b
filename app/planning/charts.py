"""Figures of tasks, grouped in the database.

Totals by department count restricted tasks for everybody (`counted_tasks`), as long as nothing
but the public facts of a task narrows them: a filter on words, measures or owners would tell
what a restricted task says by counting it, so then only visible tasks enter. Any other group
(category, due month) is such a filter too: it counts visible tasks only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, extract, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle
from app.models.organisation import Department
from app.models.planning import Milestone, Task, TaskStatus
from app.planning.rules import counted_tasks

PUBLIC_FACTS = frozenset({"cycle"})
"""What a total may be narrowed by with restricted tasks in it. Any further filter could be
combined until a single hidden task is left, so under those only visible tasks are counted."""

UNDER_WAY = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)

Narrow = Callable[[Any], Select[Any]]
"""Adds the reader's filters to a query on tasks."""


@dataclass(frozen=True, slots=True)
class TaskCount:
    """`count` tasks of one group and one value; `listed` of them the reader may open."""

    group: int | None
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
    scope = scope_of_totals(actor, filtered)
    return _count(session, actor, Task.lead_department_id, column, narrow, scope)


def count_by_category(
    session: AnySession, actor: Actor, column: str, narrow: Narrow
) -> list[TaskCount]:
    """Visible tasks by category and `column`. One statement."""
    return _count(session, actor, Task.category_id, column, narrow, visible(actor, Task))


def count_by_due_month(
    session: AnySession, actor: Actor, year: int, column: str, narrow: Narrow
) -> list[TaskCount]:
    """Visible tasks by the month of `year` they are due in (0 before it, 13 after it, None
    without a date) and `column`. One statement."""
    month = case(
        (Task.due_on.is_(None), None),
        (Task.due_on < dt.date(year, 1, 1), 0),
        (Task.due_on > dt.date(year, 12, 31), 13),
        else_=extract("month", Task.due_on),
    )
    return _count(session, actor, month, column, narrow, visible(actor, Task))


def _count(
    session: AnySession,
    actor: Actor,
    group: Any,
    column: str,
    narrow: Narrow,
    scope: ColumnElement[bool],
) -> list[TaskCount]:
    value = {"light": Task.light, "status": Task.status}[column]
    parts = (
        narrow(
            select(
                group.label("part"),
                value.label("value"),
                case((visible(actor, Task), 1), else_=0).label("listed"),
            ).where(scope)
        )
    ).subquery()
    rows: Sequence[Any] = session.execute(
        select(parts.c.part, parts.c.value, func.count(), func.sum(parts.c.listed)).group_by(
            parts.c.part, parts.c.value
        )
    ).all()
    return [
        TaskCount(
            None if row[0] is None else int(row[0]),
            None if row[1] is None else str(row[1]),
            row[2],
            int(row[3] or 0),
        )
        for row in rows
    ]


# Standing -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """`count` tasks of one department, light and status, `late` or not; `listed` of them the
    reader may open."""

    department_id: int | None
    light: str | None
    status: TaskStatus
    late: bool
    count: int
    listed: int


def overdue(day: dt.date) -> ColumnElement[bool]:
    """Tasks under way whose time was up before `day`. What was due before the college began to
    keep its year here is history: not late, its result is awaited."""
    live = select(func.min(Cycle.live_from)).scalar_subquery()
    return and_(
        Task.status.in_(UNDER_WAY), Task.due_on < day, or_(live.is_(None), Task.due_on >= live)
    )


def standings(
    session: AnySession, actor: Actor, day: dt.date, narrow: Narrow, filtered: Iterable[str]
) -> list[Standing]:
    """How the tasks stand at `day`, by department. One statement.

    `count` is the public total, `listed` what the reader's lists show; a column of lateness
    would tell of restricted tasks what no total tells, so it speaks of visible ones alone.
    """
    seen = visible(actor, Task)
    parts = narrow(
        select(
            Task.lead_department_id,
            Task.light,
            Task.status,
            case((and_(seen, overdue(day)), 1), else_=0).label("late"),
            case((seen, 1), else_=0).label("listed"),
        ).where(scope_of_totals(actor, filtered))
    ).subquery()
    keys = (parts.c.lead_department_id, parts.c.light, parts.c.status, parts.c.late)
    rows = session.execute(select(*keys, func.count(), func.sum(parts.c.listed)).group_by(*keys))
    return [Standing(row[0], row[1], row[2], bool(row[3]), row[4], int(row[5])) for row in rows]


@dataclass(frozen=True, slots=True)
class TroubledTask:
    id: int
    number: str
    title: str
    department_id: int | None
    due_on: dt.date | None
    light: str | None
    planned: Decimal | None
    actual: Decimal | None


def worst_tasks(
    session: AnySession, actor: Actor, day: dt.date, narrow: Narrow, limit: int
) -> list[TroubledTask]:
    """The visible tasks under way that are red, orange or overdue: red before orange,
    then the most overdue, then the furthest behind the plan. One statement."""
    rank = case((Task.light == "red", 0), (Task.light == "orange", 1), else_=2)
    late_since = case((overdue(day), Task.due_on))
    lag = func.coalesce(Task.planned_percent, 0) - func.coalesce(Task.actual_percent, 0)
    query = (
        select(
            Task.id, Task.number, Task.title, Task.lead_department_id, Task.due_on, Task.light,
            Task.planned_percent, Task.actual_percent,
        )
        .where(
            visible(actor, Task),
            Task.status.in_(UNDER_WAY),
            or_(Task.light.in_(("red", "orange")), overdue(day)),
        )
        .order_by(rank, late_since.is_(None), late_since, lag.desc(), Task.id)
    )  # fmt: skip
    rows: Any = session.execute(narrow(query).limit(limit))
    return [TroubledTask(*row) for row in rows]


# Bars of time ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: its day, what it is, and whether it was reached."""

    day: dt.date
    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class TaskBar:
    id: int
    number: str
    title: str
    department_id: int | None
    start_on: dt.date | None
    due_on: dt.date | None
    light: str | None
    actual: Decimal | None
    status: TaskStatus
    steps: Sequence[Step]


def task_bars(
    session: AnySession, actor: Actor, narrow: Narrow, *, offset: int, limit: int
) -> tuple[list[TaskBar], int]:
    """A piece of the visible tasks in the order of departments and starts, with their dated
    milestones, and how many there are in all. Three statements."""
    query = narrow(select(Task.id).where(visible(actor, Task)))
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    columns = (
        Task.id, Task.number, Task.title, Task.lead_department_id, Task.start_on, Task.due_on,
        Task.light, Task.actual_percent, Task.status,
    )  # fmt: skip
    order = (
        select(Department.sort_order)
        .where(Department.id == Task.lead_department_id)
        .scalar_subquery()
    )
    rows: Sequence[Any] = session.execute(
        narrow(select(*columns).where(visible(actor, Task)))
        .order_by(
            order.is_(None), order, Task.lead_department_id, Task.start_on, Task.due_on, Task.id
        )
        .offset(offset)
        .limit(limit)
    ).all()
    steps: dict[int, list[Step]] = {}
    found = session.execute(
        select(Milestone.task_id, Milestone.due_on, Milestone.text, Milestone.done_on)
        .where(
            Milestone.task_id.in_([row.id for row in rows]),
            Milestone.due_on.is_not(None),
            visible(actor, Milestone),
        )
        .order_by(Milestone.due_on, Milestone.id)
    )
    for row in found:
        steps.setdefault(row.task_id, []).append(
            Step(row.due_on, row.text, row.done_on is not None)
        )
    return [TaskBar(*(*row, steps.get(row.id, ()))) for row in rows], count
