"""Work points: composed from proposals, put in order, put out for opinions, rewritten (Art. 4.4)."""

from __future__ import annotations

import pytest

from app.core import workflow
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import PlanStatus, Task
from app.models.work_points import OpinionAnswer, WorkPointSet, WorkPointSetStatus
from app.planning.work_points import (
    answer_opinion,
    arrange,
    compose,
    give_opinion,
    open_edition,
    pieces,
    points_of,
    proposals_of,
    redline,
)
from tests.cast import Cast
from tests.factories import make_department_plan, make_task, make_work_point, make_work_point_set


@pytest.fixture
def draft(session: AnySession) -> WorkPointSet:
    return make_work_point_set()


@pytest.fixture
def proposals(session: AnySession, cast: Cast) -> list[Task]:
    """Two proposals of 教务处's submitted plan; others are not the Office's to compose from."""
    submitted = make_department_plan(department=cast.jwc, status=PlanStatus.SUBMITTED)
    review = make_department_plan(department=cast.xinxi, status=PlanStatus.REVIEW)
    make_task(title="还在审阅", department_plan=review, lead_department=cast.xinxi)
    make_task(title="没有计划")
    return [
        make_task(title=title, department_plan=submitted, sort_order=place)
        for place, title in enumerate(("建设专业群。", "建设课程"), start=1)
    ]


def test_what_submitted_plans_propose_is_composed_from(
    session: AnySession, cast: Cast, draft: WorkPointSet, proposals: list[Task]
) -> None:
    office = cast.actor("office")
    assert proposals_of(session, office, draft) == proposals
    with unit_of_work(session, office):
        made = compose(session, office, draft, proposals)
    assert [(point.number, point.text) for point in made] == [
        ("1", "建设专业群。"), ("2", "建设课程。"),
    ]  # fmt: skip
    assert [task.work_point for task in proposals] == made
    assert proposals_of(session, office, draft) == []


