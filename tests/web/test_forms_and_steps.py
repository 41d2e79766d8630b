"""Forms keep what was typed and blame the right field; steps say why they are not open."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.improvement import AdjustmentStatus, ResultStatus
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.models.organisation import Charge, ChargeKind
from app.models.planning import DecompositionStatus, Task, TaskStatus
from app.models.system import AuditEvent
from tests.cast import SINCE, TEST, Cast
from tests.factories import (
    make_adjustment,
    make_decision,
    make_decomposition,
    make_monthly_check,
    make_task,
    make_task_category,
    make_task_result,
)

ClientFor = Callable[[str], FlaskClient]


def events(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def group_of(page: str, field: str) -> str:
    """The part of a form that belongs to a field, its errors included."""
    start = page.index(f'name="{field}"')
    return page[start : start + 1500]


# Forms ------------------------------------------------------------------------------------------


def test_a_box_can_be_unticked(client_for: ClientFor) -> None:
    category = make_task_category(code="old", name="旧类别", active=True)
    sent = {"code": "old", "name": "旧类别", "sort_order": "0", "version": category.version}
    answer = client_for("admin").post(f"/task_category/edit/{category.id}", data=sent)
    assert answer.status_code == 302
    assert category.active is False


def test_an_enum_is_chosen_by_its_words(client_for: ClientFor) -> None:
    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED), quality=Quality.FAIR)
    page = client_for("head_jwc").get(f"/monthly_check/edit/{check.id}").text
    chosen = re.search(
        r'<option selected value="(\w+)">([^<]+)</option>', group_of(page, "quality")
    )
    assert chosen is not None
    assert chosen.groups() == (Quality.FAIR.value, Quality.FAIR.zh)
    english = client_for("head_jwc").get(f"/monthly_check/edit/{check.id}?lang=en").text
    assert Quality.FAIR.en in group_of(english, "quality")


def test_an_enum_that_may_be_empty_is_emptied(client_for: ClientFor) -> None:
    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED), quality=Quality.FAIR)
    sent = {
        "task": check.task_id,
        "year": check.year,
        "month": check.month,
        "quality": "",
        "version": check.version,
    }
    assert (
        client_for("head_jwc").post(f"/monthly_check/edit/{check.id}", data=sent).status_code == 302
    )
    assert check.quality is None


def test_a_rule_s_refusal_stands_at_its_field_and_the_input_stays(
    client_for: ClientFor, session: AnySession
) -> None:
    check = make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED))
    before = events(session)
    sent = {
        "task": check.task_id, "year": check.year, "month": check.month, "version": check.version,
        "actual_percent": "35", "head_light": "red", "head_light_reason": "", "done": "已完成调研",
    }  # fmt: skip
    answer = client_for("head_jwc").post(f"/monthly_check/edit/{check.id}", data=sent)
    assert answer.status_code == 422
    assert "请说明调低状态灯的原因。" in group_of(answer.text, "head_light_reason")
    assert "已完成调研" in answer.text
    assert 'value="35"' in answer.text
    assert check.done is None
    assert events(session) == before


def test_a_required_field_is_asked_for_at_the_field(client_for: ClientFor, cast: Cast) -> None:
    sent = {"cycle": cast.cycle.id, "lead_department": cast.jwc.id, "goal": "保留的目标"}
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert answer.status_code == 422
    assert "保留的目标" in answer.text


def test_a_row_that_cannot_be_edited_now_opens_no_form(client_for: ClientFor) -> None:
    task = make_task(status=TaskStatus.FINISHED)
    answer = client_for("head_jwc").get(f"/task/edit/{task.id}")
    assert answer.status_code == 302
    assert answer.location.endswith(f"/task/show/{task.id}")


def task_form(task: Task, **changes: Any) -> dict[str, Any]:
    """What the browser sends for the edit form of a task."""
    return {
        "cycle": task.cycle_id, "number": task.number, "title": task.title, "origin": task.origin,
        "lead_department": task.lead_department_id, "visibility": task.visibility,
        "sort_order": task.sort_order, "version": task.version, **changes,
    }  # fmt: skip


def test_a_stale_save_shows_both_versions_and_lets_choose(
    client_for: ClientFor, session: AnySession
) -> None:
    from app.core.unit_of_work import unit_of_work

    task = make_task(goal="原来的目标", remark="原来的备注")
    sent = task_form(task, goal="我的目标", remark="我的备注")
    with unit_of_work(session, TEST):
        task.goal, task.remark = "别人的目标", "别人的备注"
    head = client_for("head_jwc")
    answer = head.post(f"/task/edit/{task.id}", data=sent)
    assert answer.status_code == 409
    for words in ("我的目标", "别人的目标", "我的备注", "别人的备注"):
        assert words in answer.text
    assert 'name="keep-goal"' in answer.text
    assert (task.goal, task.remark) == ("别人的目标", "别人的备注")
    again = {**sent, "version": task.version, "keep-goal": "mine", "keep-remark": "theirs"}
    assert head.post(f"/task/edit/{task.id}", data=again).status_code == 302
    assert (task.goal, task.remark) == ("我的目标", "别人的备注")


def test_a_stale_save_proposes_theirs_where_nothing_was_typed(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    """Else saving again would take back what somebody else wrote."""
    from app.core.unit_of_work import unit_of_work

    task = make_task(goal="原来的目标", remark="原来的备注")
    sent = task_form(task, goal="原来的目标", remark="我的备注", owner="")
    for goal, owner in (("别人的目标", cast.staff_jwc), ("又改的目标", cast.staff_jwc)):
        with unit_of_work(session, TEST):
            task.goal, task.remark, task.owner = goal, "别人的备注", owner
    page = client_for("head_jwc").post(f"/task/edit/{task.id}", data=sent).text
    proposed = dict(re.findall(r'name="keep-(\w+)" value="(\w+)" checked', page))
    assert proposed == {"goal": "theirs", "owner": "theirs", "remark": "mine"}


def test_what_is_fixed_since_issue_is_shown_and_not_asked(client_for: ClientFor) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, title="已经下发")
    page = client_for("head_jwc").get(f"/task/edit/{task.id}").text
    assert 'name="title"' not in page
    assert 'name="owner"' in page
    assert "已经下发" in page
    answer = client_for("head_jwc").post(
        f"/task/edit/{task.id}", data={"title": "改题", "version": task.version}
    )
    assert answer.status_code == 422
    assert task.title == "已经下发"


def test_one_may_go_on_with_the_next_row(client_for: ClientFor, cast: Cast) -> None:
    sent = {"cycle": cast.cycle.id, "lead_department": cast.jwc.id, "title": "一", "_another": "1"}
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert (answer.status_code, answer.location) == (302, "/task/add")


def test_errors_are_summed_up_and_lead_to_their_fields(client_for: ClientFor, cast: Cast) -> None:
    sent = {"cycle": cast.cycle.id, "due_on": "2026-13-45", "weight": "很多"}
    page = client_for("head_jwc").post("/task/add", data=sent).text
    for name in ("title", "due_on", "weight"):
        assert f'href="#{name}"' in page
        assert f'id="{name}-errors"' in page
    assert 'value="2026-13-45"' in page
    assert 'value="很多"' in page


def test_a_step_says_who_goes_on(client_for: ClientFor) -> None:
    task = make_task()
    page = client_for("office").get(f"/task/step/publish/{task.id}").text
    assert TaskStatus.PUBLISHED.zh in page
    assert "部门负责人" in page


# Steps --------------------------------------------------------------------------------------------


def test_a_step_asks_for_its_required_fields(client_for: ClientFor, session: AnySession) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    office = client_for("office")
    page = office.get(f"/task/step/terminate/{task.id}")
    assert 'name="termination_cause"' in page.text
    answer = office.post(
        f"/task/step/terminate/{task.id}", data={"termination_cause": "", "version": task.version}
    )
    assert answer.status_code == 422
    assert task.status == TaskStatus.PUBLISHED
    answer = office.post(
        f"/task/step/terminate/{task.id}",
        data={"termination_cause": "政策取消", "version": task.version},
    )
    assert answer.status_code == 302
    assert (task.status, task.termination_cause) == (TaskStatus.TERMINATED, "政策取消")


def test_the_api_names_the_missing_fields_of_a_step(api_for: Callable[[str], FlaskClient]) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    answer = api_for("office").post(f"/api/v1/task/{task.id}/transitions/terminate", json={})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["termination_cause"]


def test_a_step_takes_no_other_field(api_for: Callable[[str], FlaskClient]) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    body = {"termination_cause": "政策取消", "title": "改题"}
    answer = api_for("office").post(f"/api/v1/task/{task.id}/transitions/terminate", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["title"]
    assert task.status == TaskStatus.PUBLISHED


def offers(client: FlaskClient, row: Any) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/{row.__tablename__}/{row.id}/transitions/")
    assert answer.status_code == 200
    return {offer["name"]: offer for offer in answer.json["result"]}


def test_the_list_of_steps_says_which_are_open_and_why_the_others_are_not(
    api_for: Callable[[str], FlaskClient], cast: Cast
) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    steps = offers(api_for("head_jwc"), task)
    assert not steps["accept"]["open"]  # nobody is named yet
    assert "责任人" in steps["accept"]["reason"]
    assert TaskStatus.PUBLISHED.zh in steps["publish"]["reason"]
    assert not steps["terminate"]["open"]
    assert steps["terminate"]["reason"]
    owned = make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    assert offers(api_for("head_jwc"), owned)["accept"] == {
        **offers(api_for("head_jwc"), owned)["accept"], "open": True, "reason": None,
    }  # fmt: skip


def test_the_order_of_refusals_is_state_then_post_then_fields_then_version(
    api_for: Callable[[str], FlaskClient], session: AnySession
) -> None:
    head = api_for("head_jwc")
    finished = make_task(status=TaskStatus.FINISHED)
    place = "/api/v1/task/{}/transitions/terminate"
    old = {"version": 99}
    assert api_for("office").post(place.format(finished.id), json=old).status_code == 409
    published = make_task(status=TaskStatus.PUBLISHED)
    assert head.post(place.format(published.id), json=old).status_code == 403
    assert api_for("office").post(place.format(published.id), json=old).status_code == 422
    full = {**old, "termination_cause": "政策取消"}
    assert api_for("office").post(place.format(published.id), json=full).status_code == 409


def test_an_action_on_no_rows_says_so(client_for: ClientFor) -> None:
    office = client_for("office")
    assert office.post("/task/action_post", data={"action": "publish"}).status_code == 302
    assert (
        office.post("/task/action_post", data={"action": "nothing", "rowid": "1"}).status_code
        == 404
    )


def test_no_action_is_taken_by_a_link(client_for: ClientFor) -> None:
    task = make_task()
    assert client_for("office").get(f"/task/action/publish/{task.id}").status_code == 405
    assert client_for("office").get(f"/task/delete/{task.id}").status_code == 405
    assert task.status == TaskStatus.PROPOSED


# Nobody decides on their own ------------------------------------------------------------------------


@pytest.fixture
def leader_of_bgs(session: AnySession, cast: Cast) -> Any:
    """A leader who belongs to 办公室 and has it in charge."""
    from app.core.unit_of_work import unit_of_work

    with unit_of_work(session, TEST):
        cast.other_leader.department = cast.bgs
        found = session.scalar(
            select(Charge).where(
                Charge.leader_id == cast.other_leader.id, Charge.department_id == cast.bgs.id
            )
        )
        if found is None:
            session.add(
                Charge(
                    leader=cast.other_leader,
                    department=cast.bgs,
                    kind=ChargeKind.IN_CHARGE,
                    valid_from=SINCE,
                )
            )
    return cast.other_leader


@pytest.mark.parametrize("name", ["review", "return"])
def test_nobody_decides_on_a_row_of_the_own_department(
    api_for: Callable[[str], FlaskClient], leader_of_bgs: Any, cast: Cast, name: str
) -> None:
    task = make_task(lead_department=cast.bgs, status=TaskStatus.ACCEPTED)
    row = make_adjustment(task=task, department=cast.bgs, status=AdjustmentStatus.REVIEW)
    body = {"review_comment": "同意"}
    answer = api_for("other_leader").post(
        f"/api/v1/adjustment/{row.id}/transitions/{name}", json=body
    )
    assert answer.status_code == 403
    assert "部门" in answer.json["message"]
    assert row.status == AdjustmentStatus.REVIEW
    assert (
        api_for("topleader")
        .post(f"/api/v1/adjustment/{row.id}/transitions/{name}", json=body)
        .status_code
        == 200
    )


def test_nor_confirms_its_result(
    api_for: Callable[[str], FlaskClient], leader_of_bgs: Any, cast: Cast
) -> None:
    task = make_task(lead_department=cast.bgs, status=TaskStatus.ACCEPTED)
    row = make_task_result(task=task, status=ResultStatus.SUBMITTED)
    answer = api_for("other_leader").post(f"/api/v1/task_result/{row.id}/transitions/confirm")
    assert answer.status_code == 403
    assert row.status == ResultStatus.SUBMITTED


def test_a_head_does_not_review_the_own_adjustment(
    api_for: Callable[[str], FlaskClient],
) -> None:
    row = make_adjustment(
        task=make_task(status=TaskStatus.ACCEPTED), status=AdjustmentStatus.REVIEW
    )
    answer = api_for("head_jwc").post(f"/api/v1/adjustment/{row.id}/transitions/review")
    assert answer.status_code == 403
    assert row.status == AdjustmentStatus.REVIEW


def test_a_check_is_submitted_by_its_head_and_returned_by_the_office(
    api_for: Callable[[str], FlaskClient], session: AnySession
) -> None:
    check = make_monthly_check(
        task=make_task(status=TaskStatus.ACCEPTED),
        month=2,
        actual_percent=10,
        done="做了一些",
        quality=Quality.GOOD,
    )
    place = f"/api/v1/monthly_check/{check.id}/transitions"
    assert api_for("staff_jwc").post(f"{place}/submit").status_code == 403
    assert api_for("head_xinxi").post(f"{place}/submit").status_code == 404
    answer = api_for("head_jwc").post(f"{place}/submit")
    assert answer.status_code == 200, answer.text
    assert check.status == CheckStatus.SUBMITTED
    assert (
        api_for("head_jwc").post(f"{place}/return", json={"return_reason": "x"}).status_code == 403
    )
    assert (
        api_for("office").post(f"{place}/return", json={"return_reason": "数据不符"}).status_code
        == 200
    )
    assert check.status == CheckStatus.RETURNED


def test_a_step_does_not_take_a_decision_that_is_not_there(
    api_for: Callable[[str], FlaskClient],
) -> None:
    table = make_decomposition(status=DecompositionStatus.COMMITTEE)
    place = f"/api/v1/decomposition/{table.id}/transitions/approve"
    secretary = api_for("secretary")
    for wrong in (999_999, "x", None, [1], 10**20):
        assert secretary.post(place, json={"decision_id": wrong}).status_code in {403, 422}, wrong
    assert table.status == DecompositionStatus.COMMITTEE
    general = make_decision()
    assert secretary.post(place, json={"decision_id": general.id}).status_code == 422
    decision = make_decision(subject_table="decomposition", subject_id=table.id)
    assert secretary.post(place, json={"decision_id": decision.id}).status_code == 200
    assert table.status == DecompositionStatus.APPROVED


def test_lights_are_words_and_not_colours_alone(client_for: ClientFor, session: AnySession) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, light="red")
    assert Light.RED.zh in client_for("office").get(f"/task/show/{task.id}").text
    assert session.scalar(select(func.count(Task.id))) == 1
    assert session.scalar(select(func.count(MonthlyCheck.id))) == 0


def test_two_people_without_a_staff_number_are_no_duplicates(
    client_for: Callable[[str], FlaskClient], session: AnySession
) -> None:
    from app.models.organisation import Person

    admin = client_for("admin")
    for name in ("zhao.yi", "qian.er"):
        answer = admin.post(
            "/person/add",
            data={
                "last_name": "新", "first_name": "人", "username": name, "active": "y",
                "email": f"{name}@example.edu.cn", "staff_number": "", "department": "__None",
                "roles": "DepartmentStaff", "password": "first-pass-1",
            },
        )  # fmt: skip
        assert answer.status_code == 302, answer.text
    numbers = session.scalars(
        select(Person.staff_number).where(Person.username.in_(("zhao.yi", "qian.er")))
    ).all()
    assert numbers == [None, None]


def test_an_emptied_field_with_a_default_takes_the_default(
    client_for: Callable[[str], FlaskClient], session: AnySession, cast: Cast
) -> None:
    answer = client_for("head_jwc").post(
        "/task/add",
        data={
            "cycle": str(cast.cycle.id), "lead_department": str(cast.jwc.id), "title": "排序留空",
            "sort_order": "", "number": "", "origin": "", "visibility": "",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    task = session.scalars(select(Task).where(Task.title == "排序留空")).one()
    assert (task.sort_order, task.number) == (0, "")
    assert (task.origin, task.visibility) == ("annual", "open")
