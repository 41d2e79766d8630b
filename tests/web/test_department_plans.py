"""The pages of a department's plan through the door: who may do what, and what a wrong entry does."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.core import clock, workflow
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import DepartmentPlan, PlanStatus
from app.planning.plans import comment_on_plan
from tests.architecture.test_query_counts import cost
from tests.cast import TEST, Cast
from tests.factories import (
    make_department_plan,
    make_indicator_template,
    make_strategic_goal,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def plan(session: AnySession, cast: Cast) -> DepartmentPlan:
    """教务处's draft with two tasks that weigh 60 and 40."""
    plan = make_department_plan(department=cast.jwc)
    for title, weight in (("专业建设", 60), ("课程建设", 40)):
        make_task(title=title, weight=Decimal(weight), standard="达标", department_plan=plan)
    return plan


def sent(session: AnySession, cast: Cast, plan: DepartmentPlan) -> DepartmentPlan:
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        workflow.apply(session, head, plan, "send_for_review")
    return plan


def test_the_page_shows_the_tasks_and_their_sum(
    plan: DepartmentPlan, client_for: ClientFor
) -> None:
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    assert "专业建设" in page and "课程建设" in page
    assert "100 / 100" in " ".join(
        page.replace("<output data-sum-of>", "").replace("</output>", "").split()
    )


def test_what_keeps_it_from_being_sent_stands_on_the_page(
    plan: DepartmentPlan, client_for: ClientFor
) -> None:
    make_task(title="没有标准的任务", weight=Decimal(5), standard=None, department_plan=plan)
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    assert "“没有标准的任务”没有考核标准，也没有考核指标。" in page
    assert "权重合计为 105，应为 100，多出 5。" in page


def test_another_department_does_not_see_the_plan(
    plan: DepartmentPlan, client_for: ClientFor
) -> None:
    for door in ("show", "sources", "step/send_for_review"):
        assert client_for("head_xinxi").get(f"/department_plan/{door}/{plan.id}").status_code == 404
    for door in ("comment", "weights"):
        answer = client_for("head_xinxi").post(f"/department_plan/{door}/{plan.id}")
        assert answer.status_code in (403, 404)


