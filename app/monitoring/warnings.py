"""Warnings (预警, Art. 7): what calls for one, and when it opens and ends.

Of its progress a task has one open warning at most, yellow, orange or red; beside it, one for
each month whose check is missing. A check that comes in opens and ends them at once; what only
the calendar brings, the patrol finds (`app.supervision.patrol`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core import clock, guard
from app.core.text import Message, message
from app.core.text import words as in_words
from app.core.unit_of_work import AnySession
from app.models.monitoring import CheckStatus, EarlyWarning, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.monitoring.together import at_hand

MISSING = "check.missing"
OVERDUE = "light.overdue"
HEADS_OWN = "light.head"
PROGRESS = (Light.YELLOW, Light.ORANGE, Light.RED)
"""The lights that warn of a task's progress."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sign:
    """What calls for a warning: the light, the rule that fired, the cause in words."""

    light: Light
    rule: str
    cause: Message
    opened_on: dt.date
    check_id: int | None = None


# Rules -----------------------------------------------------------------------------------


def month_words(year: int, month: int) -> str:
    """A month as causes begin with it: `2026-05`."""
    return f"{year}-{month:02d}"


def missing_sign(year: int, month: int, due_on: dt.date, day: dt.date) -> Sign:
    """The check of a month that had not come in before `day`. In every language the cause begins
    with the month (`month_words`): a task is warned of each month once."""
    cause = message(
        "%(month)s: the monthly check was due on %(day)s and was not submitted.",
        month=month_words(year, month),
        day=due_on,
    )
    return Sign(Light.GREY, MISSING, cause, day)


def overdue_sign(due_on: dt.date) -> Sign:
    """A task that is not finished on its day."""
    cause = message("Due on %(day)s and not finished.", day=due_on)
    return Sign(Light.RED, OVERDUE, cause, due_on + _DAY)


def rule_of_light(check: MonthlyCheck) -> str:
    """The key of the rule behind the light a check shows (`app.monitoring.lights.compute`)."""
    if check.head_light is not None:
        return HEADS_OWN
    light, quality = check.computed_light, check.quality
    if light == Light.ORANGE:
        poor = quality == Quality.POOR
        return "light.orange_quality" if poor else "light.orange_lag_points"
    if light == Light.YELLOW:
        fair = quality == Quality.FAIR
        return "light.yellow_quality" if fair else "light.yellow_lag_points"
    return OVERDUE


def check_sign(check: MonthlyCheck, day: dt.date) -> Sign | None:
    """What a submitted check calls for on `day`; None for a light that warns of nothing. That a
    task is overdue by the month's end is for its day to tell (`overdue_sign`): it may not be over
    yet."""
    light = check.head_light or check.computed_light
    if light not in PROGRESS or (check.head_light is None and light == Light.RED):
        return None
    cause = message(
        "%(month)s: %(reason)s",
        month=month_words(check.year, check.month),
        reason=(check.head_light_reason if check.head_light else check.light_reason) or "",
    )
    return Sign(light, rule_of_light(check), cause, day, check.id)


def is_overdue(task: Task, day: dt.date) -> bool:
    """Accepted, its day over, not finished by now. What was due before the year was begun here
    counts once something was reported (`Cycle.live_from`)."""
    if task.status != TaskStatus.ACCEPTED or task.due_on is None or task.due_on >= day:
        return False
    since = task.cycle.live_from
    return since is None or task.due_on >= since or task.actual_percent is not None


# Opening and ending ----------------------------------------------------------------------


def open_warning(task_id: int, sign: Sign) -> EarlyWarning:
    """A warning for `sign`, to be added by the caller."""
    return EarlyWarning(
        task_id=task_id,
        monthly_check_id=sign.check_id,
        light=sign.light,
        rule_key=sign.rule,
        cause=str(sign.cause),
        opened_on=sign.opened_on,
    )


def end_warning(warning: EarlyWarning, day: dt.date, reason: Message) -> None:
    """End a warning on `day`, or on the day it was opened if that is later."""
    warning.closed_on = max(day, warning.opened_on)
    warning.closing_reason = str(reason)


def settle_warnings(session: AnySession, check: MonthlyCheck, *, speaks: bool = True) -> None:
    """What a check that is being submitted changes: its month is missing no more; if it `speaks`
    for its task (no later month was submitted), the warning of the progress follows its light.

    Runs inside the step `submit`, whose transaction and open gate it shares. Art. 7.
    """
    today = clock.today()
    open_ones = _open_warnings(session, check.task_id)
    month = month_words(check.year, check.month)
    for warning in open_ones:
        if warning.rule_key == MISSING and warning.cause.startswith(month):
            end_warning(warning, today, submitted_words(today))
    if speaks:
        _follow(session, check.task, open_ones, check, today)


