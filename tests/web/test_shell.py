"""What stands around every page: menu, year, language, theme, the content policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import Cycle, CycleStatus, Phase
from app.models.organisation import Department
from app.models.system import Notification
from app.web.directory import directory
from tests.architecture.test_query_counts import statements
from tests.cast import TEST, TODAY, YEAR, Cast
from tests.factories import make

ClientFor = Callable[[str], FlaskClient]


def page(client: FlaskClient, address: str = "/account/") -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


# The year --------------------------------------------------------------------------------


def test_the_running_year_stands_in_the_top_bar_until_another_is_chosen(
    client_for: ClientFor, cast: Cast
) -> None:
    make(Cycle, year=2025, name="2025年度", status=CycleStatus.CLOSED)
    head = client_for("head_jwc")
    assert f"<b>{YEAR}</b>" in page(head)
    answer = head.get("/year/2025?next=/account/")
    assert (answer.status_code, answer.location) == (302, "/account/")
    assert "<b>2025</b>" in page(head)


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "evil"],
)
def test_choosing_a_year_never_leads_elsewhere(client_for: ClientFor, place: str) -> None:
    answer = client_for("head_jwc").get(f"/year/{YEAR}", query_string={"next": place})
    assert answer.location == "/"


def test_there_is_no_year_to_choose_but_those_there_are(
    client_for: ClientFor, client: FlaskClient
) -> None:
    assert client_for("head_jwc").get("/year/1999").status_code == 404
    assert client.get(f"/year/{YEAR}").location.startswith("/login/")


def test_the_phase_that_ends_next_is_shown_with_the_days_left(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        for phase in session.query(Phase):
            session.delete(phase)
    make(
        Phase,
        cycle=cast.cycle,
        code="monitoring",
        starts_on=clock.today(),
        ends_on=TODAY.replace(day=31),
    )
    shown = page(client_for("head_jwc"))
    assert "月度监测" in shown
    assert "还剩 15 天" in shown


# Language and theme ------------------------------------------------------------------------


def test_language_and_theme_are_remembered(client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    assert '<html lang="zh-CN" data-bs-theme="light">' in page(head)
    page(head, "/account/?theme=dark&lang=en")
    assert '<html lang="en" data-bs-theme="dark">' in page(head)
    page(head, "/account/?theme=pink")
    assert 'data-bs-theme="dark"' in page(head)


def test_switching_keeps_what_the_address_says(client_for: ClientFor) -> None:
    shown = page(client_for("head_jwc"), "/account/?a=1&a=2&lang=zh")
    assert 'href="/account/?a=1&amp;a=2&amp;lang=en"' in shown


# The menu ----------------------------------------------------------------------------------


def test_the_menu_shows_what_one_may_open_and_where_one_is(client_for: ClientFor) -> None:
    head = page(client_for("head_jwc"), "/department/list/")
    assert head.count('aria-current="page"') == 1
    current = re.search(r'href="([^"]+)" aria-current="page"', head)
    assert current is not None and current[1] == "/department/list/"
    assert "/audit_event/list/" not in head
    assert "/audit_event/list/" in page(client_for("auditor"))


def test_the_menu_speaks_the_readers_language(client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    assert "目标制定" in page(head)
    english = page(head, "/account/?lang=en")
    assert "Planning" in english
    assert "目标制定" not in english


def test_who_is_not_signed_in_sees_no_menu(client: FlaskClient) -> None:
    shown = page(client, "/login/")
    assert "lx-rail" not in shown
    assert "lx-search" not in shown


# Notifications, names ------------------------------------------------------------------------


def test_the_bell_counts_what_is_unread(client_for: ClientFor, cast: Cast) -> None:
    head = client_for("head_jwc")
    assert "条未读通知" not in page(head)
    for person in (cast.head_jwc, cast.head_jwc, cast.head_xinxi):
        make(Notification, person=person)
    assert "2 条未读通知" in page(head)


def test_the_shell_asks_the_database_for_nothing(client_for: ClientFor, cast: Cast) -> None:
    head = client_for("head_jwc")
    page(head, "/account/edit")
    with statements() as seen:
        page(head, "/account/edit")
    assert len(seen) == 1, "the person, with the access stamp and the unread notifications"


def test_a_renamed_department_is_named_anew_at_once(
    app: Flask, cast: Cast, session: AnySession
) -> None:
    key = cast.jwc.id
    assert directory().name_of(Department, key) == "教务处"
    with unit_of_work(session, TEST):
        cast.jwc.name = "教务部"
    assert directory().name_of(Department, key) == "教务部"


# What the browser is told ----------------------------------------------------------------------


def test_a_page_runs_nothing_but_files_of_ours(client_for: ClientFor) -> None:
    answer = client_for("head_jwc").get("/account/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    marks = {
        re.search(
            r"nonce-(\S+)'",
            client_for("head_jwc").get("/account/").headers["Content-Security-Policy"],
        )[1]
        for _ in range(3)
    }  # type: ignore[index]
    assert len(marks) == 3, "a nonce serves one answer only"
    text = answer.get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text)
    assert not re.search(r"\s(style|on[a-z]+)=\"", text)


def test_answers_are_compressed_for_browsers_that_say_so(client_for: ClientFor) -> None:
    answer = client_for("head_jwc").get("/account/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 8000


def test_signing_out_is_a_form_and_no_link(client_for: ClientFor) -> None:
    head = client_for("head_jwc")
    assert head.get("/logout/").status_code == 405
    assert head.post("/logout/").status_code == 302
    assert head.get("/account/").status_code == 302
