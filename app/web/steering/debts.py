"""Who owes what in each phase of a year: read in one statement, whatever there is.

A kind of debt is a `Waiting` like those of the queue, so that a figure leads to its very rows.
What leaders owe is counted by the department whose rows wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.clock import COLLEGE_ZONE
from app.core.policy import visible
from app.core.queue import SOON, Waiting, waiting_rows
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.cycles.contested import is_contested
from app.models.cycles import PhaseCode
from app.models.improvement import Adjustment, AdjustmentStatus, ResultStatus, TaskResult
from app.models.organisation import Department
from app.models.planning import Agreement, DepartmentPlan, PlanStatus, Task, TaskStatus
from app.monitoring.queue import missing
from app.planning.acceptance import accept_by
from app.planning.queue import task_label
from app.planning.rules import answered_tasks
from app.web.steering.office import office_steps
from app.web.steering.owed import Debt, Owed
from app.web.steering.year import Year, college_day, planning_departments

COUNTED = (PhaseCode.PROPOSAL, PhaseCode.REVIEW, PhaseCode.DECOMPOSITION, PhaseCode.ACCEPTANCE,
           PhaseCode.MONITORING, PhaseCode.RESULTS)  # fmt: skip
"""Phases all of whose debts are known here: of these alone it can be said that nothing is owed."""
WRITTEN = (ResultStatus.SUBMITTED, ResultStatus.CONFIRMED)


def kinds_of(actor: Actor, year: Year) -> list[Owed]:
    """The kinds of debt there may be today, of what the actor sees, the Office's own steps among
    them. A closed year owes nothing; plans are owed until the year's table is issued."""
    if year.closed:
        return []
    found: list[Owed] = []
    if year.issued_on is None:
        found += _plans(actor, year)
        found += _parts(actor, year)
    found += _acceptance(actor, year)
    found += _checks(actor, year)
    found += _adjustments(actor, year)
    found += _results(actor, year)
    found += office_steps(actor, year)
    return [one for one in found if one.phase in year.phases]


def debts(session: AnySession, kinds: Sequence[Owed]) -> list[Debt]:
    """What is owed of these kinds. One statement."""
    if not kinds:
        return []
    parts = []
    for place, kind in enumerate(kinds):
        rows = kind.waiting.rows.subquery()
        parts.append(
            select(
                literal(place).label("place"),
                rows.c.department_id,
                rows.c.due_on,
                func.count().label("number"),
                func.min(rows.c.since).label("since"),
            ).group_by(rows.c.department_id, rows.c.due_on)
        )
    return [
        Debt(kinds[row.place], row.department_id, row.number, row.due_on, college_day(row.since))
        for row in session.execute(union_all(*parts))
    ]


# Planning (Art. 4-5) -------------------------------------------------------------------


def _plans(actor: Actor, year: Year) -> Iterator[Owed]:
    proposal, review = year.due(PhaseCode.PROPOSAL), year.due(PhaseCode.REVIEW)
    asked = _start_of(year, PhaseCode.PROPOSAL)
    own = DepartmentPlan.cycle_id == year.cycle_id
    if year.begun(PhaseCode.PROPOSAL):
        rows = waiting_rows(
            Department.id, Department.name, due_on=proposal, since=asked, department=Department.id
        ).where(
            planning_departments(actor, year.today),
            ~exists(
                select(DepartmentPlan.id).where(own, DepartmentPlan.department_id == Department.id)
            ),
        )
        yield _owed(
            PhaseCode.PROPOSAL, "plan_missing", Department, message("Plan not begun"), rows,
            "部门工作计划尚未编制", single=True,
        )  # fmt: skip
    for code, status, key, title, chinese, since, due, by_leader in (
        (PhaseCode.PROPOSAL, PlanStatus.DRAFT, "plan_draft", message("Plan not sent for review"),
         "部门工作计划尚未送审", literal(asked, DateTime(timezone=True)), proposal, False),
        (PhaseCode.REVIEW, PlanStatus.REVIEW, "plan_review", message("Plan to review"),
         "部门工作计划待审阅", DepartmentPlan.sent_at, review, True),
        (PhaseCode.REVIEW, PlanStatus.RETURNED, "plan_returned", message("Returned plan to rework"),
         "退回的部门工作计划尚未修改送审", DepartmentPlan.reviewed_at, review, False),
        (PhaseCode.REVIEW, PlanStatus.REVIEWED, "plan_submit", message("Plan not submitted to the Office"),
         "部门工作计划尚未提交办公室", DepartmentPlan.reviewed_at, review, False),
    ):  # fmt: skip
        rows = (
            waiting_rows(
                DepartmentPlan.id, Department.name, due_on=due, since=since,
                department=DepartmentPlan.department_id,
            )
            .select_from(DepartmentPlan)
            .join(Department, Department.id == DepartmentPlan.department_id)
            .where(
                visible(actor, DepartmentPlan), own, DepartmentPlan.status == status,
                ~is_contested(DepartmentPlan),
            )
        )  # fmt: skip
        yield _owed(code, key, DepartmentPlan, title, rows, chinese, by_leader, single=True)


