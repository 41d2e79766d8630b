"""Selects offer what the reader may see, page by page, and take nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.planning import Task, TaskStatus, Visibility
from app.web.choices import PAGE
from tests.cast import Cast
from tests.factories import make_indicator_template, make_milestone, make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]
HIDDEN = "教务处尚未公开的草案"


def texts(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json["items"]]


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


# What is offered --------------------------------------------------------------------------


def test_a_person_is_found_by_name_number_and_department(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    from app.core.unit_of_work import unit_of_work
    from tests.cast import TEST

    with unit_of_work(session, TEST):
        cast.staff_jwc.staff_number = "20150077"
    name, department = cast.staff_jwc.name, cast.jwc.name
    office = client_for("office")
    for query in (name, "20150077", f"{department} {name}"):
        found = office.get("/choices/task/owner", query_string={"q": query}).json["items"]
        assert name in [item["text"] for item in found], query
    hint = next(item["hint"] for item in found if item["text"] == name)
    assert "20150077" in hint
    assert cast.staff_jwc.department.name in hint


def test_a_task_is_found_by_number_and_title_and_says_whose_it_is(
    client_for: ClientFor, cast: Cast
) -> None:
    make_task(number="3-7", title="完成专业建设诊断", status=TaskStatus.ACCEPTED)
    office = client_for("office")
    for query in ("3-7", "专业建设"):
        found = office.get("/choices/task/parent", query_string={"q": query}).json["items"]
        assert any("完成专业建设诊断" in item["text"] for item in found), query
    assert cast.jwc.name in found[0]["hint"]


def test_wildcards_are_letters(client_for: ClientFor) -> None:
    make_task(title="普通任务", status=TaskStatus.ACCEPTED)
    make_task(title="达到 100% 覆盖", status=TaskStatus.ACCEPTED)
    office = client_for("office")
    assert texts(office, "/choices/task/parent?q=%25") == texts(
        office, "/choices/task/parent?q=100%25"
    )
    assert texts(office, "/choices/task/parent?q=_") == []
    assert texts(office, "/choices/task/parent?q=%5C") == []


def test_options_come_in_pages(client_for: ClientFor) -> None:
    for number in range(PAGE + 3):
        make_task(title=f"分页任务{number:02d}", status=TaskStatus.ACCEPTED)
    office = client_for("office")
    first = office.get("/choices/task/parent?q=分页任务").json
    second = office.get("/choices/task/parent?q=分页任务&page=2").json
    assert (len(first["items"]), first["more"]) == (PAGE, True)
    assert (len(second["items"]), second["more"]) == (3, False)
    values = [item["value"] for item in first["items"] + second["items"]]
    assert len(set(values)) == PAGE + 3
    assert office.get("/choices/task/parent?q=分页任务&page=99").json == {
        "items": [],
        "more": False,
    }


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 30, "1e3", ""])
def test_odd_pages_are_the_first_or_empty(client_for: ClientFor, page: str) -> None:
    answer = client_for("office").get("/choices/task/owner", query_string={"page": page})
    assert answer.status_code == 200


def test_a_page_of_options_costs_few_statements(client_for: ClientFor) -> None:
    for _ in range(5):
        make_monthly_check(task=make_task(status=TaskStatus.ACCEPTED))
    office = client_for("office")
    office.get("/choices/evidence/monthly_check")
    with statements() as seen:
        assert texts(office, "/choices/evidence/monthly_check")
    assert len(seen) <= 3, seen


def test_who_left_is_not_offered(client_for: ClientFor, session: AnySession, cast: Cast) -> None:
    from app.core.unit_of_work import unit_of_work
    from tests.cast import TEST

    name = cast.staff_jwc.name
    assert name in texts(client_for("office"), f"/choices/task/owner?q={name}")
    with unit_of_work(session, TEST):
        cast.staff_jwc.active = False
    assert name not in texts(client_for("office"), f"/choices/task/owner?q={name}")


# Attacks ----------------------------------------------------------------------------------


def test_nobody_is_offered_a_hidden_row(client_for: ClientFor) -> None:
    make_task(title=HIDDEN)
    make_task(title="限制可见的任务", status=TaskStatus.ACCEPTED, visibility=Visibility.RESTRICTED)
    stranger = client_for("head_xinxi")
    for column in ("task/parent", "milestone/task", "evidence/task", "adjustment/task"):
        for query in ("", HIDDEN[:2], "限制"):
            assert not {
                text for text in texts(stranger, f"/choices/{column}?q={query}")
                if HIDDEN in text or "限制可见" in text
            }  # fmt: skip
    assert any(HIDDEN in text for text in texts(client_for("head_jwc"), "/choices/task/parent"))


def test_a_select_of_the_form_is_as_narrow_as_the_form(client_for: ClientFor, cast: Cast) -> None:
    make_task(title="教务处已接受", status=TaskStatus.ACCEPTED)
    make_task(title="信工系已接受", status=TaskStatus.ACCEPTED, lead_department=cast.xinxi)
    head = client_for("head_jwc")
    mine = texts(head, "/choices/monthly_check/task")
    assert any("教务处已接受" in text for text in mine)
    assert not any("信工系已接受" in text for text in mine)
    # A filter of the list is not a form: it offers all that the reader sees.
    assert any("信工系已接受" in t for t in texts(head, "/choices/monthly_check/task?for=filter"))


@pytest.mark.parametrize(
    "place",
    [
        "nothing/owner",
        "task/nothing",
        "task/title",
        "task/milestones",
        "task/owner_id",
        "user/roles",
    ],
)
def test_only_relations_of_known_tables_have_options(client_for: ClientFor, place: str) -> None:
    assert client_for("admin").get(f"/choices/{place}").status_code == 404


def test_options_need_the_permission_to_read_the_resource(client_for: ClientFor) -> None:
    assert client_for("head_jwc").get("/choices/import_job/uploader").status_code in (403, 404)
    assert client_for("head_jwc").get("/choices/audit_event/actor").status_code in (403, 404)


def test_options_need_a_sign_in(client: FlaskClient) -> None:
    answer = client.get("/choices/task/owner")
    assert answer.status_code in (302, 401, 403)


def test_a_form_takes_no_hidden_row(client_for: ClientFor, session: AnySession, cast: Cast) -> None:
    hidden = make_task(title=HIDDEN)
    own = make_task(title="自己的任务", lead_department=cast.xinxi)
    sent = {
        "cycle": own.cycle_id, "title": own.title, "lead_department": cast.xinxi.id,
        "origin": own.origin, "visibility": own.visibility, "sort_order": "0",
        "version": own.version, "parent": hidden.id,
    }  # fmt: skip
    answer = client_for("head_xinxi").post(f"/task/edit/{own.id}", data=sent)
    assert answer.status_code == 422
    assert HIDDEN not in answer.text
    assert own.parent is None


@pytest.mark.parametrize("value", ["0", "-1", "x", "９", "1 ", "9" * 12, "1;2", "None"])
def test_a_form_takes_no_odd_value(client_for: ClientFor, cast: Cast, value: str) -> None:
    sent = {"cycle": cast.cycle.id, "lead_department": cast.jwc.id, "title": "值", "owner": value}
    assert client_for("head_jwc").post("/task/add", data=sent).status_code == 422


def test_a_hidden_row_that_stands_there_is_not_named_and_stays(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    hidden = make_task(title=HIDDEN)
    own = make_task(title="挂在草案下的任务", lead_department=cast.xinxi, parent=hidden)
    head = client_for("head_xinxi")
    page = head.get(f"/task/edit/{own.id}").text
    assert HIDDEN not in page
    assert "（无权查看）" in page or "not yours to see" in page
    sent = {
        "cycle": own.cycle_id, "title": "改了标题", "lead_department": cast.xinxi.id,
        "origin": own.origin, "visibility": own.visibility, "sort_order": "0",
        "version": own.version, "parent": hidden.id,
    }  # fmt: skip
    assert head.post(f"/task/edit/{own.id}", data=sent).status_code == 302
    assert (own.title, own.parent_id) == ("改了标题", hidden.id)


# The form ---------------------------------------------------------------------------------


def options_of(page: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.S)
    assert found, name
    return re.findall(r"<option[^>]*>([^<]*)</option>", found[0])


def test_a_form_renders_only_what_is_chosen(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(owner=cast.staff_jwc)
    page = client_for("head_jwc").get(f"/task/edit/{task.id}").text
    assert options_of(page, "owner") == ["", cast.staff_jwc.name]
    assert cast.jwc.name in options_of(page, "lead_department")
    assert len(options_of(page, "lead_department")) > 2  # a small set stands there whole


def test_a_form_costs_the_same_whatever_there_is(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(owner=cast.staff_jwc)
    head = client_for("head_jwc")
    head.get(f"/task/edit/{task.id}")

    def cost() -> int:
        with statements() as seen:
            assert head.get(f"/task/edit/{task.id}").status_code == 200
        return len(seen)

    before = cost()
    for _ in range(30):
        make_task()
    for _ in range(5):
        make_milestone(task=task)
    assert cost() == before
    assert before <= 8


def test_a_choice_stays_when_the_form_comes_back(client_for: ClientFor, cast: Cast) -> None:
    sent = {
        "cycle": cast.cycle.id, "lead_department": cast.jwc.id, "owner": cast.staff_jwc.id, "title": "",
    }  # fmt: skip
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert answer.status_code == 422
    assert cast.staff_jwc.name in options_of(answer.text, "owner")


def test_without_scripts_a_name_is_typed(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    sent = {
        "cycle": cast.cycle.id, "lead_department": cast.jwc.id, "title": "凭姓名指定责任人",
        "owner": "", "owner_find": cast.staff_jwc.name,
    }  # fmt: skip
    answer = client_for("head_jwc").post("/task/add", data=sent)
    assert answer.status_code == 302, answer.text
    task = session.query(Task).filter_by(title="凭姓名指定责任人").one()
    assert task.owner_id == cast.staff_jwc.id


def test_and_chosen_where_several_fit(client_for: ClientFor) -> None:
    first = make_indicator_template(name="就业率")
    second = make_indicator_template(name="专业对口就业率")
    sent = {"name": "毕业生就业率", "kind": "quantitative", "indicator_template_find": "就业率"}
    task = make_task()
    answer = client_for("head_jwc").post(f"/indicator/add?_flt_0_task={task.id}", data=sent)
    assert answer.status_code == 422
    offered = options_of(answer.text, "indicator_template")
    assert {str(first), str(second)} <= set(offered)
    sent["indicator_template_find"] = "没有这一条"
    answer = client_for("head_jwc").post(f"/indicator/add?_flt_0_task={task.id}", data=sent)
    assert answer.status_code == 422
