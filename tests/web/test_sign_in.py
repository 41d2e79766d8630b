"""Signing in: passwords, lock-out, first passwords, where one goes then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Department, Person
from app.models.system import AuditEvent
from tests.cast import PASSWORD, TEST, Cast
from tests.web.signing_in import (
    NEW,
    NOON,
    ClientFor,
    bearer,
    change_password,
    is_in,
    made_key,
    sign_in,
    token_of,
)


@pytest.fixture
def english(client: FlaskClient) -> FlaskClient:
    client.get("/login/?lang=en")
    return client


@pytest.fixture
def newcomer(session: AnySession, cast: Cast) -> Person:
    with unit_of_work(session, TEST):
        cast.head_jwc.must_change_password = True
    return cast.head_jwc


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
        client.post("/logout/")


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


def test_one_person_s_delegations_from_one_giver_all_count(session: AnySession, cast: Cast) -> None:
    from tests.factories import make_appointment, make_delegation, make_department

    other = make_department()
    make_appointment(person=cast.head_jwc, department=other, post="head")
    for department in (cast.jwc, other):
        make_delegation(giver=cast.head_jwc, receiver=cast.staff_xinxi, department=department)
    headed = cast.actor("staff_xinxi").speaks_for()
    assert {cast.jwc.id, other.id} <= headed
    assert isinstance(other, Department)


@pytest.mark.parametrize("place", ["/year/2026", "/login/"])
@pytest.mark.parametrize("mark", ["%0d%0aSet-Cookie:x", "%0a", "%00"])
def test_a_line_break_in_the_next_address_is_refused(
    client: FlaskClient, cast: Cast, place: str, mark: str
) -> None:
    """It would end the header that leads there."""
    sign_in(client, "head.jwc")
    assert client.get(f"{place}?next=/{mark}").status_code == 400
    assert client.post(f"/login/?next=/{mark}").status_code == 400


def test_a_registration_is_greeted_by_the_whole_name(app: Flask) -> None:
    builder = app.appbuilder  # type: ignore[attr-defined]
    with app.test_request_context("/"):
        page = render_template(
            "appbuilder/general/security/activation.html",
            first_name="小明", last_name="张", appbuilder=builder,
        )  # fmt: skip
    assert "张小明，" in page