def _parts(actor: Actor, year: Year) -> Iterator[Owed]:
    whole = aliased(Task)
    due = year.due(PhaseCode.DECOMPOSITION)
    for agreement, key, title, chinese, department in (
        (Agreement.ASKED, "parts_asked", message("Parts to agree to"), "待确认承接的分解任务",
         Task.lead_department_id),
        (Agreement.OBJECTED, "parts_objected", message("Objections to settle"), "待处理的分解异议",
         whole.lead_department_id),
    ):  # fmt: skip
        rows = (
            waiting_rows(
                Task.id, task_label(), due_on=due, since=Task.updated_at, department=department
            )
            .select_from(Task)
            .outerjoin(whole, whole.id == Task.parent_id)
            .where(
                visible(actor, Task),
                Task.cycle_id == year.cycle_id,
                Task.status == TaskStatus.PROPOSED,
                Task.agreement == agreement,
            )
        )
        yield _owed(PhaseCode.DECOMPOSITION, key, Task, title, rows, chinese)


def _acceptance(actor: Actor, year: Year) -> Iterator[Owed]:
    issued = (
        dt.datetime.combine(year.issued_on, dt.time(), COLLEGE_ZONE) if year.issued_on else None
    )
    rows = waiting_rows(
        Task.id, task_label(), due_on=accept_by(), since=issued,
        department=Task.lead_department_id,
    ).where(
        visible(actor, Task),
        answered_tasks(actor),
        Task.cycle_id == year.cycle_id,
        Task.status == TaskStatus.PUBLISHED,
    )  # fmt: skip
    yield _owed(
        PhaseCode.ACCEPTANCE, "tasks_accept", Task, message("Tasks not accepted"), rows,
        "待接受并分解落实的任务",
    )  # fmt: skip


# Monitoring and improvement (Art. 7, 9) ------------------------------------------------


def _checks(actor: Actor, year: Year) -> Iterator[Owed]:
    for month in year.open_months:
        waiting = missing(actor, month.reported)
        yield Owed(PhaseCode.MONITORING, waiting, f"{month.year}年{month.month}月月度监测尚未提交")


def _adjustments(actor: Actor, year: Year) -> Iterator[Owed]:
    for status, key, title, chinese, by_leader in (
        (AdjustmentStatus.REVIEW, "adjustments_review", message("Adjustments to review"),
         "待审阅的目标任务调整方案", True),
        (AdjustmentStatus.RETURNED, "adjustments_returned", message("Returned adjustments to rework"),
         "退回的目标任务调整方案", False),
    ):  # fmt: skip
        rows = (
            waiting_rows(
                Adjustment.id,
                func.coalesce(task_label(), Adjustment.cause),
                since=Adjustment.updated_at,
                department=Adjustment.department_id,
            )
            .select_from(Adjustment)
            .outerjoin(Task, Task.id == Adjustment.task_id)
            .where(
                visible(actor, Adjustment),
                Adjustment.cycle_id == year.cycle_id,
                Adjustment.status == status,
            )
        )
        yield _owed(PhaseCode.MIDYEAR, key, Adjustment, title, rows, chinese, by_leader)


def _results(actor: Actor, year: Year) -> Iterator[Owed]:
    due = year.due(PhaseCode.RESULTS)
    near = due is not None and due <= year.today + SOON
    of_year = (visible(actor, Task), answered_tasks(actor), Task.cycle_id == year.cycle_id)
    # A result may be written as soon as the work is done; all are owed when the end is near.
    asked: ColumnElement[bool] = literal(True) if near else Task.actual_percent == 100
    rows = waiting_rows(
        Task.id, task_label(), due_on=due, department=Task.lead_department_id
    ).where(
        *of_year,
        Task.status == TaskStatus.ACCEPTED,
        asked,
        ~exists(
            select(TaskResult.id).where(
                TaskResult.task_id == Task.id, TaskResult.status.in_(WRITTEN)
            )
        ),
    )
    yield _owed(
        PhaseCode.RESULTS, "results_write", Task, message("Results not submitted"), rows,
        "待提交的完成情况反馈",
    )  # fmt: skip
    rows = (
        waiting_rows(
            TaskResult.id, task_label(), due_on=due, since=TaskResult.submitted_at,
            department=Task.lead_department_id,
        )
        .select_from(TaskResult)
        .join(Task, Task.id == TaskResult.task_id)
        .where(
            visible(actor, TaskResult), Task.cycle_id == year.cycle_id,
            TaskResult.status == ResultStatus.SUBMITTED,
        )
    )  # fmt: skip
    yield _owed(
        PhaseCode.RESULTS, "results_confirm", TaskResult, message("Results to confirm"), rows,
        "待审核的完成情况反馈", by_leader=True,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------


def _start_of(year: Year, code: PhaseCode) -> dt.datetime | None:
    phase = year.phases.get(code)
    return None if phase is None else dt.datetime.combine(phase.starts_on, dt.time(), COLLEGE_ZONE)


def _owed(
    phase: PhaseCode,
    key: str,
    model: type[Any],
    title: Message,
    rows: Any,
    chinese: str,
    by_leader: bool = False,
    *,
    single: bool = False,
) -> Owed:
    waiting = Waiting(key, model, title, "show", rows, verb=message("Open"))
    return Owed(phase, waiting, chinese, by_leader, single)
