"""Putting categories, and departments among their siblings, in order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.console.ordering import along_the_tree, moved, renumbered
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import StrategicGoal, TaskCategory
from app.models.organisation import Department
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.factories import make_department, make_strategic_goal, make_task_category

ClientFor = Callable[[str], FlaskClient]
PARENTS = {1: None, 2: 1, 3: 1, 4: None, 5: 4}


# The rules, without a database -----------------------------------------------------------


def test_numbers_that_differ_are_kept() -> None:
    assert renumbered([30, 10, 20]) == [10, 20, 30]


def test_numbers_that_stand_twice_are_given_anew() -> None:
    assert renumbered([0, 0, 7]) == [10, 20, 30]


def test_what_stands_below_a_row_comes_along() -> None:
    assert along_the_tree([4, 2, 1, 5, 3], PARENTS) == [4, 5, 1, 2, 3]


def test_a_row_changes_places_with_its_sibling_only() -> None:
    keys = [1, 2, 3, 4, 5]
    assert along_the_tree(moved(keys, PARENTS, 4, -1), PARENTS) == [4, 5, 1, 2, 3]
    assert moved(keys, PARENTS, 3, -1) == [1, 3, 2, 4, 5]
    assert moved(keys, PARENTS, 5, -1) == keys, "it has no sibling above"
    assert moved(keys, PARENTS, 4, 1) == keys


# The page --------------------------------------------------------------------------------


def rows_of(client: FlaskClient, table: str) -> list[str]:
    return re.findall(r'name="row" value="(\d+:\d+)"', client.get(f"/console/{table}/order").text)


def order_of(session: AnySession, model: type[Department] | type[TaskCategory]) -> list[str]:
    return list(session.scalars(select(model.name).order_by(model.sort_order, model.id)))


def test_an_order_is_saved_in_one_go_and_audited(
    client_for: ClientFor, session: AnySession
) -> None:
    for name in ("甲", "乙", "丙"):
        make_task_category(name=name, sort_order=5)
    client = client_for("admin")
    rows = rows_of(client, "task_category")
    wanted = [*reversed(rows)]
    before = order_of(session, TaskCategory)
    answer = client.post("/console/task_category/order", data={"row": wanted})
    assert answer.status_code == 302
    assert order_of(session, TaskCategory) == before[::-1]
    told = session.scalars(
        select(AuditEvent.after).where(
            AuditEvent.table_name == "task_category", AuditEvent.action == "changed"
        )
    ).all()
    assert told and all("sort_order" in str(one) for one in told)


def test_a_step_without_scripts_is_a_save_and_keeps_the_place(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    client = client_for("admin")
    before = order_of(session, Department)
    data = {"row": rows_of(client, "department"), "move": f"up:{cast.jwc.id}"}
    answer = client.post("/console/department/order", data=data)
    assert answer.status_code == 302
    assert answer.location.endswith(f"#o{cast.jwc.id}")
    page = client.get(answer.location.split("#")[0]).text
    assert re.search(rf'value="up:{cast.jwc.id}"[^>]*autofocus', page), "the button one pressed"
    after = order_of(session, Department)
    assert after != before
    assert after.index("教学科") == after.index("教务处") + 1, "the section comes along"


def test_a_tree_s_order_is_the_order_of_every_list(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_department(name="新科", kind="section", parent=cast.bgs, sort_order=0)
    client = client_for("admin")
    rows = rows_of(client, "department")
    assert client.post("/console/department/order", data={"row": rows}).status_code == 302
    names = order_of(session, Department)
    assert names.index("新科") == names.index("办公室") + 1


@pytest.mark.parametrize("change", ["renamed", "added"])
def test_an_order_of_rows_changed_meanwhile_is_not_written(
    client_for: ClientFor, session: AnySession, change: str
) -> None:
    one, two = make_task_category(), make_task_category()
    client = client_for("admin")
    rows = rows_of(client, "task_category")
    with unit_of_work(session, TEST):
        if change == "renamed":
            two.name = "改名"
        else:
            session.add(TaskCategory(code="neu", name="新的"))
    before = order_of(session, TaskCategory)
    answer = client.post("/console/task_category/order", data={"row": rows[::-1]})
    assert answer.status_code == 409
    assert order_of(session, TaskCategory) == before
    assert one.name in answer.text


@pytest.mark.parametrize(
    "data",
    [{}, {"row": ["x"]}, {"row": ["1:1", "1:1"]}, {"row": ["99999999:1"]}, {"move": "up:1"}],
)
def test_what_is_no_order_is_refused(client_for: ClientFor, data: dict[str, list[str]]) -> None:
    make_task_category()
    answer = client_for("admin").post("/console/task_category/order", data=data)
    assert answer.status_code == 409


def test_a_step_that_does_not_exist_is_not_found(client_for: ClientFor) -> None:
    row, client = make_task_category(), client_for("admin")
    rows = rows_of(client, "task_category")
    for move in (f"out:{row.id}", "up:x", "up:99999999"):
        answer = client.post("/console/task_category/order", data={"row": rows, "move": move})
        assert answer.status_code == 404


def test_who_may_not_edit_puts_nothing_in_order(client_for: ClientFor) -> None:
    make_task_category()
    client = client_for("office")
    assert client.get("/console/task_category/order").status_code == 403
    assert client.post("/console/task_category/order").status_code == 403
    assert "task_category/order" not in client.get("/console/task_category/").text


def test_a_table_without_an_order_has_no_such_page(client_for: ClientFor) -> None:
    assert client_for("office").get("/console/holiday/order").status_code == 404


def test_strategic_goals_are_put_in_order_and_listed_so(
    client_for: ClientFor, session: AnySession
) -> None:
    goals = [make_strategic_goal(code=f"G{n}", name=f"第{n}项规划") for n in (1, 2, 3)]
    client = client_for("office")
    rows = rows_of(client, "strategic_goal")
    answer = client.post("/console/strategic_goal/order", data={"row": [*rows[1:], rows[0]]})
    assert answer.status_code == 302
    session.expire_all()
    wanted = ["第2项规划", "第3项规划", "第1项规划"]
    ordered = select(StrategicGoal.name).order_by(StrategicGoal.sort_order)
    assert (
        list(session.scalars(ordered.where(StrategicGoal.id.in_([g.id for g in goals])))) == wanted
    )
    for place in ("/console/strategic_goal/list/", "/strategic_goal/list/"):
        text = client.get(place).text
        places = [text.index(name) for name in wanted]
        assert places == sorted(places), place
