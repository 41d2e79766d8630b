"""The supervision board (Art. 8): the cases of a list by the step they stand at, the most urgent
of each step first.

It decides what stands in which column and in what order; who sees a case is the list's own scope.
Two statements, whatever the number of cases: the figures, and the first cards of every column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.planning import Task
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase
from app.organisation.deciding import decides_for
from app.security.roles import OFFICE

PER_COLUMN = 8
"""Cards that a column shows; what is behind them stands in the list it leads to."""

WORKING = (CaseStatus.OPEN, CaseStatus.REPLIED)
"""The department still works on it, or its reply waits: the clock runs."""


class Step(StrEnum):
    """A column of the board, in the order of the ladder."""

    PROPOSED = "proposed"
    SUPERVISE = "supervise"
    URGE = "urge"
    DEADLINE = "deadline"
    SPECIAL = "special"
    SETTLING = "settling"
    """The reply is accepted; the Office has still to close the case."""
    CLOSED = "closed"


CONDITIONS: Mapping[Step, tuple[tuple[CaseStatus, ...], CaseStage | None]] = {
    Step.PROPOSED: ((CaseStatus.PROPOSED,), None),
    Step.SUPERVISE: (WORKING, CaseStage.SUPERVISE),
    Step.URGE: (WORKING, CaseStage.URGE),
    Step.DEADLINE: (WORKING, CaseStage.DEADLINE),
    Step.SPECIAL: (WORKING, CaseStage.SPECIAL),
    Step.SETTLING: ((CaseStatus.ACCEPTED,), None),
    Step.CLOSED: ((CaseStatus.CLOSED,), None),
}
"""By step: the states of its cases, and the stage where the states do not tell it apart."""


def step_of(status: CaseStatus, stage: CaseStage) -> Step | None:
    """The column of a case; None for one that was dismissed or withdrawn."""
    for step, (states, wanted) in CONDITIONS.items():
        if status in states and wanted in (None, stage):
            return step
    return None


def _criterion(step: Step) -> Any:
    states, stage = CONDITIONS[step]
    stands = SupervisionCase.status.in_(states)
    return stands if stage is None else and_(stands, SupervisionCase.stage == stage)


_STEP = case(*((_criterion(step), step.value) for step in Step))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases stand at a step, and how many of them are past their day."""

    count: int = 0
    late: int = 0


def tallies(session: AnySession, cases: Select[Any], today: dt.date) -> dict[Step, Tally]:
    """The figures of all columns. `cases`: the ids of the cases asked for. One statement."""
    late = and_(SupervisionCase.status.in_(WORKING), SupervisionCase.due_on < today)
    counted = (
        cases.with_only_columns(
            _STEP.label("step"), func.count(), func.sum(case((late, 1), else_=0))
        )
        .select_from(SupervisionCase)
        .where(_STEP.is_not(None))
        .group_by(_STEP)
    )
    return {
        Step(step): Tally(count, int(lag or 0)) for step, count, lag in session.execute(counted)
    }


@dataclass(frozen=True, slots=True)
class CardRow:
    """What a card is made of. `light` is the task's, where the reader sees the task."""

    id: int
    version: int
    step: str
    number: str | None
    matter: str
    department_id: int
    leader_id: int | None
    status: CaseStatus
    due_on: dt.date | None
    closed_on: dt.date | None
    signed: bool
    urges: int
    special_proposed: bool
    ground: str | None
    light: str | None
    decides: bool
    """Does the reader take the Office's steps on it?"""


def first_cards(
    session: AnySession, actor: Actor, cases: Select[Any], today: dt.date
) -> dict[Step, list[CardRow]]:
    """The most urgent `PER_COLUMN` cases of each column: those due first, of the closed ones those
    closed last, of the proposed ones the oldest. One statement."""
    # Nothing that is open has a day on which it was closed: the first criterion orders the closed.
    order = (
        SupervisionCase.closed_on.desc(),
        SupervisionCase.due_on.asc().nulls_last(),
        SupervisionCase.id,
    )
    ranked = (
        cases.with_only_columns(
            SupervisionCase.id,
            _STEP.label("step"),
            func.row_number().over(partition_by=_STEP, order_by=order).label("place"),
        )
        .select_from(SupervisionCase)
        .where(_STEP.is_not(None))
        .subquery()
    )
    one = SupervisionCase
    rows = session.execute(
        select(
            one.id, one.version, ranked.c.step, one.number, one.matter, one.department_id,
            one.leader_id, one.status, one.due_on, one.closed_on, one.signed_at.is_not(None),
            one.urges, one.special_proposed_on.is_not(None), one.ground, Task.light,
            decides_for(actor, OFFICE, one.department_id, today),
        )
        .join(ranked, ranked.c.id == one.id)
        .outerjoin(Task, and_(Task.id == one.task_id, visible(actor, Task)))
        .where(ranked.c.place <= PER_COLUMN)
        .order_by(ranked.c.place)
    )  # fmt: skip
    found: dict[Step, list[CardRow]] = {}
    for row in rows:
        card = CardRow(*row)
        found.setdefault(Step(card.step), []).append(card)
    return found
