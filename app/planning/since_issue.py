"""Which tasks differ from the table as it was issued (Art. 5.2, 9.2): one criterion for lists,
counts and filters. What the page of a task says in words is `redline`'s.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Enum, String, and_, case, exists, func, null, or_, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from app.models.base import Choice
from app.models.baseline import (
    BaselineDepartment,
    BaselineIndicator,
    BaselineMilestone,
    BaselineTask,
)
from app.models.planning import Indicator, Milestone, Task, TaskDepartment, TaskStatus

REDLINED = ("number", "title", "goal", "measures", "standard", "lead_department_id", "start_on",
            "due_on", "due_text", "weight")  # fmt: skip
"""The columns that stand in the table."""
PARTS: tuple[tuple[type[Any], type[Any], dict[str, str]], ...] = (
    (TaskDepartment, BaselineDepartment, {"department_id": "department_id", "role": "role"}),
    (
        Milestone,
        BaselineMilestone,
        {name: name for name in ("due_on", "text", "planned_percent")},
    ),
    (
        Indicator,
        BaselineIndicator,
        {"baseline": "baseline_value"}
        | {name: name for name in ("name", "kind", "unit", "target", "standard", "weight")},
    ),
)
"""What hangs on a task, its frozen copy, and which columns of both are the same."""


class SinceIssue(Choice):
    UNCHANGED = "unchanged", "未变更", "Unchanged"
    CHANGED = "changed", "已变更", "Changed"
    ADDED = "added", "新增", "Added"
    TERMINATED = "terminated", "已终止", "Terminated"


LABEL = ("下发后变化", "Since issue")


def since_issue() -> Any:
    """What became of a task since it was issued; NULL for one that is not issued yet."""
    frozen = exists(select(BaselineTask.id).where(BaselineTask.task_id == Task.id).correlate(Task))
    kind = Enum(SinceIssue, native_enum=False, values_callable=lambda all_: [o.value for o in all_])
    return type_coerce(
        case(
            (Task.status == TaskStatus.PROPOSED, null()),
            (Task.status == TaskStatus.TERMINATED, SinceIssue.TERMINATED.value),
            (~frozen, SinceIssue.ADDED.value),
            (_differs(), SinceIssue.CHANGED.value),
            else_=SinceIssue.UNCHANGED.value,
        ),
        kind,
    )


def _differs() -> ColumnElement[bool]:
    """Does a task differ from its frozen copy?"""
    return exists(
        select(BaselineTask.id)
        .where(
            BaselineTask.task_id == Task.id,
            or_(
                *(
                    _plain(getattr(Task, name)).is_distinct_from(
                        _plain(getattr(BaselineTask, name))
                    )
                    for name in REDLINED
                ),
                *(one for now, issued, names in PARTS for one in _parts_differ(now, issued, names)),
            ),
        )
        .correlate(Task)
    )


def _parts_differ(now: Any, issued: Any, names: dict[str, str]) -> list[ColumnElement[bool]]:
    """Is there a part that was not issued, or one issued that is gone?"""
    same = and_(
        *(
            _plain(getattr(now, mine)).is_not_distinct_from(_plain(getattr(issued, theirs)))
            for mine, theirs in names.items()
        )
    )
    of_task, of_copy = now.task_id == Task.id, issued.baseline_task_id == BaselineTask.id
    return [
        exists(
            select(now.id)
            .where(of_task, ~exists(select(issued.id).where(of_copy, same).correlate(now, BaselineTask)))
            .correlate(Task, BaselineTask)
        ),
        exists(
            select(issued.id)
            .where(of_copy, ~exists(select(now.id).where(of_task, same).correlate(issued, Task)))
            .correlate(Task, BaselineTask)
        ),
    ]  # fmt: skip


def _plain(column: Any) -> Any:
    """No words and empty words are the same."""
    is_words = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return func.coalesce(column, "") if is_words else column
