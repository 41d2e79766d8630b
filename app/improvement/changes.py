"""Applying an approved adjustment to its task: old → new, field by field (Art. 9.2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Date, Integer, Numeric, inspect

from app.core import workflow
from app.core.actor import Actor
from app.core.audit import plain
from app.core.errors import Conflict, RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.improvement import Adjustment, AdjustmentKind
from app.models.planning import Task, TaskOrigin

ADJUSTABLE = (
    "title", "goal", "measures", "standard", "due_on", "due_text", "start_on", "weight",
    "owner_id", "leader_id", "section_id", "key_supervised", "remark", "number",
    "lead_department_id",
)  # fmt: skip


def read_field(column: str, text: str | None) -> Any:
    """The new value of a task's column from an adjustment's text.

    Raises RuleViolation at `new_value` when the column is not adjustable or the text is not
    a value of it.
    """
    if column not in ADJUSTABLE:
        raise RuleViolation(message("This field is not adjusted."), "column_name")
    if text is None or not text.strip():
        return None
    kind = inspect(Task).columns[column].type
    try:
        if isinstance(kind, Date):
            return dt.date.fromisoformat(text.strip())
        if isinstance(kind, Numeric):
            return Decimal(text.strip())
        if isinstance(kind, Integer):
            return int(text.strip())
    except (ValueError, InvalidOperation) as error:
        raise RuleViolation(
            message("“%(value)s” is not a value of this kind.", value=text), "new_value"
        ) from error
    if column == "key_supervised":
        return text.strip().lower() in {"1", "true", "yes", "是"}
    return text.strip()


def apply_changes(session: AnySession, actor: Actor, adjustment: Adjustment) -> Task:
    """Write an approved adjustment onto its task, in the transaction of the step `apply`.

    An addition makes a published task; a termination ends its task with the cause; the
    others write each change, if the field still holds the old value (else Conflict).
    """
    if adjustment.kind == AdjustmentKind.ADD:
        return _add_task(session, actor, adjustment)
    task = adjustment.task
    if task is None:
        raise RuleViolation(message("Say which task is adjusted."), "task")
    if adjustment.kind == AdjustmentKind.TERMINATE:
        workflow.apply(session, actor, task, "terminate", termination_cause=adjustment.cause)
        return task
    if not adjustment.changes:
        raise RuleViolation(message("The adjustment holds no change."), "changes")
    for change in adjustment.changes:
        new = read_field(change.column_name, change.new_value)
        current = plain(getattr(task, change.column_name))
        if (change.old_value or None) != (None if current is None else str(current)):
            raise Conflict(
                message("The task has changed since the adjustment was written."), "changes"
            )
        setattr(task, change.column_name, new)
    return task


def _add_task(session: AnySession, actor: Actor, adjustment: Adjustment) -> Task:
    values = {change.column_name: read_field(change.column_name, change.new_value) for change in adjustment.changes}
    if not values.get("title"):
        raise RuleViolation(message("A new task needs a title."), "changes")
    values.setdefault("lead_department_id", adjustment.department_id)
    task = Task(cycle_id=adjustment.cycle_id, origin=TaskOrigin.ADDED, **values)
    session.add(task)
    session.flush()
    workflow.apply(session, actor, task, "publish")
    adjustment.task = task
    return task
