"""What the page of a year's decomposition shows at its head: the tasks by state, how many
departments, and what changed since it was issued. Statements do not grow with tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, and_, distinct, func, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.baseline import Baseline, BaselineTask
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.planning.task_page import REDLINED

SHOWN = 30


@dataclass(frozen=True, slots=True)
class TablePage:
    """`states` in the order of a task's life; `changed` of the reader's tasks differ from what
    was issued, `redlined` are the first of them."""

    states: Sequence[tuple[TaskStatus, int]]
    departments: int
    baseline: Baseline | None
    issued: int
    changed: int
    redlined: Sequence[Task]

    @property
    def tasks(self) -> int:
        return sum(count for _, count in self.states)


def load_table_page(session: AnySession, actor: Actor, table: Decomposition) -> TablePage:
    """Read the head of a table the actor sees."""
    own = (visible(actor, Task), _of_table(table))
    rows = session.execute(
        select(Task.status, func.count(Task.id)).where(*own).group_by(Task.status)
    )
    counted = {row[0]: row[1] for row in rows}
    departments = session.scalar(select(func.count(distinct(Task.lead_department_id))).where(*own))
    frozen = session.execute(
        select(
            Baseline,
            select(func.count(BaselineTask.id))
            .where(BaselineTask.baseline_id == Baseline.id)
            .correlate(Baseline)
            .scalar_subquery(),
        ).where(visible(actor, Baseline), Baseline.decomposition_id == table.id)
    ).first()
    baseline, issued = (frozen[0], frozen[1]) if frozen else (None, 0)
    redlined = _redlined(session, actor, baseline) if baseline else []
    return TablePage(
        [(state, counted[state]) for state in TaskStatus if state in counted],
        departments or 0,
        baseline,
        issued,
        redlined[0][1] if redlined else 0,
        [row[0] for row in redlined],
    )


def _of_table(table: Decomposition) -> ColumnElement[bool]:
    """The year's tasks that the table stands for: what it will issue; once issued, what was, and
    what was added since."""
    issued = table.status == DecompositionStatus.ISSUED
    proposed = Task.status == TaskStatus.PROPOSED
    return and_(Task.cycle_id == table.cycle_id, not_(proposed) if issued else proposed)


def _redlined(session: AnySession, actor: Actor, baseline: Baseline) -> Sequence[Any]:
    """Tasks that differ from the frozen copy in what the redline of their page shows."""
    differs = or_(
        *(
            _plain(getattr(Task, name)).is_distinct_from(_plain(getattr(BaselineTask, name)))
            for name in REDLINED
        )
    )
    return session.execute(
        select(Task, func.count().over())
        .join(BaselineTask, BaselineTask.task_id == Task.id)
        .where(visible(actor, Task), BaselineTask.baseline_id == baseline.id, differs)
        .order_by(Task.sort_order, Task.id)
        .limit(SHOWN)
    ).all()


def _plain(column: Any) -> Any:
    """No words and empty words are the same."""
    return func.coalesce(column, "") if isinstance(column.type, String) else column
