"""From a department's page to the lists of what is the department's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from app.core import policy
from app.models.organisation import Department, DepartmentKind
from tests.cast import Cast
from tests.factories import make_department, make_task

ClientFor = Callable[[str], FlaskClient]


def ways_on(client: FlaskClient, department: Department) -> list[str]:
    page = client.get(f"/department/show/{department.id}").text
    found = re.search(r'<nav class="card og-lists".*?</nav>', page, re.S)
    return (
        [html.unescape(one) for one in re.findall(r'<a href="([^"]+)"', found[0])] if found else []
    )


def to(ways: list[str], place: str) -> str:
    """The first of them to the list at `place`."""
    return next(way for way in ways if urlsplit(way).path == f"/{place}/list/")


def test_each_way_leads_to_a_list_narrowed_to_the_department(
    client_for: ClientFor, cast: Cast
) -> None:
    mine = make_task(cycle=cast.cycle, lead_department=cast.jwc, title="本处的任务")
    other = make_task(cycle=cast.cycle, lead_department=cast.xinxi, title="别系的任务")
    office = client_for("office")
    ways = ways_on(office, cast.jwc)
    assert [urlsplit(way).path.split("/")[1] for way in ways][:5] == [
        "task", "task", "department_plan", "supervision_case", "person",
    ]  # fmt: skip
    tasks = office.get(to(ways, "task")).text
    assert mine.title in tasks and other.title not in tasks
    assert {office.get(way).status_code for way in ways} == {200}


def test_the_people_of_sections_belong_to_the_department(client_for: ClientFor, cast: Cast) -> None:
    section = make_department(parent=cast.jwc, kind=DepartmentKind.SECTION)
    ways = ways_on(client_for("office"), cast.jwc)
    asked = {
        value
        for values in parse_qs(urlsplit(to(ways, "person")).query).values()
        for value in values
    }
    assert {str(cast.jwc.id), str(section.id)} <= set(",".join(asked).split(","))
    assert str(cast.jwc.id) in to(ways, "department")


def test_a_section_leads_to_its_own_tasks(client_for: ClientFor, cast: Cast) -> None:
    section = make_department(parent=cast.jwc, kind=DepartmentKind.SECTION)
    ways = ways_on(client_for("office"), section)
    assert "_section=" in to(ways, "task")
    assert not [way for way in ways if way.startswith("/department_plan/")]


def test_no_way_leads_where_the_reader_may_not_go(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.actor import Actor
    from app.models.supervision import SupervisionCase

    shut = f"{policy.policy_of(SupervisionCase).resource}:read"
    usual = Actor.may
    client = client_for("staff_jwc")
    assert to(ways_on(client, cast.jwc), "supervision_case")
    monkeypatch.setattr(Actor, "may", lambda actor, wanted: wanted != shut and usual(actor, wanted))
    assert not [way for way in ways_on(client, cast.jwc) if "supervision_case" in way]
