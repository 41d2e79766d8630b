"""The monthly sheet through its doors: the page, saving with and without its script, submitting,
the workbook and back (Art. 7)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.improvement import Evidence
from app.models.monitoring import CheckStatus, CoordinationRequest, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from tests.architecture.test_query_counts import cost, statements
from tests.cast import Cast
from tests.factories import make_milestone, make_task, make_task_department

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def after_april() -> Iterator[None]:
    with clock.at(dt.date(2026, 5, 6)):
        yield


@pytest.fixture
def task(cast: Cast) -> Task:
    return accepted(cast, number="7", title="推进课程思政")


@pytest.fixture
def place(cast: Cast) -> str:
    return f"/month/{cast.jwc.id}/2026-04/"


GONE = "此任务不在（或已不在）本部门本月的月报表上，此处填写的内容没有保存。"


def accepted(cast: Cast, **more: object) -> Task:
    task = make_task(status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, **more)
    make_milestone(task=task, due_on=dt.date(2026, 4, 20), planned_percent=40)
    return task


def check_of(session: AnySession, task: Task) -> MonthlyCheck:
    session.expire_all()
    return session.scalars(select(MonthlyCheck).where(MonthlyCheck.task_id == task.id)).one()


def row(task: Task, version: int = 0, **cells: str) -> dict[str, str]:
    """What the form says of a row."""
    key = f"row-{task.id}"
    return {f"{key}-version": str(version)} | {f"{key}-{name}": one for name, one in cells.items()}


def by_script(task: Task, version: int = 0, **cells: str) -> dict[str, object]:
    return {"rows": {f"row-{task.id}": {"version": str(version), "cells": cells}}}


def test_the_menu_leads_to_one_s_own_department_and_the_month_reported_on(
    cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    assert head.get("/month/").headers["Location"] == place
    page = head.get(place).text
    assert "推进课程思政" in page and f'name="row-{task.id}-actual_percent"' in page
    # Someone who belongs to no department that reports is told so.
    assert client_for("admin").get("/month/").status_code == 200


def test_another_department_s_head_finds_no_sheet(
    task: Task, place: str, client_for: ClientFor
) -> None:
    stranger = client_for("head_xinxi")
    assert stranger.get(place).status_code == 404
    assert stranger.get(f"{place}book").status_code == 404
    for door in ("save", "submit", "upload"):
        assert stranger.post(place + door, data=row(task, done="代填")).status_code == 404
    assert client_for("leader").get(place).status_code == 200
    assert client_for("leader").post(f"{place}submit").status_code in {302, 403}


@pytest.mark.parametrize("address", ["/month/0/2026-04/", "/month/x/2026-04/", "{}2026-13/",
                                     "{}2026-4/", "{}1999-04/"])  # fmt: skip
def test_an_address_that_names_no_sheet_is_not_found(
    cast: Cast, address: str, client_for: ClientFor
) -> None:
    assert client_for("head_jwc").get(address.format(f"/month/{cast.jwc.id}/")).status_code == 404


def test_a_draft_is_saved_as_it_is_typed_and_says_its_light(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    body = by_script(task, actual_percent="25", quality="good", head_light="red")
    told = head.post(f"{place}save", json=body).json
    assert told is not None and told["done"] == 1 and told["saved_at"] == "09:00"
    (one,) = told["rows"]
    assert one["version"] == 1 and "light-yellow" in one["light"] and "15" in one["reason"]
    assert list(one["wrong"]) == ["head_light_reason"] and one["values"]["head_light"] == ""
    check = check_of(session, task)
    assert (check.actual_percent, check.quality, check.computed_light, check.status) == (
        25, Quality.GOOD, Light.YELLOW, CheckStatus.DRAFT,
    )  # fmt: skip


def test_the_form_works_without_its_script(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    done = head.post(f"{place}save", data=row(task, actual_percent="25", quality="好", done="调研"))
    assert done.status_code == 302 and done.headers["Location"] == place
    assert check_of(session, task).done == "调研"
    refused = head.post(f"{place}save", data=row(task, 1, actual_percent="很多", done="开题"))
    assert refused.status_code == 422 and 'value="很多"' in refused.text
    missing = refused.text.split("data-errors", 1)[1].split("</ul>")[0]
    assert (
        f'href="#row-{task.id}-actual_percent"' in missing and "“很多”不是有效的百分比。" in missing
    )
    assert check_of(session, task).done == "开题"


def test_a_stale_row_comes_back_with_both_values(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    client_for("staff_jwc").post(f"{place}save", json=by_script(task, actual_percent="30"))
    head = client_for("head_jwc")
    told = head.post(f"{place}save", json=by_script(task, actual_percent="50")).json
    assert told is not None and told["rows"][0]["stale"]
    assert told["rows"][0]["values"]["actual_percent"] == "30"
    refused = head.post(f"{place}save", data=row(task, 0, actual_percent="50"))
    assert refused.status_code == 422
    assert 'value="50"' in refused.text and "实际进度“30”" in refused.text
    # What came back carries the version that is there now: saving once more keeps one's own.
    assert f'name="row-{task.id}-version" value="1"' in refused.text
    head.post(f"{place}save", data=row(task, 1, actual_percent="50"))
    assert check_of(session, task).actual_percent == 50


def test_a_row_that_left_the_sheet_is_told_and_not_called_saved(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    foreign = make_task(status=TaskStatus.ACCEPTED, lead_department=cast.xsc)
    head = client_for("head_jwc")
    told = head.post(f"{place}save", json=by_script(foreign, done="写在这里")).json
    assert told is not None and told["rows"] == [
        {"key": f"row-{foreign.id}", "gone": True, "refusal": GONE}
    ]
    done = head.post(f"{place}save", data=row(foreign, done="写在这里"), follow_redirects=True)
    assert GONE in done.text
    assert session.scalars(select(MonthlyCheck)).all() == []


@pytest.mark.parametrize("body", [[], {"rows": 7}, {"rows": {"row-1": 3}},
                                  {"rows": {"row-1": {"version": {}, "cells": {"done": 1}}}}])  # fmt: skip
def test_what_no_page_sends_changes_nothing(
    session: AnySession, task: Task, place: str, client_for: ClientFor, body: object
) -> None:
    answer = client_for("head_jwc").post(f"{place}save", json=body)
    assert answer.status_code == 200
    assert session.scalars(select(MonthlyCheck)).all() == []


def test_one_tap_enters_the_plan_of_a_row_or_of_all_green_ones(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    other, head = accepted(cast), client_for("head_jwc")
    head.post(f"{place}save", data=row(task, done="已做") | {"as_planned": str(task.id)})
    check = check_of(session, task)
    assert (check.actual_percent, check.quality, check.done) == (40, Quality.GOOD, "已做")
    head.post(f"{place}save", data={"as_planned": "green"})
    assert check_of(session, other).actual_percent == 40
    assert check_of(session, other).done


def test_submitting_saves_what_was_typed_and_names_what_is_missing(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    other, head = accepted(cast), client_for("head_jwc")
    refused = head.post(f"{place}submit", data=row(task, actual_percent="40", quality="good"))
    assert refused.status_code == 422
    assert f'href="#row-{other.id}-actual_percent"' in refused.text
    assert f'href="#row-{task.id}-' not in refused.text
    assert check_of(session, task).status == CheckStatus.DRAFT
    rest = row(other, actual_percent="10", quality="fair")
    assert head.post(f"{place}submit", data=rest).status_code == 302
    assert [check_of(session, one).status for one in (task, other)] == [CheckStatus.SUBMITTED] * 2
    # The same click once more: nothing changes, nothing is refused.
    version = check_of(session, other).version
    assert head.post(f"{place}submit", data=rest).status_code == 302
    assert check_of(session, other).version == version
    assert f'name="row-{task.id}-actual_percent"' not in head.get(place).text


def test_staff_save_their_rows_and_do_not_submit(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    make_task(number="8", title="别人的任务", status=TaskStatus.ACCEPTED, owner=cast.head_jwc)
    staff = client_for("staff_jwc")
    page = staff.get(place).text
    assert "推进课程思政" in page and "别人的任务" not in page and "/submit" not in page
    assert "别人的任务" in staff.get(f"{place}?all").text
    staff.post(f"{place}save", data=row(task, actual_percent="25"))
    assert check_of(session, task).actual_percent == 25
    assert staff.post(f"{place}submit", data=row(task, quality="good")).status_code in {302, 403}
    assert check_of(session, task).status == CheckStatus.DRAFT


def test_an_exempt_month_says_so_and_takes_nothing(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    from app.models.cycles import ReportingMonth

    month = session.scalars(select(ReportingMonth).where(ReportingMonth.month == 4)).one()
    office = client_for("office")
    edited = office.post(
        f"/reporting_month/edit/{month.id}",
        data={"cycle": cast.cycle.id, "month": 4, "exempt": "y", "version": month.version},
    )
    assert edited.status_code == 302
    head = client_for("head_jwc")
    assert 'role="note"' in head.get(place).text
    assert f'name="row-{task.id}-actual_percent"' not in head.get(place).text
    answer = head.post(f"{place}save", json=by_script(task, actual_percent="1"))
    assert answer.status_code == 409 and answer.json == {"message": "该月份不需填报。"}
    assert head.post(f"{place}submit", data=row(task)).status_code == 409


def test_an_assisting_department_fills_in_its_line(
    session: AnySession, cast: Cast, task: Task, client_for: ClientFor
) -> None:
    make_task_department(task=task, department=cast.xinxi, part="承担网络部分")
    place, assisting = f"/month/{cast.xinxi.id}/2026-04/", client_for("head_xinxi")
    page = assisting.get(place).text
    assert "推进课程思政" in page and "承担网络部分" in page
    key = f"line-{task.id}"
    assisting.post(f"{place}save", data={f"{key}-version": "0", f"{key}-done": "网络已通"})
    assert "网络已通" in assisting.get(place).text
    assert "网络已通" in client_for("head_jwc").get(f"/month/{cast.jwc.id}/2026-04/").text


def uploaded(book: openpyxl.Workbook) -> dict[str, object]:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return {"file": (file, "四月.xlsx")}


def test_the_workbook_goes_out_filled_in_and_comes_back_as_differences(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    other, head = accepted(cast, title="不变的任务"), client_for("head_jwc")
    head.post(f"{place}save", json=by_script(task, actual_percent="25", done="调研"))
    book = openpyxl.load_workbook(io.BytesIO(head.get(f"{place}book").data))
    table = book.worksheets[0]
    titles = [cell.value for cell in table[1]]
    lines = {line[titles.index("目标任务")].value: line for line in table.iter_rows(min_row=2)}
    mine = lines["推进课程思政"]
    assert mine[titles.index("实际进度")].value == 25
    mine[titles.index("实际进度")].value = 45
    mine[titles.index("质量")].value = "一般"
    lines["不变的任务"][titles.index("质量")].value = "优"
    page = head.post(f"{place}upload", data=uploaded(book)).text
    assert "25%" in page and "45%" in page and "一般" in page and "“优”" in page
    key = f"row-{task.id}"
    assert f'name="{key}-version" value="1"' in page and f'name="{key}-done"' not in page
    assert f'name="row-{other.id}-quality"' not in page
    head.post(
        f"{place}save",
        data=row(task, 1, actual_percent="45", quality="fair") | row(other, done="未勾选")
        | {"choose": "1", "take": key},
    )  # fmt: skip
    assert (check_of(session, task).actual_percent, check_of(session, task).done) == (45, "调研")
    assert session.scalars(select(MonthlyCheck).where(MonthlyCheck.task_id == other.id)).all() == []
    assert "25%" not in head.post(f"{place}upload", data={"file": (io.BytesIO(b"x"), "a.exe")}).text


def test_the_workbook_has_a_name_for_programs_that_read_ascii_only(
    cast: Cast, client_for: ClientFor
) -> None:
    named = client_for("head_jwc").get(f"/month/{cast.jwc.id}/2026-04/book")
    assert "filename=month-jwc-2026-04.xlsx;" in named.headers["Content-Disposition"]


def test_the_workbook_has_the_assisting_lines_and_brings_them_back(
    session: AnySession, cast: Cast, task: Task, client_for: ClientFor
) -> None:
    make_task_department(task=task, department=cast.xinxi, part="承担网络部分")
    place, assisting = f"/month/{cast.xinxi.id}/2026-04/", client_for("head_xinxi")
    book = openpyxl.load_workbook(io.BytesIO(assisting.get(f"{place}book").data))
    page = book.worksheets[1]
    titles = [cell.value for cell in page[1]]
    line = page[2]
    assert line[titles.index("目标任务")].value == "推进课程思政"
    line[titles.index("完成情况")].value = "网络已通"
    told = assisting.post(f"{place}upload", data=uploaded(book)).text
    key = f"line-{task.id}"
    assert f'name="take" value="{key}"' in told and f'name="{key}-done" value="网络已通"' in told
    assisting.post(
        f"{place}save",
        data={f"{key}-version": "0", f"{key}-done": "网络已通", "choose": "1", "take": key},
    )
    assert "网络已通" in client_for("head_jwc").get(f"/month/{cast.jwc.id}/2026-04/").text


@pytest.mark.parametrize("door", ["save", "submit", "upload"])
def test_the_address_of_a_refused_form_leads_back_to_the_sheet(
    task: Task, place: str, client_for: ClientFor, door: str
) -> None:
    assert client_for("head_jwc").get(place + door).headers["Location"] == place
    assert client_for("head_xinxi").get(place + door).status_code == 404


def test_an_overdue_light_names_the_day_it_speaks_of(
    cast: Cast, place: str, client_for: ClientFor
) -> None:
    accepted(cast, due_on=dt.date(2026, 4, 20))
    with clock.at(dt.date(2026, 4, 22)):
        page = client_for("head_jwc").get(place).text
    assert re.search("2026-04-20[^<]*2026-04-30[^<]*10", page)


def test_submitting_costs_the_same_however_many_rows(
    session: AnySession, cast: Cast, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")

    def asked(rows: int) -> int:
        for number in range(rows):
            accepted(cast, number=f"{rows}-{number}")
        head.post(f"{place}save", data={"as_planned": "green"})
        with statements() as found:
            assert head.post(f"{place}submit").status_code == 302
        return sum(one.startswith("SELECT") for one in found)

    few = asked(3)
    assert asked(15) == few


def test_a_workbook_from_elsewhere_is_refused(
    task: Task, place: str, client_for: ClientFor
) -> None:
    head, book = client_for("head_jwc"), openpyxl.Workbook()
    book.active["A1"] = "不是月报表"  # type: ignore[index]
    answer = head.post(f"{place}upload", data=uploaded(book), follow_redirects=True)
    assert "alert" in answer.text and f'name="row-{task.id}-done"' in answer.text


def test_the_page_costs_the_same_however_many_rows(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    few = cost(head, place)
    for number in range(15):
        accepted(cast, number=str(number))
    assert cost(head, place) == few


# Files ---------------------------------------------------------------------------------------


def attached(place: str, task: Task, content: bytes = b"%PDF-1.4 done", name: str = "佐证.pdf") -> tuple[str, dict[str, object]]:  # fmt: skip
    door = place.replace("/month/", "/month_files/") + str(task.id)
    return door, {"file": (io.BytesIO(content), name)}


def test_a_file_is_attached_to_a_row_that_nobody_has_begun_and_taken_away_again(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    door, data = attached(place, task)
    told = head.post(door, data=data).json
    assert told is not None and told["version"] == 1 and "佐证.pdf" in told["files"]
    check = check_of(session, task)
    assert (check.status, check.actual_percent) == (CheckStatus.DRAFT, None)
    page = head.get(place).text
    (file,) = session.scalars(select(Evidence))
    assert f"/month_files/{file.id}/remove" in page and "佐证.pdf" in page
    # What is typed now goes with the version that the answer told.
    told = head.post(f"{place}save", json=by_script(task, 1, actual_percent="40")).json
    assert told is not None and not told["rows"][0]["stale"]
    gone = head.post(f"/month_files/{file.id}/remove").json
    assert gone is not None and gone["files"].strip() == ""
    assert session.scalars(select(Evidence)).all() == []


def test_a_file_is_refused_with_its_reason(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    door, data = attached(place, task, b"MZ", "程序.exe")
    refused = head.post(door, data=data)
    assert refused.status_code == 422 and "exe" in refused.json["message"]  # type: ignore[index]
    # Nothing is begun for a file that is not taken.
    assert session.scalars(select(MonthlyCheck)).all() == []
    assert head.post(door).json == {"message": "请选择文件。"}


def test_of_a_submitted_row_no_file_is_taken_away_and_none_added(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    door, data = attached(place, task)
    head.post(door, data=data)
    head.post(f"{place}submit", data=row(task, 1, actual_percent="40", quality="good"))
    (file,) = session.scalars(select(Evidence))
    assert f"/month_files/{file.id}/remove" not in head.get(place).text
    door, data = attached(place, task, b"%PDF-1.4 more")
    assert head.post(door, data=data).status_code == 409
    assert head.post(f"/month_files/{file.id}/remove").status_code == 403


def test_strangers_neither_attach_nor_take_away(
    session: AnySession, task: Task, place: str, client_for: ClientFor
) -> None:
    door, data = attached(place, task)
    assert client_for("head_xinxi").post(door, data=data).status_code == 404
    door, data = attached(place, task)
    client_for("staff_jwc").post(door, data=data)
    (file,) = session.scalars(select(Evidence))
    # Who has not uploaded it does not take it back; who does not see it does not find it.
    assert client_for("head_jwc").post(f"/month_files/{file.id}/remove").status_code == 403
    assert client_for("head_xinxi").post(f"/month_files/{file.id}/remove").status_code == 404


# Help ----------------------------------------------------------------------------------------


def test_help_is_asked_for_from_the_row_and_shown_on_it(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    head = client_for("head_jwc")
    door = f"/coordination_request/add?_flt_0_task={task.id}"
    assert door in head.get(place).text
    assert door not in client_for("staff_jwc").get(place).text
    head.post(f"{place}save", json=by_script(task, problem="缺数据"))
    check = f"/monthly_check/show/{check_of(session, task).id}"
    assert door in head.get(check).text and door not in client_for("leader").get(check).text
    form = head.get(door).text
    # The department and the day stand there; what is left is the matter and the addressee.
    assert f'<option selected value="{cast.jwc.id}"' in form and "2026-05-12" in form
    done = head.post(door, data={"department": cast.jwc.id, "matter": "请开放接口",
                                 "addressed_department": cast.xinxi.id, "due_on": ""})  # fmt: skip
    assert done.status_code == 302
    (asked,) = session.scalars(select(CoordinationRequest))
    assert (asked.task, asked.due_on) == (task, dt.date(2026, 5, 12))
    shown = f"/coordination_request/show/{asked.id}"
    assert done.headers["Location"].endswith(shown) and shown in head.get(place).text
    page = client_for("head_xinxi").get(shown).text
    assert "请开放接口" in page and f"/coordination_request/step/answer/{asked.id}" in page


def test_the_office_goes_from_the_sheet_to_who_owes_the_month(
    task: Task, place: str, client_for: ClientFor
) -> None:
    door = "/steering/2026/monitoring?month=2026-04"
    assert door.replace("?", "?") in client_for("office").get(place).text
    assert "/steering/" not in client_for("head_jwc").get(place).text.partition("<main")[2]


def test_with_all_own_rows_in_only_the_part_in_others_tasks_is_saved(
    session: AnySession, cast: Cast, task: Task, place: str, client_for: ClientFor
) -> None:
    """Nothing is left to submit: the line in another department's task is merely saved."""
    led = make_task(status=TaskStatus.ACCEPTED, lead_department=cast.xinxi, owner=cast.staff_xinxi)
    make_task_department(task=led, department=cast.jwc, part="提供数据")
    head = client_for("head_jwc")
    page = head.get(place).text
    assert "提交本月" in page and "保存草稿" in page
    done = head.post(place + "submit", data=row(task, actual_percent="40", quality="good"))
    assert done.status_code == 302
    page = head.get(place).text
    assert f'name="line-{led.id}-done"' in page or f"line-{led.id}" in page
    assert "data-submits" not in page and "保存草稿" not in page
    assert "data-saves>保存</button>" in page and "本月已全部提交" in page
