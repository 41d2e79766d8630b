"""The home page: what it shows to whom, that its figures are those of the lists behind them,
and what it costs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.core import clock
from app.core.unit_of_work import AnySession
from app.extensions import db
from app.models.improvement import ResultStatus
from app.models.monitoring import CheckStatus
from app.models.planning import TaskStatus, Visibility
from app.models.supervision import CaseStatus
from tests.cast import PEOPLE, TODAY, Cast
from tests.factories import (
    make_coordination_request,
    make_milestone,
    make_monthly_check,
    make_supervision_case,
    make_task,
    make_task_result,
)

ClientFor = Callable[[str], FlaskClient]
LATE = TODAY - dt.timedelta(days=9)
MOST_STATEMENTS = 12


def queue_of(page: Any) -> str:
    return str(page.text.split('id="my-queue"')[1].split("</section>\n  </div>")[0])


def figures_of(page: Any) -> dict[str, tuple[int, str]]:
    """The figures with their links, by label."""
    found = re.findall(r'<a href="([^"]+)" aria-label="([^"]+): (\d+)">', page.text)
    return {label: (int(count), unescape(link)) for link, label, count in found}


def listed(client: FlaskClient, link: str) -> int:
    """How many rows the page behind a link has."""
    page = client.get(link)
    assert page.status_code == 200, link
    if link.startswith("/queue/"):
        return page.text.count('class="home-row-words"')
    counted = re.search(r'class="ls-range">[^<]*?(\d+)[^\d<]*</p>', page.text)
    return int(counted[1]) if counted else 0


@pytest.fixture
def year(cast: Cast) -> None:
    """Some tasks of 教务处 and of 信息工程系, in all states."""
    for department, leader in (
        (cast.jwc, cast.leader),
        (cast.xinxi, cast.leader),
        (cast.bgs, None),
    ):
        owner = cast.staff_jwc if department is cast.jwc else None
        given: dict[str, Any] = {"lead_department": department, "leader": leader, "owner": owner}
        make_task(light="red", status=TaskStatus.ACCEPTED, due_on=LATE, **given)
        make_task(light="green", status=TaskStatus.ACCEPTED, **given)
        make_task(status=TaskStatus.PUBLISHED, **given)
        make_task(status=TaskStatus.PROPOSED, title=f"{department.name}的草稿", **given)
        rated = make_task(light="yellow", status=TaskStatus.ACCEPTED, **given)
        make_monthly_check(task=rated, status=CheckStatus.SUBMITTED, month=2)
        make_task_result(task=rated, status=ResultStatus.SUBMITTED)
        make_supervision_case(
            task=rated, department=department, status=CaseStatus.OPEN, due_on=LATE
        )
        make_milestone(task=rated, due_on=TODAY + dt.timedelta(days=5), planned_percent=50)
    make_coordination_request(department=cast.xinxi, addressed_department=cast.jwc, task=None)


@pytest.mark.parametrize("name", PEOPLE)
def test_every_figure_is_the_number_of_rows_behind_it(
    name: str, year: None, client_for: ClientFor
) -> None:
    client = client_for(name)
    page = client.get("/")
    assert page.status_code == 200
    links = {link: count for count, link in figures_of(page).values()}
    legend = re.findall(
        r'<a href="([^"]+)"><span class="light[^>]*>[^<]*</span> <b>(\d+)</b>', page.text
    )
    links |= {unescape(link): int(count) for link, count in legend}
    assert links
    for link, count in links.items():
        if link.startswith(("/import", "/department", "/person")):
            continue  # the administrator's doors
        assert listed(client, link) == count, link


def test_what_is_answered_but_not_closed_is_still_on_hand_at_home_and_on_the_board(
    client_for: ClientFor,
) -> None:
    """Only the Office's 销号 ends a case."""
    for status in CaseStatus:
        make_supervision_case(status=status)
    office = client_for("office")
    assert figures_of(office.get("/"))["在办督办件"][0] == 3
    assert "在办 3 件" in office.get("/supervision/").text


def test_a_head_sees_what_waits_and_the_button_leads_to_the_step(
    year: None, client_for: ClientFor
) -> None:
    client = client_for("head_jwc")
    queue = queue_of(client.get("/"))
    steps = {unescape(link) for link in re.findall(r'class="btn btn-sm" href="([^"]+)"', queue)}
    kinds = {link.partition("?")[0].rpartition("/")[0] for link in steps}
    assert {"/task/step/accept", "/supervision_case/step/sign", "/monthly_check"} <= kinds
    for link in steps:
        assert client.get(link).status_code == 200, link


