"""Commands of improvement: drafting an adjustment, reporting a result (Art. 9.2-9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.core import guard
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.improvement.changes import current_value
from app.models.cycles import IndicatorKind
from app.models.improvement import Adjustment, AdjustmentChange, TaskResult
from app.models.planning import Task


def draft_adjustment(
    session: AnySession, actor: Actor, adjustment: Adjustment, changes: Mapping[str, str]
) -> Adjustment:
    """Draft an adjustment with its changes (field → new value as text).

    The head of the lead department; additions also the Office and the leader. Effects: an
    adjustment in `draft`; each change keeps what the field holds now, so that a later
    change of the task is noticed. Errors: NotAllowed; RuleViolation at `task` or
    `cause_kind`. Art. 9.2.
    """
    task = adjustment.task
    if task is None and adjustment.task_id is not None:
        task = session.get(Task, adjustment.task_id)
    adjustment.changes = [
        AdjustmentChange(
            column_name=name,
            old_value=None if task is None else current_value(task, name),
            new_value=value,
        )
        for name, value in changes.items()
    ]
    session.add(adjustment)
    session.flush()
    return adjustment


def report_result(
    session: AnySession,
    actor: Actor,
    result: TaskResult,
    actuals: Mapping[int, Decimal | str] | None = None,
) -> TaskResult:
    """Draft how a task came out, with what its indicators reached.

    The task's owner or the head of its lead department, while the task is accepted. `actuals`:
    by the indicator's id a figure, or a grade A to D for a qualitative one. Effects: a result
    in `draft`, the indicators' actual values. Errors: NotAllowed; RuleViolation at `actual`
    for a value that does not fit its indicator. Art. 9.3.
    """
    session.add(result)
    session.flush()
    if not actuals:
        return result
    own = {indicator.id: indicator for indicator in result.task.indicators}
    with guard.privileged(session):
        for key, value in actuals.items():
            indicator = own.get(key)
            if indicator is None:
                raise RuleViolation(message("This is not an indicator of the task."), "actual")
            if indicator.kind == IndicatorKind.QUALITATIVE:
                if value not in ("A", "B", "C", "D"):
                    raise RuleViolation(message("A grade is A, B, C or D."), "actual")
                indicator.actual_grade = str(value)
            elif isinstance(value, Decimal):
                indicator.actual = value
            else:
                raise RuleViolation(message("This indicator takes a figure."), "actual")
    return result