def test_proposals_are_merged_into_one_point_or_into_one_there_is(
    session: AnySession, cast: Cast, draft: WorkPointSet, proposals: list[Task]
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        (point,) = compose(session, office, draft, proposals, merged=True, chapter="一、教学")
    assert (point.text, point.chapter) == ("建设专业群；建设课程。", "一、教学")
    late = make_task(title="后来的", department_plan=proposals[0].department_plan)
    with unit_of_work(session, office):
        assert compose(session, office, draft, [late], into=point) == []
    assert late.work_point == point
    with pytest.raises(RuleViolation, match="已归入要点"):
        compose(session, office, draft, [late])
    with pytest.raises(RuleViolation, match="请先勾选"):
        compose(session, office, draft, [])


def test_only_the_office_composes_and_only_a_draft(
    session: AnySession, cast: Cast, draft: WorkPointSet, proposals: list[Task]
) -> None:
    with pytest.raises(NotAllowed):
        compose(session, cast.actor("head_jwc"), draft, proposals)
    issued = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    office = cast.actor("office")
    with pytest.raises(WrongState):
        compose(session, office, issued, proposals)
    stranger = make_work_point(work_point_set=issued)
    with pytest.raises(RuleViolation, match="不属于本稿"):
        compose(session, office, draft, proposals, into=stranger)


def test_a_point_changes_only_while_its_edition_is_a_draft(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    point = make_work_point(work_point_set=make_work_point_set(status="consultation"))
    with pytest.raises(NotAllowed), unit_of_work(session, office):
        point.text = "改了"


def test_points_are_put_in_order_and_numbered(
    session: AnySession, cast: Cast, draft: WorkPointSet
) -> None:
    first, second, third = (
        make_work_point(work_point_set=draft, number=str(n), sort_order=n) for n in (1, 2, 3)
    )
    office = cast.actor("office")
    with unit_of_work(session, office):
        arrange(session, office, draft, [third.id, first.id])
    assert points_of(session, office, draft) == [third, first, second]
    assert [third.number, first.number, second.number] == ["1", "2", "3"]


def consulted(session: AnySession, cast: Cast) -> WorkPointSet:
    points = make_work_point_set()
    make_work_point(work_point_set=points)
    with unit_of_work(session, cast.actor("office")):
        workflow.apply(session, cast.actor("office"), points, "consult")
    return points


def test_who_agrees_needs_no_answer_and_who_does_not_gets_one_with_a_reason(
    session: AnySession, cast: Cast
) -> None:
    points = consulted(session, cast)
    head, leader, office = (cast.actor(name) for name in ("head_jwc", "leader", "office"))
    with unit_of_work(session, leader):
        assert give_opinion(session, leader, points, "  ").agrees
    with unit_of_work(session, head):
        opinion = give_opinion(session, head, points, "指标偏高", department_id=cast.jwc.id)
    with pytest.raises(RuleViolation, match="1"), unit_of_work(session, office):
        workflow.apply(session, office, points, "send_to_committee")
    with pytest.raises(NotAllowed):
        answer_opinion(session, head, opinion, OpinionAnswer.ADOPTED, "自己答复自己")
    with pytest.raises(RuleViolation, match="请说明理由"):
        answer_opinion(session, office, opinion, OpinionAnswer.NOT_ADOPTED, " ")
    with unit_of_work(session, office):
        answer_opinion(session, office, opinion, OpinionAnswer.PARTLY, "下调两个百分点")
        workflow.apply(session, office, points, "send_to_committee")
    assert points.status == "committee"
    with pytest.raises(NotAllowed):
        answer_opinion(session, office, opinion, OpinionAnswer.ADOPTED, "已经送审")


def test_an_opinion_is_said_once_and_not_at_any_length(session: AnySession, cast: Cast) -> None:
    points, head = consulted(session, cast), cast.actor("head_jwc")
    own = {"department_id": cast.jwc.id}
    with unit_of_work(session, head):
        give_opinion(session, head, points, "指标偏高", **own)
    with pytest.raises(RuleViolation, match="相同的意见"), unit_of_work(session, head):
        give_opinion(session, head, points, " 指标偏高 ", **own)
    with pytest.raises(RuleViolation, match="相同的意见"), unit_of_work(session, head):
        give_opinion(session, head, points, "", **own)
    with pytest.raises(RuleViolation, match="最多 2000 个字"), unit_of_work(session, head):
        give_opinion(session, head, points, "长" * 2001, **own)


def test_nobody_speaks_for_another_department_or_out_of_time(
    session: AnySession, cast: Cast
) -> None:
    points = consulted(session, cast)
    head = cast.actor("head_jwc")
    with pytest.raises(NotAllowed):
        give_opinion(session, head, points, "替别人说", department_id=cast.xinxi.id)
    with pytest.raises(WrongState):
        give_opinion(session, head, make_work_point_set(), "太早", department_id=cast.jwc.id)


def test_the_next_edition_copies_the_points_and_tells_what_changed(
    session: AnySession, cast: Cast, proposals: list[Task]
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        points = open_edition(session, office, cast.cycle)
        compose(session, office, points, proposals)
    with pytest.raises(WrongState):
        open_edition(session, office, cast.cycle)
    with unit_of_work(session, office):
        workflow.apply(session, office, points, "consult")
        second = open_edition(session, office, cast.cycle)
    old, new = points_of(session, office, points), points_of(session, office, second)
    assert second.edition == points.edition + 1
    assert [point.previous for point in new] == old
    assert [task.work_point for task in proposals] == new
    with unit_of_work(session, office):
        new[0].text = "建设高水平专业群。"
        session.delete(new[1])
    lines = redline(points_of(session, office, second), {point.id: point for point in old})
    assert lines[0].pieces == (("kept", "建设"), ("added", "高水平"), ("kept", "专业群。"))
    assert (lines[1].point, lines[1].before) == (None, old[1])


def test_a_redline_keeps_the_reading_order() -> None:
    assert pieces("完成80%的任务", "完成90%的任务") == (
        ("kept", "完成"), ("removed", "8"), ("added", "9"), ("kept", "0%的任务"),
    )  # fmt: skip
    assert pieces("", "新的") == (("added", "新的"),)
