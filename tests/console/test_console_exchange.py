"""What the console's lists share with every other list: saved views, quick filters, files out,
workbooks in."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.console.views import TABLES
from app.core.actor import Door
from app.core.policy import policy_of
from app.core.unit_of_work import AnySession
from app.exchange.plan import Action, Plan
from app.exchange.plan_files import plan_department_file, plan_table_file
from app.exchange.table_specs import SPECS
from app.models.organisation import Delegation
from app.models.system import AuditEvent, SavedView
from tests.cast import Cast
from tests.console.console_pages import take
from tests.factories import make_delegation, make_holiday, make_task_category
from tests.office import cells, edited, row_of

ClientFor = Callable[[str], FlaskClient]
NAMES = [policy_of(model).resource for _, model in TABLES]


# Files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", NAMES)
def test_every_list_goes_out_as_a_file(client_for: ClientFor, table: str) -> None:
    client = client_for("admin")
    page = client.get(f"/console/{table}/list/").text
    for form, begins in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF")):
        assert f"/console/{table}/export/{form}?" in page
        answer = client.get(f"/console/{table}/export/{form}")
        assert answer.status_code == 200
        assert answer.data.startswith(begins), (table, form)


def test_a_file_holds_what_the_list_shows(client_for: ClientFor) -> None:
    client = client_for("admin")
    answer = client.get("/console/department/export/csv?_flt_0_standing=current&q=教务&cols=name")
    text = answer.data.decode("utf-8-sig")
    assert "教务处" in text
    assert "信息工程系" not in text
    book = load_workbook(BytesIO(client.get("/console/department/export/xlsx?q=教务").data))
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "教务处" in values and "信息工程系" not in values


def planned(session: AnySession, cast: Cast, kind: str, path: Path) -> Plan:
    actor = cast.actor("admin", Door.IMPORT)
    if kind == "department":
        return plan_department_file(session, actor, path)
    return plan_table_file(session, actor, path, SPECS[kind])


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("kind", "shown", "passed_over"),
    [
        ("department", ["部门负责人", "分管领导", "陈教务", "冷分管"], "部门负责人、分管领导"),
        ("person", ["角色", "现任职务", "科室负责人、责任人", "教务处正职"], "现任职务"),
    ],
)
def test_what_is_found_for_each_row_goes_out_too_and_is_passed_over_when_it_comes_back(
    client_for: ClientFor, session: AnySession, cast: Cast, tmp_path: Path,
    form: str, kind: str, shown: list[str], passed_over: str,
) -> None:  # fmt: skip
    path = tmp_path / f"{kind}.{form}"
    path.write_bytes(client_for("admin").get(f"/console/{kind}/export/{form}").data)
    texts = {str(cell) for row in cells(path) for cell in row}
    assert set(shown) <= texts
    plan = planned(session, cast, kind, path)
    assert {row.action for row in plan.rows} == {Action.UNCHANGED}
    assert passed_over in "".join(str(problem.message) for problem in plan.problems)


def test_the_roles_in_an_exported_staff_list_may_be_edited(
    client_for: ClientFor, session: AnySession, cast: Cast, tmp_path: Path
) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(client_for("admin").get("/console/person/export/xlsx").data)

    def more(sheet: Any, at: Callable[[str], int]) -> None:
        sheet.cell(row_of(sheet, cast.head_jwc.name), at("角色"), "部门负责人、审计")

    (row,) = [
        row for row in planned(session, cast, "person", edited(path, more)).rows if row.changes
    ]
    assert [(one.field, one.new) for one in row.changes] == [("roles", "部门负责人、审计")]


def test_the_tree_goes_out_in_its_order(client_for: ClientFor) -> None:
    text = client_for("admin").get("/console/department/export/csv?cols=name").data.decode("utf-8")
    assert text.index("办公室") < text.index("教务处") < text.index("信息工程系")


def test_a_file_holds_no_hidden_row(
    curious_head: FlaskClient, hidden: Delegation, cast: Cast
) -> None:
    own = make_delegation(giver=cast.head_jwc, receiver=cast.staff_jwc, ground="外出期间")
    text = curious_head.get("/console/delegation/export/csv").data.decode("utf-8")
    assert own.ground in text
    assert hidden.ground not in text


def test_a_file_is_an_event_of_the_trail(client_for: ClientFor, session: AnySession) -> None:
    client_for("admin").get("/console/charge/export/csv")
    found = session.execute(
        select(AuditEvent.table_name, AuditEvent.door).where(AuditEvent.action == "exported")
    ).all()
    assert [tuple(one) for one in found] == [("charge", "console")]


def test_files_ask_for_the_permission(client_for: ClientFor, session: AnySession) -> None:
    assert client_for("head_jwc").get("/console/charge/export/csv").status_code == 403
    take(session, "Office", "charge:read")
    assert client_for("office").get("/console/charge/export/csv").status_code == 403


def test_another_format_is_refused_in_words(client_for: ClientFor) -> None:
    assert client_for("admin").get("/console/charge/export/docx").status_code == 422


# Workbooks in ----------------------------------------------------------------------------


def test_the_way_in_is_preset_and_has_its_template(client_for: ClientFor) -> None:
    client = client_for("admin")
    for table in ("department", "person", "charge", "task_category", "department_class"):
        page = client.get(f"/console/{table}/list/").text
        assert f'href="/import/?kind={table}"' in page, table
        template = re.search(r'href="(/import/template/\w+)"', page)
        assert template and client.get(template[1]).data.startswith(b"PK"), table
        form = client.get(f"/import/?kind={table}").text
        assert re.search(rf'<option selected value="{table}"', form), table


def test_who_may_not_import_is_offered_no_way_in(client_for: ClientFor) -> None:
    office = client_for("office")
    assert "/import/?kind=person" not in office.get("/console/person/list/").text
    assert "/import/?kind=holiday" in office.get("/console/holiday/list/").text


# Saved views and quick filters -----------------------------------------------------------


def test_a_view_of_a_console_list_is_kept_and_opened(
    client_for: ClientFor, session: AnySession
) -> None:
    client = client_for("admin")
    data = {
        "resource": "console_department", "name": "没有负责人的部门",
        "query": "_flt_0_standing=no_head&cols=name,kind",
    }  # fmt: skip
    answer = client.post("/saved_view/add", data=data)
    assert answer.status_code == 302
    row = session.scalars(select(SavedView)).one()
    assert answer.location == f"/console/department/list/?view={row.id}"
    page = client.get(answer.location).text
    assert "没有负责人的部门" in page
    assert "_flt_0_standing=no_head" in page
    assert 'data-label="类别"' in page or "tbody></tbody" in page or "lx-empty" in page


def test_its_views_are_not_those_of_the_other_screen(client_for: ClientFor) -> None:
    client = client_for("admin")
    data = {"resource": "console_charge", "name": "控制台的视图", "query": "view=all"}
    client.post("/saved_view/add", data=data)
    assert "控制台的视图" in client.get("/console/charge/list/").text
    assert "控制台的视图" not in client.get("/charge/list/").text


def test_a_default_view_opens_the_list(client_for: ClientFor) -> None:
    make_task_category(name="停用的类别", active=False)
    client = client_for("admin")
    data = {
        "resource": "console_task_category", "name": "停用", "query": "_flt_0_active=0",
        "is_default": "1",
    }  # fmt: skip
    client.post("/saved_view/add", data=data)
    page = client.get("/console/task_category/list/").text
    assert "停用的类别" in page
    assert ">教学工作<" not in page


def test_views_of_a_list_one_may_not_read_are_not_kept(
    client_for: ClientFor, session: AnySession
) -> None:
    take(session, "Office", "charge:read")
    data = {"resource": "console_charge", "name": "视图", "query": "view=all"}
    assert client_for("office").post("/saved_view/add", data=data).status_code == 404


@pytest.mark.parametrize(
    ("table", "seen", "unseen"),
    [("holiday", "旧假", ""), ("task_category", "停用的类别", "教学工作")],
)
def test_quick_filters_narrow_the_list_and_back(
    client_for: ClientFor, table: str, seen: str, unseen: str
) -> None:
    make_task_category(name="停用的类别", active=False)
    make_holiday(name="旧假")
    client = client_for("admin")
    page = client.get(f"/console/{table}/list/?view=all").text
    pills = re.findall(r'class="ls-pill"[^>]*href="([^"]*)"[^>]*aria-pressed="false"', page)
    assert pills
    for pill in pills:
        narrowed = client.get(pill.replace("&amp;", "&")).text
        assert 'aria-pressed="true"' in narrowed
    if unseen:
        last = client.get(pills[-1].replace("&amp;", "&")).text
        assert f">{seen}<" in last and f">{unseen}<" not in last


def test_phases_begin_with_the_year_one_works_in(client_for: ClientFor, cast: Cast) -> None:
    page = client_for("office").get("/console/phase/list/").text
    assert f"_flt_0_cycle={cast.cycle.id}" in page
