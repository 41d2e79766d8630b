"""Coordination requests (需协调事项, Art. 9.1): asking a department or a leader for help, until
when an answer is due, and whom one may ask. The steps that follow are in `coordination_workflow`,
who is told of them in `coordination_notices`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import object_session

from app.core import clock, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.months import month_reported, months_of
from app.cycles.queries import college_calendar, current_cycle, rule
from app.models.cycles import Cycle
from app.models.monitoring import CoordinationRequest, MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskDepartment
from app.monitoring import coordination_notices as notices
from app.monitoring.rules import refuse_past
from app.security.roles import LEADER, TOP_LEADER

DAYS = "coordination.reply_workdays"


def request_coordination(
    session: AnySession, actor: Actor, request: CoordinationRequest
) -> CoordinationRequest:
    """Ask a department or a leader for help with a matter.

    The head of the asking department. Effects: a request in `open`, on the check of the month
    that is reported on where its task has one; without a day, the rule book's workdays from
    today; the addressee and the Office are told. Errors: NotAllowed; RuleViolation without an
    addressee or with two, for one's own department, for somebody who leads nothing, for another
    department's task, for a day that is over. Art. 9.1.
    """
    session.add(request)
    with session.no_autoflush:
        policy.require(actor, "add", request)
        check_addressee(
            policy.related(request, "department"),
            policy.related(request, "addressed_department"),
            policy.related(request, "addressed_leader"),
        )
        task = policy.related(request, "task")
        if task is not None:
            _check_task(session, task, request)
            request.monthly_check = request.monthly_check or _check_at_hand(session, task)
        if request.due_on is None:
            request.due_on = reply_day(session, task.cycle if task is not None else None)
        check_day(request.due_on)
    session.flush()
    notices.tell_asked(session, actor, request)
    return request


def reply_day(session: AnySession, cycle: Cycle | None = None) -> dt.date:
    """Until when an answer is due that is asked for today: the rule book's workdays from now.
    RuleViolation if no year's rule book says."""
    year = cycle or current_cycle(session)
    if year is None:
        raise RuleViolation(message("The year needs a rule book in force."), "rule_book")
    return clock.add_workdays(
        clock.today(), int(rule(session, year, DAYS)), college_calendar(session)
    )


def check_addressee(
    asking: Department | None, department: Department | None, leader: Person | None
) -> None:
    """RuleViolation unless exactly one is asked who can help: another department, or a leader."""
    if department is None and leader is None:
        raise RuleViolation(
            message("Say which department or leader should help."), "addressed_department"
        )
    if department is not None and leader is not None:
        raise RuleViolation(
            message("Address either a department or a leader: one of them answers."),
            "addressed_leader",
        )
    if department is not None and asking is not None and _same_house(asking, department):
        raise RuleViolation(
            message("A department does not ask itself for help."), "addressed_department"
        )
    if leader is not None and not _leads(leader):
        raise RuleViolation(
            message("%(name)s is no leader of the college.", name=leader.name), "addressed_leader"
        )


def check_day(day: dt.date | None) -> None:
    """RuleViolation for a day by which nobody can answer any more."""
    if day is not None:
        refuse_past(day)


def addressee(row: CoordinationRequest) -> Department | Person | None:
    """Who is asked."""
    found: Any = policy.related(row, "addressed_department")
    return found or policy.related(row, "addressed_leader")


def cycle_of(row: CoordinationRequest) -> Cycle | None:
    task = policy.related(row, "task")
    return task.cycle if task is not None else None


def session_of(row: CoordinationRequest) -> AnySession:
    found = object_session(row)
    assert found is not None  # noqa: S101 (a stored row)
    return found


def _same_house(one: Department, other: Department) -> bool:
    """Are they the same department, or one a section of the other?"""
    return one.id == other.id or one.parent_id == other.id or other.parent_id == one.id


def _leads(person: Person) -> bool:
    return bool(person.active) and any(role.name in (LEADER, TOP_LEADER) for role in person.roles)


def _check_task(session: AnySession, task: Task, request: CoordinationRequest) -> None:
    department = policy.related(request, "department")
    takes_part = exists(
        select(TaskDepartment.id).where(
            TaskDepartment.task_id == task.id, TaskDepartment.department_id == department.id
        )
    )
    if task.lead_department_id != department.id and not session.scalar(select(takes_part)):
        raise RuleViolation(
            message("%(name)s neither leads this task nor takes part in it.", name=department.name),
            "task",
        )


def _check_at_hand(session: AnySession, task: Task) -> MonthlyCheck | None:
    """The check of the month that is reported on, if somebody has begun it."""
    month = month_reported(months_of(session, [task.cycle_id]), clock.today())
    if month is None:
        return None
    return session.scalar(
        select(MonthlyCheck).where(
            MonthlyCheck.task_id == task.id,
            MonthlyCheck.year == month.year,
            MonthlyCheck.month == month.month,
        )
    )