def test_the_page_costs_the_same_however_many_tasks(
    plan: DepartmentPlan, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    few = cost(head, f"/department_plan/show/{plan.id}")
    for _ in range(8):
        make_task(standard="达标", weight=Decimal(1), department_plan=plan)
    assert cost(head, f"/department_plan/show/{plan.id}") == few


def test_weights_are_saved_together(
    session: AnySession, plan: DepartmentPlan, client_for: ClientFor, cast: Cast
) -> None:
    first, second = sorted(plan_tasks(session, plan), key=lambda task: task.id)
    head = client_for("head_jwc")
    head.post(
        f"/department_plan/weights/{plan.id}",
        data={f"weight-{first.id}": "７０", f"weight-{second.id}": ""},
    )
    session.expire_all()
    assert (first.weight, second.weight) == (70, None)


@pytest.mark.parametrize("text", ["多", "-5", "NaN", "1e9"])
def test_a_weight_that_is_none_is_refused_and_nothing_saved(
    session: AnySession, plan: DepartmentPlan, client_for: ClientFor, text: str
) -> None:
    first, second = sorted(plan_tasks(session, plan), key=lambda task: task.id)
    data = {f"weight-{first.id}": "10", f"weight-{second.id}": text}
    answer = client_for("head_jwc").post(f"/department_plan/weights/{plan.id}", data=data)
    assert answer.status_code == 422 and "alert-danger" in answer.text
    assert (
        f'name="weight-{second.id}" inputmode="decimal" autocomplete="off" value="{text}"'
        in answer.text
    )
    if text != "-5":
        assert answer.text.count('aria-invalid="true"') == 1
    session.expire_all()
    assert (first.weight, second.weight) == (60, 40)


def test_a_leader_comments_on_a_task_and_the_department_answers(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    task = plan_tasks(session, plan)[0]
    leader, head = client_for("leader"), client_for("head_jwc")
    said = {"task": task.id, "text": "目标再具体些"}
    page = leader.post(f"/department_plan/comment/{plan.id}", data=said, follow_redirects=True)
    assert "目标再具体些" in page.text
    reason = {"review_comment": "见批注", "version": plan.version}
    leader.post(f"/department_plan/step/return/{plan.id}", data=reason)
    session.expire_all()
    assert plan.status == PlanStatus.RETURNED
    page = head.get(f"/department_plan/show/{plan.id}")
    assert "见批注" in page.text and "还有 1 条批注未答复。" in page.text
    comment = page.text.split("/answer/")[1].split('"')[0].split("/")[1]
    page = head.post(
        f"/department_plan/answer/{plan.id}/{comment}", data={"text": "已改"}, follow_redirects=True
    )
    assert "已改" in page.text and f"<b>{cast.head_jwc.name}</b> 已改" in page.text


def test_a_task_of_another_plan_is_not_commented_here(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    stray = make_task(lead_department=cast.xinxi)
    said = {"task": stray.id, "text": "别处的任务"}
    answer = client_for("leader").post(f"/department_plan/comment/{plan.id}", data=said)
    assert answer.status_code == 404


def test_an_empty_comment_is_refused_in_words(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    page = client_for("leader").post(
        f"/department_plan/comment/{plan.id}", data={"text": " "}, follow_redirects=True
    )
    assert "请填写内容。" in page.text


def test_goals_are_ticked_and_become_tasks(
    session: AnySession, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    goal = make_strategic_goal(name="产教融合", start_year=2024, end_year=2030)
    head = client_for("head_jwc")
    assert "产教融合" in head.get(f"/department_plan/sources/{plan.id}").text
    nothing = head.post(f"/department_plan/sources/{plan.id}", data={})
    assert nothing.status_code == 422 and "请勾选要拟定的任务。" in nothing.text
    head.post(f"/department_plan/sources/{plan.id}", data={"goal": goal.id})
    session.expire_all()
    assert "产教融合" in [task.title for task in plan_tasks(session, plan)]


def test_what_changed_since_it_came_back_is_told_apart(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with unit_of_work(session, leader):
        comment_on_plan(session, leader, plan, "改名")
        workflow.apply(session, leader, plan, "return", review_comment="改名")
    task = plan_tasks(session, plan)[0]
    with unit_of_work(session, head):
        task.title = "高水平专业群建设"
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    part = page.split("退回后的修改")[1].split("</section>")[0]
    assert "高水平专业群建设" in part and "达标" not in part


def test_a_change_since_it_came_back_names_its_task_and_the_plan_s_own_words_count(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    leader, head = cast.actor("leader"), cast.actor("head_jwc")
    with unit_of_work(session, leader):
        workflow.apply(session, leader, plan, "return", review_comment="改权重，补思路")
    first = plan_tasks(session, plan)[0]
    with unit_of_work(session, head):
        first.weight, plan.text = 55, "补充的思路"
    page = client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    part = page.split("退回后的修改")[1].split("</section>")[0]
    assert f"目标任务（{first}）" in part and "55" in part
    assert "补充的思路" in part
    assert "改权重" not in part  # the leader's own words are no change of the department's


def test_a_new_task_of_the_department_joins_its_plan(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    given = f"_flt_0_cycle={plan.cycle_id}&_flt_0_lead_department={plan.department_id}"
    head.post(
        f"/task/add?{given}", data={"title": "新拟任务", "origin": "annual", "visibility": "open"}
    )
    assert "新拟任务" in [task.title for task in plan_tasks(session, plan)]


def plan_tasks(session: AnySession, plan: DepartmentPlan) -> list:  # type: ignore[type-arg]
    from sqlalchemy import select

    from app.models.planning import Task

    return list(session.scalars(select(Task).where(Task.department_plan_id == plan.id)))


def test_a_weight_changed_meanwhile_is_told_and_what_was_typed_stays(
    session: AnySession, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    first, second = sorted(plan_tasks(session, plan), key=lambda task: task.id)
    head, place = client_for("head_jwc"), f"/department_plan/weights/{plan.id}"
    seen = {f"seen-{first.id}": "60.00", f"seen-{second.id}": "40.00", f"weight-{second.id}": "40"}
    assert head.post(place, data={**seen, f"weight-{first.id}": "50"}).status_code == 302
    late = head.post(place, data={**seen, f"weight-{first.id}": "75"})
    assert late.status_code == 422 and "已被他人改为 50" in late.text and 'value="75"' in late.text
    assert late.text.count('aria-invalid="true"') == 1
    beside = late.text.split('aria-invalid="true"')[1].split("</td>")[0]
    assert re.search(r'<small class="sh-late">[^<]*50</small>', beside)
    stray = head.post(place, data={**seen, "weight-987654": "1"})
    assert stray.status_code == 422 and "其中 1 项任务已不在本计划中" in stray.text


def test_indicators_are_taken_from_the_library(
    session: AnySession, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    template = make_indicator_template(name="竞赛获奖", kind="quantitative", unit="项")
    task, head = plan_tasks(session, plan)[0], client_for("head_jwc")
    place = f"/department_plan/library/{plan.id}"
    assert "竞赛获奖" in head.get(f"{place}?task={task.id}").text
    given = {"task": task.id, "template": template.id, f"baseline-{template.id}": "2"}
    for target, words in (("", "请填写目标值"), ("多", "不是数字")):
        page = head.post(place, data={**given, f"target-{template.id}": target})
        assert page.status_code == 422 and words in page.text and 'value="2"' in page.text
    assert head.post(place, data={**given, f"target-{template.id}": "５"}).status_code == 302
    session.expire_all()
    assert [(one.name, one.target) for one in task.indicators] == [("竞赛获奖", 5)]
    assert head.get(f"{place}?task=987654").status_code == 404
    assert client_for("head_xinxi").get(place).status_code == 404


def test_staff_take_indicators_for_the_tasks_they_answer_for_only(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    template = make_indicator_template(name="竞赛获奖", kind="qualitative", standard="获奖")
    first, second = plan_tasks(session, plan)
    staff, place = client_for("staff_jwc"), f"/department_plan/library/{plan.id}"
    assert place not in staff.get(f"/department_plan/show/{plan.id}").text
    with unit_of_work(session, cast.actor("head_jwc")):
        first.owner = cast.staff_jwc
    assert place in staff.get(f"/department_plan/show/{plan.id}").text
    offered = staff.get(place).text
    assert f'value="{first.id}"' in offered and f'value="{second.id}"' not in offered
    given = {"template": template.id}
    assert staff.post(place, data={"task": second.id, **given}).status_code == 404
    assert staff.post(place, data={"task": first.id, **given}).status_code == 302
    session.expire_all()
    assert [one.name for one in first.indicators] == ["竞赛获奖"]


def test_a_plan_of_a_year_that_runs_already_has_no_deadline_in_the_past(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    with unit_of_work(session, TEST):
        cast.cycle.live_from = clock.today()
    begun = make_department_plan(department=cast.xinxi)
    head = client_for("head_xinxi")
    shown = head.get(f"/department_plan/show/{begun.id}").text
    assert "已过，不计逾期" in shown and 'class="sh-late"' not in shown
    assert f"/department_plan/show/{begun.id}" in head.get("/").text


def test_a_returned_plan_edited_meanwhile_shows_both_versions(
    session: AnySession, cast: Cast, plan: DepartmentPlan, client_for: ClientFor
) -> None:
    sent(session, cast, plan)
    leader, staff = cast.actor("leader"), cast.actor("staff_jwc")
    with unit_of_work(session, leader):
        workflow.apply(session, leader, plan, "return", review_comment="补充思路")
    seen = plan.version
    with unit_of_work(session, staff):
        plan.text = "科室先写的思路"
    page = client_for("head_jwc").post(
        f"/department_plan/edit/{plan.id}", data={"text": "部门负责人的思路", "version": seen}
    )
    assert "科室先写的思路" in page.text and "部门负责人的思路" in page.text
    session.expire_all()
    assert plan.text == "科室先写的思路"


def test_staff_are_offered_no_proposing_that_is_the_head_s(
    plan: DepartmentPlan, client_for: ClientFor
) -> None:
    staff, sources = client_for("staff_jwc"), f"/department_plan/sources/{plan.id}"
    assert sources not in staff.get(f"/department_plan/show/{plan.id}").text
    assert sources in client_for("head_jwc").get(f"/department_plan/show/{plan.id}").text
    told = staff.get(sources, follow_redirects=True)
    assert "本部门任务由部门负责人拟定。" in told.text
