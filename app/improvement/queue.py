"""What waits in improvement: adjustments and results on their way (Art. 9.2-9.3)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, null, or_, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import SOON, Addition, Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.cycles.agenda import unplaced
from app.models.cycles import PhaseCode
from app.models.improvement import Adjustment, Correction, ResultStatus, TaskResult
from app.models.monitoring import MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.organisation.deciding import decides_on, nobody_with
from app.organisation.rules import is_office
from app.planning.queue import task_label
from app.security.roles import OFFICE, STAFF


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    yield from _adjustments(actor, desk)
    yield from _results(actor, desk)
    yield from _corrections(actor, desk)


def _adjustments(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    department = Adjustment.department_id
    rows = (
        waiting_rows(
            Adjustment.id,
            # An addition has no task yet: it is known by its cause.
            func.coalesce(task_label(), Adjustment.cause),
            since=Adjustment.updated_at,
            department=department,
            detail=Adjustment.review_comment,
        )
        .select_from(Adjustment)
        .outerjoin(Task, Task.id == Adjustment.task_id)
        .where(visible(actor, Adjustment), Adjustment.cycle_id.in_(desk.cycles))
    )
    if actor.may("adjustment:submit") and actor.headed:
        yield Waiting(
            "adjustment.submit",
            Adjustment,
            message("Adjustments to submit"),
            "submit",
            rows.where(in_sources(Adjustment, "submit"), department.in_(actor.headed)),
        )
    if actor.may("adjustment:review"):
        yield Waiting(
            "adjustment.review",
            Adjustment,
            message("Adjustments to review"),
            "review",
            rows.where(
                in_sources(Adjustment, "review"),
                decides_on(actor, department, Adjustment.submitted_by_id, desk.today),
            ),
        )
    for step, title in (
        ("send_to_committee", message("Adjustments for the committee")),
        ("apply", message("Approved adjustments to apply")),
    ):
        if actor.may(f"adjustment:{step}"):
            yield Waiting(
                f"adjustment.{step}",
                Adjustment,
                title,
                step,
                rows.where(in_sources(Adjustment, step)),
            )
    if actor.may("adjustment:approve"):
        yield Waiting(
            "adjustment.place",
            Adjustment,
            message("Adjustments to put on an agenda"),
            "show",
            rows.where(unplaced(Adjustment)),
            verb=message("Put on an agenda"),
        )


def _results(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    reported: ColumnElement[bool] = Task.lead_department_id.in_(actor.headed)
    if actor.has_role(STAFF):
        reported = or_(reported, Task.owner_id == actor.user_id)
    due = desk.last_day(PhaseCode.RESULTS, Task.cycle_id)
    rows = (
        waiting_rows(
            TaskResult.id,
            task_label(),
            due_on=due,
            since=TaskResult.updated_at,
            department=Task.lead_department_id,
            detail=TaskResult.review_comment,
        )
        .select_from(TaskResult)
        .join(Task, Task.id == TaskResult.task_id)
        .where(visible(actor, TaskResult), Task.cycle_id.in_(desk.cycles))
    )
    if actor.may("task_result:add"):
        yield Waiting(
            "task_result.write",
            Task,
            message("Results to write"),
            Addition(TaskResult, "task"),
            waiting_rows(
                Task.id, task_label(), due_on=due, department=Task.lead_department_id
            ).where(
                visible(actor, Task),
                Task.cycle_id.in_(desk.cycles),
                Task.status == TaskStatus.ACCEPTED,
                # A result may be written as soon as the work is done; all are due at the
                # year's end and spoken of when that is near.
                or_(Task.actual_percent == 100, due <= desk.today + SOON),
                ~exists(select(TaskResult.id).where(TaskResult.task_id == Task.id)),
                reported,
            ),
            verb=message("Write"),
        )
        yield Waiting(
            "task_result.correct",
            TaskResult,
            message("Returned results to correct"),
            "edit",
            rows.where(TaskResult.status == ResultStatus.RETURNED, reported),
            verb=message("Correct"),
        )
    if actor.may("task_result:submit") and actor.headed:
        yield Waiting(
            "task_result.submit",
            TaskResult,
            message("Drafted results to submit"),
            "submit",
            rows.where(
                TaskResult.status == ResultStatus.DRAFT, Task.lead_department_id.in_(actor.headed)
            ),
        )
    if actor.may("task_result:confirm"):
        yield Waiting(
            "task_result.confirm",
            TaskResult,
            message("Results to confirm"),
            "confirm",
            rows.where(
                in_sources(TaskResult, "confirm"),
                decides_on(actor, Task.lead_department_id, TaskResult.submitted_by_id, desk.today),
            ),
        )


def _corrections(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    """Asked for: the Office's to decide, but of its own department a leader's."""
    department = Correction.department_id
    if not actor.may("correction:approve"):
        return
    theirs = and_(
        nobody_with(OFFICE, department, desk.today),
        decides_on(actor, department, null(), desk.today),
    )
    if is_office(actor):
        theirs = or_(theirs, department.not_in(actor.departments | actor.sides))
    yield Waiting(
        "correction.approve",
        Correction,
        message("Corrections to decide on"),
        "approve",
        waiting_rows(
            Correction.id,
            cast(MonthlyCheck.year, String)
            + "-"
            + cast(MonthlyCheck.month, String)
            + " "
            + task_label(),
            since=Correction.updated_at,
            department=department,
            detail=Correction.reason,
        )
        .select_from(Correction)
        .join(MonthlyCheck, MonthlyCheck.id == Correction.subject_id)
        .join(Task, Task.id == MonthlyCheck.task_id)
        .where(
            visible(actor, Correction),
            Correction.cycle_id.in_(desk.cycles),
            in_sources(Correction, "approve"),
            theirs,
        ),
    )


queue.register(waiting)
