"""The REST door keeps to the same scope as the screens, and answers every refusal in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.cycles import CycleStatus
from app.models.planning import Milestone, Task, TaskStatus
from app.models.system import AuditEvent
from tests.cast import Cast
from tests.factories import make_cycle, make_milestone, make_task

ApiFor = Callable[[str], FlaskClient]

HIDDEN = "教务处尚未公开的草案"


@pytest.fixture
def hidden(session: AnySession) -> Task:
    """A draft of 教务处."""
    return make_task(title=HIDDEN)


@pytest.fixture
def stranger(api_for: ApiFor) -> FlaskClient:
    """信息工程系's head."""
    return api_for("head_xinxi")


@pytest.fixture
def own(session: AnySession, cast: Cast) -> Task:
    """A draft of 信息工程系."""
    return make_task(lead_department=cast.xinxi, title="本系草案")


def events(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return answer.json["result"]


def fields_of(answer: Any) -> list[str]:
    """The fields that a refusal blames; its shape is the promised one."""
    assert set(answer.json) == {"message", "errors"}, answer.text
    assert answer.json["message"]
    return [error["field"] for error in answer.json["errors"]]


# Hidden rows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "door"),
    [
        ("get", ""), ("put", ""), ("delete", ""), ("get", "/transitions/"),
        ("post", "/transitions/publish"), ("post", "/transitions/accept"),
    ],
)  # fmt: skip
def test_a_hidden_row_is_not_there(
    stranger: FlaskClient, hidden: Task, session: AnySession, method: str, door: str
) -> None:
    before = events(session)
    body = {} if method == "get" else {"json": {"title": "x"}}
    answer = getattr(stranger, method)(f"/api/v1/task/{hidden.id}{door}", **body)
    assert answer.status_code == 404
    assert fields_of(answer) == []
    assert events(session) == before


@pytest.mark.parametrize(
    "query",
    [
        "", "(filters:!((col:title,opr:ct,value:草案)))",
        "(filters:!((col:lead_department,opr:rel_o_m,value:{jwc})))",
        "(filters:!((col:status,opr:eq,value:proposed)))", "(page_size:200)", "(page_size:-1)",
        "(order_column:title,order_direction:asc)",
    ],
)  # fmt: skip
def test_a_hidden_row_is_in_no_list(
    stranger: FlaskClient, hidden: Task, cast: Cast, query: str
) -> None:
    answer = stranger.get("/api/v1/task/", query_string={"q": query.format(jwc=cast.jwc.id)})
    assert hidden.id not in [row["id"] for row in rows(answer)]
    assert HIDDEN not in answer.text


def test_the_count_does_not_tell_of_hidden_rows(
    stranger: FlaskClient, hidden: Task, own: Task
) -> None:
    assert stranger.get("/api/v1/task/").json["count"] == 1


def test_what_hangs_on_a_hidden_row_is_hidden_too(stranger: FlaskClient, hidden: Task) -> None:
    milestone = make_milestone(task=hidden)
    query = f"(filters:!((col:task,opr:rel_o_m,value:{hidden.id})))"
    assert rows(stranger.get("/api/v1/milestone/", query_string={"q": query})) == []
    assert stranger.get(f"/api/v1/milestone/{milestone.id}").status_code == 404


# Columns ----------------------------------------------------------------------------------------

SECRET = ("password", "scrypt:", "pbkdf2:")


@pytest.mark.parametrize("resource", ["task", "person", "appointment", "monthly_check"])
@pytest.mark.parametrize(
    "query",
    [
        "(columns:!(password))", "(columns:!(owner.password))", "(columns:!(person.password))",
        "(columns:!(id,owner.password,email))", "(select_columns:!(owner.password))",
        "(columns:!(department.parent.name))", "(columns:!(__class__))", "(columns:!(roles))",
        "(select_columns:!(password),keys:!(list_columns))",
    ],
)  # fmt: skip
def test_a_query_does_not_reach_columns_that_are_not_listed(
    stranger: FlaskClient, own: Task, resource: str, query: str
) -> None:
    answer = stranger.get(f"/api/v1/{resource}/", query_string={"q": query})
    assert answer.status_code == 200
    assert not any(word in answer.text for word in SECRET)
    listed = set(stranger.get(f"/api/v1/{resource}/").json["list_columns"])
    assert all(set(row) <= listed for row in answer.json["result"])
    one = stranger.get(f"/api/v1/{resource}/1", query_string={"q": query})
    assert not any(word in one.text for word in SECRET)


