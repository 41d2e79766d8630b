"""What the calendar shows, read in few statements however long the year is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, extract, func, literal, select, union_all

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.cycles import Holiday, Phase
from app.models.planning import Milestone, Task, TaskStatus
from app.planning.queue import milestone_reached, task_label

MILESTONE, DUE = "milestone", "due"
LIVE = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED, TaskStatus.FINISHED)


@dataclass(frozen=True, slots=True)
class TaskDate:
    """A milestone or the last day of a task. `total`: how many of its kind fall into the same
    day or month, shown or not."""

    kind: str
    day: dt.date
    task_id: int
    label: str
    text: str
    done: bool
    total: int


def phases(session: AnySession, actor: Actor, cycle_id: int) -> list[Phase]:
    return list(
        session.scalars(
            select(Phase)
            .where(visible(actor, Phase), Phase.cycle_id == cycle_id)
            .order_by(Phase.starts_on, Phase.ends_on)
        )
    )


def holidays(session: AnySession, actor: Actor, first: dt.date, last: dt.date) -> list[Holiday]:
    """The college's own days off and make-up days between two days."""
    return list(
        session.scalars(
            select(Holiday)
            .where(visible(actor, Holiday), Holiday.starts_on <= last, Holiday.ends_on >= first)
            .order_by(Holiday.starts_on)
        )
    )


def task_dates(
    session: AnySession,
    cycle_id: int,
    mine: ColumnElement[bool],
    first: dt.date,
    last: dt.date,
    *,
    most: int,
    by_day: bool,
) -> list[TaskDate]:
    """Milestones and due dates of the tasks `mine` of a year, at most `most` of each kind per
    day or per month, what is open before what is done. One statement."""
    finished = Task.status == TaskStatus.FINISHED
    narrow = and_(mine, Task.cycle_id == cycle_id, Task.status.in_(LIVE))
    steps = (
        select(*_columns(MILESTONE, Milestone.due_on, Milestone.text, milestone_reached(), by_day))
        .join(Task, Task.id == Milestone.task_id)
        .where(narrow, Milestone.due_on.between(first, last))
        .subquery()
    )
    ends = (
        select(*_columns(DUE, Task.due_on, literal("", String), finished, by_day))
        .where(narrow, Task.due_on.between(first, last))
        .subquery()
    )
    both = union_all(*(select(part).where(part.c.place <= most) for part in (steps, ends)))
    rows = session.execute(both.order_by("day", "kind", "task_id"))
    return [
        TaskDate(row.kind, row.day, row.task_id, row.label, row.text, bool(row.done), row.total)
        for row in rows
    ]


def _columns(kind: str, day: Any, text: Any, done: Any, by_day: bool) -> list[Any]:
    bucket = [day] if by_day else [extract("year", day), extract("month", day)]
    return [
        literal(kind, String).label("kind"),
        day.label("day"),
        Task.id.label("task_id"),
        task_label().label("label"),
        text.label("text"),
        case((done, 1), else_=0).label("done"),
        func.row_number()
        .over(partition_by=bucket, order_by=(case((done, 1), else_=0), day, Task.id))
        .label("place"),
        func.count().over(partition_by=bucket).label("total"),
    ]
