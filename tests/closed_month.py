"""April of the cast's year with one reported task of 教务处, and the bulletin that closed it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import ReportingMonth
from app.models.monitoring import MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.monitoring.service import close_month, draft_check
from tests.cast import Cast
from tests.factories import make_milestone, make_task

REPORTED, ISSUED = dt.date(2026, 5, 6), dt.date(2026, 5, 8)
LATER = dt.date(2026, 5, 12)
CLOSED = "该月通报已下发，内容不能直接修改；确需修改的，请在该条月度监测的页面申请更正。"


def accepted_task(cast: Cast, **given: object) -> Task:
    """A task of 教务处 of which 60 percent are planned by the end of April."""
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, **given)
    make_milestone(task=task, due_on=dt.date(2026, 4, 20), planned_percent=60)
    return task


def report(
    session: AnySession,
    cast: Cast,
    task: Task,
    percent: int,
    day: dt.date = REPORTED,
    month: int = 4,
    **given: object,
) -> MonthlyCheck:
    """A check of the task, submitted on `day`."""
    head = cast.actor("head_jwc")
    with clock.at(day), unit_of_work(session, head):
        values = {"quality": Quality.GOOD, "problem": "无", **given}
        check = MonthlyCheck(task=task, year=2026, month=month, actual_percent=percent, **values)
        draft_check(session, head, check)
        session.flush()
        workflow.apply(session, head, check, "submit")
    return check


def april(session: AnySession, cast: Cast) -> ReportingMonth:
    return session.scalars(
        select(ReportingMonth).where(
            ReportingMonth.cycle_id == cast.cycle.id, ReportingMonth.month == 4
        )
    ).one()


def issue(session: AnySession, cast: Cast, number: str = "监测通报〔2026〕1号") -> ReportingMonth:
    office = cast.actor("office")
    with clock.at(ISSUED), unit_of_work(session, office):
        close_month(session, office, april(session, cast), number)
    return april(session, cast)


def closed_check(
    session: AnySession, cast: Cast, percent: int = 15, **given: object
) -> MonthlyCheck:
    """A submitted check of April, which is closed."""
    check = report(session, cast, accepted_task(cast), percent, **given)
    issue(session, cast)
    return check
