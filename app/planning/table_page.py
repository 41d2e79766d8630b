"""What the page of a year's decomposition shows at its head: the tasks by state, how many
departments, and what changed since it was issued. Statements do not grow with tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, distinct, func, not_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.baseline import Baseline, BaselineTask
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.planning import acceptance
from app.planning.since_issue import SinceIssue, since_issue

SHOWN = 30


@dataclass(frozen=True, slots=True)
class TablePage:
    """`states` in the order of a task's life; `changed` of the reader's tasks are not what was
    issued, `redlined` the first of them with what they became; `waiting` are not accepted yet,
    `late` of them beyond their last day."""

    states: Sequence[tuple[TaskStatus, int]]
    departments: int
    baseline: Baseline | None
    issued: int
    changed: int
    redlined: Sequence[tuple[Task, SinceIssue]]
    waiting: int
    late: int

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
    redlined = _redlined(session, actor, table) if baseline else []
    return TablePage(
        [(state, counted[state]) for state in TaskStatus if state in counted],
        departments or 0,
        baseline,
        issued,
        redlined[0][2] if redlined else 0,
        [(row[0], row[1]) for row in redlined],
        *_waiting(session, own),
    )


def _waiting(session: AnySession, own: tuple[ColumnElement[bool], ...]) -> tuple[int, int]:
    """How many of these tasks wait to be accepted, and how many of them beyond their last day."""
    late = func.sum(case((acceptance.not_accepted(late=True), 1), else_=0))
    row = session.execute(
        select(func.count(Task.id), late).where(*own, acceptance.not_accepted())
    ).one()
    return row[0], int(row[1] or 0)


def _of_table(table: Decomposition) -> ColumnElement[bool]:
    """The year's tasks that the table stands for: what it will issue; once issued, what was, and
    what was added since."""
    issued = table.status == DecompositionStatus.ISSUED
    proposed = Task.status == TaskStatus.PROPOSED
    return and_(Task.cycle_id == table.cycle_id, not_(proposed) if issued else proposed)


def _redlined(session: AnySession, actor: Actor, table: Decomposition) -> Sequence[Any]:
    """Tasks that are not what was issued: changed, added, terminated."""
    became = since_issue()
    return session.execute(
        select(Task, became, func.count().over())
        .where(
            visible(actor, Task),
            _of_table(table),
            became.in_([one.value for one in SinceIssue if one != SinceIssue.UNCHANGED]),
        )
        .order_by(Task.sort_order, Task.id)
        .limit(SHOWN)
    ).all()