def reconsider(session: AnySession, task: Task, day: dt.date) -> None:
    """Bring warnings and light of a task in line with its figures as they are now: after a
    correction, or when its day was moved. Flushes. Errors: those of the gate. Art. 7.
    """
    with guard.privileged(session):
        checks = session.scalars(
            select(MonthlyCheck)
            .where(MonthlyCheck.task_id == task.id, MonthlyCheck.status == CheckStatus.SUBMITTED)
            .order_by(MonthlyCheck.year, MonthlyCheck.month)
        ).all()
        open_ones = _open_warnings(session, task.id)
        come_in = {month_words(check.year, check.month) for check in checks}
        for warning in open_ones:
            if warning.rule_key == MISSING and warning.cause[:7] in come_in:
                end_warning(warning, day, submitted_words(day))
        last = checks[-1] if checks else None
        if task.status == TaskStatus.ACCEPTED:
            task.light = light_of_task(task, last, day)
        _follow(session, task, open_ones, last, day)


def light_of_task(task: Task, check: MonthlyCheck | None, day: dt.date) -> str | None:
    """The light of an accepted task on `day`: red once it is overdue, else what its latest
    submitted check shows, else what it had."""
    if is_overdue(task, day):
        return Light.RED.value
    if check is None:
        return None if task.light == Light.RED else task.light
    return (check.head_light or check.computed_light).value


def submitted_words(day: dt.date) -> Message:
    return message("The check was submitted on %(day)s.", day=day)


def over_words(task: Task) -> Message:
    """Why the warnings of a finished or terminated task end."""
    if task.finished_on is not None:
        return message("The task was finished on %(day)s.", day=task.finished_on)
    return message("The task was terminated on %(day)s.", day=task.terminated_on)


def _follow(
    session: AnySession,
    task: Task,
    open_ones: Sequence[EarlyWarning],
    check: MonthlyCheck | None,
    day: dt.date,
) -> None:
    """One warning of the progress, for what the task shows now."""
    sign = _sign_of(task, check, day)
    standing = [one for one in open_ones if one.rule_key != MISSING]
    kept = next((one for one in standing if sign and _tells(one, sign)), None)
    for warning in standing:
        if warning is not kept:
            # An overdue task is so since its day, also where no round told it in time.
            ends = sign.opened_on if sign is not None and sign.rule == OVERDUE else day
            end_warning(warning, ends, _ending(task, sign, check))
    if sign is not None and kept is None:
        session.add(open_warning(task.id, sign))


def _tells(warning: EarlyWarning, sign: Sign) -> bool:
    """Does the warning say it already? Of the lights that follow from checks the colour counts."""
    overdue = OVERDUE in (warning.rule_key, sign.rule)
    return warning.light == sign.light and (not overdue or warning.rule_key == sign.rule)


def _ending(task: Task, sign: Sign | None, check: MonthlyCheck | None) -> Message:
    if task.finished_on is not None or task.terminated_on is not None:
        return over_words(task)
    if sign is not None:
        return light_words(sign.light)
    if check is not None:
        return light_words(check.head_light or check.computed_light)
    return moved_words(task)


def _sign_of(task: Task, check: MonthlyCheck | None, day: dt.date) -> Sign | None:
    if is_overdue(task, day) and task.due_on is not None:
        return overdue_sign(task.due_on)
    if check is None or task.status != TaskStatus.ACCEPTED:
        return None
    return check_sign(check, day)


def light_words(light: Light) -> Message:
    return message("The light is “%(light)s” now.", light=in_words((light.zh, light.en)))


def moved_words(task: Task) -> Message:
    return message("The task is due on %(day)s now.", day=task.due_on)


def _open_warnings(session: AnySession, task_id: int) -> list[EarlyWarning]:
    """The open warnings of a task, with those that this transaction has not written yet: a month
    is submitted without writing in between."""
    together = at_hand(session)
    if together is not None:
        found: Sequence[EarlyWarning] = together.warnings.get(task_id, ())
    else:
        with session.no_autoflush:
            found = session.scalars(
                select(EarlyWarning).where(
                    EarlyWarning.task_id == task_id, EarlyWarning.closed_on.is_(None)
                )
            ).all()
    fresh = [one for one in session.new if isinstance(one, EarlyWarning)]
    return [one for one in (*found, *fresh) if one.task_id == task_id and one.closed_on is None]
