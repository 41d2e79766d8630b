"""No REST request, however odd, ends in an error of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.unit_of_work import AnySession
from app.models.planning import Task
from tests.cast import Cast
from tests.factories import make_task

ApiFor = Callable[[str], FlaskClient]

FUZZ = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def head(api_for: ApiFor) -> FlaskClient:
    return api_for("head_jwc")


@pytest.fixture
def task(session: AnySession) -> Task:
    return make_task()


@pytest.mark.parametrize(
    "key", ["abc", "0", "-1", "1.5", "99999999999999999999", "null", "²", "１", "%201", "1;"]
)
def test_an_id_that_is_none_finds_nothing(head: FlaskClient, key: str) -> None:
    assert head.get(f"/api/v1/task/{key}").status_code in {404, 405}
    assert head.put(f"/api/v1/task/{key}", json={}).status_code == 404
    assert head.delete(f"/api/v1/task/{key}").status_code == 404
    assert head.get(f"/api/v1/task/{key}/transitions/").status_code == 404
    assert head.post(f"/api/v1/task/{key}/transitions/accept").status_code == 404


def test_an_unknown_step_finds_nothing(head: FlaskClient, task: Task) -> None:
    for name in ("nothing", "__class__", "%00", "x" * 3000):
        place = f"/api/v1/task/{task.id}/transitions/{name}"
        assert head.post(place).status_code in {400, 404}


@pytest.mark.parametrize(
    "query",
    [
        "(", "((((", "!(", "'", "!", "!x", "-", "1e999", "abc", "[]", "1", "null", "(a:" * 300,
        "!(" * 400, "[" * 400, "(filters:!(1))", "(filters:1)", "(columns:1)", "(page:x)",
        "(page:1.5)", "(filters:!((col:title,opr:eq)))", "(filters:!((opr:eq,value:1)))",
        "(filters:!((col:cycle,opr:rel_o_m,value:!n)))", "(keys:!(nothing))",
        "(columns:!(title),select_columns:!(title))", "(filters:!((col:title,opr:ct,value:'\x00')))",
    ],
)  # fmt: skip
def test_an_odd_query_is_turned_away(head: FlaskClient, task: Task, query: str) -> None:
    assert head.get("/api/v1/task/", query_string={"q": query}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "(page:-1,page_size:-1)", "(page:99999999999999999999,page_size:5)", "(page_size:0)",
        "(page_size:99999999)", "(columns:!())", "(columns:!(id,id))", "{}",
        "(filters:!((col:due_on,opr:eq,value:xx)))", "(filters:!((col:weight,opr:gt,value:1e400)))",
        "(filters:!((col:cycle,opr:rel_o_m,value:1e400)))", "(filters:!((col:title,opr:ct,value:!(1,2))))",
        "(filters:!((col:id,opr:eq,value:99999999999999999999)))",
    ],
)  # fmt: skip
def test_a_query_out_of_range_is_answered(head: FlaskClient, task: Task, query: str) -> None:
    assert head.get("/api/v1/task/", query_string={"q": query}).status_code == 200


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 2000, b"[]", b"1", b'"x"', b"null"]
)
def test_a_body_that_is_no_object_is_turned_away(head: FlaskClient, task: Task, raw: bytes) -> None:
    for method, place in (("post", ""), ("put", str(task.id))):
        answer = getattr(head, method)(
            f"/api/v1/task/{place}", data=raw, content_type="application/json"
        )
        assert answer.status_code == 400
        assert answer.json["errors"] == []


def test_a_body_of_another_kind_is_turned_away(head: FlaskClient, task: Task) -> None:
    assert head.post("/api/v1/task/", data="title=x", content_type="text/plain").status_code == 400
    assert head.post("/api/v1/task/", data={"title": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", 1), ("title", None), ("title", ""), ("title", "  "), ("title", "x" * 501),
        ("title", {}), ("title", []), ("lead_department", "1"), ("lead_department", True),
        ("lead_department", 10**30), ("lead_department", {"id": [1]}), ("lead_department", -1),
        ("weight", "NaN"), ("weight", "1e400"), ("weight", 10**30), ("weight", -1), ("weight", [1]),
        ("due_on", "x"), ("due_on", "0001-01-01"), ("due_on", 5), ("sort_order", 10**12),
        ("sort_order", 10**30), ("sort_order", 1.5), ("origin", "none"), ("origin", 5), ("origin", {}),
        ("key_supervised", "maybe"), ("key_supervised", None), ("cycle", None), ("nothing", 1),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_blamed_on_its_field(
    head: FlaskClient, task: Task, cast: Cast, column: str, value: Any
) -> None:
    body = {"title": "t", "cycle": cast.cycle.id, "lead_department": cast.jwc.id, column: value}
    for answer in (
        head.post("/api/v1/task/", json=body),
        head.put(f"/api/v1/task/{task.id}", json={column: value}),
    ):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == [column]


@pytest.mark.parametrize("version", ["x", [], {}, 1.5, True, 10**40])
def test_a_version_that_is_none_is_refused(head: FlaskClient, task: Task, version: Any) -> None:
    answer = head.put(f"/api/v1/task/{task.id}", json={"title": "t", "version": version})
    assert answer.status_code in {409, 422}
    step = head.post(f"/api/v1/task/{task.id}/transitions/accept", json={"version": version})
    assert step.status_code in {409, 422}


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\x00b"])
def test_a_text_that_no_database_takes_is_turned_away(
    head: FlaskClient, task: Task, text: str
) -> None:
    for body in ({"title": text}, {text: 1}, {"title": [[text]]}):
        raw = json.dumps(body)
        answer = head.put(f"/api/v1/task/{task.id}", data=raw, content_type="application/json")
        assert answer.status_code == 400


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
columns = st.sampled_from(
    ["title", "cycle", "lead_department", "weight", "due_on", "origin", "visibility", "sort_order",
     "key_supervised", "parent", "owner", "version", "status", "id"]
)  # fmt: skip


@FUZZ
@given(body=st.dictionaries(columns, anything, max_size=4))
def test_any_body_is_answered(head: FlaskClient, session: AnySession, body: dict[str, Any]) -> None:
    task = make_task()
    put = head.put(f"/api/v1/task/{task.id}", json=body)
    assert put.status_code in {200, 400, 403, 409, 422}, put.text
    post = head.post("/api/v1/task/", json=body)
    assert post.status_code in {201, 400, 403, 409, 422}, post.text
    step = head.post(f"/api/v1/task/{task.id}/transitions/publish", json=body)
    assert step.status_code in {400, 403, 404, 409, 422}, step.text


@FUZZ
@given(query=st.text(alphabet="()!':,.-0123456789abcdefilnoprstuvw_\\[]{}\"", max_size=60))
def test_any_query_is_answered(head: FlaskClient, query: str) -> None:
    assert head.get("/api/v1/task/", query_string={"q": query}).status_code in {200, 400}
