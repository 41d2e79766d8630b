"""A department's plan: proposed, read by the leader, returned, answered, submitted (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Cycle, IndicatorKind
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus, Task, TaskStatus
from app.planning.plan_library import Pick, add_from_library, library_for
from app.planning.plans import (
    answer_comment,
    comment_on_plan,
    goals_of,
    open_plan,
    propose_from_goals,
    propose_from_tasks,
    set_weights,
    sources_of,
)
from tests.cast import TEST, Cast
from tests.factories import (
    make_charge,
    make_cycle,
    make_indicator,
    make_indicator_template,
    make_milestone,
    make_strategic_goal,
    make_task,
)


def begun(session: AnySession, cast: Cast, **task: object) -> tuple[DepartmentPlan, Task]:
    """教务处's plan with one task."""
    head = cast.actor("head_jwc")
    proposal = make_task(standard="通过验收", **task)
    with unit_of_work(session, head):
        plan = open_plan(session, head, cast.cycle, cast.jwc)
    return plan, proposal


def step(session: AnySession, actor: Actor, plan: DepartmentPlan, name: str, **fields: str) -> None:
    with unit_of_work(session, actor):
        workflow.apply(session, actor, plan, name, **fields)


def test_a_plan_begins_with_what_the_department_has_proposed(
    session: AnySession, cast: Cast
) -> None:
    other = make_task(lead_department=cast.xinxi)
    plan, task = begun(session, cast)
    assert (task.department_plan, other.department_plan) == (plan, None)
    head = cast.actor("head_jwc")
    with pytest.raises(RuleViolation, match="已经建立"):
        open_plan(session, head, cast.cycle, cast.jwc)


def test_nobody_opens_another_departments_plan(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        open_plan(session, head, cast.cycle, cast.jwc)


def test_a_plan_goes_to_the_leader_back_to_the_department_and_to_the_office(
    session: AnySession, cast: Cast
) -> None:
    plan, _ = begun(session, cast)
    head, leader, office = (cast.actor(name) for name in ("head_jwc", "leader", "office"))
    step(session, head, plan, "send_for_review")
    assert (plan.review_round, plan.sent_at is not None) == (1, True)
    step(session, leader, plan, "review", review_comment="同意")
    assert (plan.reviewed_by, plan.status) == (cast.leader, "reviewed")
    step(session, head, plan, "submit")
    assert plan.submitted_at is not None
    step(session, office, plan, "aggregate")
    assert plan.status == PlanStatus.AGGREGATED


def test_weights_that_do_not_add_up_are_not_sent(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast, weight=Decimal(60))
    head = cast.actor("head_jwc")
    with pytest.raises(RuleViolations, match="合计为 60，应为 100，还差 40"):
        step(session, head, plan, "send_for_review")
    assert plan.status == PlanStatus.DRAFT


def test_the_department_does_not_submit_before_its_leader_has_read(
    session: AnySession, cast: Cast
) -> None:
    plan, _ = begun(session, cast)
    head = cast.actor("head_jwc")
    with pytest.raises(WrongState):
        step(session, head, plan, "submit")


def test_only_the_leader_in_charge_or_a_top_leader_reviews(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast)
    step(session, cast.actor("head_jwc"), plan, "send_for_review")
    for name in ("other_leader", "head_jwc", "office"):
        with pytest.raises(NotAllowed):
            step(session, cast.actor(name), plan, "review")
    step(session, cast.actor("topleader"), plan, "review")
    assert plan.reviewed_by == cast.topleader


def test_a_leader_who_belongs_to_the_department_does_not_review_its_plan(
    session: AnySession, cast: Cast
) -> None:
    make_charge(leader=cast.head_jwc, department=cast.jwc)
    with unit_of_work(session, TEST):
        cast.head_jwc.roles = [*cast.head_jwc.roles, *cast.leader.roles]
    plan, _ = begun(session, cast)
    head = cast.actor("head_jwc")
    step(session, head, plan, "send_for_review")
    with pytest.raises(NotAllowed, match="本部门的事项"):
        step(session, head, plan, "review")


def test_a_plan_is_returned_with_a_reason(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast)
    step(session, cast.actor("head_jwc"), plan, "send_for_review")
    with pytest.raises(RuleViolations):
        step(session, cast.actor("leader"), plan, "return")
    step(session, cast.actor("leader"), plan, "return", review_comment="补充指标")
    assert plan.status == PlanStatus.RETURNED


def test_what_the_leader_reads_does_not_change_under_their_eyes(
    session: AnySession, cast: Cast
) -> None:
    plan, task = begun(session, cast)
    head = cast.actor("head_jwc")
    step(session, head, plan, "send_for_review")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        task.title = "改了"
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        plan.text = "改了"
    with unit_of_work(session, cast.actor("leader")):
        task.title = "领导改的"
    assert task.title == "领导改的"


def test_comments_are_answered_before_the_plan_is_sent_again(
    session: AnySession, cast: Cast
) -> None:
    plan, task = begun(session, cast)
    head, leader = cast.actor("head_jwc"), cast.actor("leader")
    step(session, head, plan, "send_for_review")
    with unit_of_work(session, leader):
        comment = comment_on_plan(session, leader, plan, "指标不够具体", task)
    step(session, leader, plan, "return", review_comment="见批注")
    with pytest.raises(RuleViolation, match="1 条批注未答复"):
        step(session, head, plan, "send_for_review")
    with unit_of_work(session, head):
        answer_comment(session, head, comment, "已补充定量指标")
    assert comment.answered_by_id == cast.head_jwc.id
    with pytest.raises(WrongState, match="已经答复"):
        answer_comment(session, head, comment, "再答一次")
    step(session, head, plan, "send_for_review")
    assert (plan.review_round, comment.review_round) == (2, 1)


def test_a_comment_needs_words_a_review_and_the_right_person(
    session: AnySession, cast: Cast
) -> None:
    plan, task = begun(session, cast)
    leader = cast.actor("leader")
    with pytest.raises(WrongState):
        comment_on_plan(session, leader, plan, "太早", task)
    step(session, cast.actor("head_jwc"), plan, "send_for_review")
    with pytest.raises(RuleViolation):
        comment_on_plan(session, leader, plan, "  ", task)
    with pytest.raises(RuleViolation, match="最多 2000 个字"):
        comment_on_plan(session, leader, plan, "长" * 2001, task)
    for name in ("other_leader", "head_jwc", "head_xinxi"):
        with pytest.raises(NotAllowed):
            comment_on_plan(session, cast.actor(name), plan, "不该我说", task)
    with pytest.raises(RuleViolation, match="不在本计划中"), unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, "别的任务", make_task())
    assert session.scalar(select(PlanComment.id)) is None


