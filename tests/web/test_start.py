"""Setting a college up: what the path says is missing, and the form of the first year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.baseline import Baseline
from app.models.cycles import (
    Cycle,
    CycleStatus,
    Holiday,
    Phase,
    PhaseCode,
    ReportingMonth,
    RuleBookStatus,
)
from app.models.organisation import Appointment, Charge, Department
from app.models.planning import TaskStatus
from app.planning.adoption import adopt_issued_table, open_table
from tests.architecture.test_query_counts import statements
from tests.cast import PEOPLE, TEST, YEAR, Cast
from tests.conftest import MakeApp, rolled_back
from tests.factories import make_department, make_task

ClientFor = Callable[[str], FlaskClient]
STEPS = ("departments", "people", "charges", "calendar", "rules", "plan")


def states(page: Any) -> dict[str, str]:
    """The state of each step."""
    return {
        key: state
        for state, key in re.findall(r'class="card st-step st-(\w+)" id="(\w+)"', page.text)
    }


def step(page: Any, key: str) -> str:
    """The words of one step."""
    return str(page.text.split(f'id="{key}"', 1)[1].split('<li class="card', 1)[0])


@pytest.fixture
def whole(cast: Cast, session: AnySession) -> None:
    """The cast's college with nothing missing."""
    with unit_of_work(session, TEST):
        for department, person in ((cast.bgs, cast.office), (cast.xsc, cast.quality)):
            session.add(
                Appointment(
                    person=person, department=department, post="head", valid_from=dt.date(2020, 1, 1)
                )
            )  # fmt: skip
        session.add(
            Holiday(name="寒假", starts_on=dt.date(YEAR, 1, 20), ends_on=dt.date(YEAR, 2, 20))
        )
    make_task(status=TaskStatus.PUBLISHED)


def test_admin_and_office_walk_the_path_and_nobody_else(client_for: ClientFor) -> None:
    for name in PEOPLE:
        expected = 200 if name in {"admin", "office"} else 403
        assert client_for(name).get("/start/").status_code == expected, name


def test_an_empty_database_misses_everything(make_app: MakeApp) -> None:
    app = make_app(cast=False)
    with rolled_back(app) as session:
        page = _client_of_first_admin(app, session).get("/start/")
        assert states(page) == dict.fromkeys(STEPS, "missing")
        home = _client_of_first_admin(app, session, "second").get("/")
        assert home.text.count("/start/#") == len(STEPS)


def _client_of_first_admin(app: Any, session: AnySession, name: str = "first") -> FlaskClient:
    from app.models.organisation import Person
    from app.organisation.service import create_person
    from app.security.roles import ADMIN

    with unit_of_work(session, TEST):
        person = Person(
            username=name, last_name="首", first_name="任", email=f"{name}@example.edu.cn",
            active=True, password="x",
        )  # fmt: skip
        create_person(session, TEST, person, roles=[ADMIN])
    client: FlaskClient = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(person.id)
        kept["signed_in_at"] = clock.now().timestamp()
    return client


@pytest.mark.usefixtures("whole")
def test_with_nothing_missing_all_is_done_and_home_is_silent(client_for: ClientFor) -> None:
    page = client_for("office").get("/start/")
    assert states(page) == dict.fromkeys(STEPS, "done")
    assert "/start/#" not in client_for("office").get("/").text


