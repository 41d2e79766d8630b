"""The other road: what the leader in charge may not decide waits for another, then for a top leader."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.queue import Desk, waiting_for
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Charge
from app.models.planning import DepartmentPlan, PlanStatus
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_appointment,
    make_charge,
    make_delegation,
    make_department,
    make_department_plan,
    make_task,
    make_task_result,
)

KINDS = {
    "department_plan.review": lambda cast, **said: make_department_plan(
        department=cast.jwc, status=PlanStatus.REVIEW, **said
    ),
    "adjustment.review": lambda cast, **said: make_adjustment(
        department=cast.jwc, status="review",
        **{{"sent_by": "submitted_by"}[name]: value for name, value in said.items()},
    ),
    "task_result.confirm": lambda cast, **said: make_task_result(
        task=make_task(status="accepted"), status="submitted", outcome="finished",
        **{{"sent_by": "submitted_by"}[name]: value for name, value in said.items()},
    ),
}  # fmt: skip
each = pytest.mark.parametrize("kind", KINDS)


def waits_for(session: AnySession, cast: Cast, kind: str, row: object) -> set[str]:
    """In whose queue of the four leaders does the row stand?"""
    desk = Desk(TODAY, (cast.cycle.id,))
    found = set()
    for name in ("leader", "other_leader", "topleader", "head_jwc"):
        for waiting in waiting_for(cast.actor(name), desk):
            if waiting.key.split(".for.")[0] == kind:
                keys = session.scalars(select(waiting.rows.subquery().c.id)).all()
                found |= {name} if row.id in keys else set()  # type: ignore[attr-defined]
    return found


def decide(session: AnySession, cast: Cast, name: str, kind: str, row: object) -> None:
    with unit_of_work(session, cast.actor(name)):
        workflow.apply(session, cast.actor(name), row, kind.split(".")[1])


@each
def test_it_waits_for_the_leader_in_charge(session: AnySession, cast: Cast, kind: str) -> None:
    row = KINDS[kind](cast)
    assert waits_for(session, cast, kind, row) == {"leader"}
    decide(session, cast, "leader", kind, row)


@each
def test_a_leader_of_the_department_itself_leaves_it_to_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    make_appointment(person=cast.leader, department=cast.jwc, post="acting_head")
    row = KINDS[kind](cast)
    assert waits_for(session, cast, kind, row) == {"topleader"}
    decide(session, cast, "topleader", kind, row)


@each
def test_a_leader_of_one_of_its_sections_leaves_it_to_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    with unit_of_work(session, TEST):
        cast.leader.department = cast.jwc_jxk
    assert waits_for(session, cast, kind, KINDS[kind](cast)) == {"topleader"}


@each
def test_another_leader_in_charge_comes_before_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    make_appointment(person=cast.leader, department=cast.jwc, post="acting_head")
    make_charge(leader=cast.other_leader, department=cast.jwc, kind="liaison")
    row = KINDS[kind](cast)
    assert waits_for(session, cast, kind, row) == {"other_leader"}
    decide(session, cast, "other_leader", kind, row)


@each
def test_what_the_leader_submitted_goes_to_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    row = KINDS[kind](cast, sent_by=cast.leader)
    assert waits_for(session, cast, kind, row) == {"topleader"}
    decide(session, cast, "topleader", kind, row)


@each
def test_a_leader_who_stands_in_for_the_head_leaves_it_to_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    make_delegation(giver=cast.head_jwc, receiver=cast.leader)
    row = KINDS[kind](cast)
    assert waits_for(session, cast, kind, row) == {"topleader"}


@each
def test_it_waits_for_the_leader_s_delegate_too(session: AnySession, cast: Cast, kind: str) -> None:
    make_delegation(giver=cast.leader, receiver=cast.other_leader)
    row = KINDS[kind](cast)
    assert waits_for(session, cast, kind, row) == {"leader", "other_leader"}
    decide(session, cast, "other_leader", kind, row)


@each
def test_without_a_leader_in_charge_it_waits_for_the_top(
    session: AnySession, cast: Cast, kind: str
) -> None:
    with unit_of_work(session, TEST):
        for charge in session.scalars(select(Charge).where(Charge.leader_id == cast.leader.id)):
            charge.valid_to = TODAY - dt.timedelta(days=1)
    assert waits_for(session, cast, kind, KINDS[kind](cast)) == {"topleader"}


def test_a_leader_who_left_counts_as_none(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        cast.leader.active = False
    row = make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW)
    desk = Desk(TODAY, (cast.cycle.id,))
    kinds = waiting_for(cast.actor("topleader"), desk)
    wanted = next(one for one in kinds if one.key == "department_plan.review")
    assert session.scalars(select(wanted.rows.subquery().c.id)).all() == [row.id]


def test_a_department_of_nobody_s_charge_stays_out_of_other_leaders_queues(
    session: AnySession, cast: Cast
) -> None:
    plan: DepartmentPlan = make_department_plan(
        department=make_department(), status=PlanStatus.REVIEW
    )
    assert waits_for(session, cast, "department_plan.review", plan) == {"topleader"}
