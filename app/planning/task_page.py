"""Everything the page of a task answers, read in a fixed number of statements (domain §1).

Every read starts from `visible`: who only sees the task as public gets the task, its parts and
nothing of what the department reports. The rows of later chapters are read by their models
alone; what they mean is decided in their own chapters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.baseline import Baseline, BaselineTask
from app.models.cycles import StrategicGoal
from app.models.improvement import Adjustment, AdjustmentChange, Evidence, TaskResult
from app.models.meetings import AgendaItem, Decision
from app.models.monitoring import CheckStatus, CoordinationRequest, EarlyWarning, MonthlyCheck
from app.models.planning import Indicator, Milestone, Task, TaskDepartment, TaskStatus
from app.models.supervision import Instruction, SupervisionCase
from app.models.work_points import WorkPoint
from app.planning.part_rules import RollUp
from app.planning.part_tree import Part, keys_below, summed, tree_below
from app.planning.redline import Redline, redline_of
from app.planning.rules import answered_tasks


@dataclass(slots=True)
class TaskPage:
    """`inner`: the reader reads what the department reports on this task (checks, results,
    files, history). `decisions`: those on its adjustments that the reader sees, by id."""

    task: Task
    inner: bool
    work_point: WorkPoint | None = None
    strategic_goal: StrategicGoal | None = None
    redline: Redline = field(default_factory=lambda: Redline(None))
    decisions: dict[int, Decision] = field(default_factory=dict)
    result: TaskResult | None = None
    milestones: Sequence[Milestone] = ()
    indicators: Sequence[Indicator] = ()
    departments: Sequence[TaskDepartment] = ()
    checks: Sequence[MonthlyCheck] = ()
    warnings: Sequence[EarlyWarning] = ()
    adjustments: dict[Adjustment, list[AdjustmentChange]] = field(default_factory=dict)
    cases: Sequence[SupervisionCase] = ()
    instructions: Sequence[Instruction] = ()
    requests: Sequence[CoordinationRequest] = ()
    files: Sequence[Evidence] = ()
    parent: Task | None = None
    carried_from: Task | None = None
    carried_to: Sequence[Task] = ()
    parts: Sequence[Part] = ()
    """All parts below the task that the reader sees, each followed by its own."""

    @property
    def open(self) -> bool:
        """Is the task still to be done?"""
        return self.task.status not in (TaskStatus.FINISHED, TaskStatus.TERMINATED)

    @property
    def last_check(self) -> MonthlyCheck | None:
        """The last report that counts, as far as the reader may read it."""
        reported = [check for check in self.checks if check.status == CheckStatus.SUBMITTED]
        return reported[-1] if reported else None

    @property
    def light_reason(self) -> str | None:
        """Why the light shines: what the last report says, if it is of the same light."""
        check = self.last_check
        if check is None:
            return None
        if check.head_light is not None:
            return check.head_light_reason if check.head_light == self.task.light else None
        return check.light_reason if check.computed_light == self.task.light else None

    @property
    def cause(self) -> str | None:
        """What the open warning of the task's light says."""
        open_ones = (one for one in self.warnings if one.closed_on is None)
        return next((one.cause for one in open_ones if one.light == self.task.light), None)

    @property
    def rolled_up(self) -> RollUp:
        """What the parts that the reader sees add up to."""
        return summed(self.parts)

    def days_left(self, today: dt.date) -> int | None:
        """Days until the task is due, negative when late; None without a date or when done."""
        if self.task.due_on is None or not self.open:
            return None
        return (self.task.due_on - today).days