def test_a_check_is_written_for_the_month_it_is_owed_for(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    client = client_for("staff_jwc")
    page = client.get("/queue/monthly_check.write-2026-02/")
    link = unescape(re.findall(r'class="btn btn-sm" href="([^"]+)"', page.text)[0])
    form = client.get(link)
    assert form.status_code == 200 and str(task.id) in link
    assert re.search(r'name="month"[^>]*value="2"|value="2"[^>]*name="month"', form.text)


def test_nobody_gets_the_drafts_of_another_department(year: None, client_for: ClientFor) -> None:
    for name in ("head_jwc", "staff_jwc"):
        assert "信息工程系的草稿" not in client_for(name).get("/").text
    assert "教务处的草稿" not in client_for("head_xinxi").get("/").text


def test_a_restricted_task_stands_on_no_other_departments_page(
    cast: Cast, client_for: ClientFor
) -> None:
    make_task(
        title="机密的任务", light="red", status=TaskStatus.ACCEPTED, due_on=LATE,
        lead_department=cast.xinxi, visibility=Visibility.RESTRICTED,
    )  # fmt: skip
    assert "机密的任务" in client_for("leader").get("/").text
    assert "机密的任务" not in client_for("head_jwc").get("/").text
    assert "机密的任务" not in client_for("other_leader").get("/").text


def test_a_leader_reaches_the_late_task_from_the_home_page(
    cast: Cast, client_for: ClientFor
) -> None:
    late = make_task(
        light="red", status=TaskStatus.ACCEPTED, due_on=LATE, lead_department=cast.xinxi
    )
    client = client_for("leader")
    assert f'href="/task/show/{late.id}"' in client.get("/").text
    assert client.get(f"/task/show/{late.id}").status_code == 200


def test_a_kind_that_is_not_mine_has_no_page(year: None, client_for: ClientFor) -> None:
    assert client_for("head_jwc").get("/queue/task.accept/").status_code == 200
    assert client_for("leader").get("/queue/task.accept/").status_code == 404
    assert client_for("head_jwc").get("/queue/nothing/").status_code == 404


def test_many_rows_take_a_step_at_once(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    tasks = [make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc) for _ in range(2)]
    client = client_for("head_jwc")
    page = client.get("/queue/task.accept/")
    place = re.search(r'<form class="card" method="post" action="([^"]+)"', page.text)
    assert place is not None
    client.post(place[1], data={"action": "accept", "rowid": [task.id for task in tasks]})
    for task in tasks:
        session.refresh(task)
    assert {task.status for task in tasks} <= {TaskStatus.ACCEPTED, TaskStatus.PUBLISHED}


@pytest.mark.parametrize("name", PEOPLE)
def test_the_page_costs_few_statements_however_much_waits(
    name: str, year: None, client_for: ClientFor
) -> None:
    client = client_for(name)
    client.get("/")
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0].upper() not in {"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN"}:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        client.get("/")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) <= MOST_STATEMENTS


def test_the_hour_is_the_colleges(client_for: ClientFor) -> None:
    client = client_for("head_jwc")
    with clock.at(dt.datetime(2026, 3, 16, 11, tzinfo=dt.UTC)):
        assert "陈教务" in client.get("/").text


def test_a_college_that_has_just_begun_says_what_to_do_first(
    make_app: Callable[..., Flask],
) -> None:
    from flask_appbuilder.security.sqla.models import Role
    from sqlalchemy import select

    from app.core.unit_of_work import unit_of_work
    from app.models.organisation import Person
    from app.security.manager import hash_password
    from tests.cast import TEST

    app = make_app(cast=False)
    with app.app_context():
        with unit_of_work(db.session, TEST):
            role = db.session.scalars(select(Role).where(Role.name == "Admin")).one()
            person = Person(
                username="first", last_name="首", first_name="任", email="f@example.edu.cn",
                active=True, password=hash_password("x"), roles=[role],
            )  # fmt: skip
            db.session.add(person)
        key = person.id
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(key)
        kept["signed_in_at"] = clock.now().timestamp()
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/department/list/"' in page.text and 'href="/cycle/list/"' in page.text
    assert client.get("/calendar/").status_code == 200
    assert client.get("/notification/list/").status_code == 200
