"""The fixtures themselves: who is signed in, and that a request's writes are seen and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from tests.cast import PASSWORD, Cast
from tests.factories import make_task


def test_nobody_is_sent_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/account/")
    assert answer.status_code == 302
    assert "/login" in answer.location


def test_two_people_are_signed_in_side_by_side(
    client_for: Callable[[str], FlaskClient], cast: Cast
) -> None:
    head, auditor = client_for("head_jwc"), client_for("auditor")
    assert cast.head_jwc.name in head.get("/account/").text
    assert cast.auditor.name in auditor.get("/account/").text
    assert cast.head_jwc.name in head.get("/account/").text


def test_signing_in_by_password_works(client: FlaskClient) -> None:
    answer = client.post("/login/", data={"username": "head.jwc", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200


def test_the_api_knows_the_bearer_of_a_token(
    api_for: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    task = make_task()
    answer: Any = api_for("head_jwc").get(f"/api/v1/task/{task.id}")
    assert answer.status_code == 200
    assert client.get(f"/api/v1/task/{task.id}").status_code == 401


def test_a_request_writes_into_the_test_s_transaction(
    client_for: Callable[[str], FlaskClient], session: AnySession, cast: Cast
) -> None:
    head = cast.head_jwc
    answer = client_for("head_jwc").post(
        "/account/edit", data={"phone": "0000-1234", "email": head.email}
    )
    assert answer.status_code == 302
    assert head.phone == "0000-1234"
    session.rollback()
    assert cast.head_jwc.phone == "0000-1234"


def test_and_the_next_test_does_not_see_it(cast: Cast) -> None:
    assert cast.head_jwc.phone is None
