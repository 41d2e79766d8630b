"""The figures of the home page, each over the same rows as the list behind its link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry
from app.models.assessment import Score, ScoreStatus
from app.models.improvement import Adjustment, AdjustmentStatus, ResultStatus, TaskResult
from app.models.monitoring import (
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    Light,
    MonthlyCheck,
)
from app.models.planning import Milestone, Task, TaskStatus
from app.models.supervision import ON_HAND, SupervisionCase
from app.models.system import ImportJob, ImportStatus, OutboxMessage, OutboxStatus
from app.monitoring.queue import missing
from app.planning.charts import overdue as overdue_tasks
from app.planning.queue import milestone_reached, task_label

UNDER_WAY = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)
OPEN_ADJUSTMENTS = (
    AdjustmentStatus.REVIEW, AdjustmentStatus.REVIEWED, AdjustmentStatus.COMMITTEE,
    AdjustmentStatus.APPROVED, AdjustmentStatus.DEFERRED,
)  # fmt: skip
OPEN_REQUESTS = (CoordinationStatus.OPEN, CoordinationStatus.REOPENED)
TROUBLE = {Light.RED: 9, Light.ORANGE: 4, Light.YELLOW: 1}
"""How much a light counts when departments are ranked by trouble."""

Scope = Collection[int] | None
"""The departments that are looked at; None: the college."""


@dataclass(slots=True)
class Standing:
    """How the tasks of a department, or of several, stand."""

    lights: dict[str | None, int]
    count: int = 0
    overdue: int = 0
    cases: int = 0
    done: Decimal = Decimal(0)
    planned: Decimal = Decimal(0)
    counted: int = 0

    @property
    def trouble(self) -> int:
        lit = sum(TROUBLE.get(Light(light), 0) * n for light, n in self.lights.items() if light)
        return lit + 2 * self.overdue + 3 * self.cases

    @property
    def actual(self) -> Decimal | None:
        return round(self.done / self.counted, 1) if self.counted else None

    @property
    def plan(self) -> Decimal | None:
        return round(self.planned / self.counted, 1) if self.counted else None

    def add(self, other: Standing) -> None:
        for light, count in other.lights.items():
            self.lights[light] = self.lights.get(light, 0) + count
        for name in ("count", "overdue", "cases", "done", "planned", "counted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def standings(
    session: AnySession, actor: Actor, cycle_id: int, scope: Scope, today: dt.date
) -> dict[int | None, Standing]:
    """By lead department: lights, overdue tasks, progress and plan, open cases. Two statements.

    The plan of a task without a curve is what it has reached: it is neither ahead nor behind.
    """
    live = Task.status.in_((*UNDER_WAY, TaskStatus.FINISHED))
    reached = func.coalesce(Task.actual_percent, 0)
    query = (
        select(
            Task.lead_department_id,
            Task.light,
            func.count(Task.id),
            func.sum(case((overdue_tasks(today), 1), else_=0)),
            func.sum(case((live, reached), else_=0)),
            func.sum(case((live, func.coalesce(Task.planned_percent, reached)), else_=0)),
            func.sum(case((live, 1), else_=0)),
        )
        .where(
            visible(actor, Task), Task.cycle_id == cycle_id, _within(Task.lead_department_id, scope)
        )
        .group_by(Task.lead_department_id, Task.light)
    )
    found: dict[int | None, Standing] = {}
    for department, light, count, overdue, done, planned, counted in session.execute(query):
        part = Standing(
            {light: count}, count, int(overdue), 0, _number(done), _number(planned), int(counted)
        )
        found.setdefault(department, Standing({})).add(part)
    cases = (
        select(SupervisionCase.department_id, func.count(SupervisionCase.id))
        .where(
            visible(actor, SupervisionCase),
            SupervisionCase.cycle_id == cycle_id,
            SupervisionCase.status.in_(ON_HAND),
            _within(SupervisionCase.department_id, scope),
        )
        .group_by(SupervisionCase.department_id)
    )
    for department, count in session.execute(cases):
        found.setdefault(department, Standing({})).cases = count
    return found


@dataclass(frozen=True, slots=True)
class Flow:
    """What is on its way: checks of the month handed in and missing, adjustments and results
    before their decision, requests without an answer."""

    checks: int
    missing: int
    adjustments: int
    results: int
    requests: int


def flow(session: AnySession, actor: Actor, cycle_id: int, month: MonthEntry | None) -> Flow:
    """One statement. Whose rows are counted is what the reader may see."""
    nothing = literal(0)
    checks: Any = nothing
    owed: Any = nothing
    if month is not None:
        checks = _count(
            MonthlyCheck,
            actor,
            MonthlyCheck.year == month.year,
            MonthlyCheck.month == month.month,
            MonthlyCheck.status == CheckStatus.SUBMITTED,
        )
        rows = missing(actor, month.reported).rows.subquery()
        owed = select(func.count()).select_from(rows).scalar_subquery()
    adjustments = _count(
        Adjustment, actor, Adjustment.cycle_id == cycle_id, Adjustment.status.in_(OPEN_ADJUSTMENTS)
    )
    results = _count(TaskResult, actor, TaskResult.status == ResultStatus.SUBMITTED)
    requests = _count(CoordinationRequest, actor, CoordinationRequest.status.in_(OPEN_REQUESTS))
    return Flow(*session.execute(select(checks, owed, adjustments, results, requests)).one())


@dataclass(frozen=True, slots=True)
class Attention:
    """A task in trouble."""

    id: int
    label: str
    department_id: int | None
    owner_id: int | None
    light: str | None
    due_on: dt.date | None
    actual: Decimal | None
    planned: Decimal | None


def worst_tasks(
    session: AnySession, actor: Actor, cycle_id: int, scope: Scope, today: dt.date, limit: int
) -> list[Attention]:
    """Tasks under way that are overdue or whose light is not green: the overdue ones first,
    then the worst light, then the oldest date."""
    overdue = overdue_tasks(today)
    order = case(
        (overdue, 0), *((Task.light == light.value, 10 - n) for light, n in TROUBLE.items())
    )
    rows = session.execute(
        select(
            Task.id,
            task_label(),
            Task.lead_department_id,
            Task.owner_id,
            Task.light,
            Task.due_on,
            Task.actual_percent,
            Task.planned_percent,
        )
        .where(
            visible(actor, Task),
            Task.cycle_id == cycle_id,
            Task.status.in_(UNDER_WAY),
            or_(overdue, Task.light.in_([light.value for light in TROUBLE])),
            _within(Task.lead_department_id, scope),
        )
        .order_by(order, Task.due_on, Task.id)
        .limit(limit)
    )
    return [Attention(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone that comes next."""

    task_id: int
    label: str
    text: str
    due_on: dt.date
    department_id: int | None
    planned: Decimal | None


