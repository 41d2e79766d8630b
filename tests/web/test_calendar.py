"""The calendar: phases, months, holidays, the dates of one's own tasks, and its cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.months import month_reported, months_of
from app.extensions import db
from app.models.planning import TaskStatus
from tests.cast import TEST, TODAY, Cast
from tests.factories import make_holiday, make_milestone, make_task

ClientFor = Callable[[str], FlaskClient]


def cost(client: FlaskClient, address: str) -> int:
    assert client.get(address).status_code == 200
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0].upper() not in {"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN"}:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        client.get(address)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_year_shows_phases_with_article_holidays_and_months(client_for: ClientFor) -> None:
    make_holiday(name="校庆日", starts_on=dt.date(2026, 5, 20), ends_on=dt.date(2026, 5, 20))
    text = client_for("auditor").get("/calendar/").text
    assert "年中诊断" in text and "9.2" in text
    assert "校庆日 2026-05-20" in text
    assert 'href="?month=2026-03"' in text


@pytest.mark.parametrize("address", ["/calendar/", "/calendar/?month=2026-03"])
def test_a_department_sees_the_dates_of_its_own_tasks(
    address: str, cast: Cast, client_for: ClientFor
) -> None:
    own = make_task(status=TaskStatus.ACCEPTED, title="自己的任务", due_on=dt.date(2026, 3, 25))
    make_milestone(task=own, text="自己的节点", due_on=dt.date(2026, 3, 24), planned_percent=50)
    make_task(
        status=TaskStatus.ACCEPTED, title="别人的任务", due_on=dt.date(2026, 3, 26),
        lead_department=cast.xinxi,
    )  # fmt: skip
    text = client_for("head_jwc").get(address).text
    assert "自己的任务" in text and "自己的节点" in text
    assert "别人的任务" not in text
    assert "自己的任务" not in client_for("staff_jwc").get(address).text
    assert "别人的任务" in client_for("leader").get(address).text


@pytest.mark.parametrize("address", ["/calendar/", "/calendar/?month=2026-03"])
def test_what_was_due_before_the_year_was_kept_here_is_late_for_nothing(
    session: AnySession, cast: Cast, client_for: ClientFor, address: str
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, due_on=dt.date(2026, 3, 10))
    make_milestone(task=task, due_on=dt.date(2026, 3, 9))
    found = []
    for day in (None, 10, 11):
        with unit_of_work(session, TEST):
            cast.cycle.live_from = day and dt.date(2026, 3, day)
        page = client_for("head_jwc").get(address).text
        assert task.title in page
        found.append(page.count("cal-late"))
    assert [found[0] - one for one in found] == [0, 1, 2]


def test_a_full_day_links_to_the_rest(cast: Cast, client_for: ClientFor) -> None:
    for _ in range(9):
        make_task(status=TaskStatus.ACCEPTED, due_on=dt.date(2026, 3, 25))
    text = client_for("head_jwc").get("/calendar/?month=2026-03").text
    assert text.count("cal-kind cal-due") == 3
    assert "due_on=2026-03-25" in text


def test_nonsense_for_a_month_shows_the_year(client_for: ClientFor) -> None:
    client = client_for("head_jwc")
    for month in ("x", "2026-13", "0000-01", "99999-1"):
        assert client.get(f"/calendar/?month={month}").status_code == 200
    for month in ("0001-01", "9999-12"):
        assert client.get(f"/calendar/?month={month}").status_code == 200


def test_its_cost_does_not_grow_with_the_rows(cast: Cast, client_for: ClientFor) -> None:
    client = client_for("head_jwc")
    addresses = ("/calendar/", "/calendar/?month=2026-03")
    before = [cost(client, address) for address in addresses]
    for _ in range(12):
        make_milestone(
            task=make_task(status=TaskStatus.ACCEPTED, due_on=TODAY),
            due_on=TODAY,
            planned_percent=9,
        )
    assert [cost(client, address) for address in addresses] == before
    assert max(before) <= 9


def test_a_month_is_due_after_its_grace_in_workdays(session: AnySession, cast: Cast) -> None:
    months = months_of(session, [cast.cycle.id])
    assert [month.due_on for month in months[:3]] == [
        dt.date(2026, 2, 4), dt.date(2026, 3, 4), dt.date(2026, 4, 3),
    ]  # fmt: skip
    assert month_reported(months, dt.date(2026, 3, 3)).month == 2  # type: ignore[union-attr]
    assert month_reported(months, TODAY).month == 3  # type: ignore[union-attr]
