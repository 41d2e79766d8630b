"""Commands of monitoring: drafting a month's check, closing a month (Art. 7)."""

from __future__ import annotations

from sqlalchemy import select

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import Conflict, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import ReportingMonth
from app.models.monitoring import BulletinLine, MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.monitoring.bulletin import bulletin_of
from app.monitoring.bulletin_figures import FIGURES, tasks_behind
from app.monitoring.bulletin_listed import to_be_kept
from app.monitoring.bulletin_news import tell_heads
from app.monitoring.settling import light_of, month_end, plan_at

__all__ = ["close_month", "draft_check", "month_end", "refuse_issue"]


def draft_check(session: AnySession, actor: Actor, check: MonthlyCheck) -> MonthlyCheck:
    """Add the draft of a task's check of a month.

    The task's owner or the head of its lead department, while the task is accepted. Effects:
    a check in `draft`; its figures count when the head submits it. Errors: NotAllowed;
    RuleViolation for a percentage out of range. Flushes nothing. Art. 7.
    """
    session.add(check)
    return check


def close_month(
    session: AnySession,
    actor: Actor,
    month: ReportingMonth,
    bulletin_number: str,
    seal: str | None = None,
) -> list[Task]:
    """Issue a month's bulletin (通报): its figures are frozen, the month is closed, and what was
    not reported by now shows as such.

    Office; an open, not exempt month that is over. Effects: number and day of the bulletin, a
    line per department with its figures and the rows of the lists; accepted tasks that began and have no submitted check turn
    grey, overdue ones red; the heads are told. Returns those. From now on only a correction changes the month's
    checks (`app.monitoring.closing`). Errors: NotAllowed; WrongState when closed; RuleViolation
    at `bulletin_number` without a number or with one that is taken, and before the month is
    over; Conflict if the figures are not those of `seal` any more. Art. 7.
    """
    policy.require(actor, "edit", month)
    # Held until the end, so that no check is submitted between the count and the closing.
    session.scalars(
        select(ReportingMonth)
        .where(ReportingMonth.id == month.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    refuse_issue(month)
    number = bulletin_number.strip()
    _refuse_number(session, actor, number)
    today = clock.today()
    bulletin = bulletin_of(session, actor, month.cycle.year, month.month, today)
    if seal is not None and bulletin.seal != seal:
        raise Conflict(message("The figures have changed since you saw them: look at them again."))
    day = month_end(month.cycle.year, month.month)
    silent = [
        task
        for task, _, _ in tasks_behind(session, actor, bulletin.month, today, ("missing",))
        if task.status == TaskStatus.ACCEPTED
    ]
    kept = to_be_kept(session, bulletin.month, today)
    with guard.privileged(session):
        session.add_all(
            BulletinLine(
                reporting_month_id=month.id,
                department_id=line.department_id,
                **{name: getattr(line.figures, name) for name in FIGURES},
                **kept[line.department_id],
            )
            for line in bulletin.lines
        )
        month.closed_on = today
        month.bulletin_number = number
        for task in silent:
            task.planned_percent = plan_at(task, day)
            verdict = light_of(session, task, day, actual=None, quality=None)
            task.light = str(verdict.light)
    tell_heads(session, actor, bulletin, number)
    return silent


def refuse_issue(month: ReportingMonth) -> None:
    """Raise why the bulletin of `month` cannot be issued now."""
    if month.closed_on is not None:
        raise WrongState(message("This month is closed already."))
    if month.exempt:
        raise RuleViolation(message("This month is not reported on."), "exempt")
    if clock.today() < month_end(month.cycle.year, month.month):
        raise RuleViolation(message("This month is not over yet."), "month")


def _refuse_number(session: AnySession, actor: Actor, number: str) -> None:
    if not number:
        raise RuleViolation(message("A bulletin needs its number."), "bulletin_number")
    taken = select(ReportingMonth.id).where(
        visible(actor, ReportingMonth), ReportingMonth.bulletin_number == number
    )
    if session.scalar(taken.limit(1)) is not None:
        raise RuleViolation(
            message("Another bulletin has the number “%(number)s”.", number=number),
            "bulletin_number",
        )
