"""Comments on a plan: said once, and told in whose place they were said (Art. 4.3)."""

from __future__ import annotations

import pytest

from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus
from app.planning.plans import answer_comment, comment_on_plan
from app.web.on_behalf import on_behalf
from tests.cast import TODAY, Cast
from tests.factories import make_delegation, make_department_plan, make_plan_comment, make_task


@pytest.fixture
def plan(cast: Cast) -> DepartmentPlan:
    return make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW, review_round=1)


def test_the_same_words_on_the_same_place_stand_once(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    leader, task = cast.actor("leader"), make_task(department_plan=plan)
    with unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, "写具体些")
    with pytest.raises(RuleViolation, match="相同的意见"), unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, " 写具体些 ")
    with unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, "写具体些", task)
        comment_on_plan(session, leader, plan, "再写具体些")
    other = cast.actor("topleader")
    with unit_of_work(session, other):
        comment_on_plan(session, other, plan, "写具体些")
    assert session.query(PlanComment).count() == 4


def test_in_the_next_round_they_may_be_said_again(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    make_plan_comment(
        department_plan=plan,
        author=cast.leader,
        text="写具体些",
        review_round=plan.review_round - 1,
    )
    leader = cast.actor("leader")
    with unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, "写具体些")
    assert session.query(PlanComment).count() == 2


def stands_in(cast: Cast, giver: str) -> Actor:
    make_delegation(
        giver=getattr(cast, giver), receiver=cast.staff_xinxi, valid_from=TODAY, valid_to=TODAY
    )
    return cast.actor("staff_xinxi")


def test_who_stands_in_for_the_leader_is_told_beside_the_comment(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    actor = stands_in(cast, "leader")
    with unit_of_work(session, actor):
        comment = comment_on_plan(session, actor, plan, "写具体些")
    told = on_behalf(session, {PlanComment: [comment.id]})
    assert told == {("plan_comment", comment.id, "added"): "代冷分管"}


def test_who_stands_in_for_the_head_is_told_beside_the_answer(
    session: AnySession, cast: Cast
) -> None:
    returned = make_department_plan(department=cast.jwc, status=PlanStatus.RETURNED)
    comment = make_plan_comment(department_plan=returned, author=cast.leader)
    actor = stands_in(cast, "head_jwc")
    with unit_of_work(session, actor):
        answer_comment(session, actor, comment, "已改")
    told = on_behalf(session, {PlanComment: [comment.id], DepartmentPlan: []})
    assert told == {("plan_comment", comment.id, "changed"): "代陈教务"}


def test_what_one_does_in_ones_own_place_is_told_of_nobody(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    leader = cast.actor("leader")
    with unit_of_work(session, leader):
        comment = comment_on_plan(session, leader, plan, "写具体些")
    assert on_behalf(session, {PlanComment: [comment.id]}) == {}
    assert on_behalf(session, {}) == {}