def load_task_page(session: AnySession, actor: Actor, task_id: int) -> TaskPage | None:
    """The page of a task the actor sees; None for any other. The statements do not grow
    with its rows."""
    found = session.execute(
        select(
            Task,
            answered_tasks(actor).label("inner"),
            WorkPoint,
            StrategicGoal,
            BaselineTask,
            TaskResult,
        )
        .select_from(Task)
        .outerjoin(WorkPoint, and_(WorkPoint.id == Task.work_point_id, _seen_point(actor)))
        .outerjoin(
            StrategicGoal,
            and_(StrategicGoal.id == Task.strategic_goal_id, visible(actor, StrategicGoal)),
        )
        .outerjoin(
            BaselineTask, and_(BaselineTask.task_id == Task.id, visible(actor, BaselineTask))
        )
        .outerjoin(TaskResult, and_(TaskResult.task_id == Task.id, visible(actor, TaskResult)))
        .where(Task.id == task_id, visible(actor, Task))
        .options(joinedload(BaselineTask.baseline).joinedload(Baseline.decomposition))
        .order_by(BaselineTask.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    task, inner, work_point, strategic_goal, baseline, result = found
    page = TaskPage(task, bool(inner), work_point, strategic_goal, result=result)

    def of_task(model: type[Any], *order: Any) -> Sequence[Any]:
        return session.scalars(
            select(model)
            .where(model.task_id == task_id, visible(actor, model))
            .order_by(*order, model.id)
        ).all()

    page.milestones = of_task(Milestone, Milestone.due_on)
    page.indicators = of_task(Indicator)
    page.departments = of_task(TaskDepartment, TaskDepartment.role.desc(), TaskDepartment.position)
    page.checks = of_task(MonthlyCheck, MonthlyCheck.year, MonthlyCheck.month)
    page.warnings = of_task(EarlyWarning, EarlyWarning.opened_on.desc())
    page.cases = of_task(SupervisionCase, SupervisionCase.opened_on)
    page.instructions = session.scalars(
        select(Instruction)
        .where(
            Instruction.subject_table == Task.__tablename__,
            Instruction.subject_id == task_id,
            visible(actor, Instruction),
        )
        .order_by(Instruction.written_on.desc(), Instruction.id.desc())
    ).all()
    page.requests = of_task(CoordinationRequest)
    _read_adjustments(session, actor, page)
    page.redline = redline_of(
        session,
        actor,
        task,
        baseline,
        {
            Milestone.__tablename__: page.milestones,
            Indicator.__tablename__: page.indicators,
            TaskDepartment.__tablename__: page.departments,
        },
        page.adjustments,
    )
    page.files = _files(session, actor, page)
    _read_relatives(session, actor, page)
    return page


def _seen_point(actor: Actor) -> Any:
    """Work points are seen by their set's state."""
    return WorkPoint.id.in_(
        select(WorkPoint.id).join(WorkPoint.work_point_set).where(visible(actor, WorkPoint))
    )


def _read_adjustments(session: AnySession, actor: Actor, page: TaskPage) -> None:
    rows = session.execute(
        select(Adjustment, AdjustmentChange)
        .outerjoin(AdjustmentChange, AdjustmentChange.adjustment_id == Adjustment.id)
        .where(Adjustment.task_id == page.task.id, visible(actor, Adjustment))
        .order_by(Adjustment.id.desc(), AdjustmentChange.id)
    )
    for adjustment, change in rows:
        changes = page.adjustments.setdefault(adjustment, [])
        if change is not None:
            changes.append(change)
    decided = {one.decision_id for one in page.adjustments if one.decision_id is not None}
    if decided:
        page.decisions = {
            decision.id: decision
            for decision in session.scalars(
                select(Decision)
                .where(Decision.id.in_(decided), visible(actor, Decision))
                .options(joinedload(Decision.agenda_item).joinedload(AgendaItem.meeting))
            )
        }


def _files(session: AnySession, actor: Actor, page: TaskPage) -> Sequence[Evidence]:
    """The files of the task and of its checks and result that the reader sees."""
    owners = [Evidence.task_id == page.task.id]
    if page.checks:
        owners.append(Evidence.monthly_check_id.in_([check.id for check in page.checks]))
    if page.result is not None:
        owners.append(Evidence.task_result_id == page.result.id)
    return session.scalars(
        select(Evidence)
        .where(or_(*owners), visible(actor, Evidence))
        .order_by(Evidence.uploaded_at.desc(), Evidence.id.desc())
    ).all()


def _read_relatives(session: AnySession, actor: Actor, page: TaskPage) -> None:
    """The tasks above, below, before and after this one."""
    task = page.task
    above = [key for key in (task.parent_id, task.carried_from_id) if key is not None]
    related = session.scalars(
        select(Task)
        .where(
            or_(
                Task.id.in_(above),
                Task.id.in_(keys_below(task.id)),
                Task.carried_from_id == task.id,
            ),
            visible(actor, Task),
        )
        .order_by(Task.sort_order, Task.id)
    ).all()
    page.parent = next((one for one in related if one.id == task.parent_id), None)
    page.carried_from = next((one for one in related if one.id == task.carried_from_id), None)
    page.parts = tree_below(task.id, related)
    page.carried_to = [one for one in related if one.carried_from_id == task.id]


# The curve -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """A month of the curve. `actual` is None where nothing was reported."""

    month: int
    planned: Decimal | None
    actual: Decimal | None
    light: str | None


def curve_of(page: TaskPage, year: int, today: dt.date) -> list[Point]:
    """Planned and reached percent at each month's end of `year`. Who does not read the reports
    gets the public progress of today alone."""
    dated = [
        (one.due_on, one.planned_percent)
        for one in page.milestones
        if one.due_on is not None and one.planned_percent is not None
    ]
    reports = {
        check.month: check
        for check in page.checks
        if check.year == year and check.status == CheckStatus.SUBMITTED
    }
    done = page.task.finished_on
    points = []
    for month in range(1, 13):
        end = month_end(year, month)
        check = reports.get(month)
        actual = check.actual_percent if check else None
        light = str(check.head_light or check.computed_light) if check else None
        if page.inner and done is not None and (done.year, done.month) == (year, month):
            actual, light = Decimal(100), "blue"
        if not page.inner and (year, month) == (today.year, today.month):
            actual, light = page.task.actual_percent, page.task.light
        planned = max((percent for due, percent in dated if due <= end), default=Decimal(0))
        points.append(Point(month, planned if dated else None, actual, light))
    return points


def month_end(year: int, month: int) -> dt.date:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)
