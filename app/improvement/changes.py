"""Applying an approved adjustment to its task: old → new, field by field (Art. 9.2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Date, Integer, Numeric, func, inspect, select

from app.core import policy, workflow
from app.core.actor import Actor
from app.core.audit import plain
from app.core.errors import Conflict, RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.values import as_kept, please_fill_in
from app.models.improvement import Adjustment, AdjustmentChange, AdjustmentKind
from app.models.organisation import Department
from app.models.planning import Task, TaskDepartment, TaskDepartmentRole, TaskOrigin

ADJUSTABLE = (
    "title", "goal", "measures", "standard", "due_on", "due_text", "start_on", "weight",
    "owner_id", "leader_id", "section_id", "key_supervised", "remark", "number",
    "lead_department_id",
)  # fmt: skip

OF_ADDITIONS = ("category_id", "work_point_id", "strategic_goal_id")
"""Columns that an addition sets besides, and that nothing changes afterwards."""

PARTS = {"co_lead": TaskDepartmentRole.CO_LEAD, "assist": TaskDepartmentRole.ASSIST}
"""The departments of a task by role: an adjustment names them by their codes, `a;b`."""


def current_value(task: Task, name: str) -> str | None:
    """What a field of a task holds now, as an adjustment keeps it."""
    if name in PARTS:
        named = sorted(
            (part for part in task.departments if part.role == PARTS[name]),
            key=lambda part: (part.position, part.id),
        )
        return ";".join(part.department.code for part in named) or None
    value = plain(getattr(task, name))
    return None if value is None or value == "" else str(value)


def read_field(column: str, text: str | None) -> Any:
    """The new value of a task's column from an adjustment's text; an emptied one falls back to
    nothing or, where a task always has something, to what a new task has.

    Raises RuleViolation at `column_name` when the column is not adjustable, at `new_value` when
    the text is not a value of it.
    """
    if column not in ADJUSTABLE and column not in OF_ADDITIONS:
        raise RuleViolation(message("This field is not adjusted."), "column_name")
    held = inspect(Task).columns[column]
    if text is None or not text.strip():
        if held.nullable:
            return None
        if held.default is None:
            raise RuleViolation(please_fill_in(held), "new_value")
        return held.default.arg
    try:
        return as_kept(Task, column, _typed(column, text.strip()))
    except RuleViolation as refusal:
        raise RuleViolation(refusal.message, "new_value") from refusal
    except (ValueError, InvalidOperation) as error:
        raise RuleViolation(
            message("“%(value)s” is not a value of this kind.", value=text), "new_value"
        ) from error


def _typed(column: str, text: str) -> Any:
    kind = inspect(Task).columns[column].type
    if isinstance(kind, Date):
        return dt.date.fromisoformat(text)
    if isinstance(kind, Numeric):
        return Decimal(text)
    if isinstance(kind, Integer):
        return int(text)
    if column == "key_supervised":
        return text.lower() in {"1", "true", "yes", "是"}
    return text


def check_change(row: AdjustmentChange) -> None:
    """A change names a field that an adjustment of its kind changes and a value it can hold: the
    committee decides on nothing that cannot be carried out."""
    name, adjustment = row.column_name, policy.related(row, "adjustment")
    if name in OF_ADDITIONS and (adjustment is None or adjustment.kind != AdjustmentKind.ADD):
        raise RuleViolation(message("This field is not adjusted."), "column_name")
    if name not in PARTS:
        read_field(name, row.new_value)


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
    due_on = task.due_on
    for change in adjustment.changes:
        check_change(change)
        name = change.column_name
        new = None if name in PARTS else read_field(name, change.new_value)
        if (change.old_value or None) != current_value(task, name):
            raise Conflict(
                message("The task has changed since the adjustment was written."), "changes"
            )
        if name in PARTS:
            _name_departments(session, task, PARTS[name], change.new_value)
        else:
            setattr(task, name, new)
    if due_on is not None and task.due_on is not None and task.due_on != due_on:
        # The last milestones stand for the due date; left behind, they would call the task late.
        for milestone in task.milestones:
            if milestone.due_on == due_on or (milestone.due_on and milestone.due_on > task.due_on):
                milestone.due_on = task.due_on
    return task


def _name_departments(
    session: AnySession, task: Task, role: TaskDepartmentRole, codes: str | None
) -> None:
    """Give a task exactly these departments in this role; those that stay keep their part."""
    wanted = [code.strip() for code in (codes or "").split(";") if code.strip()]
    found = {
        row.code: row.id
        for row in session.execute(
            select(Department.code, Department.id).where(Department.code.in_(wanted))
        )
    }
    unknown = [code for code in wanted if code not in found]
    if unknown:
        raise RuleViolation(
            message("There is no department “%(code)s”.", code=unknown[0]), "new_value"
        )
    known = {part.department_id: part for part in task.departments}
    keep = {found[code] for code in wanted}
    for part in list(task.departments):
        if part.role == role and part.department_id not in keep:
            task.departments.remove(part)
    for place, code in enumerate(wanted, start=1):
        kept = known.get(found[code])
        if kept is None:
            task.departments.append(
                TaskDepartment(department_id=found[code], role=role, position=place)
            )
        else:
            kept.role, kept.position = role, place


def _add_task(session: AnySession, actor: Actor, adjustment: Adjustment) -> Task:
    values = {
        change.column_name: read_field(change.column_name, change.new_value)
        for change in adjustment.changes
        if change.column_name not in PARTS
    }
    if not values.get("title"):
        raise RuleViolation(message("A new task needs a title."), "changes")
    values.setdefault("lead_department_id", adjustment.department_id)
    last = session.scalar(
        select(func.max(Task.sort_order)).where(Task.cycle_id == adjustment.cycle_id)
    )
    task = Task(
        cycle_id=adjustment.cycle_id,
        origin=TaskOrigin.ADDED,
        sort_order=(last or 0) + 1,
        **values,
    )
    session.add(task)
    session.flush()
    for change in adjustment.changes:
        if change.column_name in PARTS:
            _name_departments(session, task, PARTS[change.column_name], change.new_value)
    workflow.apply(session, actor, task, "publish")
    adjustment.task = task
    return task