def last_year(cast: Cast) -> Cycle:
    return make_cycle(year=cast.cycle.year - 1, name="上年度", rule_book=cast.rule_book)


def test_an_unfinished_task_of_last_year_is_proposed_as_its_continuation(
    session: AnySession, cast: Cast
) -> None:
    plan, _ = begun(session, cast)
    old = make_task(
        cycle=last_year(cast), title="实训基地建设", status=TaskStatus.ACCEPTED,
        due_on=dt.date(2025, 6, 30), standard="建成", owner=cast.staff_jwc,
    )  # fmt: skip
    make_milestone(task=old, due_on=dt.date(2025, 3, 31), text="立项")
    make_indicator(task=old, name="工位", kind=IndicatorKind.QUANTITATIVE, target=Decimal(80))
    head = cast.actor("head_jwc")
    assert sources_of(session, head, plan) == [old]
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old])
    assert (new.origin, new.carried_from, new.due_on) == ("carried_over", old, dt.date(2026, 6, 30))
    assert [part.due_on for part in new.milestones] == [dt.date(2026, 3, 31)]
    assert [part.target for part in new.indicators] == [80]
    assert (new.owner, new.status) == (None, "proposed")
    assert sources_of(session, head, plan) == []
    with pytest.raises(RuleViolation, match="已在计划中"):
        propose_from_tasks(session, head, plan, [old])


def test_a_finished_task_of_last_year_is_only_a_model(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast)
    old = make_task(cycle=last_year(cast), title="年年都做", status=TaskStatus.FINISHED)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old])
    assert (new.origin, new.carried_from) == ("annual", None)


def test_another_departments_task_is_not_copied(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast)
    old = make_task(cycle=last_year(cast), lead_department=cast.xinxi, status=TaskStatus.FINISHED)
    with pytest.raises(NotAllowed):
        propose_from_tasks(session, cast.actor("head_jwc"), plan, [old])


