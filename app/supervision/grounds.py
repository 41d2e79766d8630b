"""What calls for supervising a task (Art. 8): it is overdue, orange or red for months in a row,
far behind the plan, or of poor quality for months in a row.

`grounds_of` is the rule, over figures and the year's numbers; the patrol finds by `candidates`
the tasks it is worth asking about, and a correction asks with `still_grounded` whether a case
would stand on today's figures. Everything judges by what was so before the day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.cycles.queries import rule
from app.models.base import Choice
from app.models.cycles import Cycle
from app.models.monitoring import Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.models.supervision import CaseStage, CaseStatus, CaseStep, StepKind, SupervisionCase
from app.monitoring.warnings import month_words
from app.monitoring.watched import (
    at_work,
    come_in,
    next_morning,
    overdue,
    reporting_months,
    shown_light,
)

LIVE = (CaseStatus.PROPOSED, CaseStatus.OPEN, CaseStatus.REPLIED, CaseStatus.ACCEPTED)
"""A task has one case in these states at most."""

BAD = (Light.ORANGE, Light.RED)
DEADLINE_MISSED = message("The final deadline has passed.")
_ENDINGS = (StepKind.CLOSED, StepKind.DISMISSED, StepKind.WITHDRAWN)


class Ground(Choice):
    """By its rule, in the order in which they name a case."""

    OVERDUE = "supervise.overdue", "逾期", "Overdue"
    LAG = "special.lag_points", "重大偏差", "Major deviation"
    POOR = "special.poor_quality_months", "成效不显著", "Poor effect"
    ORANGE = "supervise.orange_months", "连续滞后", "Behind for months"


SPECIAL = (Ground.LAG, Ground.POOR)
"""These call for a special inspection."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The rule book's numbers; `months` are those reported on, in their order."""

    year: int
    months: tuple[int, ...]
    last_due: dt.date
    lag_points: Decimal
    poor_months: int
    orange_months: int
    live_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A submitted check. `light` is the one that counts."""

    month: int
    planned: Decimal | None
    actual: Decimal | None
    light: Light
    quality: Quality | None
    submitted_at: dt.datetime

    @property
    def lag(self) -> Decimal:
        if self.planned is None or self.actual is None:
            return Decimal(0)
        return self.planned - self.actual


@dataclass(frozen=True, slots=True)
class Facts:
    """A task with its checks in the order of their months. `over_since`: the day it was finished
    or terminated."""

    due_on: dt.date | None
    accepted_at: dt.datetime | None = None
    over_since: dt.date | None = None
    reported: bool = False
    checks: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A ground in words, and since when it stands: a case made after that has dealt with it."""

    ground: Ground
    words: Message
    since: dt.datetime


# The rule --------------------------------------------------------------------------------


def grounds_of(task: Facts, terms: Terms, day: dt.date) -> list[Finding]:
    """Every ground that holds on `day`, in the order of `Ground`."""
    if task.accepted_at is not None and task.accepted_at >= clock.start_of(day):
        return []
    if task.over_since is not None and task.over_since < day:
        return []
    before = clock.start_of(day)
    checks = [one for one in task.checks if one.month in terms.months and one.submitted_at < before]
    found = [
        _overdue(task, terms, day),
        _lag(checks, terms),
        _poor(checks, terms),
        _orange(checks, terms),
    ]
    return [one for one in found if one is not None]


