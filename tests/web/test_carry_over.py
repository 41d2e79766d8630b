"""The page of unfinished tasks: who reads it, who decides, in bulk; and the plan that follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.carry_over import CarryOver
from app.models.planning import Task, TaskStatus
from tests.architecture.test_query_counts import cost
from tests.cast import Cast
from tests.factories import make_carry_over, make_cycle, make_department_plan, make_task

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Unfinished in the running year: two of 教务处, one of 信息工程系."""
    return [
        make_task(title="课程资源", status=TaskStatus.ACCEPTED),
        make_task(title="教材建设", status=TaskStatus.PUBLISHED),
        make_task(title="专业认证", lead_department=cast.xinxi, status=TaskStatus.ACCEPTED),
    ]


def decided(session: AnySession) -> dict[int, bool]:
    session.expire_all()
    return {row.task_id: row.confirmed for row in session.scalars(select(CarryOver))}


def test_the_office_takes_a_department_at_once_and_a_single_task(
    session: AnySession, cast: Cast, tasks: list[Task], client_for: ClientFor
) -> None:
    office = client_for("office")
    assert "教材建设" in office.get("/carry_over/").text
    page = office.post(
        "/carry_over/decide/",
        data={"of_department": cast.jwc.id, "verdict": "confirm", "reason": "跨年度"},
        follow_redirects=True,
    )
    assert "已认定 2 项任务结转。" in page.text
    office.post(
        "/carry_over/decide/", data={"task": tasks[2].id, "verdict": "decline", "reason": "停办"}
    )
    assert decided(session) == {tasks[0].id: True, tasks[1].id: True, tasks[2].id: False}
    narrowed = office.get("/carry_over/?show=declined").text
    assert "专业认证" in narrowed and "停办" in narrowed and "教材建设" not in narrowed


def test_a_refusal_keeps_what_was_ticked(
    session: AnySession, tasks: list[Task], client_for: ClientFor
) -> None:
    office = client_for("office")
    page = office.post("/carry_over/decide/", data={"task": tasks[0].id, "verdict": "decline"})
    assert page.status_code == 422 and "不予结转的，请说明理由。" in page.text
    assert f'value="{tasks[0].id}" checked' in page.text
    nothing = office.post("/carry_over/decide/", data={"task": "999999", "verdict": "confirm"})
    assert nothing.status_code == 422 and "请勾选要认定的任务。" in nothing.text
    assert decided(session) == {}


def test_others_read_and_do_not_decide(
    session: AnySession, tasks: list[Task], client_for: ClientFor
) -> None:
    data = {"task": tasks[0].id, "verdict": "confirm"}
    for name, code in (("head_jwc", 403), ("auditor", 403), ("leader", 422), ("admin", 403)):
        client = client_for(name)
        page = client.get("/carry_over/")
        assert page.status_code == 200 and 'name="verdict"' not in page.text, name
        assert client.post("/carry_over/decide/", data=data).status_code == code, name
    assert decided(session) == {}


def test_the_page_costs_the_same_however_many_tasks(
    tasks: list[Task], client_for: ClientFor
) -> None:
    office = client_for("office")
    few = cost(office, "/carry_over/")
    for _ in range(8):
        make_task(status=TaskStatus.ACCEPTED)
    assert cost(office, "/carry_over/") == few


def test_the_plan_offers_confirmed_tasks_ticked_and_says_what_is_finished(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    before = make_cycle(year=cast.cycle.year - 1, name="上年度", rule_book=cast.rule_book)
    old = make_task(cycle=before, title="实训基地", status=TaskStatus.ACCEPTED)
    done = make_task(cycle=before, title="早已办结", status=TaskStatus.FINISHED)
    for task in (old, done):
        make_carry_over(task=task, confirmed=True)
    plan = make_department_plan(department=cast.jwc)
    page = client_for("head_jwc").get(f"/department_plan/sources/{plan.id}").text
    assert f'value="{old.id}" checked' in page
    assert "认定结转后已办结，不再结转" in page and "早已办结" in page
    head = client_for("head_jwc")
    head.post(f"/department_plan/sources/{plan.id}", data={"task": old.id})
    page = head.get(f"/department_plan/show/{plan.id}").text
    assert "实训基地" in page and "重点督查" in page


def test_a_verdict_is_one_of_two(client_for: ClientFor) -> None:
    answer = client_for("office").post("/carry_over/decide/", data={"verdict": "banana"})
    assert answer.status_code == 404


def test_the_address_names_the_year(cast: Cast, tasks: list[Task], client_for: ClientFor) -> None:
    other = make_cycle(year=cast.cycle.year - 1)
    make_task(title="往年任务", cycle=other, status=TaskStatus.ACCEPTED)
    office = client_for("office")
    page = office.get(f"/carry_over/?cycle={other.id}").text
    assert "往年任务" in page and "教材建设" not in page
    assert f'name="cycle" value="{other.id}"' in page and f"cycle={other.id}" in page
    back = office.post(
        "/carry_over/decide/",
        data={"cycle": other.id, "of_department": cast.jwc.id, "verdict": "confirm"},
    )
    assert f"cycle={other.id}" in back.location


@pytest.mark.parametrize("year", ["999999", "abc", "-1", "２０２６"])
def test_a_year_that_there_is_not_is_refused(client_for: ClientFor, year: str) -> None:
    assert client_for("office").get(f"/carry_over/?cycle={year}").status_code == 404
