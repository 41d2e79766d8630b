"""What submitting a check computes and writes: plan, light, lateness (Art. 7)."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, rule
from app.models.cycles import ReportingMonth
from app.models.monitoring import MonthlyCheck, Quality
from app.models.planning import Task
from app.monitoring.lights import Thresholds, Verdict, compute, planned_percent
from app.monitoring.together import at_hand
from app.monitoring.warnings import light_of_task, settle_warnings


def month_end(year: int, month: int) -> dt.date:
    """The day a monthly check speaks of: the last of its month (Art. 7)."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def plan_at(task: Task, day: dt.date) -> Decimal | None:
    """The planned percent of a task at `day`, by its milestones."""
    return planned_percent(
        ((milestone.due_on, milestone.planned_percent) for milestone in task.milestones), day
    )


def light_of(
    session: AnySession,
    task: Task,
    day: dt.date,
    *,
    actual: Decimal | None,
    quality: Quality | None,
) -> Verdict:
    """The light of a task at `day` with what was reported, by the rules of its year."""
    return compute(
        planned=plan_at(task, day),
        actual=actual,
        quality=quality,
        due_on=task.due_on,
        live_from=task.cycle.live_from,
        day=day,
        finished_on=task.finished_on,
        thresholds=Thresholds(
            yellow=Decimal(rule(session, task.cycle, "light.yellow_lag_points")),
            orange=Decimal(rule(session, task.cycle, "light.orange_lag_points")),
        ),
    )


def settle_check(session: AnySession, check: MonthlyCheck) -> None:
    """Compute plan and light of a check at its month's end, mark it late or not, carry the
    figures to its task, open and end its warnings. Runs inside the step `submit`, whose
    transaction it shares."""
    task = check.task
    day = month_end(check.year, check.month)
    check.planned_percent = plan_at(task, day)
    verdict = light_of(session, task, day, actual=check.actual_percent, quality=check.quality)
    check.computed_light = verdict.light
    check.light_reason = str(verdict.reason)
    check.submitted_at = clock.now()
    check.late = clock.today() > due_day(session, check)
    speaks = is_latest(session, check)
    if speaks:
        task.planned_percent = check.planned_percent
        task.actual_percent = check.actual_percent
        task.light = light_of_task(task, check, clock.today())
    settle_warnings(session, check, speaks=speaks)


def due_day(session: AnySession, check: MonthlyCheck) -> dt.date:
    """The last day a month's check is in time: the Office's date, or the month's end and the
    rule book's grace in workdays."""
    together = at_hand(session)
    if together is None:
        return _due_day(session, check)
    month = (check.task.cycle_id, check.month)
    if month not in together.due:
        together.due[month] = _due_day(session, check)
    return together.due[month]


def _due_day(session: AnySession, check: MonthlyCheck) -> dt.date:
    with session.no_autoflush:
        fixed = session.scalar(
            select(ReportingMonth.due_on).where(
                ReportingMonth.cycle_id == check.task.cycle_id, ReportingMonth.month == check.month
            )
        )
    if fixed is not None:
        return fixed
    grace = int(rule(session, check.task.cycle, "check.grace_workdays"))
    return clock.add_workdays(month_end(check.year, check.month), grace, college_calendar(session))


def is_latest(session: AnySession, check: MonthlyCheck) -> bool:
    """Is there no submitted check of a later month? Only the latest speaks for the task."""
    together = at_hand(session)
    if together is not None:
        return all(row.submitted_at is None for row in together.later.get(check.task_id, ()))
    later = select(MonthlyCheck).where(
        MonthlyCheck.task_id == check.task_id,
        (MonthlyCheck.year > check.year)
        | ((MonthlyCheck.year == check.year) & (MonthlyCheck.month > check.month)),
    )
    # The rows rather than a count: one that the same step submits is not written yet. So a
    # department's whole month is written at once, not check by check.
    with session.no_autoflush:
        return all(row.submitted_at is None for row in session.scalars(later))
