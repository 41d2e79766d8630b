"""What waits in monitoring: checks to write and to submit, requests to answer and to settle
(Art. 7, 9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Date, Select, String, and_, case, cast, exists, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Addition, Desk, Month, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.monitoring import (
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    MonthlyCheck,
)
from app.models.planning import Task, TaskStatus
from app.monitoring.closing import in_closed_month
from app.monitoring.rules import in_whose_place
from app.organisation.rules import is_office
from app.planning.queue import end_of, task_label
from app.planning.rules import answered_tasks
from app.security.roles import STAFF


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("monthly_check:add"):
        for month in desk.months:
            yield _to_write(actor, month)
    if actor.may("monthly_check:edit"):
        yield Waiting(
            "monthly_check.correct",
            MonthlyCheck,
            message("Returned checks to correct"),
            "edit",
            _checks(actor, desk).where(
                MonthlyCheck.status == CheckStatus.RETURNED, _reports_on(actor)
            ),
            verb=message("Correct"),
        )
    if actor.may("monthly_check:submit") and actor.headed:
        yield Waiting(
            "monthly_check.submit",
            MonthlyCheck,
            message("Drafted checks to submit"),
            "submit",
            _checks(actor, desk).where(
                MonthlyCheck.status == CheckStatus.DRAFT, Task.lead_department_id.in_(actor.headed)
            ),
        )
    if actor.may("coordination_request:answer"):
        yield Waiting(
            "coordination_request.answer",
            CoordinationRequest,
            message("Requests that ask for an answer"),
            "answer",
            _requests(actor).where(
                in_sources(CoordinationRequest, "answer"),
                or_(
                    CoordinationRequest.addressed_department_id.in_(actor.headed),
                    CoordinationRequest.addressed_leader_id == in_whose_place(actor),
                ),
            ),
        )
    if actor.may("coordination_request:resolve") and actor.headed:
        yield Waiting(
            "coordination_request.settle",
            CoordinationRequest,
            message("Answers to my requests"),
            "resolve",
            _requests(actor).where(
                CoordinationRequest.status == CoordinationStatus.ANSWERED,
                CoordinationRequest.department_id.in_(actor.headed),
            ),
        )
    if actor.may("coordination_request:reroute") and is_office(actor):
        yield Waiting(
            "coordination_request.overdue",
            CoordinationRequest,
            message("Requests whose answer is overdue"),
            "show",
            _requests(actor).where(
                in_sources(CoordinationRequest, "reroute"),
                CoordinationRequest.due_on < desk.today,
            ),
            verb=message("Open"),
        )


def owes(month: Month) -> ColumnElement[bool]:
    """Tasks that owe a check of `month`: accepted and begun by its end."""
    return and_(
        Task.cycle_id == month.cycle_id,
        Task.status == TaskStatus.ACCEPTED,
        or_(Task.accepted_at.is_(None), Task.accepted_at < end_of(month.ends_on)),
        or_(Task.start_on.is_(None), Task.start_on <= month.ends_on),
    )


def missing_key(month: Month) -> str:
    """How addresses name the checks of a month that are not submitted."""
    return f"monthly_check.missing-{month.words}"


def missing(actor: Actor, month: Month) -> Waiting:
    """The tasks whose check of `month` is not submitted, of all whose checks the actor reads:
    not the actor's own move, but what whoever watches the month asks for."""
    return Waiting(
        missing_key(month),
        Task,
        message("Checks of %(month)s not submitted", month=month.words),
        "show",
        _tasks(month).where(
            visible(actor, Task),
            answered_tasks(actor),
            owes(month),
            ~_checked(month, MonthlyCheck.status == CheckStatus.SUBMITTED),
        ),
        verb=message("Open"),
    )


def _to_write(actor: Actor, month: Month) -> Waiting:
    return Waiting(
        f"monthly_check.write-{month.words}",
        Task,
        message("Checks of %(month)s to write", month=month.words),
        Addition(MonthlyCheck, "task", {"year": month.year, "month": month.month}),
        _tasks(month).where(
            visible(actor, Task), owes(month), _reports_on(actor), ~_checked(month)
        ),
        verb=message("Write"),
    )


def _tasks(month: Month) -> Select[Any]:
    return waiting_rows(
        Task.id, task_label(), due_on=month.due_on, department=Task.lead_department_id
    )


def _checked(month: Month, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(MonthlyCheck.id).where(
            MonthlyCheck.task_id == Task.id,
            MonthlyCheck.year == month.year,
            MonthlyCheck.month == month.month,
            *more,
        )
    )


def _reports_on(actor: Actor) -> ColumnElement[bool]:
    """Tasks whose checks the actor writes: as head, or as the one responsible."""
    headed = Task.lead_department_id.in_(actor.headed)
    if not actor.has_role(STAFF):
        return headed
    return or_(headed, Task.owner_id == actor.user_id)


def _checks(actor: Actor, desk: Desk) -> Select[Any]:
    due = [
        (
            and_(MonthlyCheck.year == month.year, MonthlyCheck.month == month.month),
            literal(month.due_on, Date),
        )
        for month in desk.months
        if month.due_on
    ]
    return (
        waiting_rows(
            MonthlyCheck.id,
            cast(MonthlyCheck.year, String)
            + "-"
            + cast(MonthlyCheck.month, String)
            + " "
            + task_label(),
            due_on=case(*due, else_=None) if due else None,
            since=MonthlyCheck.updated_at,
            department=Task.lead_department_id,
            detail=MonthlyCheck.return_reason,
        )
        .select_from(MonthlyCheck)
        .join(Task, Task.id == MonthlyCheck.task_id)
        .where(visible(actor, MonthlyCheck), Task.cycle_id.in_(desk.cycles), ~in_closed_month())
    )


def _requests(actor: Actor) -> Select[Any]:
    """Requests carry no year: one that is open waits until it is settled."""
    return waiting_rows(
        CoordinationRequest.id,
        CoordinationRequest.matter,
        due_on=CoordinationRequest.due_on,
        since=CoordinationRequest.updated_at,
        department=CoordinationRequest.department_id,
        detail=CoordinationRequest.reply,
    ).where(visible(actor, CoordinationRequest))


queue.register(waiting)
