"""Sessions and rights end when they should; forged requests are refused."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from itsdangerous.timed import TimestampSigner
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from tests.cast import PASSWORD, TEST, Cast
from tests.web.signing_in import (
    NEW,
    NOON,
    ClientFor,
    bearer,
    change_password,
    csrf_token,
    is_in,
    sign_in,
    token_of,
)


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with its guard against forged requests, as in production."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    yield app


# Who prolongs a session ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "method", "prolongs"),
    [
        ("navigate", "GET", True),
        (None, "GET", True),
        ("cors", "POST", True),
        ("cors", "GET", False),
        ("no-cors", "GET", False),
    ],
)
def test_only_what_a_person_does_prolongs_a_session(
    client: FlaskClient, mode: str | None, method: str, prolongs: bool
) -> None:
    """What a page reads by itself, answered just after signing out, would sign in again."""
    sign_in(client, "head.jwc")
    client.get("/task/list/")
    headers = {"Sec-Fetch-Mode": mode} if mode else {}
    answer = client.open("/task/list/", method=method, headers=headers)
    assert ("Set-Cookie" in answer.headers) is prolongs


# What a new password ends ----------------------------------------------------------------


def test_a_new_password_ends_the_person_s_other_sessions_and_tokens(
    client: FlaskClient, app: Flask
) -> None:
    other = app.test_client()
    with clock.at(NOON):
        sign_in(client, "head.jwc")
        sign_in(other, "head.jwc")
        token = token_of(app.test_client(), "head.jwc").json["access_token"]
        assert client.get("/api/v1/task/", headers=bearer(token)).status_code == 200
    with clock.at(NOON + dt.timedelta(seconds=1)):
        change_password(client, NEW)
        assert is_in(client), "the browser it was changed in stays"
        assert not is_in(other)
        assert app.test_client().get("/api/v1/task/", headers=bearer(token)).status_code == 401


def test_a_refresh_token_ends_with_its_password(client: FlaskClient, app: Flask) -> None:
    given = token_of(app.test_client(), "head.jwc", refresh=True).json
    header = bearer(given["refresh_token"])
    fresh = app.test_client().post("/api/v1/security/refresh", headers=header)
    assert fresh.status_code == 200
    sign_in(client, "head.jwc")
    change_password(client, NEW)
    assert app.test_client().post("/api/v1/security/refresh", headers=header).status_code == 401
    header = bearer(fresh.json["access_token"])
    assert app.test_client().get("/api/v1/task/", headers=header).status_code == 401


def test_a_token_given_right_after_the_change_works(client: FlaskClient, app: Flask) -> None:
    sign_in(client, "head.jwc")
    change_password(client, NEW)
    token = token_of(app.test_client(), "head.jwc", NEW).json["access_token"]
    assert app.test_client().get("/api/v1/task/", headers=bearer(token)).status_code == 200


# How long a session lasts ----------------------------------------------------------------


def test_an_idle_session_ends(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "head.jwc")
    idle = int(app.config["PERMANENT_SESSION_LIFETIME"].total_seconds())
    now = time.time()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: int(now + idle - 5))
    assert is_in(client)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: int(now + 2 * idle - 15))
    assert is_in(client), "the visit in between counts"
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: int(now + 4 * idle))
    assert not is_in(client)


def test_a_busy_session_ends_after_a_day_s_work(app: Flask, client: FlaskClient) -> None:
    hours = app.config["SESSION_MAX_HOURS"]
    with clock.at(NOON):
        sign_in(client, "head.jwc")
    with clock.at(NOON + dt.timedelta(hours=hours, seconds=-1)):
        assert is_in(client)
    with clock.at(NOON + dt.timedelta(hours=hours, seconds=1)):
        answer = client.get("/task/list/?_flt_0_cycle=1")
        assert answer.status_code == 302
        assert answer.location == "/login/?next=/task/list/?_flt_0_cycle%3D1"
        assert not is_in(client)


def test_a_header_does_not_prolong_a_session(app: Flask, client: FlaskClient) -> None:
    with clock.at(NOON):
        sign_in(client, "head.jwc")
    with clock.at(NOON + dt.timedelta(hours=app.config["SESSION_MAX_HOURS"], seconds=1)):
        answer = client.get("/account/", headers={"Authorization": "Basic eA=="})
        assert answer.status_code == 302
        sign_in(client, "head.jwc")


def test_an_old_session_gets_401_from_the_api(app: Flask, client: FlaskClient) -> None:
    with clock.at(NOON):
        sign_in(client, "head.jwc")
    with clock.at(NOON + dt.timedelta(hours=app.config["SESSION_MAX_HOURS"], seconds=1)):
        answer = client.get("/api/v1/task/")
        assert (answer.status_code, answer.json["errors"]) == (401, [])


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    sign_in(client, "head.jwc")
    client.post("/logout/")
    assert not is_in(client)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = sign_in(client, "head.jwc").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    client.post("/logout/")
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    assert "Secure" in sign_in(client, "head.jwc").headers["Set-Cookie"]


def test_the_sign_in_page_is_not_kept_by_anybody(client: FlaskClient) -> None:
    assert "no-store" in client.get("/login/").headers["Cache-Control"]


# Rights that are taken away --------------------------------------------------------------


def test_an_account_that_is_switched_off_is_out_at_the_next_request(
    client: FlaskClient, app: Flask, session: AnySession, cast: Cast, command: Callable[..., Any]
) -> None:
    sign_in(client, "head.jwc")
    token = token_of(app.test_client(), "head.jwc").json["access_token"]
    made = command("create-api-key", "head.jwc", "--name", "report", "--json")
    key = json.loads(made.output.splitlines()[-1])["key"]
    assert is_in(client)
    with unit_of_work(session, TEST):
        cast.head_jwc.active = False
    assert not is_in(client)
    for header in (bearer(token), bearer(key)):
        assert app.test_client().get("/api/v1/task/", headers=header).status_code == 401
    sign_in(client, "head.jwc")
    assert not is_in(client)


def test_another_worker_notices_a_role_that_was_taken_away(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    from app.security import actors

    client = client_for("office")
    assert client.get("/meeting/add").status_code == 200
    remembered = dict(actors._remembered)
    with unit_of_work(session, TEST):
        cast.office.roles = []
    # What the other worker still remembers, as if it had heard of nothing.
    actors._remembered.update(remembered)
    assert client.get("/meeting/add").status_code == 403


def test_another_worker_notices_a_permission_that_was_taken_from_a_role(
    client_for: ClientFor, session: AnySession
) -> None:
    client = client_for("admin")
    assert client.get("/person/add").status_code == 200
    role = session.scalars(select(Role).where(Role.name == "Admin")).one()
    with unit_of_work(session, TEST):
        role.permissions = [
            one
            for one in role.permissions
            if (one.view_menu.name, one.permission.name) != ("person", "can_add")
        ]
    assert client.get("/person/add").status_code == 403


# Forged requests -------------------------------------------------------------------------


def test_a_form_without_its_token_is_refused(strict: Flask, client_for: ClientFor) -> None:
    client = client_for("head_jwc")
    answer = change_password(client, NEW)
    assert answer.status_code == 400
    given = {"old_password": PASSWORD, "password": NEW, "again": NEW}
    token = csrf_token(client, "/account/password/")
    answer = client.post("/account/password/", data={**given, "csrf_token": token})
    assert answer.status_code == 302


def test_signing_in_by_a_foreign_form_is_refused(strict: Flask, client: FlaskClient) -> None:
    assert sign_in(client, "head.jwc").status_code == 400
    token = csrf_token(client, "/login/")
    data = {"username": "head.jwc", "password": PASSWORD, "csrf_token": token}
    assert client.post("/login/", data=data).status_code == 302
    assert is_in(client)


def test_the_api_asks_a_cookie_for_a_token_and_a_bearer_for_none(
    strict: Flask, client_for: ClientFor, api_for: ClientFor
) -> None:
    given = {"code": "canteen", "name": "后勤服务"}
    browser = client_for("admin")
    assert browser.post("/api/v1/task_category/", json=given).status_code == 400
    token = {"X-CSRFToken": csrf_token(browser, "/account/password/")}
    assert browser.post("/api/v1/task_category/", json=given, headers=token).status_code == 201
    given = {"code": "sports", "name": "体育工作"}
    assert api_for("admin").post("/api/v1/task_category/", json=given).status_code == 201
