"""An exported list holds what the list shows: these rows, these columns, in this order."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine, event, select

from app.core.unit_of_work import AnySession
from app.models.monitoring import Light
from app.models.planning import TaskStatus, Visibility
from app.models.system import AuditEvent
from tests.cast import PEOPLE, Cast
from tests.factories import make_adjustment, make_milestone, make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]
PLACE = "/task/export/{}?view=all&cols=number,title,lead_department,due_on,light,actual_percent,weight,status"
HIDDEN = "未公开的草案"


def grid(answer: Any) -> list[list[Any]]:
    """The first sheet of a workbook."""
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def lines(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def words(answer: Any) -> str:
    """The text of a PDF, without its spaces."""
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


@pytest.fixture
def tasks(cast: Cast) -> list[Any]:
    common = {"lead_department": cast.jwc, "status": TaskStatus.ACCEPTED}
    return [
        make_task(number="007", title="乙", due_on=dt.date(2026, 6, 30), weight=Decimal("7.5"),
                  actual_percent=Decimal("45.5"), light=Light.RED, **common),
        make_task(number="008", title="甲", due_on=dt.date(2026, 5, 31), weight=Decimal("2.5"),
                  actual_percent=Decimal(100), light=Light.GREEN, **common),
        make_task(number="009", title="丙", status=TaskStatus.PUBLISHED, lead_department=cast.jwc,
                  due_on=None, weight=None, actual_percent=None),
    ]  # fmt: skip


# What it holds ------------------------------------------------------------------------------


def test_a_workbook_holds_the_columns_and_rows_as_shown_with_their_types(
    client_for: ClientFor, tasks: list[Any]
) -> None:
    place = PLACE.format("xlsx") + "&_oc_TaskView=title&_od_TaskView=desc"
    head, *rows = grid(client_for("head_jwc").get(place))
    assert head == [
        "序号",
        "目标任务",
        "牵头部门",
        "完成时限",
        "状态灯",
        "实际进度",
        "权重",
        "状态",
    ]
    assert sorted(row[1] for row in rows[:3]) == sorted(["乙", "甲", "丙"])
    (red,) = [row for row in rows if row[1] == "乙"]
    assert red == ["007", "乙", "教务处", dt.datetime(2026, 6, 30), "红灯", 0.455, 7.5, "已接受"]
    assert rows[3][6] == 10


def test_its_sheet_is_frozen_filtered_and_its_totals_stand_apart(
    client_for: ClientFor, tasks: list[Any]
) -> None:
    answer = client_for("head_jwc").get(PLACE.format("xlsx"))
    table, about = load_workbook(io.BytesIO(answer.data)).worksheets
    assert table.freeze_panes == "A2"
    assert table.auto_filter.ref == "A1:H4"
    assert table.max_row == 5
    assert table["F2"].number_format == "0.##%"
    assert table.column_dimensions["B"].width > table.column_dimensions["D"].width
    told = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert about.auto_filter.ref is None
    assert "陈教务" in told.values()
    assert "3" in told.values()
    assert any(str(value).startswith("2026-03-16") for value in told.values())


def test_its_second_sheet_says_the_conditions(client_for: ClientFor, tasks: list[Any]) -> None:
    answer = client_for("head_jwc").get("/task/export/xlsx?_flt_0_status=accepted&lang=en")
    about = load_workbook(io.BytesIO(answer.data)).worksheets[1]
    told = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert told["Conditions"] == "Status is Accepted"
    assert told["Rows"] == "2"


def test_the_order_is_the_lists_own(client_for: ClientFor, tasks: list[Any]) -> None:
    place = PLACE.format("csv") + "&_oc_TaskView=due_on&_od_TaskView=asc"
    rows = lines(client_for("head_jwc").get(place))[1:]
    dated = [row[3] for row in rows if row[3]]
    assert dated == ["2026-05-31", "2026-06-30"]


def test_all_pages_are_in_it_and_only_what_the_filter_leaves(
    client_for: ClientFor, cast: Cast
) -> None:
    for number in range(31):
        make_task(title=f"任务 {number}", status=TaskStatus.ACCEPTED)
    make_task(title="已下达", status=TaskStatus.PUBLISHED)
    head = client_for("head_jwc")
    place = "/task/export/csv?_flt_0_status=accepted&page_TaskView=1&psize_TaskView=25"
    assert len(lines(head.get(place))) == 1 + 31
    assert len(lines(head.get("/task/export/csv?q=下达"))) == 1 + 1


def test_a_csv_holds_no_totals(client_for: ClientFor, tasks: list[Any]) -> None:
    rows = lines(client_for("head_jwc").get(PLACE.format("csv")))
    assert len(rows) == 1 + 3
    assert "45.5%" in [row[5] for row in rows]
    assert "007" in [row[0] for row in rows]


def test_progress_is_two_columns_of_numbers(client_for: ClientFor, tasks: list[Any]) -> None:
    answer = client_for("head_jwc").get("/task/export/xlsx?view=all&cols=title,progress,status")
    head, *rows = grid(answer)
    assert head == ["目标任务", "实际进度", "计划进度", "状态"]
    assert {row[0]: row[1] for row in rows}["乙"] == 0.455


def test_a_print_says_what_it_is(client_for: ClientFor, tasks: list[Any]) -> None:
    answer = client_for("head_jwc").get("/task/export/pdf?_flt_0_status=accepted")
    page = PdfReader(io.BytesIO(answer.data)).pages[0]
    assert page.mediabox.width > page.mediabox.height
    text = words(answer)
    for word in ("目标任务", "已接受", "乙", "甲", "陈教务", "第1页共1页"):
        assert word in text
    assert "丙" not in text
    assert "草稿" not in text


def test_the_default_view_is_what_a_bare_address_exports(
    client_for: ClientFor, tasks: list[Any]
) -> None:
    head = client_for("head_jwc")
    sent = {"resource": "task", "name": "已下达", "query": "_flt_0_status=published&cols=title"}
    head.post("/saved_view/add", data={**sent, "is_default": "1"})
    assert lines(head.get("/task/export/csv")) == [["目标任务"], ["丙"]]


def test_words_follow_the_readers_language(client_for: ClientFor, tasks: list[Any]) -> None:
    rows = lines(client_for("head_jwc").get(PLACE.format("csv") + "&lang=en"))
    assert rows[0][3] == "Due"
    assert "Accepted" in [row[7] for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf"])
def test_an_empty_list_is_a_file_too(client_for: ClientFor, form: str) -> None:
    answer = client_for("head_jwc").get(f"/task/export/{form}?q=没有这样的任务")
    assert answer.status_code == 200


def test_every_list_is_exported_to_those_who_read_it(app: Flask, client_for: ClientFor) -> None:
    office = client_for("office")
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if not hasattr(view, "export_links"):
            continue
        every = ",".join(view.list_columns_all)
        for form in ("xlsx", "csv"):
            place = f"{view.route_base}/export/{form}?view=all&cols={every}"
            assert office.get(place).status_code in {200, 403}, place


# What looks like a formula ----------------------------------------------------------------------


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1', "\t=1"])
def test_a_formula_stays_text(client_for: ClientFor, cast: Cast, title: str) -> None:
    make_task(title=title, status=TaskStatus.ACCEPTED, lead_department=cast.jwc)
    head = client_for("head_jwc")
    (row,) = lines(head.get("/task/export/csv?view=all&cols=title"))[1:]
    assert row[0].startswith("'")
    answer = head.get("/task/export/xlsx?view=all&cols=title")
    cell = load_workbook(io.BytesIO(answer.data)).worksheets[0]["A2"]
    assert cell.data_type == "s"


def test_a_formula_in_a_condition_stays_text_too(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for("head_jwc").get("/task/export/xlsx?q=%3D1%2B1")
    for row in load_workbook(io.BytesIO(answer.data)).worksheets[1].iter_rows():
        assert all(cell.data_type != "f" for cell in row)


# What it never holds -----------------------------------------------------------------------------


@pytest.fixture
def hidden(cast: Cast) -> Any:
    return make_task(
        title=HIDDEN, lead_department=cast.jwc, visibility=Visibility.RESTRICTED,
        status=TaskStatus.ACCEPTED,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv", "pdf"])
def test_a_hidden_row_is_in_no_file(client_for: ClientFor, hidden: Any, form: str) -> None:
    def text(person: str) -> str:
        answer = client_for(person).get(f"/task/export/{form}?view=all&cols=title")
        read = {"xlsx": grid, "csv": lines, "pdf": words}[form]
        return str(read(answer))

    assert HIDDEN in text("head_jwc")
    assert HIDDEN not in text("staff_xinxi")


def test_a_hidden_rows_name_is_in_no_file_by_way_of_another_row(
    client_for: ClientFor, hidden: Any, cast: Cast
) -> None:
    make_milestone(task=hidden, text="第一步")
    make_monthly_check(task=hidden)
    make_adjustment(task=hidden)
    stranger = client_for("staff_xinxi")
    for table in ("milestone", "monthly_check", "adjustment", "task_department", "indicator"):
        assert HIDDEN not in stranger.get(f"/{table}/export/csv?view=all").text, table


def test_a_hidden_parent_is_not_named(client_for: ClientFor, hidden: Any, cast: Cast) -> None:
    make_task(
        title="下级任务", parent=hidden, lead_department=cast.xinxi, status=TaskStatus.ACCEPTED
    )
    place = "/task/export/csv?q=下级任务&cols=title,parent"
    rows = lines(client_for("head_xinxi").get(place))
    assert len(rows) == 2
    assert HIDDEN not in str(rows)


def test_a_filter_on_a_hidden_rows_id_does_not_name_it(client_for: ClientFor, hidden: Any) -> None:
    answer = client_for("staff_xinxi").get(f"/milestone/export/xlsx?_flt_0_task={hidden.id}")
    if answer.status_code == 200:
        about = load_workbook(io.BytesIO(answer.data)).worksheets[1]
        assert HIDDEN not in str(list(about.iter_rows(values_only=True)))


@pytest.mark.parametrize(
    "column", ["password", "locked_until", "must_change_password", "last_login"]
)
def test_no_account_column_leaves_by_a_file(client_for: ClientFor, column: str) -> None:
    answer = client_for("staff_xinxi").get(f"/person/export/csv?view=all&cols=username,{column}")
    rows = lines(answer)
    assert len(rows) == 1 + len(PEOPLE)
    assert {len(row) for row in rows} == {1}


@pytest.mark.parametrize("place", ["/audit_event/export/csv", "/score/export/xlsx"])
def test_who_may_not_read_a_list_may_not_export_it(client_for: ClientFor, place: str) -> None:
    answer = client_for("staff_xinxi").get(place)
    assert answer.status_code in {302, 403}
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


def test_nobody_exports_before_signing_in(app: Flask) -> None:
    answer = app.test_client().get("/task/export/csv")
    assert answer.status_code in {302, 401}


# Limits and the trail ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["docx", "exe", "XLSX", "csv.exe"])
def test_an_unknown_format_is_refused_in_a_sentence(client_for: ClientFor, form: str) -> None:
    answer = client_for("head_jwc").get(f"/task/export/{form}?lang=en")
    assert answer.status_code == 422
    assert "xlsx, csv, pdf" in answer.text


def test_too_many_rows_are_refused_in_a_sentence(
    app: Flask, client_for: ClientFor, tasks: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "EXPORT_MAX_PDF_ROWS", 2)
    head = client_for("head_jwc")
    answer = head.get("/task/export/pdf?view=all&lang=en")
    assert answer.status_code == 422
    assert "3 rows" in answer.text
    assert head.get("/task/export/xlsx?view=all").status_code == 200


def test_an_export_is_in_the_audit_trail(
    client_for: ClientFor, tasks: list[Any], session: AnySession, cast: Cast
) -> None:
    client_for("head_jwc").get("/task/export/csv?_flt_0_status=accepted")
    (told,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "exported"))
    assert (told.table_name, told.actor_id) == ("task", cast.head_jwc.id)
    assert "_flt_0_status=accepted" in str(told.after)


def test_a_longer_list_takes_no_more_statements(client_for: ClientFor, cast: Cast) -> None:
    head = client_for("head_jwc")

    def statements() -> int:
        asked: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            place = "/task/export/csv?view=all&cols=title,owner,work_point,parent,cycle"
            assert head.get(place).status_code == 200
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return len(asked)

    make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    few = statements()
    for _ in range(40):
        make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    assert statements() <= few
