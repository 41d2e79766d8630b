"""Tasks by category, by the month they are due, and as bars of time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import Task
from app.planning.gantt_views import LIMIT
from app.web import assets
from tests.cast import TEST, YEAR, Cast
from tests.charting import cells_of, links_of, listed, payload_of
from tests.factories import make_milestone, make_task, make_task_category

ClientFor = Callable[[str], FlaskClient]
SECRET = {"visibility": "restricted", "title": "机密事项", "status": "published"}


@pytest.fixture(autouse=True)
def built_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_manifest", lambda: {"charts.js": "charts-ABCD1234.js"})


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    category = make_task_category(name="党建工作")
    other: list[dict[str, Any]] = [
        {"due_on": dt.date(YEAR, 3, 31), "light": "red"},
        {"due_on": dt.date(YEAR, 3, 1), "light": "green", "category": category},
        {"due_on": dt.date(YEAR, 12, 31), "category": category, "light": "green"},
        {"due_on": dt.date(YEAR - 1, 12, 31), "light": "orange"},
        {"due_on": dt.date(YEAR + 1, 1, 1), "category": category, "status": "finished"},
        {"due_on": None},
    ]
    return [make_task(**{"status": "published", **given}) for given in other]


def month_of(task: Task) -> str:
    if task.due_on is None:
        return "none"
    if task.due_on.year != YEAR:
        return "before" if task.due_on.year < YEAR else "after"
    return f"{task.due_on.month}月"


def test_the_months_equal_a_slow_count(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    page = client_for("office").get("/chart/workload")
    names = payload_of(page)["categories"]
    odd = {names[0]: "before", names[-2]: "after", names[-1]: "none"}
    found = {(odd.get(name, name), key): count for (name, key), count in cells_of(page).items()}
    assert found == Counter(
        (month_of(task), task.status.value) for task in session.scalars(select(Task))
    )


def test_the_categories_equal_a_slow_count(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    page = client_for("office").get("/chart/categories")
    uncategorised = payload_of(page)["categories"][-1]
    assert cells_of(page) == Counter(
        (task.category.name if task.category else uncategorised, task.light or "none")
        for task in session.scalars(select(Task))
    )


@pytest.mark.parametrize(
    "chart", ["categories", "workload", "categories?by=status", "workload?by=light"]
)
def test_every_mark_leads_to_as_many_tasks(
    client_for: ClientFor, tasks: list[Task], chart: str
) -> None:
    office = client_for("office")
    page = office.get(f"/chart/{chart}")
    assert set(links_of(page)) == set(cells_of(page))
    for mark, link in links_of(page).items():
        assert listed(office, link) == cells_of(page)[mark], mark


@pytest.mark.parametrize("chart", ["categories", "workload", "gantt"])
def test_hidden_tasks_leave_no_trace(
    client_for: ClientFor, tasks: list[Task], cast: Cast, chart: str
) -> None:
    stranger = client_for("head_xinxi")
    before = payload_of(stranger.get(f"/chart/{chart}"))
    category = make_task_category(name="绝密类别")
    make_task(**SECRET, light="red", due_on=dt.date(YEAR, 7, 1), category=category)
    make_task(**{**SECRET, "visibility": "concerned"}, due_on=dt.date(YEAR, 8, 1))
    make_task(lead_department=cast.jwc, title="他人草稿", due_on=dt.date(YEAR, 9, 1))
    page = stranger.get(f"/chart/{chart}")
    assert payload_of(page) == before
    table = page.text[page.text.index("chart-table") :]
    assert not [word for word in ("机密", "草稿", "绝密") if word in table]
    assert payload_of(client_for("head_jwc").get(f"/chart/{chart}")) != before


# Bars of time ----------------------------------------------------------------------------


def test_a_bar_runs_from_start_to_due_with_its_milestones(client_for: ClientFor) -> None:
    task = make_task(
        status="accepted", light="yellow", number="7", title="修订章程", actual_percent=40,
        start_on=dt.date(YEAR, 2, 1), due_on=dt.date(YEAR, 6, 30),
    )  # fmt: skip
    make_milestone(task=task, due_on=dt.date(YEAR, 4, 1), text="初稿", done_on=dt.date(YEAR, 4, 2))
    make_milestone(task=task, due_on=dt.date(YEAR, 6, 1), text="审定")
    make_milestone(task=task, due_on=None, text="未定")
    office = client_for("office")
    payload = payload_of(office.get("/chart/gantt"))
    assert payload["kind"] == "gantt" and payload["today"] == f"{YEAR}-03-16"
    (bar,) = payload["bars"]
    assert (bar["name"], bar["key"], bar["done"], bar["open"]) == (
        "7 修订章程",
        "yellow",
        40,
        False,
    )
    assert (bar["start"], bar["end"]) == (f"{YEAR}-02-01", f"{YEAR}-06-30")
    assert bar["milestones"] == [
        {"day": f"{YEAR}-04-01", "name": "初稿", "done": True},
        {"day": f"{YEAR}-06-01", "name": "审定", "done": False},
    ]
    assert "修订章程" in office.get(bar["link"]).text


def test_the_day_from_which_a_year_is_kept_here_stands_across_the_bars(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_task(status="accepted", start_on=dt.date(YEAR, 1, 1), due_on=dt.date(YEAR, 12, 1))
    office = client_for("office")
    assert payload_of(office.get("/chart/gantt"))["live"] is None
    with unit_of_work(session, TEST):
        cast.cycle.live_from = dt.date(YEAR, 3, 10)
    assert payload_of(office.get("/chart/gantt"))["live"] == f"{YEAR}-03-10"


def test_a_task_without_days_has_a_bar_too(client_for: ClientFor) -> None:
    make_task(status="accepted", start_on=None, due_on=None)
    make_task(status="accepted", start_on=dt.date(YEAR + 1, 2, 1), due_on=None)
    make_task(status="accepted", start_on=None, due_on=dt.date(YEAR - 1, 2, 1))
    for bar in payload_of(client_for("office").get("/chart/gantt"))["bars"]:
        assert bar["start"] <= bar["end"]


def test_many_bars_come_in_pages(client_for: ClientFor) -> None:
    for _ in range(LIMIT + 2):
        make_task(status="published")
    office = client_for("office")
    first, second = office.get("/chart/gantt"), office.get("/chart/gantt?page=1")
    names = [{bar["link"] for bar in payload_of(page)["bars"]} for page in (first, second)]
    assert [len(some) for some in names] == [LIMIT, 2]
    assert not names[0] & names[1]
    assert 'rel="next"' in first.text and 'rel="prev"' not in first.text
    assert 'rel="prev"' in second.text and 'rel="next"' not in second.text
    assert "chart-empty" in office.get("/chart/gantt?page=2").text


def test_no_page_draws_charts_of_the_framework(app: Any) -> None:
    """Flask-AppBuilder's own charts load a script from another host."""
    from flask_appbuilder.charts.views import BaseChartView

    assert not [view for view in app.appbuilder.baseviews if isinstance(view, BaseChartView)]
