"""Acceptance has a last day: issue plus the rule book's workdays; late is taken and said (Art. 5.3)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import clock, guard, workflow
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Phase, PhaseCode
from app.models.improvement import AdjustmentKind, AdjustmentStatus
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.planning.acceptance import WORKDAYS, deadlines, not_accepted, standing
from app.planning.service import HandOut, accept_tasks
from tests.cast import TEST, YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_adjustment_change,
    make_decomposition,
    make_holiday,
    make_task,
)


def issued(session: AnySession, cast: Cast, on: dt.date, how: str = "issue") -> Task:
    """A task of a table that the Office issues, or records as issued, on this day."""
    adopted = how == "adopt"
    table: Decomposition = make_decomposition(
        status=DecompositionStatus.DRAFTING if adopted else DecompositionStatus.APPROVED
    )
    task = make_task(decomposition_id=table.id)
    office = cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(
            session, office, table, how, issue_number="院发〔2026〕8号", issued_on=on
        )  # fmt: skip
    return task


def accepted(session: AnySession, cast: Cast, task: Task, on: dt.date) -> None:
    head = cast.actor("head_jwc")
    with clock.at(on), unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(task, cast.jwc_jxk.id, cast.staff_jwc.id)])


def test_the_last_day_is_the_issue_plus_the_workdays_of_the_rule_book(
    session: AnySession, cast: Cast
) -> None:
    task = issued(session, cast, dt.date(YEAR, 3, 2))  # a Monday
    assert task.accept_by == dt.date(YEAR, 3, 16)


def test_the_colleges_own_days_off_do_not_count(session: AnySession, cast: Cast) -> None:
    make_holiday(
        name="校庆", starts_on=dt.date(YEAR, 3, 5), ends_on=dt.date(YEAR, 3, 6), is_workday=False
    )
    assert issued(session, cast, dt.date(YEAR, 3, 2)).accept_by == dt.date(YEAR, 3, 18)


def test_a_table_recorded_from_paper_reaches_the_departments_today(
    session: AnySession, cast: Cast
) -> None:
    task = issued(session, cast, dt.date(YEAR, 1, 5), how="adopt")
    assert task.accept_by == dt.date(YEAR, 3, 30)


def test_a_book_that_does_not_say_sets_no_last_day(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        row = next(one for one in cast.rule_book.values if one.key == WORKDAYS)
        session.delete(row)
    session.info.clear()
    assert issued(session, cast, dt.date(YEAR, 3, 2)).accept_by is None


def test_an_addition_has_a_last_day_of_its_own(session: AnySession, cast: Cast) -> None:
    added = make_adjustment(
        kind=AdjustmentKind.ADD, task=None, department=cast.jwc, status=AdjustmentStatus.APPROVED
    )
    make_adjustment_change(adjustment=added, column_name="title", new_value="新增任务")
    session.expire_all()
    office = cast.actor("office")
    with clock.at(dt.date(YEAR, 7, 1)), unit_of_work(session, office):
        workflow.apply(session, office, added, "apply")
    assert added.task.accept_by == dt.date(YEAR, 7, 15)


def test_late_acceptance_is_taken_and_says_by_how_much(session: AnySession, cast: Cast) -> None:
    task = issued(session, cast, dt.date(YEAR, 3, 2))
    assert standing(session, task).late == 0
    with clock.at(dt.date(YEAR, 3, 18)):
        assert standing(session, task).late == 2
    accepted(session, cast, task, dt.date(YEAR, 3, 23))  # the next Monday but one
    assert (task.status, standing(session, task).late) == (TaskStatus.ACCEPTED, 5)


def test_a_task_issued_before_tasks_had_a_day_goes_by_the_phase(
    session: AnySession, cast: Cast
) -> None:
    task = issued(session, cast, dt.date(YEAR, 3, 2))
    with unit_of_work(session, TEST), guard.privileged(session):
        task.accept_by = None
    last = session.scalars(
        select(Phase.ends_on).where(
            Phase.cycle_id == cast.cycle.id, Phase.code == PhaseCode.ACCEPTANCE
        )
    ).one()
    assert deadlines(session, [task]) == {task.id: last}
    with clock.at(clock.add_workdays(last, 3)):
        assert standing(session, task).late == 3
        assert session.scalars(select(Task).where(not_accepted(late=True))).all() == [task]
    with clock.at(last):
        assert not session.scalars(select(Task).where(not_accepted(late=True))).all()


def test_a_table_issued_after_the_phase_makes_nothing_late(session: AnySession, cast: Cast) -> None:
    task = issued(session, cast, dt.date(YEAR, 5, 6))
    with unit_of_work(session, TEST), guard.privileged(session):
        task.accept_by = None
    assert deadlines(session, [task]) == {task.id: None}
    with clock.at(dt.date(YEAR, 9, 1)):
        assert standing(session, task).late == 0


def test_in_time_is_not_late(session: AnySession, cast: Cast) -> None:
    task = issued(session, cast, dt.date(YEAR, 3, 2))
    accepted(session, cast, task, dt.date(YEAR, 3, 16))
    with clock.at(dt.date(YEAR, 6, 1)):
        assert standing(session, task).late == 0


def test_a_department_with_sections_names_one(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    head = cast.actor("head_jwc")
    with pytest.raises(
        RuleViolation, check=lambda e: "Name the section" in e.message.words and e.field == "section"
    ), unit_of_work(session, head):  # fmt: skip
        accept_tasks(session, head, [HandOut(task, None, cast.head_jwc.id)])


def test_who_names_a_person_of_a_section_has_named_the_section(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(task, None, cast.staff_jwc.id)])
    assert (task.status, task.section) == (TaskStatus.ACCEPTED, cast.jwc_jxk)


def test_a_department_without_sections_needs_none(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED, lead_department=cast.xinxi)
    head = cast.actor("head_xinxi")
    with unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(task, None, cast.staff_xinxi.id)])
    assert task.status == TaskStatus.ACCEPTED
