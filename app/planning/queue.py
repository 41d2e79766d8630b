"""What waits in planning: parts to agree to and objections to settle, tasks to accept and hand
out, the year's table on its way to issue (Art. 5)."""

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
from app.cycles.agenda import unplaced
from app.models.cycles import PhaseCode
from app.models.planning import Agreement, Decomposition, Milestone, Task, TaskStatus
from app.planning.acceptance import accept_by
from app.planning.part_rules import to_settle

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
    if actor.may("task:agree") and actor.headed:
        yield Waiting(
            "task.agree",
            Task,
            message("Parts to agree to"),
            "show",
            _parts(actor, desk, Agreement.ASKED).where(Task.lead_department_id.in_(actor.headed)),
            verb=message("Agree or object"),
        )
    if actor.may("task:ask_again"):
        yield Waiting(
            "task.settle",
            Task,
            message("Objections to settle"),
            "show",
            _parts(actor, desk, Agreement.OBJECTED).where(to_settle(actor)),
            verb=message("Change the part and ask again"),
        )
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
            "handing",
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
            "decomposition.place",
            Decomposition,
            message("Decompositions to put on an agenda"),
            "show",
            _tables(actor, desk, "approve").where(unplaced(Decomposition)),
            verb=message("Put on an agenda"),
        )


def _parts(actor: Actor, desk: Desk, agreement: Agreement) -> Select[Any]:
    """Proposed parts that another department was asked to take over, standing so."""
    return waiting_rows(
        Task.id,
        task_label(),
        due_on=_end_of_phase(desk, PhaseCode.DECOMPOSITION),
        since=Task.updated_at,
        department=Task.lead_department_id,
    ).where(
        visible(actor, Task),
        Task.status == TaskStatus.PROPOSED,
        Task.agreement == agreement,
        Task.cycle_id.in_(desk.cycles),
    )


def _published(actor: Actor, desk: Desk) -> Select[Any]:
    """Published tasks of the departments the actor heads."""
    return waiting_rows(
        Task.id,
        task_label(),
        due_on=accept_by(),
        since=Task.updated_at,
        department=Task.lead_department_id,
    ).where(
        visible(actor, Task),
        in_sources(Task, "accept"),
        Task.cycle_id.in_(desk.cycles),
        Task.lead_department_id.in_(actor.headed),
    )


def _end_of_phase(desk: Desk, phase: PhaseCode) -> Any:
    """A task's last day in a phase. One that was over before the task came to this sets no
    deadline for it."""
    ends = [day for (_, code), day in desk.deadlines.items() if code == phase]
    if not ends:
        return None
    return case(
        (Task.updated_at < end_of(max(ends)), desk.last_day(phase, Task.cycle_id)), else_=None
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