@pytest.mark.parametrize(
    "query",
    [
        "(filters:!((col:password,opr:sw,value:p)))", "(filters:!((col:owner.password,opr:sw,value:p)))",
        "(filters:!((col:nothing,opr:eq,value:1)))", "(filters:!((col:title,opr:nothing,value:1)))",
        "(filters:!((col:roles,opr:rel_m_m,value:1)))",
        "(order_column:password,order_direction:asc)", "(order_column:owner.password,order_direction:asc)",
        "(order_column:nothing,order_direction:asc)", "(order_column:title,order_direction:up)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("resource", ["task", "person"])
def test_a_filter_or_an_order_by_another_column_is_refused(
    stranger: FlaskClient, resource: str, query: str
) -> None:
    answer = stranger.get(f"/api/v1/{resource}/", query_string={"q": query})
    assert answer.status_code == 400
    assert fields_of(answer) == []


@pytest.mark.parametrize("resource", ["task", "person", "warning"])
def test_the_description_of_a_resource_tells_no_secret(
    stranger: FlaskClient, resource: str
) -> None:
    answer = stranger.get(f"/api/v1/{resource}/_info")
    assert answer.status_code == 200
    assert "password" not in answer.text


def test_a_resource_for_reading_offers_no_columns_to_write(stranger: FlaskClient) -> None:
    told = stranger.get("/api/v1/person/_info").json
    assert told["add_columns"] == told["edit_columns"] == []
    assert stranger.post("/api/v1/person/", json={"username": "x"}).status_code == 405


def test_every_filter_that_a_resource_describes_works(stranger: FlaskClient, own: Task) -> None:
    described = stranger.get("/api/v1/task/_info").json["filters"]
    for column, operators in described.items():
        for one in operators:
            query = f"(filters:!((col:{column},opr:{one['operator']},value:'1')))"
            assert stranger.get("/api/v1/task/", query_string={"q": query}).status_code == 200, (
                query
            )


def test_a_filter_stays_what_it_is_after_a_screen_was_shown(
    api_for: ApiFor, client_for: Callable[[str], FlaskClient], own: Task
) -> None:
    """Stock FAB keeps one register of filters per process; a screen overwrote the API's."""
    client_for("head_xinxi").get(f"/task/show/{own.id}")
    query = "(filters:!((col:title,opr:ct,value:'%')))"
    assert rows(api_for("head_xinxi").get("/api/v1/task/", query_string={"q": query})) == []


# Pointing at hidden rows, moving rows --------------------------------------------------------------


def test_a_new_row_does_not_hang_on_a_hidden_one(
    stranger: FlaskClient, hidden: Task, session: AnySession
) -> None:
    body = {"task": hidden.id, "text": "越权", "due_on": "2026-05-01"}
    answer = stranger.post("/api/v1/milestone/", json=body)
    assert answer.status_code == 422
    assert fields_of(answer) == ["task"]
    assert session.scalar(select(func.count(Milestone.id))) == 0


def test_a_row_is_not_hung_on_a_hidden_one(stranger: FlaskClient, hidden: Task, own: Task) -> None:
    answer = stranger.put(f"/api/v1/task/{own.id}", json={"parent": hidden.id})
    assert answer.status_code == 422
    assert fields_of(answer) == ["parent"]
    assert own.parent_id is None


def test_a_foreign_key_is_not_set_past_the_relation(
    stranger: FlaskClient, hidden: Task, own: Task
) -> None:
    answer = stranger.put(f"/api/v1/task/{own.id}", json={"parent_id": hidden.id})
    assert answer.status_code == 422
    assert fields_of(answer) == ["parent_id"]


def test_a_row_does_not_leave_the_hands_it_is_in(
    stranger: FlaskClient, own: Task, cast: Cast, session: AnySession
) -> None:
    before = events(session)
    answer = stranger.put(f"/api/v1/task/{own.id}", json={"lead_department": cast.jwc.id})
    assert answer.status_code == 403
    assert own.lead_department_id == cast.xinxi.id
    assert events(session) == before


def test_a_row_is_not_made_in_other_hands(
    stranger: FlaskClient, cast: Cast, session: AnySession
) -> None:
    body = {"title": "替别人立项", "cycle": cast.cycle.id, "lead_department": cast.jwc.id}
    assert stranger.post("/api/v1/task/", json=body).status_code == 403
    assert session.scalar(select(func.count(Task.id))) == 0


def test_a_visible_row_of_another_department_is_only_read(stranger: FlaskClient) -> None:
    public = make_task(status=TaskStatus.PUBLISHED)
    assert stranger.get(f"/api/v1/task/{public.id}").status_code == 200
    assert stranger.put(f"/api/v1/task/{public.id}", json={"remark": "x"}).status_code == 403
    assert stranger.delete(f"/api/v1/task/{public.id}").status_code == 403
    assert stranger.post(f"/api/v1/task/{public.id}/transitions/accept").status_code == 403


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["status", "actual_percent", "light", "id", "created_at", "password"]
)
def test_a_protected_column_is_refused(stranger: FlaskClient, own: Task, column: str) -> None:
    answer = stranger.put(f"/api/v1/task/{own.id}", json={column: "1"})
    assert answer.status_code == 422
    assert fields_of(answer) == [column]


def test_a_column_frozen_by_the_issue_is_refused(stranger: FlaskClient, cast: Cast) -> None:
    issued = make_task(lead_department=cast.xinxi, title="已下发", status=TaskStatus.PUBLISHED)
    answer = stranger.put(f"/api/v1/task/{issued.id}", json={"title": "改题"})
    assert answer.status_code == 422
    assert fields_of(answer) == ["title"]
    assert issued.title == "已下发"


def test_a_closed_year_takes_no_change(stranger: FlaskClient, own: Task) -> None:
    closed = make_cycle(status=CycleStatus.CLOSED)
    answer = stranger.put(f"/api/v1/task/{own.id}", json={"cycle": closed.id})
    assert answer.status_code == 409
    assert fields_of(answer) == []


def test_a_stale_write_is_a_conflict(stranger: FlaskClient, own: Task) -> None:
    seen = own.version
    first = stranger.put(f"/api/v1/task/{own.id}", json={"title": "先", "version": seen})
    assert first.json["version"] == seen + 1
    answer = stranger.put(f"/api/v1/task/{own.id}", json={"title": "后", "version": seen})
    assert answer.status_code == 409
    assert fields_of(answer) == []
    assert own.title == "先"


def test_a_stale_step_is_a_conflict(api_for: ApiFor, own: Task) -> None:
    place = f"/api/v1/task/{own.id}/transitions/publish"
    answer = api_for("office").post(place, json={"version": own.version + 1})
    assert answer.status_code == 409
    assert own.status == TaskStatus.PROPOSED


def test_a_second_row_with_the_same_values_is_refused(
    stranger: FlaskClient, own: Task, cast: Cast
) -> None:
    body = {
        "title": own.title, "number": own.number, "cycle": own.cycle_id, "lead_department": cast.xinxi.id,
    }  # fmt: skip
    answer = stranger.post("/api/v1/task/", json=body)
    assert answer.status_code == 422
    assert fields_of(answer) == ["title"]


def test_a_row_in_use_is_not_deleted(api_for: ApiFor, own: Task, cast: Cast) -> None:
    answer = api_for("admin").delete(f"/api/v1/department/{cast.xinxi.id}")
    assert answer.status_code == 409
    assert {"ab_user.department_id", "appointment.department_id"} <= set(fields_of(answer))
    assert cast.xinxi.name in answer.json["message"]


def test_a_rule_s_refusal_names_its_field(stranger: FlaskClient, own: Task) -> None:
    answer = stranger.put(
        f"/api/v1/task/{own.id}", json={"start_on": "2026-12-01", "due_on": "2026-01-01"}
    )
    assert answer.status_code == 422
    assert fields_of(answer) == ["due_on"]


def test_nobody_signed_in_is_401(client: FlaskClient, own: Task) -> None:
    for method, door in (("get", ""), ("post", ""), ("put", f"{own.id}"), ("delete", f"{own.id}")):
        answer = getattr(client, method)(f"/api/v1/task/{door}", json={})
        assert answer.status_code == 401
        assert fields_of(answer) == []


# The description ------------------------------------------------------------------------------------


def test_the_description_is_for_signed_in_people(
    client: FlaskClient, api_for: ApiFor, client_for: Callable[[str], FlaskClient]
) -> None:
    assert client.get("/api/v1/_openapi").status_code == 401
    assert client.get("/swagger/v1").status_code == 302
    assert "/api/v1/task/" in api_for("staff_xinxi").get("/api/v1/_openapi").json["paths"]
    assert client_for("staff_xinxi").get("/swagger/v1").status_code == 200


def test_there_is_no_second_menu(stranger: FlaskClient) -> None:
    assert stranger.get("/api/v1/menu/").status_code == 404
