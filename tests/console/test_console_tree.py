"""Departments as a tree, how rows stand, and what the first page says is missing or odd."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.console.standing import ODD, STANDINGS, Standing
from app.core.unit_of_work import AnySession, unit_of_work
from tests.cast import TEST, TODAY, Cast
from tests.charting import counted_statements
from tests.factories import (
    make_appointment,
    make_charge,
    make_cycle,
    make_delegation,
    make_department,
    make_holiday,
    make_person,
    make_phase,
    make_rule_book,
)

ClientFor = Callable[[str], FlaskClient]
YESTERDAY = TODAY - dt.timedelta(days=1)
TOMORROW = TODAY + dt.timedelta(days=1)


def lines(client: FlaskClient, address: str) -> dict[str, str]:
    """The rows of a list by their names, in order."""
    text = client.get(address).text
    found = {}
    for line in re.findall(r"<tr data-row=.*?</tr>", text, re.S):
        name = re.search(r'class="ls-open"[^>]*>([^<]*)<', line)
        assert name
        found[name[1]] = line
    return found


def standing(client: FlaskClient, table: str, one: Standing) -> set[str]:
    """The names of the rows that stand so; what only stands there for its branch left out."""
    shown = lines(client, f"/console/{table}/list/?_flt_0_standing={one.value}")
    return {name for name, line in shown.items() if "console-context" not in line}


# The tree --------------------------------------------------------------------------------


def test_departments_stand_below_their_parents(client_for: ClientFor, cast: Cast) -> None:
    shown = lines(client_for("admin"), "/console/department/")
    names = list(shown)
    assert names.index("教学科") == names.index("教务处") + 1
    assert "console-depth-1" in shown["教学科"]
    assert f'data-parent="{cast.jwc.id}"' in shown["教学科"]
    assert "data-above" in shown["教务处"], "it can be folded"
    assert "data-above" not in shown["教学科"]


def test_a_condition_keeps_what_stands_above_what_it_found(client_for: ClientFor) -> None:
    client = client_for("admin")
    shown = lines(client, "/console/department/?q=教学科")
    assert list(shown) == ["教务处", "教学科"]
    assert "console-context" in shown["教务处"]
    assert 'name="rowid"' not in shown["教务处"], "it was not found, so it is not chosen"
    assert "console-cell" not in shown["教务处"]
    assert "共 1 条" in client.get("/console/department/?q=教学科").text


def test_a_sorted_list_is_flat(client_for: ClientFor) -> None:
    client = client_for("admin")
    place = "/console/department/?_oc_DepartmentConsole=code&_od_DepartmentConsole=desc"
    shown = lines(client, f"{place}&q=教学科")
    assert list(shown) == ["教学科"]
    assert "console-depth" not in shown["教学科"]


def test_a_page_begins_with_the_branch_it_stands_on(client_for: ClientFor, cast: Cast) -> None:
    for number in range(3):
        make_department(name=f"第{number}科", kind="section", parent=cast.bgs, sort_order=number)
    place = "/console/department/?psize_DepartmentConsole=2&page_DepartmentConsole=1"
    shown = lines(client_for("admin"), place)
    assert list(shown) == ["办公室", "第1科", "第2科"]
    assert "console-context" in shown["办公室"]


def test_a_department_of_other_years_says_so(client_for: ClientFor) -> None:
    make_department(name="旧处", valid_to=dt.date(2024, 12, 31))
    make_department(name="新处", valid_from=dt.date(2027, 1, 1))
    shown = lines(client_for("admin"), "/console/department/")
    for name, year in (("旧处", "2024"), ("新处", "2027")):
        assert re.search(rf'console-mark">[^<]*{year}', shown[name]), name
    assert "console-mark" not in shown["教务处"]


def test_the_head_and_the_leader_stand_beside_the_department(client_for: ClientFor) -> None:
    shown = lines(client_for("admin"), "/console/department/")
    assert "陈教务" in shown["教务处"]
    assert "冷分管" in shown["教务处"]
    assert "陈教务" not in shown["信息工程系"]


def test_the_tree_costs_few_statements(client_for: ClientFor) -> None:
    for _ in range(40):
        make_department()
    client = client_for("admin")
    client.get("/console/department/")
    with counted_statements() as statements:
        client.get("/console/department/")
    reads = [one for one in statements if one.lstrip().upper().startswith("SELECT")]
    assert len(reads) <= 6, reads


# How rows stand --------------------------------------------------------------------------


def test_departments_stand_in_their_years(client_for: ClientFor) -> None:
    make_department(name="旧处", valid_to=YESTERDAY)
    make_department(name="新处", valid_from=TOMORROW)
    make_department(name="今日止", valid_to=TODAY)
    client = client_for("admin")
    assert standing(client, "department", Standing.ENDED) == {"旧处"}
    assert standing(client, "department", Standing.COMING) == {"新处"}
    current = standing(client, "department", Standing.CURRENT)
    assert {"今日止", "教务处"} <= current
    assert not {"旧处", "新处"} & current


def test_a_department_without_a_head_or_leader_is_found(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_department(name="孤处")
    make_department(name="孤科", kind="section", parent=cast.jwc)
    make_department(name="旧处", valid_to=YESTERDAY)
    client = client_for("admin")
    found = standing(client, "department", Standing.NO_HEAD)
    assert "孤处" in found
    assert not found & {"教务处", "孤科", "旧处"}, "headed, a section, gone"
    found = standing(client, "department", Standing.NO_LEADER)
    assert "孤处" in found and "教务处" not in found
    with unit_of_work(session, TEST):
        for one in session.query(type(make_charge(department=cast.xsc))).filter_by(
            department_id=cast.jwc.id
        ):
            one.valid_to = YESTERDAY
    assert "教务处" in standing(client, "department", Standing.NO_LEADER), "the charge has ended"


def test_a_department_without_a_class_this_year_is_found(client_for: ClientFor) -> None:
    make_department(name="未定处")
    found = standing(client_for("admin"), "department", Standing.NO_CLASS)
    assert found == {"未定处"}


def test_a_section_of_a_department_that_has_ended_is_found(client_for: ClientFor) -> None:
    gone = make_department(name="旧处", valid_to=YESTERDAY)
    make_department(name="遗留科", kind="section", parent=gone)
    assert standing(client_for("admin"), "department", Standing.PARENT_GONE) == {"遗留科"}


def test_people_without_post_or_role_are_found(client_for: ClientFor, cast: Cast) -> None:
    make_person(last_name="新", first_name="来者", department=cast.jwc, active=True)
    make_person(last_name="离", first_name="职者", department=cast.jwc, active=False)
    client = client_for("admin")
    for one in (Standing.NO_POST, Standing.NO_ROLE):
        found = standing(client, "person", one)
        assert "新来者" in found
        assert not found & {"离职者", "陈教务"}, one


def test_a_leader_with_nothing_in_charge_is_found(client_for: ClientFor, cast: Cast) -> None:
    idle = make_person(last_name="闲", first_name="领导", active=True)
    make_appointment(person=idle, post="college_leader", department=None, valid_from=YESTERDAY)
    assert standing(client_for("admin"), "person", Standing.NO_CHARGE) == {"闲领导"}


def test_a_post_that_ended_and_was_not_filled_is_found(client_for: ClientFor, cast: Cast) -> None:
    left = make_department(name="空缺处")
    for day in (dt.date(2025, 1, 1), YESTERDAY):
        make_appointment(
            person=cast.quality, department=left, post="head",
            valid_from=dt.date(2024, 1, 1), valid_to=day,
        )  # fmt: skip
    place = "/console/appointment/list/?_flt_0_standing=vacant"
    text = client_for("admin").get(place).text
    assert "共 1 条" in text, "the last to hold it, once"
    make_appointment(person=cast.discipline, department=left, post="head", valid_from=TODAY)
    assert "共 1 条" not in client_for("admin").get(place).text


def test_posts_and_charges_of_the_gone_are_found(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    gone = make_department(name="旧处", valid_to=YESTERDAY)
    make_charge(leader=cast.leader, department=gone)
    make_appointment(person=cast.quality, department=gone, post="head", valid_from=YESTERDAY)
    with unit_of_work(session, TEST):
        cast.other_leader.active = False
    client = client_for("admin")
    for table in ("charge", "appointment"):
        for one in (Standing.GONE, Standing.LEFT):
            text = client.get(f"/console/{table}/list/?_flt_0_standing={one.value}").text
            assert "<tr data-row=" in text, (table, one)


@pytest.mark.parametrize("operator", ["0", "1", "2"])
@pytest.mark.parametrize("value", ["current", "current,ended", "x", "", "1"])
def test_no_value_of_it_breaks_a_list(client_for: ClientFor, operator: str, value: str) -> None:
    make_delegation()
    client = client_for("admin")
    for table in ("department", "person", "appointment", "charge", "delegation"):
        place = f"/console/{table}/list/?_flt_{operator}_standing={value}"
        assert client.get(place).status_code == 200
    assert client.get("/console/holiday/list/?_flt_0_standing=current").status_code == 200


def test_it_is_a_condition_like_any_other(client_for: ClientFor) -> None:
    client = client_for("admin")
    panel = client.get("/console/department/list/?panel=standing&fragment=1").text
    assert 'value="no_head"' in panel and "没有负责人" in panel
    answer = client.get("/console/department/list/?set=standing&op=is&value=no_head&value=ended")
    assert "_flt_2_standing=no_head,ended" in answer.location
    chips = client.get(answer.location).text.split('class="ls-chips"')[1].split("</div>")[0]
    assert "没有负责人" in chips and "已结束" in chips


def test_every_odd_way_to_stand_is_one_its_list_knows() -> None:
    for model, ways in ODD.items():
        assert set(ways) <= set(STANDINGS[model])


# The first page --------------------------------------------------------------------------


def finding(client: FlaskClient, words: str) -> str | None:
    """The address that a finding of the first page leads to."""
    text = client.get("/console/").text
    found = re.search(
        rf'<a class="console-missing" href="([^"]*)">(?:(?!</a>).)*{re.escape(words)}', text, re.S
    )
    return found[1].replace("&amp;", "&") if found else None


def test_the_first_page_leads_to_what_is_odd(client_for: ClientFor) -> None:
    make_department(name="孤处")
    client = client_for("admin")
    for one in (Standing.NO_HEAD, Standing.NO_LEADER, Standing.NO_CLASS):
        place = finding(client, one.zh)
        assert place is not None, one
        assert "孤处" in client.get(place).text


def test_the_number_of_a_finding_is_the_number_of_its_rows(client_for: ClientFor) -> None:
    for _ in range(3):
        make_department()
    client = client_for("admin")
    text = client.get("/console/").text
    places = re.findall(r'class="console-missing" href="([^"]*)">.*?<b>(\d+)</b>', text)
    assert places
    for place, count in places:
        assert f"共 {count} 条" in client.get(place.replace("&amp;", "&")).text, place


def told(client: FlaskClient) -> list[str]:
    """The findings of the first page in words."""
    text = client.get("/console/").text
    return re.findall(r'class="console-missing".*?<span>(.*?)</span>', text, re.S)


def test_a_year_without_phases_holidays_or_rules_is_told(client_for: ClientFor) -> None:
    make_cycle(year=2031, rule_book=None)
    make_holiday(name="元旦")
    found = [one for one in told(client_for("office")) if "2031" in one]
    assert len(found) == 3, found


def test_a_year_that_has_them_is_not_told_of(client_for: ClientFor) -> None:
    cycle = make_cycle(year=2031, rule_book=make_rule_book(year=2031))
    make_phase(cycle=cycle, code="kickoff")
    make_holiday(starts_on=dt.date(2031, 1, 1), ends_on=dt.date(2031, 1, 1))
    found = [one for one in told(client_for("office")) if "2031" in one]
    assert len(found) == 1, "its rule book holds no values yet"


def test_a_closed_year_is_history(client_for: ClientFor) -> None:
    make_cycle(year=2031, status="closed", rule_book=None)
    assert not [one for one in told(client_for("office")) if "2031" in one]


def test_where_nothing_is_missing_the_page_says_so(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.console.site.groups_of", lambda views, actor: [])
    assert "light-green" in client_for("admin").get("/console/").text.split('id="main"')[1]