def test_a_strategic_goal_becomes_a_task_and_is_then_served(
    session: AnySession, cast: Cast
) -> None:
    plan, _ = begun(session, cast)
    goal = make_strategic_goal(name="双高建设", target="省级", start_year=2024, end_year=2028)
    make_strategic_goal(start_year=2015, end_year=2020)
    head = cast.actor("head_jwc")
    assert goals_of(session, head, plan) == [goal]
    with unit_of_work(session, head):
        (task,) = propose_from_goals(session, head, plan, [goal])
    assert (task.title, task.goal, task.strategic_goal) == ("双高建设", "省级", goal)
    assert goals_of(session, head, plan) == []


def test_nothing_is_proposed_into_a_plan_under_review(session: AnySession, cast: Cast) -> None:
    plan, _ = begun(session, cast)
    head = cast.actor("head_jwc")
    step(session, head, plan, "send_for_review")
    with pytest.raises(WrongState):
        propose_from_goals(session, head, plan, [make_strategic_goal()])


# Two at one plan ------------------------------------------------------------------------


def weighed(session: AnySession, cast: Cast) -> tuple[DepartmentPlan, Task, Task]:
    """教务处's plan with tasks that weigh 60 and 40."""
    plan, first = begun(session, cast, title="专业建设", weight=Decimal(60))
    return plan, first, make_task(title="课程建设", weight=Decimal(40), department_plan=plan)


def test_a_task_of_no_or_another_plan_is_not_weighed_here(session: AnySession, cast: Cast) -> None:
    plan, first, _ = weighed(session, cast)
    head, stray = cast.actor("head_jwc"), make_task(weight=Decimal(1))
    with (
        pytest.raises(RuleViolation, match="其中 2 项任务已不在本计划中"),
        unit_of_work(session, head),
    ):
        set_weights(session, head, plan, {first.id: Decimal(5), stray.id: None, 987654: Decimal(1)})
    assert (first.weight, stray.weight) == (60, 1)


def test_two_people_weigh_different_tasks_and_both_stand(session: AnySession, cast: Cast) -> None:
    plan, first, second = weighed(session, cast)
    head = staff = cast.actor("head_jwc")
    seen = {first.id: Decimal(60), second.id: Decimal(40)}
    with unit_of_work(session, staff):
        set_weights(session, staff, plan, {**seen, second.id: Decimal(30)}, seen)
    with unit_of_work(session, head):
        changed = set_weights(session, head, plan, {**seen, first.id: Decimal(70)}, seen)
    assert (changed, first.weight, second.weight) == (1, 70, 30)


def test_two_people_weigh_the_same_task_and_the_second_is_told(
    session: AnySession, cast: Cast
) -> None:
    plan, first, second = weighed(session, cast)
    head = cast.actor("head_jwc")
    seen = {first.id: Decimal(60), second.id: Decimal(40)}
    with unit_of_work(session, head):
        set_weights(session, head, plan, {first.id: Decimal(50)}, seen)
    with (
        pytest.raises(Conflict, match="“专业建设”的权重已被他人改为 50"),
        unit_of_work(session, head),
    ):
        set_weights(session, head, plan, {**seen, first.id: Decimal(70)}, seen)
    assert first.weight == 50


# Indicators of the library --------------------------------------------------------------


def test_a_task_takes_indicators_of_the_library_with_their_target(
    session: AnySession, cast: Cast
) -> None:
    plan, task = begun(session, cast)
    head = cast.actor("head_jwc")
    counted = make_indicator_template(
        name="获奖数", kind=IndicatorKind.QUANTITATIVE, unit="项", standard="以文件为准"
    )
    judged = make_indicator_template(name="方案质量", standard="专家评审良好")
    make_indicator_template(name="停用", active=False)
    assert {one.name for one in library_for(session, head, task)} == {"获奖数", "方案质量"}
    with pytest.raises(RuleViolation, match="“获奖数”是定量指标，请填写目标值"):
        add_from_library(session, head, task, [Pick(counted)])
    with unit_of_work(session, head):
        add_from_library(session, head, task, [Pick(counted, Decimal(3), Decimal(5)), Pick(judged)])
    made = {one.name: (one.target, one.unit, one.standard) for one in task.indicators}
    assert made == {"获奖数": (5, "项", "以文件为准"), "方案质量": (None, None, "专家评审良好")}
    with pytest.raises(RuleViolation, match="已有指标“方案质量”"):
        add_from_library(session, head, task, [Pick(judged)])
    step(session, head, plan, "send_for_review")
    with pytest.raises(WrongState):
        add_from_library(session, head, task, [Pick(judged)])
