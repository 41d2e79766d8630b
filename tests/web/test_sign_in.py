"""Signing in and out: passwords, lock-out, sessions, tokens, keys, the forged request."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import ApiKey, Role
from itsdangerous.timed import TimestampSigner
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Department, Person
from app.models.system import AuditEvent
from tests.cast import PASSWORD, TEST, Cast

LOGIN = "/api/v1/security/login"
NOON = dt.datetime(2026, 3, 16, 4, tzinfo=dt.UTC)
NEW = "herbst-2026"

ClientFor = Callable[[str], FlaskClient]


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **query: str) -> Any:
    return client.post(
        "/login/", query_string=query, data={"username": username, "password": password}
    )


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def token_of(client: FlaskClient, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, json={"username": username, "password": password, **more})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def change_password(client: FlaskClient, new: str, old: str = PASSWORD, again: str = "") -> Any:
    return client.post(
        "/account/password/",
        data={"old_password": old, "password": new, "again": again or new},
    )


@pytest.fixture
def english(client: FlaskClient) -> FlaskClient:
    client.get("/login/?lang=en")
    return client


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with its guard against forged requests, as in production."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    yield app


def csrf_token(client: FlaskClient, page: str) -> str:
    text: str = client.get(page).text
    return text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


# The password and its failures -----------------------------------------------------------


def test_the_right_password_opens_the_door(client: FlaskClient) -> None:
    assert sign_in(client, "head.jwc").status_code == 302
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(english: FlaskClient) -> None:
    told = []
    for username in ("head.jwc", "nobody.here"):
        sign_in(english, username, "wrong-2022")
        told.append("The user name or password is wrong" in english.get("/login/").text)
        assert not is_in(english)
    assert told == [True, True]


def test_an_e_mail_address_is_no_user_name(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.head_jwc.email)
    assert not is_in(client)
    assert token_of(client, cast.head_jwc.email).status_code == 401


def test_no_password_at_all_opens_nothing(client: FlaskClient) -> None:
    sign_in(client, "head.jwc", "")
    assert not is_in(client)
    sign_in(client, "head.jwc", "\x00")
    assert not is_in(client)


def test_repeated_failures_lock_the_account_for_a_while(app: Flask, client: FlaskClient) -> None:
    with clock.at(NOON):
        for _ in range(app.config["LOGIN_MAX_FAILURES"]):
            sign_in(client, "head.jwc", "wrong-2022")
        sign_in(client, "head.jwc")
        assert not is_in(client), "the right password does not help either"
        assert token_of(client, "head.jwc").status_code == 401, "nor does the other door"
    minutes = dt.timedelta(minutes=app.config["LOGIN_LOCK_MINUTES"])
    with clock.at(NOON + minutes - dt.timedelta(seconds=1)):
        sign_in(client, "head.jwc")
        assert not is_in(client)
    with clock.at(NOON + minutes + dt.timedelta(seconds=1)):
        sign_in(client, "head.jwc")
        assert is_in(client)


def test_failures_at_the_api_lock_the_account_too(app: Flask, client: FlaskClient) -> None:
    for _ in range(app.config["LOGIN_MAX_FAILURES"]):
        assert token_of(client, "head.jwc", "wrong-2022").status_code == 401
    sign_in(client, "head.jwc")
    assert not is_in(client)


def test_failures_of_one_person_lock_nobody_else(app: Flask, client: FlaskClient) -> None:
    for _ in range(app.config["LOGIN_MAX_FAILURES"]):
        sign_in(client, "head.jwc", "wrong-2022")
    sign_in(client, "auditor")
    assert is_in(client)


def test_a_success_forgives_the_failures_before_it(app: Flask, client: FlaskClient) -> None:
    for _ in range(2):
        for _ in range(app.config["LOGIN_MAX_FAILURES"] - 1):
            sign_in(client, "head.jwc", "wrong-2022")
        sign_in(client, "head.jwc")
        assert is_in(client)
        client.get("/logout/")


def test_a_lock_out_is_audited(app: Flask, client: FlaskClient, session: AnySession) -> None:
    for _ in range(app.config["LOGIN_MAX_FAILURES"]):
        sign_in(client, "head.jwc", "wrong-2022")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "locked out")).one()
    assert "head.jwc" in (event.after or "")
    assert event.door == "web"


# What a password must be -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("kurz-1", "at least 8 characters"),
        ("nurbuchstaben", "letters together with digits or signs"),
        ("4857302917", "letters together with digits or signs"),
        ("x-head.jwc-1", "must not hold the user name"),
        ("password123", "too easy to guess"),
        ("aaaa1111", "too easy to guess"),
        (PASSWORD, "The new password is the old one."),
    ],
)
def test_each_rule_of_passwords_says_what_is_wrong(
    client_for: ClientFor, new: str, sentence: str
) -> None:
    client = client_for("head_jwc")
    client.get("/account/?lang=en")
    answer = change_password(client, new)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_new_password_needs_the_old_one_and_is_typed_twice(client_for: ClientFor) -> None:
    client = client_for("head_jwc")
    client.get("/account/?lang=en")
    assert "The current password is wrong." in change_password(client, NEW, old="wrong-2022").text
    assert "The two passwords differ." in change_password(client, NEW, again="other-2026").text


def test_passwords_never_come_back_in_a_form(client_for: ClientFor) -> None:
    answer = change_password(client_for("head_jwc"), NEW, old="wrong-2022")
    assert NEW not in answer.text
    assert "wrong-2022" not in answer.text


# First passwords -------------------------------------------------------------------------


@pytest.fixture
def newcomer(session: AnySession, cast: Cast) -> Person:
    with unit_of_work(session, TEST):
        cast.head_jwc.must_change_password = True
    return cast.head_jwc


def test_a_first_password_opens_only_the_page_that_changes_it(
    newcomer: Person, client: FlaskClient
) -> None:
    sign_in(client, newcomer.username)
    for page in ("/", "/task/list/", "/account/", "/console/", "/department/list/"):
        answer = client.get(page)
        assert (answer.status_code, answer.location) == (302, "/account/password/"), page
    assert client.get("/api/v1/task/").status_code == 403
    assert client.get("/account/password/").status_code == 200
    assert change_password(client, NEW).status_code == 302
    assert client.get("/task/list/").status_code == 200


def test_a_first_password_opens_no_api(
    newcomer: Person, client: FlaskClient, jwt_for: Callable[[str], str]
) -> None:
    assert token_of(client, newcomer.username).status_code == 403
    answer = client.get("/api/v1/task/", headers=bearer(jwt_for("head_jwc")))
    assert answer.status_code == 403
    assert answer.json["errors"] == []


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
    client.get("/logout/")
    assert not is_in(client)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = sign_in(client, "head.jwc").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    client.get("/logout/")
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

    client = client_for("admin")
    assert client.get("/person/add").status_code == 200
    remembered = dict(actors._remembered)
    with unit_of_work(session, TEST):
        cast.admin.roles = []
    # What the other worker still remembers, as if it had heard of nothing.
    actors._remembered.update(remembered)
    assert client.get("/person/add").status_code == 403


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


# Where one goes after signing in ---------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, place: str) -> None:
    answer = sign_in(client, "head.jwc", next=place)
    assert answer.status_code == 302
    assert answer.location.startswith(("/", "%5C")), "a path of this site"
    assert not answer.location.startswith(("//", "/\\", "/\t"))
    answer = client.get("/login/", query_string={"next": place})
    assert not answer.location.startswith(("//", "/\\", "/\t", "http", "javascript"))


def test_one_comes_back_to_the_page_one_asked_for(client: FlaskClient) -> None:
    assert sign_in(client, "head.jwc", next="/task/list/").location == "/task/list/"


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


def made_key(command: Callable[..., Any], *words: str) -> str:
    result = command("create-api-key", "head.jwc", "--name", "report", *words, "--json")
    assert result.exit_code == 0, result.output
    key: str = json.loads(result.output.splitlines()[-1])["key"]
    return key


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


# The trail, the language, the health -----------------------------------------------------


def test_the_audit_trail_holds_no_secret(
    client: FlaskClient, session: AnySession, command: Callable[..., Any], cast: Cast
) -> None:
    key = made_key(command)
    sign_in(client, "head.jwc")
    change_password(client, NEW)
    secrets = {key, key[3:], PASSWORD, NEW, cast.head_jwc.password}
    kept = session.scalars(select(ApiKey)).one()
    secrets |= {kept.key_hash, kept.lookup_hash}
    events = session.scalars(select(AuditEvent)).all()
    assert {"ab_api_key", "ab_user"} <= {event.table_name for event in events}
    for event in events:
        told = f"{event.before} {event.after}"
        assert not any(secret and secret in told for secret in secrets)


def test_the_language_of_the_address_is_remembered(client: FlaskClient) -> None:
    def chinese(place: str) -> bool:
        text = client.get(place).text
        assert ("绝密" in text or "涉密" in text) != ("Never enter state secrets" in text)
        return "Never enter state secrets" not in text

    assert chinese("/login/")
    assert not chinese("/login/?lang=en")
    sign_in(client, "head.jwc")
    assert not chinese("/account/")
    assert chinese("/account/?lang=zh")
    assert chinese("/account/")
    assert chinese("/account/?lang=xx")


def test_the_health_of_the_system_needs_no_sign_in(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_an_unmigrated_database_is_not_healthy(make_app: Callable[..., Flask]) -> None:
    answer = make_app(migrated=False).test_client().get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "unavailable")


def test_one_person_s_delegations_from_one_giver_all_count(
    session: AnySession, cast: Cast
) -> None:
    from tests.factories import make_appointment, make_delegation, make_department

    other = make_department()
    make_appointment(person=cast.head_jwc, department=other, post="head")
    for department in (cast.jwc, other):
        make_delegation(giver=cast.head_jwc, receiver=cast.staff_xinxi, department=department)
    headed = cast.actor("staff_xinxi").headed
    assert {cast.jwc.id, other.id} <= headed
    assert isinstance(other, Department)