def next_milestones(
    session: AnySession, cycle_id: int, mine: ColumnElement[bool], today: dt.date, limit: int
) -> list[Step]:
    """Milestones of the next thirty days that the tasks `mine` have not reached yet."""
    rows = session.execute(
        select(
            Task.id, task_label(), Milestone.text, Milestone.due_on, Task.lead_department_id,
            Milestone.planned_percent,
        )
        .join(Task, Task.id == Milestone.task_id)
        .where(
            mine,
            Task.cycle_id == cycle_id,
            Task.status.in_(UNDER_WAY),
            ~milestone_reached(),
            Milestone.due_on >= today,
            Milestone.due_on <= today + queue.SOON,
        )
        .order_by(Milestone.due_on, Task.sort_order, Milestone.id)
        .limit(limit)
    )  # fmt: skip
    return [Step(*row) for row in rows]


def my_tasks(actor: Actor, scope: Scope, *, owned_only: bool = False) -> ColumnElement[bool]:
    """The tasks whose dates concern the reader: those of the departments looked at, of a member
    of staff those the person answers for."""
    seen = visible(actor, Task)
    if scope is None:
        return seen
    if owned_only:
        return and_(seen, Task.owner_id == actor.user_id)
    return and_(seen, Task.lead_department_id.in_(scope))


@dataclass(frozen=True, slots=True)
class Rating:
    """How far the rating of a year has come."""

    submitted: int
    drafted: int
    raters: int
    tasks: int


def rating(session: AnySession, actor: Actor, cycle_id: int) -> Rating:
    """One statement, over the scores the reader sees."""
    mine = (visible(actor, Score), Score.cycle_id == cycle_id)
    raters = select(func.count(func.distinct(Score.rater_id))).where(*mine).scalar_subquery()
    rated = _count(
        Task,
        actor,
        Task.cycle_id == cycle_id,
        Task.status.in_((TaskStatus.ACCEPTED, TaskStatus.FINISHED)),
    )
    row = session.execute(
        select(
            _count(Score, actor, Score.cycle_id == cycle_id, Score.status == ScoreStatus.SUBMITTED),
            _count(Score, actor, Score.cycle_id == cycle_id, Score.status == ScoreStatus.DRAFT),
            raters,
            rated,
        )
    ).one()
    return Rating(*row)


@dataclass(frozen=True, slots=True)
class System:
    """How the system itself is."""

    imports: int
    failed_imports: int
    waiting_messages: int
    failed_messages: int


def system(session: AnySession, actor: Actor) -> System:
    """One statement."""
    row = session.execute(
        select(
            _count(ImportJob, actor, ImportJob.status == ImportStatus.DONE),
            _count(ImportJob, actor, ImportJob.status == ImportStatus.FAILED),
            _count(OutboxMessage, actor, OutboxMessage.status == OutboxStatus.WAITING),
            _count(OutboxMessage, actor, OutboxMessage.status == OutboxStatus.FAILED),
        )
    ).one()
    return System(*row)


def _count(model: Any, actor: Actor, *where: ColumnElement[bool]) -> Any:
    return select(func.count(model.id)).where(visible(actor, model), *where).scalar_subquery()


def _within(column: Any, scope: Scope) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(scope) if scope is not None else literal(True)
    return found


def _number(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def ranked(found: dict[int | None, Standing], keys: Sequence[int]) -> list[int]:
    """Departments, the one in most trouble first; equals in their natural order."""
    return sorted(keys, key=lambda key: -found[key].trouble if key in found else 1)
