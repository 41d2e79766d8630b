"""Proposing tasks with their parts, handing them out; the work points' way to issue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.errors import NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import IndicatorKind
from app.models.planning import Task, TaskStatus
from app.models.work_points import OpinionAnswer, WorkPointOpinion, WorkPointSet
from app.planning.service import (
    HandOut,
    IndicatorPlan,
    MilestonePlan,
    Parts,
    accept_tasks,
    propose_task,
)
from app.planning.work_points import answer_opinion
from tests.cast import Cast
from tests.factories import make_decision, make_task, make_work_point, make_work_point_set


def test_a_head_proposes_a_task_with_its_parts(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    parts = Parts(
        co_leads=[cast.xsc.id],
        assists=[cast.xinxi.id, cast.jwc.id],
        milestones=[MilestonePlan(dt.date(2026, 6, 30), "完成一半", Decimal(50))],
        indicators=[IndicatorPlan("合格率", IndicatorKind.QUANTITATIVE, target=Decimal(95))],
    )
    with unit_of_work(session, head):
        task = Task(cycle_id=cast.cycle.id, title="新任务", lead_department_id=cast.jwc.id)
        propose_task(session, head, task, parts)
    assert task.status == TaskStatus.PROPOSED
    assert [part.role for part in task.departments] == ["co_lead", "assist"]
    assert len(task.milestones) == len(task.indicators) == 1


def test_a_head_proposes_nothing_for_another_department(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        task = Task(cycle_id=cast.cycle.id, title="别人的", lead_department_id=cast.jwc.id)
        propose_task(session, head, task, Parts())


def test_accepting_hands_the_task_out(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(task, cast.jwc_jxk.id, cast.staff_jwc.id)])
    assert (task.status, task.owner, task.section) == ("accepted", cast.staff_jwc, cast.jwc_jxk)
    assert task.accepted_at is not None


def test_nothing_is_accepted_without_an_owner(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    head = cast.actor("head_jwc")
    with pytest.raises(RuleViolation), unit_of_work(session, head):
        accept_tasks(session, head, [HandOut(task, None, None)])


def test_who_heads_the_office_hands_out_the_offices_tasks(session: AnySession, cast: Cast) -> None:
    """Two hats: the Office may not edit an issued task, the head of its department may."""
    from dataclasses import replace

    task = make_task(status=TaskStatus.PUBLISHED, lead_department=cast.bgs)
    office, head = cast.actor("office"), cast.actor("head_jwc")
    both = replace(
        office,
        roles=office.roles | head.roles,
        permissions=office.permissions | head.permissions,
        headed=frozenset({cast.bgs.id}),
    )
    with unit_of_work(session, both):
        accept_tasks(session, both, [HandOut(task, None, cast.office.id)])
    assert task.status == TaskStatus.ACCEPTED


# Work points ---------------------------------------------------------------------------


def in_consultation(session: AnySession, cast: Cast) -> WorkPointSet:
    points = make_work_point_set()
    make_work_point(work_point_set=points)
    office = cast.actor("office")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "consult")
    return points


def test_an_empty_draft_is_not_sent_round(session: AnySession, cast: Cast) -> None:
    points, office = make_work_point_set(), cast.actor("office")
    with pytest.raises(RuleViolation), unit_of_work(session, office):
        workflow.apply(session, office, points, "consult")


def test_every_opinion_is_answered_before_the_committee(session: AnySession, cast: Cast) -> None:
    points = in_consultation(session, cast)
    head, office = cast.actor("head_jwc"), cast.actor("office")
    with unit_of_work(session, head):
        session.add(
            WorkPointOpinion(
                work_point_set_id=points.id, author_id=cast.head_jwc.id,
                department_id=cast.jwc.id, text="建议补充",
            )
        )  # fmt: skip
    with pytest.raises(RuleViolation), unit_of_work(session, office):
        workflow.apply(session, office, points, "send_to_committee")
    with unit_of_work(session, office):
        opinion = session.scalars(select(WorkPointOpinion)).one()
        answer_opinion(session, office, opinion, OpinionAnswer.ADOPTED, "已补充")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "send_to_committee")
    assert points.status == "committee"


def test_work_points_are_issued_with_decision_and_number(session: AnySession, cast: Cast) -> None:
    points = in_consultation(session, cast)
    office, secretary = cast.actor("office"), cast.actor("secretary")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "send_to_committee")
    decision = make_decision(subject_table="work_point_set", subject_id=points.id)
    with pytest.raises(NotAllowed), unit_of_work(session, office):
        workflow.apply(session, office, points, "approve", decision_id=decision.id)
    with unit_of_work(session, secretary):
        workflow.apply(session, secretary, points, "approve", decision_id=decision.id)
    with pytest.raises(RuleViolations), unit_of_work(session, office):
        workflow.apply(session, office, points, "issue")
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "issue", issue_number="院党〔2026〕3号")
    assert points.issued_on == dt.date(2026, 3, 16)
    with pytest.raises(WrongState), unit_of_work(session, office):
        workflow.apply(session, office, points, "revise")
