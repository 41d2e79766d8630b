"""Charts of monthly checks: their figures, whose checks they count, and what stands behind."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.monitoring import MonthlyCheck
from app.models.planning import Task
from app.monitoring.lights import ORDER
from app.web import assets
from tests.cast import YEAR, Cast
from tests.charting import cells_of, links_of, listed, payload_of
from tests.factories import make, make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]
OVER = (1, 2, 3, 4, 5)
"""The months that are over on the day of these tests."""


@pytest.fixture(autouse=True)
def built_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_manifest", lambda: {"charts.js": "charts-ABCD1234.js"})


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with clock.at(dt.date(YEAR, 6, 10)):
        yield


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Accepted tasks of three departments with checks in several lights; one begins in April,
    one was finished in March, one is a draft's month, one was never reported on."""
    jwc, xinxi, xsc = cast.jwc, cast.xinxi, cast.xsc
    rows = [
        make_task(status="accepted", lead_department=jwc, leader=cast.leader),
        make_task(status="accepted", lead_department=jwc, start_on=dt.date(YEAR, 4, 15)),
        make_task(status="finished", lead_department=xinxi, finished_on=dt.date(YEAR, 3, 20)),
        make_task(status="accepted", lead_department=xsc),
        make_task(status="published", lead_department=xsc),
        make_task(
            status="terminated", lead_department=xsc, terminated_on=dt.date(YEAR, 2, 3),
            termination_cause="政策取消",
        ),
    ]  # fmt: skip
    for place, month, light, more in (
        (0, 2, "green", {}),
        (0, 3, "yellow", {"late": True}),
        (0, 4, "green", {"head_light": "red", "head_light_reason": "停工"}),
        (1, 4, "orange", {}),
        (2, 2, "green", {}),
        (3, 3, "red", {}),
    ):
        make_monthly_check(
            task=rows[place], month=month, computed_light=light, status="submitted", **more
        )
    make_monthly_check(task=rows[3], month=4, computed_light="green")
    return rows


def shining(check: MonthlyCheck) -> str:
    return (check.head_light or check.computed_light).value


def submitted(session: AnySession) -> list[MonthlyCheck]:
    return [row for row in session.scalars(select(MonthlyCheck)) if row.status == "submitted"]


def owing(session: AnySession) -> set[tuple[Task, int]]:
    """Each task and month without its check, found one by one."""
    reported = {(check.task_id, check.month) for check in submitted(session)}
    found = set()
    for task in session.scalars(select(Task)):
        for month in OVER:
            end = dt.date(YEAR, month + 1, 1) - dt.timedelta(days=1)
            begun = task.start_on is None or task.start_on <= end
            ended = [day for day in (task.finished_on, task.terminated_on) if day and day <= end]
            taken = task.status in {"accepted", "finished", "terminated"}
            if taken and begun and not ended and (task.id, month) not in reported:
                found.add((task, month))
    return found