@pytest.mark.usefixtures("whole")
def test_what_is_missing_is_counted_and_named(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        for post in session.scalars(
            select(Appointment).where(Appointment.department_id == cast.xinxi.id)
        ):
            session.delete(post)
        for charge in session.scalars(
            select(Charge).where(Charge.department_id.in_([cast.bgs.id, cast.xsc.id]))
        ):
            charge.valid_to = clock.today() - dt.timedelta(days=1)
    page = client_for("admin").get("/start/")
    assert states(page) == {**dict.fromkeys(STEPS, "done"), "people": "begun", "charges": "begun"}
    people, charges = step(page, "people"), step(page, "charges")
    assert "1 个部门" in people or "1 department" in people
    assert f"department={cast.xinxi.id}" in people and "信息工程系" in people
    assert "/charge/add" in charges and "学生工作处" in charges and "教务处" not in charges
    home = client_for("admin").get("/")
    assert "/start/#people" in home.text and "/start/#rules" not in home.text


@pytest.mark.usefixtures("whole")
def test_a_head_who_has_left_heads_nothing(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        cast.head_jwc.active = False
    assert "教务处" in step(client_for("admin").get("/start/"), "people")


@pytest.mark.usefixtures("whole")
def test_a_department_that_is_closed_needs_nobody(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    make_department(name="旧部门", valid_to=clock.today() - dt.timedelta(days=1))
    make_department(name="未来部门", valid_from=clock.today() + dt.timedelta(days=30))
    assert states(client_for("admin").get("/start/"))["charges"] == "done"


def test_each_reader_is_offered_the_workbooks_that_are_theirs(client_for: ClientFor) -> None:
    admin, office = (client_for(name).get("/start/").text for name in ("admin", "office"))
    for kind in ("department", "person", "charge", "holiday"):
        assert f"/import/template/{kind}" in admin
    assert "/import/template/task" in office and "/import/template/task" not in admin
    assert "kind=task&amp;return=/start/" in office


@pytest.mark.usefixtures("whole")
def test_a_gap_in_the_calendar_is_said(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        for row in session.scalars(select(ReportingMonth).where(ReportingMonth.month > 10)):
            session.delete(row)
        phase = session.scalars(select(Phase).where(Phase.code == PhaseCode.MIDYEAR)).one()
        session.delete(phase)
    told = step(client_for("admin").get("/start/"), "calendar")
    assert "10" in told and "13" in told


def test_the_path_costs_the_same_whatever_its_size(
    client_for: ClientFor, session: AnySession
) -> None:
    office = client_for("office")

    def cost() -> int:
        office.get("/start/")
        with statements() as seen:
            office.get("/start/")
        return len(seen)

    before = cost()
    for number in range(15):
        make_department(name=f"新部门{number}")
    assert cost() == before <= 5


# The first year ----------------------------------------------------------------------------


def fields_of(page: Any) -> dict[str, Any]:
    """The form as the browser would send it back."""
    form = page.text.split('id="model_form"', 1)[1]
    found = dict(re.findall(r'<input[^>]*name="(\w+_(?:starts|ends))"[^>]*value="([^"]*)"', form))
    months = re.findall(r'name="months" value="(\d+)" checked', form)
    year = re.findall(r'name="year" value="(\d+)"', form)[0]
    return {**found, "months": months, "year": year}


def test_the_form_offers_the_dates_of_the_regulation(client_for: ClientFor) -> None:
    form = fields_of(client_for("office").get("/start/year/?year=2031"))
    assert len(form) == 2 * len(PhaseCode) + 2
    assert form["kickoff_starts"] == "2030-10-31" and form["year"] == "2031"
    assert form["months"] == [str(month) for month in range(3, 13)]


def test_without_a_year_the_next_one_is_meant(client_for: ClientFor) -> None:
    assert fields_of(client_for("office").get("/start/year/"))["year"] == str(YEAR + 1)
    strange = client_for("office").get("/start/year/?year=99999999999999999999")
    assert fields_of(strange)["year"] == str(YEAR + 1)


def test_the_office_opens_a_year_in_one_go(client_for: ClientFor, session: AnySession) -> None:
    office = client_for("office")
    form = fields_of(office.get("/start/year/?year=2031"))
    form |= {"months": ["4", "5"], "document_number": "院发〔2030〕8号", "start": "y",
             "midyear_ends": "2031-07-15"}  # fmt: skip
    assert office.post("/start/year/", data=form).status_code == 302
    cycle = session.scalars(select(Cycle).where(Cycle.year == 2031)).one()
    assert cycle.status == CycleStatus.RUNNING
    assert cycle.rule_book is not None and cycle.rule_book.status == RuleBookStatus.IN_FORCE
    asked = select(ReportingMonth.month).where(
        ReportingMonth.cycle_id == cycle.id, ReportingMonth.exempt.is_(False)
    )
    assert sorted(session.scalars(asked)) == [4, 5]
    midyear = session.scalars(
        select(Phase).where(Phase.cycle_id == cycle.id, Phase.code == PhaseCode.MIDYEAR)
    ).one()
    assert midyear.ends_on == dt.date(2031, 7, 15) and not midyear.assumed


def test_what_was_typed_comes_back_with_the_reason(
    client_for: ClientFor, session: AnySession
) -> None:
    office = client_for("office")
    form = fields_of(office.get("/start/year/?year=2031"))
    page = office.post("/start/year/", data={**form, "midyear_ends": "31.7."})
    assert page.status_code == 422 and 'value="31.7."' in page.text
    page = office.post("/start/year/", data={**form, "start": "y", "midyear_ends": "2031-07-12"})
    assert page.status_code == 422 and 'value="2031-07-12"' in page.text
    assert "document_number-errors" in page.text
    backwards = office.post("/start/year/", data={**form, "midyear_ends": "2031-01-01"})
    assert backwards.status_code == 422
    assert session.scalar(select(Cycle).where(Cycle.year == 2031)) is None


def test_a_year_that_is_open_is_not_opened_again(client_for: ClientFor) -> None:
    office = client_for("office")
    form = fields_of(office.get("/start/year/?year=2031"))
    page = office.get(f"/start/year/?year={YEAR}")
    assert "该年度已存在。" in page.text and f"改为建立 {YEAR + 1} 年度" in page.text
    assert 'id="model_form"' not in page.text
    earlier = office.get(f"/start/year/?year={YEAR - 1}")
    assert "不能再补建更早的年度。" in earlier.text
    assert office.post("/start/year/", data={**form, "year": str(YEAR)}).status_code == 422


def test_the_page_says_what_will_be_there_and_the_ticked_charge_goes_on(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        charge = session.scalars(select(Charge).where(Charge.department_id == cast.jwc.id)).one()
        charge.valid_to = dt.date(YEAR, 12, 31)
    make_task(status=TaskStatus.ACCEPTED)
    office = client_for("office")
    page = office.get("/start/year/")
    assert f"沿用 {YEAR} 年的" in page.text and "未认定 1 项" in page.text
    assert f'name="charges" value="{charge.id}"' in page.text
    office.post("/start/year/", data={**fields_of(page), "charges": charge.id})
    session.expire_all()
    assert charge.valid_to == dt.date(YEAR + 1, 12, 31)


def test_a_college_begins_in_september_from_its_issued_table(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    """The year is opened in September, the issued table taken over: months that are over are
    exempt, what was due before is no flood of overdue tasks, nothing is scored yet."""
    year, day = YEAR + 1, dt.date(YEAR + 1, 9, 14)
    with clock.at(day):
        office, head = client_for("office"), client_for("head_jwc")
        page = office.get(f"/start/year/?year={year}")
        assert f"自 {day} 起启用" in page.text
        form = fields_of(page) | {
            "document_number": "院发〔2027〕9号",
            "start": "y",
            "trial_until": "9",
        }
        assert form["months"] == ["9", "10", "11", "12"]
        assert office.post("/start/year/", data=form).status_code == 302
        cycle = session.scalars(select(Cycle).where(Cycle.year == year)).one()
        actor = cast.actor("office")
        with unit_of_work(session, actor):
            table = open_table(session, actor, cycle)
        rows = [
            make_task(
                title=title, cycle=cycle, due_on=due, owner=cast.staff_jwc, standard="达标",
                decomposition_id=table.id,
            )
            for title, due in (("三月到期", dt.date(year, 3, 31)), ("上周到期", dt.date(year, 9, 10)),
                               ("十一月到期", dt.date(year, 11, 30)))
        ]  # fmt: skip
        with unit_of_work(session, actor):
            adopt_issued_table(session, actor, table, issue_number="院发〔2027〕2号")
        assert {row.status for row in rows} == {TaskStatus.PUBLISHED}
        assert session.scalars(select(Baseline).where(Baseline.decomposition_id == table.id)).one()
        listed = head.get(f"/task/list/?_flt_0_cycle={cycle.id}")
        assert "三月到期" in listed.text and "ls-late" not in listed.text
        office.get(f"/year/{year}")
        path = office.get("/start/")
        assert f"自 {day} 起启用" in step(path, "calendar")
        assert "试运行至9月底，不计分" in step(path, "calendar")
        assert "2 项在 2027-09-14 启用前到期，不计逾期" in step(path, "plan")
        shown = head.get(f"/task/show/{rows[0].id}").text
        assert "系统启用前到期，待反馈完成情况" in shown
    with clock.at(dt.date(year, 12, 2)):
        listed = client_for("head_jwc").get(f"/task/list/?_flt_0_cycle={cycle.id}").text
        assert listed.count("ls-late") == 1


def test_opening_a_year_is_the_offices(client_for: ClientFor, session: AnySession) -> None:
    for name in ("admin", "head_jwc", "auditor"):
        assert client_for(name).get("/start/year/").status_code == 403
        assert client_for(name).post("/start/year/", data={}).status_code == 403
    assert session.scalar(select(Department.id).limit(1)) is not None
