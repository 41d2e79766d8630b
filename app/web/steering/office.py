"""What the Office itself still has to do in each phase: it steers, so its own steps stand beside
what the others owe. Nobody reminds it; the rows lead to the step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, case, cast, exists, func, select
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Waiting, waiting_rows
from app.core.text import Message, message
from app.models.carry_over import CarryOver
from app.models.cycles import Cycle, CycleStatus, PhaseCode, ReportingMonth
from app.models.improvement import Adjustment, AdjustmentStatus
from app.models.meetings import PaperEntry, PaperStatus
from app.models.organisation import Department
from app.models.planning import (
    Decomposition,
    DecompositionStatus,
    DepartmentPlan,
    PlanStatus,
    Task,
)
from app.models.work_points import WorkPointSet
from app.organisation.rules import reads_college
from app.planning.carry_over import UNFINISHED
from app.planning.point_queue import STAGES
from app.planning.queue import task_label
from app.web.steering.owed import Owed
from app.web.steering.year import Year


def office_steps(actor: Actor, year: Year) -> Iterator[Owed]:
    """The kinds of steps that wait for the Office in a year that is not closed; for those who
    read the whole college."""
    if not reads_college(actor):
        return
    yield from _opening(actor, year)
    if year.issued_on is None:
        yield from _plans(actor, year)
        yield from _work_points(actor, year)
        yield from _table(actor, year)
    yield from _bulletins(actor, year)
    yield from _adjustments(actor, year)
    yield from _carry_over(actor, year)


def _opening(actor: Actor, year: Year) -> Iterator[Owed]:
    first = dt.date(year.year, 1, 1)
    if year.today >= first:
        yield _step(
            PhaseCode.KICKOFF, "office_start", Cycle, message("Year to start"),
            waiting_rows(Cycle.id, Cycle.name, due_on=first).where(
                visible(actor, Cycle),
                Cycle.id == year.cycle_id,
                Cycle.status == CycleStatus.PREPARING,
            ),
        )  # fmt: skip


def _plans(actor: Actor, year: Year) -> Iterator[Owed]:
    rows = (
        waiting_rows(
            DepartmentPlan.id, Department.name, due_on=year.due(PhaseCode.REVIEW),
            since=DepartmentPlan.submitted_at,
        )
        .select_from(DepartmentPlan)
        .join(Department, Department.id == DepartmentPlan.department_id)
        .where(
            visible(actor, DepartmentPlan),
            DepartmentPlan.cycle_id == year.cycle_id,
            DepartmentPlan.status == PlanStatus.SUBMITTED,
        )
    )  # fmt: skip
    yield _step(
        PhaseCode.REVIEW, "office_plans", DepartmentPlan,
        message("Submitted plans to take up"), rows,
    )  # fmt: skip
    rows = (
        waiting_rows(PaperEntry.id, Department.name, since=PaperEntry.objected_at)
        .select_from(PaperEntry)
        .join(Department, Department.id == PaperEntry.department_id)
        .where(
            visible(actor, PaperEntry),
            PaperEntry.cycle_id == year.cycle_id,
            PaperEntry.subject_table == DepartmentPlan.__tablename__,
            PaperEntry.status == PaperStatus.CONTESTED,
        )
    )
    yield _step(
        PhaseCode.REVIEW, "office_contested", PaperEntry,
        message("Contested entries from paper"), rows,
    )  # fmt: skip


def _work_points(actor: Actor, year: Year) -> Iterator[Owed]:
    if year.begun(PhaseCode.WORK_POINTS):
        any_set = select(WorkPointSet.id).where(WorkPointSet.cycle_id == year.cycle_id)
        yield _step(
            PhaseCode.WORK_POINTS, "office_points_missing", Cycle,
            message("Work points not begun"),
            waiting_rows(
                Cycle.id, Cycle.name, due_on=year.due(PhaseCode.WORK_POINTS)
            ).where(
                visible(actor, Cycle), Cycle.id == year.cycle_id, ~exists(any_set)
            ),
        )  # fmt: skip
    for stage in STAGES:
        rows = waiting_rows(
            WorkPointSet.id,
            WorkPointSet.title,
            due_on=year.due(stage.phase),
            since=WorkPointSet.updated_at,
        ).where(visible(actor, WorkPointSet), _newest(WorkPointSet, year), stage.where)
        yield _step(stage.phase, f"office_points_{stage.name}", WorkPointSet, stage.title, rows)


def _table(actor: Actor, year: Year) -> Iterator[Owed]:
    due, state = year.due(PhaseCode.DECOMPOSITION), DecompositionStatus
    if year.begun(PhaseCode.DECOMPOSITION):
        any_table = select(Decomposition.id).where(Decomposition.cycle_id == year.cycle_id)
        yield _step(
            PhaseCode.DECOMPOSITION, "office_table_missing", Cycle,
            message("Decomposition table not begun"),
            waiting_rows(Cycle.id, Cycle.name, due_on=due).where(
                visible(actor, Cycle), Cycle.id == year.cycle_id, ~exists(any_table)
            ),
        )  # fmt: skip
    for key, title, status in (
        ("office_table_aggregate", message("Decompositions to aggregate"), state.DRAFTING),
        ("office_table_returned", message("Table that came back from the committee"),
         state.RETURNED),
        ("office_table_send", message("Decompositions for the committee"), state.AGGREGATED),
        ("office_table_issue", message("Decompositions to issue"), state.APPROVED),
    ):  # fmt: skip
        rows = waiting_rows(
            Decomposition.id, Decomposition.title, due_on=due, since=Decomposition.updated_at
        ).where(
            visible(actor, Decomposition),
            _newest(Decomposition, year),
            Decomposition.status == status,
        )
        yield _step(PhaseCode.DECOMPOSITION, key, Decomposition, title, rows)


def _bulletins(actor: Actor, year: Year) -> Iterator[Owed]:
    """A month is closed by its bulletin once its checks are due; before the table was issued there
    was nothing to report."""
    days = {
        month.month: month.due_on
        for month in year.open_months
        if month.due_on is not None
        and month.due_on < year.today
        and year.issued_on is not None
        and month.ends_on >= year.issued_on
    }
    if days:
        rows = waiting_rows(
            ReportingMonth.id,
            cast(ReportingMonth.month, String) + "月",
            since=case(days, value=ReportingMonth.month),
        ).where(
            visible(actor, ReportingMonth),
            ReportingMonth.cycle_id == year.cycle_id,
            ReportingMonth.month.in_(days),
        )
        yield _step(
            PhaseCode.MONITORING, "office_bulletins", ReportingMonth,
            message("Monthly bulletins to issue"), rows,
        )  # fmt: skip


def _adjustments(actor: Actor, year: Year) -> Iterator[Owed]:
    for key, title, status in (
        ("office_adjustments_send", message("Adjustments for the committee"),
         AdjustmentStatus.REVIEWED),
        ("office_adjustments_apply", message("Approved adjustments to apply"),
         AdjustmentStatus.APPROVED),
    ):  # fmt: skip
        rows = (
            waiting_rows(
                Adjustment.id, func.coalesce(task_label(), Adjustment.cause),
                since=Adjustment.updated_at,
            )
            .select_from(Adjustment)
            .outerjoin(Task, Task.id == Adjustment.task_id)
            .where(
                visible(actor, Adjustment),
                Adjustment.cycle_id == year.cycle_id,
                Adjustment.status == status,
            )
        )  # fmt: skip
        yield _step(PhaseCode.MIDYEAR, key, Adjustment, title, rows)


def _carry_over(actor: Actor, year: Year) -> Iterator[Owed]:
    """Art. 10: at the year's end the Office says of each unfinished task whether it goes on."""
    if year.begun(PhaseCode.SUMMARY):
        rows = waiting_rows(Task.id, task_label(), due_on=year.due(PhaseCode.SUMMARY)).where(
            visible(actor, Task),
            Task.cycle_id == year.cycle_id,
            Task.status.in_(UNFINISHED),
            ~exists(select(CarryOver.id).where(CarryOver.task_id == Task.id)),
        )
        yield _step(
            PhaseCode.SUMMARY, "office_carry_over", Task,
            message("Unfinished tasks to decide on"), rows,
        )  # fmt: skip


def _newest(model: Any, year: Year) -> Any:
    """The last edition of a year's work points or table: the earlier ones are history."""
    later = aliased(model)
    last = select(func.max(later.edition)).where(later.cycle_id == year.cycle_id)
    return (model.cycle_id == year.cycle_id) & (model.edition == last.scalar_subquery())


def _step(phase: PhaseCode, key: str, model: type[Any], title: Message, rows: Any) -> Owed:
    waiting = Waiting(key, model, title, "show", rows, verb=message("Open"))
    return Owed(phase, waiting, "", by_office=True)
