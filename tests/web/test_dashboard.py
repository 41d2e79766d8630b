"""The college on one screen: its figures, what they lead to, and what they tell to whom."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import Task
from app.web import assets
from tests.cast import TEST, TODAY, YEAR, Cast
from tests.charting import counted_statements, listed
from tests.factories import (
    make_milestone,
    make_monthly_check,
    make_supervision_case,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]
TASKS, FINISHED, ON_PLAN, LATE, CASES, MISSING = range(6)


@dataclass(frozen=True)
class Screen:
    """What a page says: the headline figures with their links, a line per department."""

    text: str

    @property
    def heads(self) -> list[tuple[int, str | None]]:
        (block,) = re.findall(r'<ul class="college-heads">.*?</ul>', self.text, re.S)
        found = re.findall(
            r'<li>(?:<a href="([^"]*)">|<div>)<span>.*?</span><b[^>]*>(\d+)</b>', block
        )
        return [(int(figure), unescape(link) or None) for link, figure in found]

    @property
    def figures(self) -> list[int]:
        return [figure for figure, _ in self.heads]

    @property
    def departments(self) -> dict[str, str]:
        """The line of each department, in the order of the page."""
        if "college-table" not in self.text:
            return {}
        (body,) = re.findall(r'college-table">.*?<tbody>(.*?)</tbody>', self.text, re.S)
        rows = re.findall(r'<tr><th scope="row"><a[^>]*>(.*?)</a></th>(.*?)</tr>', body, re.S)
        return dict(rows)

    def counts(self, department: str) -> dict[str, tuple[int, str]]:
        """The tasks of a department by light, each with the link to them."""
        found = re.findall(
            r'<td class="count"><a class="light-(\w+)" href="([^"]*)"[^>]*>(\d+)</a>',
            self.departments[department],
        )
        return {light: (int(count), unescape(link)) for light, link, count in found}

    @property
    def worst(self) -> list[tuple[str, str]]:
        found = re.findall(r"<ol>(.*?)</ol>", self.text, re.S)
        return re.findall(r'<a href="([^"]+)" title="([^"]+)"', found[0]) if found else []


@pytest.fixture(autouse=True)
def built_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_manifest", lambda: {"charts.js": "charts-ABCD1234.js"})


def screen(client: FlaskClient, words: str = "") -> Screen:
    page = client.get(f"/chart/college{words}")
    assert page.status_code == 200
    return Screen(page.text)


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    jwc, xinxi, xsc = cast.jwc, cast.xinxi, cast.xsc
    rows = [
        make_task(title="红且久", status="accepted", lead_department=jwc, light="red", due_on=days_ago(40)),
        make_task(title="红不久", status="accepted", lead_department=jwc, light="red", due_on=days_ago(4)),
        make_task(title="橙而落后", status="accepted", lead_department=xinxi, light="orange", planned_percent=80, actual_percent=30),
        make_task(title="橙", status="accepted", lead_department=xsc, light="orange", planned_percent=50, actual_percent=30),
        make_task(title="绿而逾期", status="published", lead_department=xsc, light="green", due_on=days_ago(1)),
        make_task(title="绿", status="accepted", lead_department=xsc, light="green", due_on=TODAY),
        make_task(title="成", status="finished", lead_department=xinxi, light="blue", due_on=days_ago(9), finished_on=days_ago(20)),
        make_task(title="止", status="terminated", lead_department=xinxi, termination_cause="取消", due_on=days_ago(9)),
    ]  # fmt: skip
    for task in rows[:3]:
        make_milestone(task=task, due_on=days_ago(30), planned_percent=50)
    make_monthly_check(
        task=rows[0], month=2, computed_light="red", actual_percent=10, status="submitted"
    )
    make_monthly_check(
        task=rows[2],
        month=2,
        computed_light="yellow",
        actual_percent=30,
        status="submitted",
        late=True,
    )
    cases = [
        (jwc, "open", days_ago(3)),
        (jwc, "replied", TODAY),
        (xsc, "closed", TODAY),
        (xsc, "open", TODAY),
    ]
    for number, (department, status, due_on) in enumerate(cases):
        make_supervision_case(
            department=department, status=status, due_on=due_on, number=f"督〔2026〕{number}",
            source="meeting", task=None, cycle=cast.cycle,
        )  # fmt: skip
    return rows


# Figures ---------------------------------------------------------------------------------


def test_the_figures_equal_independent_counts_and_their_lists(
    client_for: ClientFor, tasks: list[Task], session: AnySession
) -> None:
    every = list(session.scalars(select(Task)))
    under_way = [task for task in every if task.status in {"published", "accepted"}]
    office = client_for("office")
    found = screen(office)
    assert found.figures[:5] == [
        len(every),
        sum(task.status == "finished" for task in every),
        sum(task.light == "green" for task in under_way),
        sum(task.due_on is not None and task.due_on < TODAY for task in under_way),
        3,
    ]
    for place, table in enumerate(("task", "task", "task", "task", "supervision_case", "task")):
        figure, link = found.heads[place]
        assert link is not None
        assert listed(office, link, table) == figure, place


def test_the_checks_missing_are_those_of_the_last_month_that_is_over(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    office = client_for("office")
    figure, link = screen(office).heads[MISSING]
    # Five were accepted and unfinished at the end of February; two of them reported.
    assert figure == 5 - 2
    assert link is not None and "month=2" in link
    assert listed(office, link) == figure
    with clock.at(dt.date(YEAR, 4, 2)):
        assert "month=3" in str(screen(client_for("office")).heads[MISSING][1])


def test_a_department_s_line_says_and_leads_to_its_lights(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    office = client_for("office")
    found = screen(office)
    counts = found.counts(cast.xsc.name)
    assert {light: count for light, (count, _) in counts.items()} == {"orange": 1, "green": 2}
    for name in found.departments:
        for light, (count, link) in found.counts(name).items():
            assert listed(office, link) == count, (name, light)


def test_the_departments_in_most_trouble_stand_first(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    assert list(screen(client_for("office")).departments) == [
        cast.jwc.name, cast.xsc.name, cast.xinxi.name,
    ]  # fmt: skip


def test_a_month_s_square_leads_to_its_checks(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    office = client_for("office")
    line = screen(office).departments[cast.jwc.name]
    squares = re.findall(r'<a class="fill-(\w+)" href="([^"]+)"[^>]*>(\d+)</a>', line)
    assert [(light, count) for light, _, count in squares] == [("missing", "2"), ("red", "1")]
    assert [listed(office, unescape(link)) for _, link, _ in squares] == [2, 2]


def test_the_worst_tasks_are_red_then_orange_then_overdue(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    found = screen(client_for("office")).worst
    assert [title for _, title in found] == ["红且久", "红不久", "橙而落后", "橙", "绿而逾期"]


def test_what_was_due_before_the_year_was_kept_here_is_not_among_the_worst(
    client_for: ClientFor, session: AnySession, cast: Cast, tasks: list[Task]
) -> None:
    """A light that was reported counts; the days since a task was due do not."""
    with unit_of_work(session, TEST):
        cast.cycle.live_from = TODAY
    found = screen(client_for("office")).worst
    assert [title for _, title in found] == ["红且久", "红不久", "橙而落后", "橙"]


def test_a_leader_reaches_the_late_task_from_the_screen(
    client_for: ClientFor, tasks: list[Task]
) -> None:
    leader = client_for("leader")
    place, title = screen(leader).worst[0]
    assert title == "红且久"
    assert title in leader.get(place).text


def test_a_year_without_anything_says_so(client_for: ClientFor) -> None:
    found = screen(client_for("office"))
    assert found.figures == [0, 0, 0, 0, 0, 0]
    assert "chart-empty" in found.text


# Whose -----------------------------------------------------------------------------------


def test_a_leader_begins_with_the_departments_in_charge(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    leader = client_for("leader")
    mine = screen(leader)
    assert set(mine.departments) == {cast.jwc.name, cast.xinxi.name}
    assert mine.figures[:5] == [5, 1, 0, 2, 2]
    for place, table in enumerate(("task", "task", "task", "task", "supervision_case", "task")):
        figure, link = mine.heads[place]
        assert link is not None and listed(leader, link, table) == figure, place
    whole = screen(leader, "?scope=all")
    assert set(whole.departments) == {cast.jwc.name, cast.xinxi.name, cast.xsc.name}
    assert whole.figures[TASKS] == len(tasks)


def test_only_a_leader_begins_so(client_for: ClientFor, tasks: list[Task]) -> None:
    for name in ("office", "head_jwc", "topleader", "staff_xinxi"):
        assert screen(client_for(name)).figures[TASKS] == len(tasks), name


@pytest.mark.parametrize(
    "words", ["", "?scope=all", "?_flt_0_lead_department={jwc}", "?_flt_2_title=机密"]
)
def test_nobody_learns_of_hidden_rows(
    client_for: ClientFor, tasks: list[Task], cast: Cast, words: str
) -> None:
    words = words.format(jwc=cast.jwc.id)
    stranger = client_for("head_xinxi")
    before = screen(stranger, words)
    secret = make_task(
        status="accepted", lead_department=cast.jwc, light="red", visibility="restricted",
        title="机密事项", due_on=days_ago(90),
    )  # fmt: skip
    make_monthly_check(task=secret, month=2, computed_light="orange", status="submitted")
    make_supervision_case(
        department=cast.jwc, status="open", number="督〔2026〕9", task=secret, matter="机密督办",
        cycle=cast.cycle,
    )  # fmt: skip
    after = screen(stranger, words)
    assert after.heads == before.heads
    assert after.departments == before.departments
    assert after.worst == before.worst
    assert "机密事项" not in after.text and "机密督办" not in after.text
    own = screen(client_for("head_jwc"), "?scope=all")
    assert own.figures[TASKS] == len(tasks) + 1 and "机密事项" in own.text


def test_checks_and_cases_of_others_do_not_stand_there(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    head = screen(client_for("head_xinxi"))
    assert head.figures[CASES] == 0
    assert "fill-yellow" in head.departments[cast.xinxi.name]
    assert 'class="month' in head.departments[cast.jwc.name]
    assert "/chart/checks" not in head.departments[cast.jwc.name]
    assert head.figures[MISSING] == 0


# Filters ---------------------------------------------------------------------------------


def test_the_filters_narrow_every_figure(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    office = client_for("office")
    found = screen(office, f"?_flt_0_lead_department={cast.xsc.id}")
    assert found.figures[:5] == [3, 0, 2, 1, 1]
    for place, table in enumerate(("task", "task", "task", "task", "supervision_case", "task")):
        figure, link = found.heads[place]
        assert link is not None and listed(office, link, table) == figure, place


def test_cases_under_filters_that_their_list_lacks_are_counted_without_a_list(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    make_supervision_case(
        department=cast.jwc, status="open", number="督〔2026〕9", task=tasks[0], cycle=cast.cycle
    )
    figure, link = screen(client_for("office"), "?_flt_3_light=red").heads[CASES]
    assert (figure, link) == (1, None)


# Cost ------------------------------------------------------------------------------------


def test_the_screen_costs_as_many_statements_however_many_rows(
    client_for: ClientFor, tasks: list[Task], cast: Cast
) -> None:
    leader = client_for("leader")
    screen(leader)
    with counted_statements() as few:
        screen(leader)
    for _ in range(12):
        task = make_task(status="accepted", lead_department=cast.jwc, light="red")
        make_monthly_check(task=task, month=2, computed_light="red", status="submitted")
        make_supervision_case(
            department=cast.jwc, status="open", number=f"督{task.id}", task=task, cycle=cast.cycle
        )
    screen(leader)
    with counted_statements() as many:
        screen(leader)
    assert len(few) == len(many) <= 12, "\n".join(many)
