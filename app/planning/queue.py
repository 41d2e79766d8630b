"""What waits in planning: tasks to accept and hand out, work points and the year's table on
their way to issue (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, or_

from app.core import queue
from app.core.actor import Actor
from app.core.clock import COLLEGE_ZONE
from app.core.policy import visible
from app.core.queue import Desk, Waiting, in_sources, waiting_rows
from app.core.text import Message, message
from app.models.cycles import PhaseCode
from app.models.planning import Decomposition, Milestone, Task, TaskStatus

_TABLE_STEPS: tuple[tuple[str, Message], ...] = (
    ("aggregate", message("Decompositions to aggregate")),
    ("send_to_committee", message("Decompositions for the committee")),
    ("issue", message("Decompositions to issue")),
)


def task_label() -> Any:
    """A task's number and title."""
    return case((Task.number == "", Task.title), else_=Task.number + " " + Task.title)


def milestone_reached() -> ColumnElement[bool]:
    """Milestones that are done: by their own date, or because the task's reported progress has
    come that far."""
    return or_(
        Milestone.done_on.is_not(None),
        Task.status == TaskStatus.FINISHED,
        func.coalesce(Task.actual_percent >= Milestone.planned_percent, false()),
    )


def end_of(day: dt.date) -> dt.datetime:
    """The instant the day ends in the college."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), COLLEGE_ZONE)


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("task:accept") and actor.headed:
        yield Waiting(
            "task.accept",
            Task,
            message("Tasks to accept"),
            "accept",
            _published(actor, desk).where(Task.owner_id.is_not(None)),
        )
        yield Waiting(
            "task.hand_out",
            Task,
            message("Tasks to hand out"),
            "edit",
            _published(actor, desk).where(Task.owner_id.is_(None)),
            verb=message("Name the person responsible"),
        )
    for step, title in _TABLE_STEPS:
        if actor.may(f"decomposition:{step}"):
            yield Waiting(
                f"decomposition.{step}", Decomposition, title, step, _tables(actor, desk, step)
            )
    if actor.may("decomposition:approve"):
        yield Waiting(
            "decomposition.decide",
            Decomposition,
            message("Decompositions to decide"),
            "approve",
            _tables(actor, desk, "approve"),
        )


def _published(actor: Actor, desk: Desk) -> Select[Any]:
    """Published tasks of the departments the actor heads. An acceptance phase that was over
    before the task was published sets no deadline for it."""
    phase_end = desk.last_day(PhaseCode.ACCEPTANCE, Task.cycle_id)
    ends = [day for (_, code), day in desk.deadlines.items() if code == PhaseCode.ACCEPTANCE]
    due = case((Task.updated_at < end_of(max(ends)), phase_end), else_=None) if ends else None
    return waiting_rows(
        Task.id,
        task_label(),
        due_on=due,
        since=Task.updated_at,
        department=Task.lead_department_id,
    ).where(
        visible(actor, Task),
        in_sources(Task, "accept"),
        Task.cycle_id.in_(desk.cycles),
        Task.lead_department_id.in_(actor.headed),
    )


def _tables(actor: Actor, desk: Desk, step: str) -> Select[Any]:
    return waiting_rows(
        Decomposition.id,
        Decomposition.title,
        due_on=desk.last_day(PhaseCode.DECOMPOSITION, Decomposition.cycle_id),
        since=Decomposition.updated_at,
    ).where(
        visible(actor, Decomposition),
        in_sources(Decomposition, step),
        Decomposition.cycle_id.in_(desk.cycles),
    )


queue.register(waiting)
