"""What a plan's page says at its top, what it keeps of words that were refused, and what its list
marks as late (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import PostKind
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus
from app.planning.plan_way import way_of
from tests.cast import TEST, YEAR, Cast
from tests.factories import (
    make_appointment,
    make_charge,
    make_delegation,
    make_department_plan,
    make_plan_comment,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]
IN_TIME = dt.date(YEAR - 1, 11, 16)
TOO_LATE = dt.date(YEAR - 1, 12, 8)


@pytest.fixture
def plan(session: AnySession, cast: Cast) -> DepartmentPlan:
    """教务处's plan of the year, begun in time."""
    with clock.at(IN_TIME):
        plan = make_department_plan(department=cast.jwc)
        make_task(title="专业建设", standard="达标", department_plan=plan)
    return plan


def step(
    session: AnySession, cast: Cast, who: str, plan: DepartmentPlan, name: str, **said: str
) -> None:
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        workflow.apply(session, actor, plan, name, **said)


# The way ----------------------------------------------------------------------------------------


def test_the_way_names_who_moves_next_and_by_when(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    assert 'aria-current="step"' in page
    way = page.split("card pl-way")[1].split("</nav>")[0]
    for words in ("部门拟定", cast.head_jwc.name, "分管领导审阅", cast.leader.name, "部门提交", "办公室汇总",
                  f"{YEAR - 1}-11-30 前", f"{YEAR - 1}-12-31 前"):  # fmt: skip
        assert words in way


def test_a_leader_who_heads_the_department_is_not_named_as_its_reviewer(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    make_appointment(person=cast.leader, department=cast.jwc, post=PostKind.HEAD)
    review = way_of(session, cast.actor("head_jwc"), plan, {})[1]
    assert list(review.who) == [cast.topleader.id]


def test_what_was_said_in_returning_is_not_said_again_in_approving(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    step(session, cast, "head_jwc", plan, "send_for_review")
    step(session, cast, "leader", plan, "return", review_comment="补充指标")
    step(session, cast, "head_jwc", plan, "send_for_review")
    place, leader = f"/department_plan/step/review/{plan.id}", client_for("leader")
    field = leader.get(place).text.split('<textarea class="form-control')[1].split("</textarea>")[0]
    assert 'name="review_comment"' in field and "补充指标" not in field
    leader.post(place, data={"version": plan.version, "review_comment": ""})
    session.expire_all()
    assert (plan.status, plan.review_comment or "") == (PlanStatus.REVIEWED, "")


def test_a_station_that_was_left_says_when(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    with clock.at(IN_TIME):
        step(session, cast, "head_jwc", plan, "send_for_review")
    states = [(one.state, one.day) for one in way_of(session, cast.actor("head_jwc"), plan, {})]
    assert states == [("done", IN_TIME), ("now", None), ("next", None), ("next", None)]
    step(session, cast, "leader", plan, "return", review_comment="补充指标")
    assert way_of(session, cast.actor("head_jwc"), plan, {})[0].state == "now"


def test_a_leader_of_the_department_itself_is_not_named_but_a_top_leader(
    session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        cast.other_leader.department = cast.bgs
    plan = make_department_plan(department=cast.bgs)
    reviewing = way_of(session, cast.actor("office"), plan, {})[1]
    assert list(reviewing.who) == [cast.topleader.id]


def test_who_stands_in_is_named_and_nobody_once_it_is_over(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    make_delegation(giver=cast.leader, receiver=cast.staff_xinxi,
                    valid_from=clock.today(), valid_to=clock.today())  # fmt: skip
    office = cast.actor("office")
    assert list(way_of(session, office, plan, {})[1].for_them) == [cast.staff_xinxi.id]
    with clock.at(clock.today() + dt.timedelta(days=1)):
        assert list(way_of(session, office, plan, {})[1].for_them) == []


def test_two_leaders_in_charge_are_both_named(
    session: AnySession, cast: Cast, plan: DepartmentPlan
) -> None:
    make_charge(leader=cast.other_leader, department=cast.jwc)
    reviewing = way_of(session, cast.actor("head_jwc"), plan, {})[1]
    assert set(reviewing.who) == {cast.leader.id, cast.other_leader.id}


# Words that were refused ------------------------------------------------------------------------


def test_a_refused_comment_stays_at_its_place_with_the_reason(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    step(session, cast, "head_jwc", plan, "send_for_review")
    leader, place = client_for("leader"), f"/department_plan/comment/{plan.id}"
    assert leader.post(place, data={"text": "写具体些"}).status_code == 302
    again = leader.post(place, data={"text": "写具体些"})
    assert again.status_code == 422 and ">写具体些</textarea>" in again.text
    assert "相同的意见" in again.text and 'aria-invalid="true"' in again.text
    long = leader.post(place, data={"text": "长" * 2001})
    assert "长" * 2001 in long.text and "最多 2000 个字" in long.text


def test_a_comment_that_came_too_late_can_be_copied(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    answer = client_for("leader").post(
        f"/department_plan/comment/{plan.id}", data={"text": "写了很久的话"}
    )
    assert answer.status_code == 422 and "写了很久的话" in answer.text
    assert "您填写的内容（未保存）" in answer.text


def test_a_refused_answer_stays_at_its_comment(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    plan = make_department_plan(department=cast.jwc, status=PlanStatus.RETURNED)
    comment = make_plan_comment(department_plan=plan, author=cast.leader)
    head, place = client_for("head_jwc"), f"/department_plan/answer/{plan.id}/{comment.id}"
    long = head.post(place, data={"text": "改" * 2001})
    assert long.status_code == 422 and "改" * 2001 in long.text
    assert head.post(place, data={"text": "已改"}).status_code == 302
    again = head.post(place, data={"text": "又改了"})
    assert again.status_code == 422 and "又改了" in again.text and "已答复" in again.text
    assert session.query(PlanComment).one().answer == "已改"


# The list ---------------------------------------------------------------------------------------


def test_the_list_marks_what_came_late_and_what_is_overdue(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    office = client_for("office")
    with clock.at(TOO_LATE):
        assert "逾期未送审" in office.get("/department_plan/list/").text
        step(session, cast, "head_jwc", plan, "send_for_review")
        assert "送审逾期" in office.get("/department_plan/list/").text
    with clock.at(dt.date(YEAR, 1, 5)):
        assert "逾期未提交" in office.get("/department_plan/list/").text
        step(session, cast, "leader", plan, "review")
        step(session, cast, "head_jwc", plan, "submit")
        assert "提交逾期" in office.get("/department_plan/list/").text


def test_a_plan_in_time_is_not_marked(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    with clock.at(IN_TIME):
        page = client_for("office").get("/department_plan/list/").text
        assert "逾期未" not in page and "教务处" in page
