"""Adjustment drafts for issued tasks that a file wants otherwise (Art. 9.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core import guard
from app.core.actor import Actor
from app.core.audit import plain
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.exchange.row_planner import PlannedTask
from app.exchange.stored_tasks import StoredTask
from app.improvement.changes import ADJUSTABLE
from app.models.cycles import Cycle
from app.models.improvement import (
    Adjustment,
    AdjustmentChange,
    AdjustmentKind,
    AdjustmentStatus,
    CauseKind,
)

_OVER = (AdjustmentStatus.APPLIED, AdjustmentStatus.REJECTED)
_DEADLINE = {"due_on", "due_text"}


def offer_adjustments(
    session: AnySession, actor: Actor, rows: Iterable[PlannedTask], cycle: Cycle, cause: str
) -> list[Adjustment]:
    """A draft per issued task, for its lead department to complete and submit.

    The Office (`task:import`). The drafts are the departments' rows, so they are written
    with the import's right, not the Office's own. A difference that an open adjustment of
    the task holds already is not offered again. A group's difference goes to its children.
    """
    if not actor.may("task:import"):
        raise NotAllowed(message("You may not import tasks."))
    wanted: list[tuple[StoredTask, dict[str, Any]]] = []
    for row in rows:
        assert row.stored is not None
        columns = {name: value for name, value in row.proposed.items() if name in ADJUSTABLE}
        tasks = row.stored.children if row.group else [row.stored]
        wanted += [(task, columns) for task in tasks if columns and task.is_open]
    held = _open_changes(session, [task.id for task, _ in wanted])
    drafts = []
    for task, columns in wanted:
        told = {name: (_text(getattr(task, name)), _text(value)) for name, value in columns.items()}
        told = {
            name: pair
            for name, pair in told.items()
            if pair[0] != pair[1] and (task.id, name, pair[1]) not in held
        }
        if told and task.lead_department_id is not None:
            drafts.append(_draft(cycle, task, told, cause))
    with guard.privileged(session):
        session.add_all(drafts)
    return drafts


def _draft(
    cycle: Cycle, task: StoredTask, told: dict[str, tuple[str | None, str | None]], cause: str
) -> Adjustment:
    later = "due_on" in told and (told["due_on"][1] or "") > (told["due_on"][0] or "")
    return Adjustment(
        cycle_id=cycle.id,
        department_id=task.lead_department_id,
        task_id=task.id,
        kind=AdjustmentKind.EXTEND if set(told) <= _DEADLINE and later else AdjustmentKind.REVISE,
        cause_kind=CauseKind.OBJECTIVE,
        cause=cause or str(message("Differs from the imported table.")),
        changes=[
            AdjustmentChange(column_name=name, old_value=old, new_value=new)
            for name, (old, new) in told.items()
        ],
    )


def _text(value: Any) -> str | None:
    """A value as an adjustment keeps it, and compares it when it is applied."""
    told = plain(value)
    return None if told is None or told == "" else str(told)


def _open_changes(session: AnySession, task_ids: list[int]) -> set[tuple[int, str, str | None]]:
    held: set[tuple[int, str, str | None]] = set()
    for start in range(0, len(task_ids), 500):
        rows = session.scalars(
            select(Adjustment)
            .where(
                Adjustment.task_id.in_(task_ids[start : start + 500]),
                Adjustment.status.not_in(_OVER),
            )
            .options(selectinload(Adjustment.changes))
        )
        for row in rows:
            held |= {(row.task_id or 0, c.column_name, c.new_value) for c in row.changes}
    return held
