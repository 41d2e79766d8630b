"""Charts: their figures, what they count for whom, and where their bars lead."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.monitoring import MonthlyCheck
from app.models.planning import Task
from app.web import assets
from tests.cast import TEST, YEAR, Cast
from tests.charting import cells_of, counted_statements, links_of, listed, payload_of
from tests.factories import (
    make_cycle,
    make_milestone,
    make_monthly_check,
    make_task,
    make_task_category,
)

ClientFor = Callable[[str], FlaskClient]
CHARTS = (
    "college", "tasks", "categories", "workload", "gantt", "progress", "lights", "checks",
)  # fmt: skip


@pytest.fixture(autouse=True)
def built_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_manifest", lambda: {"charts.js": "charts-ABCD1234.js"})


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Published tasks of three departments in several lights."""
    rows = []
    for department, lights in (
        (cast.jwc, ["green", "green", "red", None]),
        (cast.xinxi, ["yellow", "green"]),
        (cast.xsc, ["orange", "blue", "blue"]),
    ):
        for light in lights:
            rows.append(
                make_task(
                    lead_department=department, light=light, status="published", leader=cast.leader
                )
            )
    return rows


def test_the_bars_equal_a_slow_count(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    expected = Counter(
        (task.lead_department.name, task.light or "none") for task in session.scalars(select(Task))
    )
    assert cells_of(client_for("office").get("/chart/tasks")) == expected


def test_the_bars_by_status_equal_a_slow_count(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    make_task(status="finished")
    expected = Counter(
        (task.lead_department.name, task.status.value) for task in session.scalars(select(Task))
    )
    assert cells_of(client_for("office").get("/chart/tasks?by=status")) == expected


def test_every_bar_leads_to_a_list_of_as_many_tasks(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    office = client_for("office")
    for by in ("light", "status"):
        page = office.get(f"/chart/tasks?by={by}")
        counts, links = cells_of(page), links_of(page)
        assert set(links) == set(counts)
        for bar, link in links.items():
            assert listed(office, link) == counts[bar], bar


def test_a_task_nobody_leads_has_a_bar_too(client_for: ClientFor) -> None:
    make_task(lead_department=None, status="published", light="green")
    make_task(status="published", light="green")
    office = client_for("office")
    page = office.get("/chart/tasks")
    (alone,) = set(cells_of(page)) - {("教务处", "green")}
    assert cells_of(page)[alone] == 1
    assert listed(office, links_of(page)[alone]) == 1


def test_the_table_beside_says_the_same_and_adds_up(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    text = client_for("office").get("/chart/tasks").text
    row = re.search(rf'<tr><th scope="row">{cast.jwc.name}</th>(.*?)</tr>', text)
    assert row
    assert [int(cell) for cell in re.findall(r">(\d+)<", row[1])][-1] == 4
    foot = re.search(r"<tfoot>(.*?)</tfoot>", text, re.S)
    assert foot and re.findall(r">(\d+)<", foot[1])[-1] == str(len(tasks))


def test_a_leader_filters_the_departments_in_charge(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    leader = client_for("leader")
    everything = cells_of(leader.get("/chart/tasks"))
    assert {department for department, _ in everything} == {
        cast.jwc.name,
        cast.xinxi.name,
        cast.xsc.name,
    }
    mine = cells_of(leader.get("/chart/tasks?scope=mine"))
    assert {department for department, _ in mine} == {cast.jwc.name, cast.xinxi.name}
    assert mine == {bar: count for bar, count in everything.items() if bar[0] != cast.xsc.name}


def test_the_filters_of_the_list_narrow_the_chart(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    office = client_for("office")
    page = office.get(f"/chart/tasks?_flt_0_lead_department={cast.jwc.id}&_flt_3_light=green")
    assert cells_of(page) == {(cast.jwc.name, "green"): 2}
    chip = re.search(r'<ul class="lx-also".*?</ul>', page.text, re.S)
    assert chip and "<b>绿灯</b>" in chip[0]
    (without,) = re.findall(r'<a href="([^"]+)"', chip[0])
    assert cells_of(office.get(unescape(without))) == {
        (cast.jwc.name, "green"): 2,
        (cast.jwc.name, "red"): 1,
        (cast.jwc.name, "none"): 1,
    }
    assert listed(office, links_of(page)[cast.jwc.name, "green"]) == 2


def test_the_form_narrows_by_category_and_leader(client_for: ClientFor, cast: Cast) -> None:
    category = make_task_category()
    make_task(status="published", category=category, leader=cast.other_leader)
    make_task(status="published", leader=cast.leader)
    office = client_for("office")
    page = office.get("/chart/tasks")
    assert 'name="_flt_0_category"' in page.text
    narrowed = office.get(
        f"/chart/tasks?_flt_0_category={category.id}&_flt_0_leader={cast.other_leader.id}"
    )
    assert sum(cells_of(narrowed).values()) == 1
    assert f'<option value="{category.id}" selected>' in narrowed.text


def test_an_empty_choice_of_the_form_is_no_filter(client_for: ClientFor, tasks: list[Task]) -> None:
    page = client_for("office").get(
        "/chart/tasks?_flt_0_lead_department=&_flt_0_leader=&scope=&by="
    )
    assert sum(cells_of(page).values()) == len(tasks)


@pytest.mark.parametrize(
    "words",
    [
        "_flt_9_light=red",
        "_flt_0_nothing=1",
        "_flt_0_cycle=x",
        "by=x",
        "_flt_0_due_on=x",
        "scope=x",
        "scope=mine",
        "month=13",
        "month=1&light=x",
        "month=٣",
        "page=99999",
        "page=x",
        "as=x",
    ],
)
def test_an_address_that_means_nothing_does_no_harm(
    client_for: ClientFor, tasks: list[Task], words: str
) -> None:
    for chart in CHARTS:
        assert client_for("office").get(f"/chart/{chart}?{words}").status_code == 200


def test_other_years_stay_out_unless_asked_for(client_for: ClientFor, tasks: list[Task]) -> None:
    other = make_cycle()
    make_task(cycle=other, status="published", light="red")
    office = client_for("office")
    assert sum(cells_of(office.get("/chart/tasks")).values()) == len(tasks)
    assert sum(cells_of(office.get(f"/chart/tasks?_flt_0_cycle={other.id}")).values()) == 1


# Restricted rows -------------------------------------------------------------------------


def test_a_restricted_task_is_counted_but_not_listed(client_for: ClientFor, cast: Cast) -> None:
    make_task(status="published", light="red", lead_department=cast.jwc)
    make_task(
        status="published",
        light="red",
        lead_department=cast.jwc,
        visibility="restricted",
        title="机密事项",
    )
    stranger = client_for("head_xinxi")
    page = stranger.get("/chart/tasks")
    assert cells_of(page) == {(cast.jwc.name, "red"): 2}
    assert listed(stranger, links_of(page)[cast.jwc.name, "red"]) == 1
    assert "chart-note" in page.text
    assert "机密事项" not in page.text
    own = client_for("head_jwc").get("/chart/tasks")
    assert cells_of(own) == {(cast.jwc.name, "red"): 2}
    assert "chart-note" not in own.text


def test_a_bar_of_restricted_tasks_only_leads_a_stranger_nowhere(
    client_for: ClientFor, cast: Cast
) -> None:
    make_task(status="published", light="red", visibility="restricted")
    page = client_for("head_xinxi").get("/chart/tasks")
    assert cells_of(page) == {(cast.jwc.name, "red"): 1}
    assert links_of(page) == {}


@pytest.mark.parametrize(
    "words",
    [
        "_flt_0_title=机密",
        "_flt_0_measures=机密",
        "_flt_0_number=77",
        "_flt_0_light=red",
        "_flt_0_status=published",
    ],
)
def test_counting_does_not_tell_what_a_restricted_task_says(
    client_for: ClientFor, words: str
) -> None:
    make_task(
        status="published", light="red", visibility="restricted", number="77",
        title="机密事项", measures="机密举措",
    )  # fmt: skip
    stranger, own = client_for("head_xinxi"), client_for("head_jwc")
    assert 'id="chart-data"' not in stranger.get(f"/chart/tasks?{words}").text
    assert sum(cells_of(own.get(f"/chart/tasks?{words}")).values()) == 1


def test_a_draft_of_others_is_not_counted(client_for: ClientFor, cast: Cast) -> None:
    make_task(lead_department=cast.jwc)
    assert 'id="chart-data"' not in client_for("head_xinxi").get("/chart/tasks").text
    assert sum(cells_of(client_for("head_jwc").get("/chart/tasks")).values()) == 1


# Progress --------------------------------------------------------------------------------


def month_end(month: int) -> dt.date:
    return dt.date(YEAR, month, calendar.monthrange(YEAR, month)[1])


def slow_progress(session: AnySession) -> tuple[list[float], list[float | None]]:
    """Planned and actual means by month, counted task by task."""
    tasks = [
        task
        for task in session.scalars(select(Task))
        if task.status != "terminated"
        and any(step.due_on and step.planned_percent is not None for step in task.milestones)
    ]
    checks = [
        check
        for check in session.scalars(select(MonthlyCheck))
        if check.status == "submitted" and check.actual_percent is not None and check.task in tasks
    ]
    reported = sorted({check.month for check in checks})
    planned, actual = [], []
    for month in range(1, 13):
        plans, reached = [], []
        for task in tasks:
            due = [
                step.planned_percent
                for step in task.milestones
                if step.due_on
                and step.due_on <= month_end(month)
                and step.planned_percent is not None
            ]
            plans.append(max(due) if due else Decimal(0))
            own = sorted(
                (check.month, check.actual_percent)
                for check in checks
                if check.task is task and check.month <= month
            )
            done = task.finished_on is not None and task.finished_on <= month_end(month)
            reached.append(Decimal(100) if done else own[-1][1] if own else Decimal(0))
        planned.append(float((sum(plans) / len(tasks)).quantize(Decimal("0.1"))))
        inside = reported and reported[0] <= month <= reported[-1]
        actual.append(
            float((sum(reached) / len(tasks)).quantize(Decimal("0.1"))) if inside else None
        )
    return planned, actual


@pytest.fixture
def progress(cast: Cast) -> list[Task]:
    """Tasks with curves and checks, with the odd cases: a milestone that falls back, one without
    a date, a progress corrected downwards, a month left out, a draft, a task finished before
    its last report, a terminated task."""
    rows = [make_task(status="accepted", lead_department=cast.jwc) for _ in range(3)]
    rows.append(make_task(status="accepted", lead_department=cast.xinxi))
    rows.append(make_task(status="finished", finished_on=dt.date(YEAR, 4, 10)))
    plan = [
        (0, (dt.date(YEAR - 1, 12, 20), 5)), (0, (dt.date(YEAR, 3, 31), 30)), (0, (dt.date(YEAR, 6, 30), 20)),
        (0, (dt.date(YEAR, 11, 1), 100)), (1, (dt.date(YEAR, 4, 15), 50)), (1, (dt.date(YEAR, 4, 15), 60)),
        (1, (None, 70)), (3, (dt.date(YEAR, 10, 1), 100)),
        (4, (dt.date(YEAR, 5, 31), 100)),
    ]  # fmt: skip
    for place, (day, percent) in plan:
        make_milestone(task=rows[place], due_on=day, planned_percent=percent)
    reports = [
        (0, 2, 10),
        (0, 3, 35),
        (0, 5, 30),
        (1, 3, 40),
        (1, 4, 55),
        (2, 3, 90),
        (3, 5, 12.5),
        (4, 3, 60),
        (4, 4, 90),
    ]
    for place, month, percent in reports:
        make_monthly_check(
            task=rows[place], month=month, actual_percent=percent, status="submitted"
        )
    make_monthly_check(task=rows[3], month=6, actual_percent=99)
    ended = make_task(status="terminated", termination_cause="政策取消")
    make_milestone(task=ended, due_on=dt.date(YEAR, 2, 1), planned_percent=100)
    return rows


def test_the_lines_equal_a_slow_count(
    client_for: ClientFor, progress: list[Task], session: AnySession
) -> None:
    planned, actual = slow_progress(session)
    payload = payload_of(client_for("office").get("/chart/progress"))
    assert payload["kind"] == "line"
    assert payload["series"][0]["values"] == planned
    assert payload["series"][1]["values"] == actual
    assert actual[0] is None and actual[11] is None and planned[11] == 90.0


def test_a_chart_tells_nobody_the_checks_of_other_departments(
    client_for: ClientFor, progress: list[Task], cast: Cast
) -> None:
    place = f"/chart/progress?_flt_0_lead_department={cast.jwc.id}"
    assert 'id="chart-data"' not in client_for("head_xinxi").get(place).text
    assert 'id="chart-data"' in client_for("head_jwc").get(place).text
    assert 'id="chart-data"' in client_for("leader").get(place).text


def test_the_progress_of_one_department(
    client_for: ClientFor, progress: list[Task], cast: Cast
) -> None:
    page = client_for("office").get(f"/chart/progress?_flt_0_lead_department={cast.xinxi.id}")
    planned, actual = (series["values"] for series in payload_of(page)["series"])
    assert planned == [0.0] * 9 + [100.0] * 3
    assert actual == [None] * 4 + [12.5] + [None] * 7


def test_a_point_leads_to_what_is_due_that_month_and_to_its_checks(
    client_for: ClientFor, progress: list[Task]
) -> None:
    make_task(status="published", due_on=dt.date(YEAR, 3, 31))
    office = client_for("office")
    due, checks = (
        series["links"] for series in payload_of(office.get("/chart/progress"))["series"]
    )
    assert listed(office, due[2]) == 1
    assert listed(office, due[1]) == 0
    page = office.get(checks[2])
    assert len(set(re.findall(r"/monthly_check/show/(\d+)", page.text))) == 4
    assert checks[11] is None


def test_without_a_plan_there_is_no_curve(client_for: ClientFor, tasks: list[Task]) -> None:
    page = client_for("office").get("/chart/progress")
    assert page.status_code == 200
    assert "chart-empty" in page.text


# The page --------------------------------------------------------------------------------


def test_nobody_without_signing_in(client: FlaskClient) -> None:
    for chart in CHARTS:
        assert client.get(f"/chart/{chart}").status_code == 302


def test_the_page_loads_nothing_from_elsewhere(client_for: ClientFor, tasks: list[Task]) -> None:
    text = client_for("office").get("/chart/tasks").text
    places = re.findall(r"""(?:src|href|action)\s*=\s*["']([^"']+)""", text)
    assert places
    assert [place for place in places if urlsplit(unescape(place)).netloc] == []
    assert "https://" not in re.sub(r'href="#"', "", text)


def test_a_title_cannot_break_out_of_the_data(client_for: ClientFor, cast: Cast) -> None:
    make_task(status="published", light="red", lead_department=cast.jwc)
    with unit_of_work(db.session, TEST):
        cast.jwc.name = "</script><script>alert(1)</script>"
    text = client_for("office").get("/chart/tasks").text
    assert "<script>alert(1)" not in text


def test_without_the_built_front_end_the_table_stands_alone(
    client_for: ClientFor, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_manifest", dict)
    page = client_for("office").get("/chart/tasks")
    assert page.status_code == 200
    assert "alert-info" in page.text
    assert "chart-table" in page.text
    assert "data-chart=" not in page.text


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_costs_few_statements_however_many_tasks(
    client_for: ClientFor, progress: list[Task], cast: Cast, chart: str
) -> None:
    leader = client_for("leader")
    leader.get(f"/chart/{chart}")
    with counted_statements() as few:
        leader.get(f"/chart/{chart}")
    for _ in range(10):
        make_milestone(
            task=make_task(status="published"), due_on=dt.date(YEAR, 5, 1), planned_percent=50
        )
    leader.get(f"/chart/{chart}")
    with counted_statements() as many:
        leader.get(f"/chart/{chart}")
    assert len(few) == len(many)
    assert len(many) <= (12 if chart == "college" else 8), "\n".join(many)
