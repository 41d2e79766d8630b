"""Tokens and API keys: how programs sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Person
from tests.cast import PASSWORD, TEST, Cast
from tests.web.signing_in import (
    LOGIN,
    NOON,
    bearer,
    made_key,
)


@pytest.fixture
def newcomer(session: AnySession, cast: Cast) -> Person:
    with unit_of_work(session, TEST):
        cast.head_jwc.must_change_password = True
    return cast.head_jwc


# Tokens and keys -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"username": "head.jwc", "password": PASSWORD}, 200),
        ({"username": "head.jwc", "password": PASSWORD, "provider": "db"}, 200),
        ({"username": "head.jwc", "password": "wrong-2022"}, 401),
        ({"username": "head.jwc", "password": PASSWORD, "provider": "ldap"}, 400),
        ({"username": "head.jwc"}, 400),
        ({"username": 7, "password": []}, 400),
        ([], 400),
    ],
)
def test_the_api_answers_every_sign_in_in_json(client: FlaskClient, body: Any, code: int) -> None:
    answer = client.post(LOGIN, json=body)
    assert answer.status_code == code
    assert code == 200 or {"message", "errors"} <= set(answer.json)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "lx_nonsense", "sst_nonsense"])
def test_a_token_that_is_none_gets_401(client: FlaskClient, token: str) -> None:
    assert client.get("/api/v1/task/", headers=bearer(token)).status_code == 401


def test_a_key_opens_the_api_as_its_person(
    client: FlaskClient, command: Callable[..., Any], session: AnySession
) -> None:
    key = made_key(command)
    assert key.startswith("lx_")
    header = bearer(key)
    assert client.get("/api/v1/task/", headers=header).status_code == 200
    answer = client.post("/api/v1/department/", json={"code": "x", "name": "x"}, headers=header)
    assert answer.status_code == 403, "a head keeps no departments"
    assert client.get("/api/v1/task/", headers=bearer(key[:-1])).status_code == 401
    kept = session.scalars(select(ApiKey)).one()
    assert key not in (kept.key_hash, kept.lookup_hash)
    assert kept.last_used_on is not None


def test_a_key_opens_no_page(client: FlaskClient, command: Callable[..., Any]) -> None:
    assert client.get("/account/", headers=bearer(made_key(command))).status_code == 302


def test_a_key_ends_on_its_day(client: FlaskClient, command: Callable[..., Any]) -> None:
    with clock.at(NOON):
        header = bearer(made_key(command, "--days", "30"))
    with clock.at(NOON + dt.timedelta(days=29)):
        assert client.get("/api/v1/task/", headers=header).status_code == 200
    with clock.at(NOON + dt.timedelta(days=31)):
        assert client.get("/api/v1/task/", headers=header).status_code == 401


def test_a_key_that_was_revoked_opens_nothing(
    client: FlaskClient, command: Callable[..., Any]
) -> None:
    header = bearer(made_key(command))
    assert command("revoke-api-key", "head.jwc", "--name", "report").exit_code == 0
    assert client.get("/api/v1/task/", headers=header).status_code == 401
    assert command("revoke-api-key", "head.jwc", "--name", "report").exit_code == 1


def test_a_key_of_a_newcomer_opens_nothing(
    newcomer: Person, client: FlaskClient, command: Callable[..., Any]
) -> None:
    header = bearer(made_key(command))
    assert client.get("/api/v1/task/", headers=header).status_code == 403


def test_keys_are_refused_for_reasons(command: Callable[..., Any]) -> None:
    made_key(command)
    assert command("create-api-key", "head.jwc", "--name", "report").exit_code == 1
    assert command("create-api-key", "nobody.here", "--name", "x").exit_code == 1
    assert command("create-api-key", "head.jwc").exit_code == 2
