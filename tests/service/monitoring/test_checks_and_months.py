"""Drafting and submitting checks, closing a month, asking for help."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import clock, workflow
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import ReportingMonth
from app.models.monitoring import CheckContribution, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.monitoring.service import close_month, draft_check
from tests.cast import Cast
from tests.factories import make_milestone, make_task

AFTER_APRIL = dt.date(2026, 5, 6)


def accepted_task(cast: Cast) -> Task:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    make_milestone(task=task, due_on=dt.date(2026, 4, 20), planned_percent=40)
    return task


def april(session: AnySession, cast: Cast) -> ReportingMonth:
    return session.scalars(
        select(ReportingMonth).where(
            ReportingMonth.cycle_id == cast.cycle.id, ReportingMonth.month == 4
        )
    ).one()


def report(session: AnySession, cast: Cast, task: Task, month: int, percent: int) -> MonthlyCheck:
    staff, head = cast.actor("staff_jwc"), cast.actor("head_jwc")
    with unit_of_work(session, staff):
        check = draft_check(
            session,
            staff,
            MonthlyCheck(
                task=task, year=2026, month=month, actual_percent=percent, quality=Quality.GOOD
            ),
        )
    with unit_of_work(session, head):
        workflow.apply(session, head, check, "submit")
    return check


def test_a_submitted_check_carries_its_figures_to_the_task(session: AnySession, cast: Cast) -> None:
    task = accepted_task(cast)
    with clock.at(AFTER_APRIL):
        report(session, cast, task, 4, 25)
    assert (task.planned_percent, task.actual_percent, task.light) == (40, 25, "yellow")


def test_only_the_latest_month_speaks_for_the_task(session: AnySession, cast: Cast) -> None:
    task = accepted_task(cast)
    with clock.at(AFTER_APRIL):
        report(session, cast, task, 4, 40)
        report(session, cast, task, 3, 10)
    assert task.actual_percent == 40


def test_of_two_months_submitted_together_the_later_speaks(session: AnySession, cast: Cast) -> None:
    task = accepted_task(cast)
    head = cast.actor("head_jwc")
    with clock.at(AFTER_APRIL):
        with unit_of_work(session, head):
            checks = [
                draft_check(
                    session,
                    head,
                    MonthlyCheck(
                        task=task, year=2026, month=month, actual_percent=percent,
                        quality=Quality.GOOD,
                    ),
                )
                for month, percent in ((4, 45), (3, 15))
            ]  # fmt: skip
        with unit_of_work(session, head):
            workflow.apply_all(session, head, checks, "submit")
    assert task.actual_percent == 45


def test_nobody_outside_drafts_a_check(session: AnySession, cast: Cast) -> None:
    task, stranger = accepted_task(cast), cast.actor("head_xinxi")
    with clock.at(AFTER_APRIL), pytest.raises(NotAllowed), unit_of_work(session, stranger):
        draft_check(session, stranger, MonthlyCheck(task=task, year=2026, month=4))


def test_closing_a_month_shows_what_was_not_reported(session: AnySession, cast: Cast) -> None:
    told, silent = accepted_task(cast), accepted_task(cast)
    overdue = make_task(
        status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, due_on=dt.date(2026, 4, 10)
    )
    later = make_task(status=TaskStatus.ACCEPTED, start_on=dt.date(2026, 9, 1))
    office = cast.actor("office")
    with clock.at(AFTER_APRIL):
        report(session, cast, told, 4, 40)
        with unit_of_work(session, office):
            found = close_month(session, office, april(session, cast), "监测通报〔2026〕1号")
    assert {task.id for task in found} == {silent.id, overdue.id}
    assert [t.light for t in (told, silent, overdue, later)] == ["green", "grey", "red", None]
    assert april(session, cast).closed_on == AFTER_APRIL


def test_a_month_is_closed_once_by_the_office_with_a_number(
    session: AnySession, cast: Cast
) -> None:
    office, head = cast.actor("office"), cast.actor("head_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        close_month(session, head, april(session, cast), "1号")
    with clock.at(AFTER_APRIL), pytest.raises(RuleViolation), unit_of_work(session, office):
        close_month(session, office, april(session, cast), " ")
    with clock.at(AFTER_APRIL):
        with unit_of_work(session, office):
            close_month(session, office, april(session, cast), "1号")
        with pytest.raises(WrongState), unit_of_work(session, office):
            close_month(session, office, april(session, cast), "2号")


def test_the_lead_department_writes_no_line_of_an_assisting_one(
    session: AnySession, cast: Cast
) -> None:
    staff, task = cast.actor("staff_jwc"), accepted_task(cast)
    with clock.at(AFTER_APRIL), unit_of_work(session, staff):
        check = draft_check(session, staff, MonthlyCheck(task=task, year=2026, month=4))
    for who in ("staff_jwc", "head_jwc"):
        with pytest.raises(NotAllowed), unit_of_work(session, cast.actor(who)):
            session.add(CheckContribution(monthly_check=check, department=cast.jwc, done="已办"))
