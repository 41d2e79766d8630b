"""The page of the daily patrol: what it would do, its rounds, the button; who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.planning import TaskStatus
from app.models.supervision import SupervisionCase
from app.models.system import PatrolRound
from app.supervision.patrol_news import News
from tests.architecture.test_query_counts import statements
from tests.factories import make_patrol_round, make_task

TODAY = dt.date(2026, 3, 16)
Browser = Callable[[str], FlaskClient]


def overdue_tasks(count: int) -> None:
    for number in range(count):
        make_task(
            status=TaskStatus.ACCEPTED, due_on=dt.date(2026, 3, 10), title=f"教材建设 {number}"
        )


def test_it_shows_what_the_round_would_do(session: AnySession, client_for: Browser) -> None:
    overdue_tasks(7)
    page = client_for("office").get("/patrol/").get_data(as_text=True)
    assert "教材建设 0" in page
    assert page.count("教材建设 4") == 2  # proposed, and turning red
    assert "教材建设 5" not in page
    assert session.scalar(select(func.count(SupervisionCase.id))) == 0


def test_the_button_goes_the_round_once(session: AnySession, client_for: Browser) -> None:
    overdue_tasks(1)
    office = client_for("office")
    for _ in range(2):
        assert office.post("/patrol/run").status_code == 302
    assert session.scalar(select(func.count(SupervisionCase.id))) == 1
    assert session.scalar(select(func.count(PatrolRound.id))) == 1


def test_days_without_a_round_are_named(session: AnySession, client_for: Browser) -> None:
    make_patrol_round(day=TODAY - dt.timedelta(days=3))
    page = client_for("office").get("/patrol/").get_data(as_text=True)
    for day in ("2026-03-14", "2026-03-15"):
        assert f'<span class="tag tag-orange">{day}</span>' in page


def test_a_round_made_up_for_later_is_marked(session: AnySession, client_for: Browser) -> None:
    make_patrol_round(day=TODAY, finished_at=clock.now())
    office = client_for("office")
    before = office.get("/patrol/").get_data(as_text=True).count("tag-orange")
    make_patrol_round(day=TODAY - dt.timedelta(days=1), finished_at=clock.now())
    assert office.get("/patrol/").get_data(as_text=True).count("tag-orange") == before + 1


@pytest.mark.parametrize(
    ("name", "sees", "runs"),
    [
        ("office", True, True),
        ("admin", True, True),
        ("auditor", True, False),
        ("head_jwc", False, False),
        ("leader", False, False),
    ],
)
def test_who_sees_it_and_who_runs_it(
    session: AnySession, client_for: Browser, name: str, sees: bool, runs: bool
) -> None:
    client = client_for(name)
    page = client.get("/patrol/")
    assert (page.status_code == 200) is sees
    if sees:
        assert ('action="/patrol/run"' in page.get_data(as_text=True)) is runs
    client.post("/patrol/run")
    assert session.scalar(select(func.count(PatrolRound.id))) == int(runs)


@pytest.mark.parametrize("news", list(News))
def test_every_message_leads_to_its_rows(
    session: AnySession, client_for: Browser, news: News
) -> None:
    head = client_for("head_jwc")
    found = head.get(f"/patrol/to/{news.value}", follow_redirects=True)
    assert found.status_code == 200
    assert "/list/" in found.request.path


def test_a_message_of_an_unknown_kind_leads_nowhere(
    session: AnySession, client_for: Browser
) -> None:
    assert client_for("head_jwc").get("/patrol/to/nowhere").status_code == 404


def test_the_page_costs_the_same_however_many_rows(
    session: AnySession, client_for: Browser
) -> None:
    office = client_for("office")
    overdue_tasks(2)
    office.get("/patrol/")
    with statements() as few:
        office.get("/patrol/")
    overdue_tasks(20)
    with statements() as many:
        office.get("/patrol/")
    assert len(many) == len(few)