def _overdue(task: Facts, terms: Terms, day: dt.date) -> Finding | None:
    due = task.due_on
    if due is None or due >= day or due > terms.last_due:
        return None
    if terms.live_from is not None and due < terms.live_from and not task.reported:
        return None
    words = message("due on %(day)s and not finished", day=due)
    # A case made on a later day has dealt with it.
    end = clock.start_of(due + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
    return Finding(Ground.OVERDUE, words, end)


def _lag(checks: Sequence[Reported], terms: Terms) -> Finding | None:
    if not checks or checks[-1].lag < terms.lag_points:
        return None
    last = checks[-1]
    words = message(
        "%(lag)s points behind the plan in %(month)s (%(limit)s or more are a major deviation)",
        lag=f"{last.lag.normalize():f}",
        month=month_words(terms.year, last.month),
        limit=f"{terms.lag_points.normalize():f}",
    )
    return Finding(Ground.LAG, words, last.submitted_at)


def _poor(checks: Sequence[Reported], terms: Terms) -> Finding | None:
    last = _in_a_row(checks, terms, terms.poor_months)
    if not last or any(one.quality != Quality.POOR for one in last):
        return None
    words = message(
        "quality poor for %(count)s months in a row, the last %(month)s",
        count=len(last),
        month=month_words(terms.year, last[-1].month),
    )
    return Finding(Ground.POOR, words, last[-1].submitted_at)


def _orange(checks: Sequence[Reported], terms: Terms) -> Finding | None:
    last = _in_a_row(checks, terms, terms.orange_months)
    if not last or any(one.light not in BAD for one in last):
        return None
    words = message(
        "orange or red for %(count)s months in a row, the last %(month)s",
        count=len(last),
        month=month_words(terms.year, last[-1].month),
    )
    return Finding(Ground.ORANGE, words, last[-1].submitted_at)


def _in_a_row(checks: Sequence[Reported], terms: Terms, count: int) -> list[Reported]:
    """The checks of the last `count` reported months up to the latest check; nothing where one
    of these months has none."""
    if not checks:
        return []
    place = terms.months.index(checks[-1].month) + 1
    wanted = terms.months[max(0, place - count) : place]
    by_month = {one.month: one for one in checks}
    if len(wanted) < count or any(month not in by_month for month in wanted):
        return []
    return [by_month[month] for month in wanted]


def told(findings: Iterable[Finding]) -> str:
    """The grounds in one sentence."""
    return str(message("%(grounds)s.", grounds="；".join(str(one.words) for one in findings)))


# One task --------------------------------------------------------------------------------


def terms_of(session: AnySession, cycle: Cycle) -> Terms:
    """The numbers of a year. RuleViolation if its rule book lacks one."""
    month, day = rule(session, cycle, "supervise.last_due")
    return Terms(
        year=cycle.year,
        months=tuple(one.month for one in reporting_months(session, cycle)),
        last_due=dt.date(cycle.year, month, day),
        lag_points=Decimal(rule(session, cycle, "special.lag_points")),
        poor_months=int(rule(session, cycle, "special.poor_quality_months")),
        orange_months=int(rule(session, cycle, "supervise.orange_months")),
        live_from=cycle.live_from,
    )


def facts_of(session: AnySession, tasks: Collection[Task], year: int) -> dict[int, Facts]:
    """The figures of tasks as they are now. One statement."""
    checks: dict[int, list[Reported]] = defaultdict(list)
    rows = session.execute(
        select(
            MonthlyCheck.task_id,
            MonthlyCheck.month,
            MonthlyCheck.planned_percent,
            MonthlyCheck.actual_percent,
            shown_light().label("light"),
            MonthlyCheck.quality,
            MonthlyCheck.submitted_at,
        )
        .where(
            MonthlyCheck.task_id.in_([task.id for task in tasks]),
            MonthlyCheck.year == year,
            come_in(MonthlyCheck, dt.date.max - dt.timedelta(days=1)),
        )
        .order_by(MonthlyCheck.task_id, MonthlyCheck.month)
    )
    for row in rows:
        checks[row.task_id].append(
            Reported(
                month=row.month,
                planned=row.planned_percent,
                actual=row.actual_percent,
                light=Light(row.light),
                quality=row.quality,
                submitted_at=row.submitted_at,
            )
        )
    return {
        task.id: Facts(
            due_on=task.due_on,
            accepted_at=task.accepted_at,
            over_since=min(filter(None, (task.finished_on, task.terminated_on)), default=None),
            reported=task.actual_percent is not None,
            checks=tuple(checks[task.id]),
        )
        for task in tasks
    }


def unanswered(findings: Iterable[Finding], made: Collection[dt.datetime]) -> list[Finding]:
    """The grounds with which no case has dealt: none was made (`made`) since they stand."""
    return [one for one in findings if not any(moment > one.since for moment in made)]


def special_finding(session: AnySession, row: SupervisionCase, day: dt.date) -> list[Finding]:
    """The grounds on `day` for proposing a special inspection on a case under way; none where
    one was proposed for the latest check already."""
    if row.task is None or row.stage == CaseStage.SPECIAL or row.status not in LIVE[1:]:
        return []
    with session.no_autoflush:
        made = session.scalars(
            select(SupervisionCase.created_at).where(SupervisionCase.task_id == row.task_id)
        ).all()
        proposed = session.scalars(
            select(CaseStep.happened_at).where(
                CaseStep.supervision_case_id == row.id,
                CaseStep.kind == StepKind.SPECIAL_PROPOSED,
            )
        ).all()
        found = [one for one in grounds_of_task(session, row.task, day) if one.ground in SPECIAL]
    return unanswered(found, [*made, *proposed])


def grounds_of_task(session: AnySession, task: Task, day: dt.date) -> list[Finding]:
    """Which grounds hold for a task on `day` by its figures as they are now."""
    if task.status not in (TaskStatus.ACCEPTED, TaskStatus.FINISHED, TaskStatus.TERMINATED):
        return []
    facts = facts_of(session, [task], task.cycle.year)
    return grounds_of(facts[task.id], terms_of(session, task.cycle), day)


def still_grounded(session: AnySession, row: SupervisionCase) -> bool:
    """Would the case have been proposed on its day by the figures as they are now? Always, where
    no rule proposed it. For corrections, which withdraw what rested on a mistake."""
    if row.rule_key is None or row.task is None:
        return True
    day = row.created_at.astimezone(clock.COLLEGE_ZONE).date()
    return bool(grounds_of_task(session, row.task, day))


# Many tasks: what the patrol asks the database ---------------------------------------------


def candidates(cycle: Cycle, terms: Terms, day: dt.date) -> Select[Any]:
    """Ids of tasks for which a ground holds on `day` that no case has dealt with, and which had
    no live case. In the order of their ids."""
    check, made = _another(MonthlyCheck), _another(SupervisionCase)
    late = and_(
        Task.due_on <= terms.last_due,
        overdue(cycle, day),
        ~exists().where(made.task_id == Task.id, made.created_at >= next_morning(Task.due_on)),
    )
    troubled = and_(
        _troubled(check, terms, day),
        ~_dealt_with(_another(SupervisionCase), check.submitted_at),
    )
    return (
        select(Task.id)
        .outerjoin(check, latest_check(check, terms, day))
        .where(Task.cycle_id == cycle.id, at_work(day), or_(late, troubled), ~_has_case(day))
        .order_by(Task.id)
    )


def special_candidates(terms: Terms, day: dt.date) -> Select[Any]:
    """Ids of confirmed cases on which a special inspection is to be proposed on `day`: for the
    latest check of their task none was yet. In the order of their ids."""
    check = _another(MonthlyCheck)
    return (
        select(SupervisionCase.id)
        .join(Task, Task.id == SupervisionCase.task_id)
        .join(check, latest_check(check, terms, day))
        .where(
            SupervisionCase.status.in_(LIVE[1:]),
            SupervisionCase.stage != CaseStage.SPECIAL,
            at_work(day),
            _special(check, terms, day),
            ~_dealt_with(_another(SupervisionCase), check.submitted_at),
            ~exists().where(
                CaseStep.supervision_case_id == SupervisionCase.id,
                CaseStep.kind == StepKind.SPECIAL_PROPOSED,
                CaseStep.happened_at > check.submitted_at,
            ),
        )
        .order_by(SupervisionCase.id)
    )


@cache
def _another(model: type[Any], which: int = 0) -> Any:
    """A model under another name. Made once: to make one anew for every query takes longer than a
    quiet round."""
    return aliased(model)


def latest_check(check: Any, terms: Terms, day: dt.date) -> ColumnElement[bool]:
    """`check` is the last one of its task that had come in before `day`."""
    other = _another(MonthlyCheck, 1)
    last = (
        select(func.max(other.month))
        .where(
            other.task_id == Task.id,
            other.year == terms.year,
            other.month.in_(terms.months),
            come_in(other, day),
        )
        .correlate(Task)
        .scalar_subquery()
    )
    return and_(check.task_id == Task.id, check.year == terms.year, check.month == last)


def _special(check: Any, terms: Terms, day: dt.date) -> ColumnElement[bool]:
    far = check.planned_percent - check.actual_percent >= terms.lag_points
    run = _run(check, terms, day, terms.poor_months, lambda one: one.quality == Quality.POOR)
    return or_(far, and_(check.quality == Quality.POOR, run))


def _troubled(check: Any, terms: Terms, day: dt.date) -> ColumnElement[bool]:
    run = _run(check, terms, day, terms.orange_months, lambda one: shown_light(one).in_(BAD))
    return or_(_special(check, terms, day), and_(shown_light(check).in_(BAD), run))


def _run(
    check: Any, terms: Terms, day: dt.date, count: int, bad: Callable[[Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Were all the last `count` reported months up to that of `check` bad?"""
    months = terms.months
    begins = [
        (check.month == months[end], months[end - count + 1])
        for end in range(count - 1, len(months))
    ]
    if not begins:
        return false()
    other = _another(MonthlyCheck, 1)
    number = (
        select(func.count())
        .where(
            other.task_id == check.task_id,
            other.year == terms.year,
            other.month.in_(months),
            other.month.between(case(*begins, else_=None), check.month),
            come_in(other, day),
            bad(other),
        )
        .correlate(check)
        .scalar_subquery()
    )
    return number == count


def _dealt_with(made: Any, since: Any) -> ColumnElement[bool]:
    """Has the task got a case since then? `made` is the cases under another name."""
    return exists().where(made.task_id == Task.id, made.created_at > since)


def _has_case(day: dt.date) -> ColumnElement[bool]:
    """Has the task a live case, or one that was live on `day`?"""
    made = _another(SupervisionCase)
    ended = exists().where(
        CaseStep.supervision_case_id == made.id,
        CaseStep.kind.in_(_ENDINGS),
        CaseStep.happened_at >= clock.start_of(day),
    )
    return exists().where(made.task_id == Task.id, or_(made.status.in_(LIVE), ended))
