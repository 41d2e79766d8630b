"""Commands of monitoring: drafting a month's check, closing a month, asking for help (Art. 7, 9.1)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import ReportingMonth
from app.models.monitoring import CheckStatus, CoordinationRequest, MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.monitoring.settling import light_of, month_end, plan_at

__all__ = ["close_month", "draft_check", "month_end", "request_coordination"]


def draft_check(session: AnySession, actor: Actor, check: MonthlyCheck) -> MonthlyCheck:
    """Add the draft of a task's check of a month.

    The task's owner or the head of its lead department, while the task is accepted. Effects:
    a check in `draft`; its figures count when the head submits it. Errors: NotAllowed;
    RuleViolation for a percentage out of range. Flushes nothing. Art. 7.
    """
    session.add(check)
    return check


def close_month(
    session: AnySession, actor: Actor, month: ReportingMonth, bulletin_number: str
) -> list[Task]:
    """Close a month with its bulletin (通报): what was not reported by now shows as such.

    Office; an open, not exempt month. Effects: number and day of the bulletin; accepted
    tasks that began and have no submitted check turn grey, overdue ones red. Returns those.
    Errors: NotAllowed, WrongState when closed, RuleViolation without a number. Art. 7.
    """
    policy.require(actor, "edit", month)
    if month.closed_on is not None:
        raise WrongState(message("This month is closed already."))
    if month.exempt:
        raise RuleViolation(message("This month is not reported on."), "exempt")
    if not bulletin_number.strip():
        raise RuleViolation(message("A bulletin needs its number."), "bulletin_number")
    day = month_end(month.cycle.year, month.month)
    reported = select(MonthlyCheck.task_id).where(
        MonthlyCheck.year == month.cycle.year,
        MonthlyCheck.month == month.month,
        MonthlyCheck.status == CheckStatus.SUBMITTED,
    )
    silent = list(
        session.scalars(
            select(Task)
            .where(
                Task.cycle_id == month.cycle_id,
                Task.status == TaskStatus.ACCEPTED,
                Task.start_on.is_(None) | (Task.start_on <= day),
                Task.id.not_in(reported),
            )
            .options(selectinload(Task.milestones), joinedload(Task.cycle))
        )
    )
    with guard.privileged(session):
        month.closed_on = clock.today()
        month.bulletin_number = bulletin_number.strip()
        for task in silent:
            task.planned_percent = plan_at(task, day)
            verdict = light_of(session, task, day, actual=None, quality=None)
            task.light = str(verdict.light)
    return silent


def request_coordination(
    session: AnySession, actor: Actor, request: CoordinationRequest
) -> CoordinationRequest:
    """Ask a department or a leader for help with a matter.

    The head of the asking department. Effects: a request in `open`. Errors: NotAllowed;
    RuleViolation without an addressee. Art. 9.1.
    """
    session.add(request)
    session.flush()
    return request