def test_the_lights_of_the_months_equal_a_slow_count(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    expected = Counter((f"{check.month}月", shining(check)) for check in submitted(session))
    expected.update((f"{month}月", "missing") for _, month in owing(session))
    assert cells_of(client_for("office").get("/chart/lights")) == expected


def test_every_mark_leads_to_as_many_checks(client_for: ClientFor, tasks: list[Task]) -> None:
    office = client_for("office")
    page = office.get("/chart/lights")
    links = links_of(page)
    assert set(links) == set(cells_of(page))
    for mark, count in cells_of(page).items():
        assert listed(office, links[mark]) == count, mark


def test_a_square_shines_as_its_worst_check(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    office = client_for("office")
    payload = payload_of(office.get("/chart/checks"))
    found = {
        (payload["rows"][cell["row"]], payload["columns"][cell["column"]]): cell
        for cell in payload["cells"]
    }
    lights: dict[tuple[str, str], list[str]] = defaultdict(list)
    for check in submitted(session):
        lights[check.task.lead_department.name, f"{check.month}月"].append(shining(check))
    missing = Counter((task.lead_department.name, f"{month}月") for task, month in owing(session))
    assert set(found) == {*lights, *missing}
    order = [light.value for light in ORDER]
    for at, cell in found.items():
        worst = max(lights[at], key=order.index, default="missing")
        assert cell["key"] == worst
        assert int(cell["text"]) == (lights[at].count(worst) or missing[at])
        assert listed(office, cell["link"]) == len(lights[at]) + missing[at]


def test_what_was_reported_of_what_is_owed(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    payload = payload_of(client_for("office").get("/chart/checks?by=reported"))
    found = {
        (payload["rows"][cell["row"]], payload["columns"][cell["column"]]): (
            cell["key"], cell["text"],
        )
        for cell in payload["cells"]
    }  # fmt: skip
    jwc = cast.jwc.name
    assert found[jwc, "1月"] == ("red", "0/1")
    assert found[jwc, "2月"] == ("green", "1/1")
    assert found[jwc, "3月"] == ("yellow", "1/1")
    assert found[jwc, "4月"] == ("green", "2/2")
    assert found[jwc, "5月"] == ("red", "0/2")
    assert (jwc, "6月") not in found


def test_an_exempt_month_owes_nothing(
    client_for: ClientFor, tasks: list[Task], cast: Cast, session: AnySession
) -> None:
    from app.core.unit_of_work import unit_of_work
    from app.models.cycles import ReportingMonth
    from tests.cast import TEST

    with unit_of_work(session, TEST):
        for row in session.scalars(select(ReportingMonth)):
            row.exempt = row.month != 2
    page = client_for("office").get("/chart/lights")
    owed = {month for month, key in cells_of(page) if key == "missing"}
    assert owed == {"2月"}


# Whose checks ----------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["lights", "checks", "checks?by=reported"])
def test_only_checks_that_one_may_read_are_counted(
    client_for: ClientFor, tasks: list[Task], cast: Cast, chart: str
) -> None:
    for name, departments in (
        ("head_jwc", {cast.jwc.name}),
        ("head_xinxi", {cast.xinxi.name}),
        ("leader", {cast.jwc.name, cast.xinxi.name}),
        ("topleader", {cast.jwc.name, cast.xinxi.name, cast.xsc.name}),
    ):
        payload = payload_of(client_for(name).get("/chart/checks"))
        assert set(payload["rows"]) == departments, name
    place = "?" if "?" not in chart else "&"
    foreign = f"/chart/{chart}{place}_flt_0_lead_department={cast.jwc.id}"
    assert 'id="chart-data"' not in client_for("head_xinxi").get(foreign).text


@pytest.mark.parametrize("light", ["", "missing", "red", "orange"])
def test_nobody_lists_the_checks_of_others(
    client_for: ClientFor, tasks: list[Task], cast: Cast, light: str
) -> None:
    for chart in ("lights", "checks"):
        for narrowed in ("", f"&_flt_0_lead_department={cast.jwc.id}", "&_flt_2_title=任"):
            place = f"/chart/{chart}?month=4&light={light}{narrowed}#behind"
            text = client_for("head_xinxi").get(place).text
            assert tasks[0].title not in text and tasks[1].title not in text
            assert "停工" not in text


def test_an_assisting_department_learns_nothing_of_the_checks(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    from app.models.planning import TaskDepartment

    make(TaskDepartment, task=tasks[0], department=cast.xinxi)
    head = client_for("head_xinxi")
    assert payload_of(head.get("/chart/checks"))["rows"] == [cast.xinxi.name]
    assert listed(head, "/chart/lights?month=4&light=red#behind") == 0
    assert listed(head, "/chart/lights?month=5&light=missing#behind") == 0


def test_the_owner_of_a_task_reads_its_checks_alone(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    own = make_task(status="accepted", lead_department=cast.jwc, owner=cast.staff_xinxi)
    make_monthly_check(task=own, month=4, computed_light="blue", status="submitted")
    page = client_for("staff_xinxi").get(f"/chart/lights?_flt_0_lead_department={cast.jwc.id}")
    assert {key for _, key in cells_of(page)} == {"blue", "missing"}
    assert sum(cells_of(page).values()) == len(OVER)


# The page --------------------------------------------------------------------------------


def test_the_rows_behind_a_mark_stand_below_and_go_again(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    office = client_for("office")
    text = office.get("/chart/lights?month=4&light=red").text
    assert 'id="behind-table"' in text and tasks[0].title in text
    assert 'id="behind"' not in office.get("/chart/lights").text


def test_figures_are_sent_as_a_file_for_a_spreadsheet(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    answer = client_for("office").get("/chart/checks?as=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[1:] == ["1月", "2月", "3月", "4月", "5月"]
    assert len(lines) == 4
