"""The pages of the monthly bulletin and of corrections: who reads, issues, asks, decides."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession, unit_of_work
from app.improvement.corrections import ask_corrections
from app.models.improvement import Correction, CorrectionStatus
from app.models.monitoring import Light, MonthlyCheck
from app.monitoring.bulletin import bulletin_of
from tests.architecture.test_query_counts import cost
from tests.cast import Cast
from tests.closed_month import (
    ISSUED,
    LATER,
    accepted_task,
    april,
    closed_check,
    issue,
    report,
)

ClientFor = Callable[[str], FlaskClient]
APRIL = "/bulletin/2026-04/"
TITLE = "2026年4月目标任务监测通报"


# The bulletin ----------------------------------------------------------------------------


def test_the_office_looks_issues_and_the_month_is_closed(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    report(session, cast, accepted_task(cast), 58)
    accepted_task(cast)
    seal = bulletin_of(session, cast.actor("office"), 2026, 4, ISSUED).seal
    with clock.at(ISSUED):
        office = client_for("office")
        page = office.get(f"{APRIL}issue").text
        assert seal in page and "监测通报〔2026〕1号" in page
        assert "应报 2 项，已报 1 项" in page
        form = {"bulletin_number": "监测通报〔2026〕1号", "seal": seal}
        answer = office.post(f"{APRIL}issue", data=form)
    assert (answer.status_code, answer.location) == (302, APRIL)
    assert april(session, cast).closed_on == ISSUED


def test_a_stale_preview_comes_back_with_what_was_typed(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    accepted_task(cast)
    with clock.at(ISSUED):
        form = {"bulletin_number": "院办〔2026〕77号", "seal": "0000-0000"}
        answer = client_for("office").post(f"{APRIL}issue", data=form)
    assert "数字有了变化" in answer.text and "院办〔2026〕77号" in answer.text
    assert april(session, cast).closed_on is None


@pytest.mark.parametrize("name", ["head_jwc", "leader", "topleader", "quality", "auditor"])
def test_nobody_but_the_office_issues(name: str, client_for: ClientFor) -> None:
    with clock.at(ISSUED):
        client = client_for(name)
        assert client.get(f"{APRIL}issue").status_code in (302, 403)
        assert client.post(f"{APRIL}issue", data={"bulletin_number": "1号"}).status_code in (
            302,
            403,
        )


def test_an_unissued_bulletin_is_for_those_who_read_the_college(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    accepted_task(cast)
    with clock.at(ISSUED):
        head = client_for("head_jwc")
        assert cast.jwc.name not in _table(head.get(APRIL).text)
        assert head.get(f"{APRIL}rows?figure=missing").status_code == 404
        assert head.get(f"{APRIL}paper?format=pdf").status_code == 403
        assert cast.jwc.name in _table(client_for("quality").get(APRIL).text)


def test_an_issued_bulletin_is_read_by_everybody_and_problems_by_those_concerned(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    closed_check(session, cast, problem="经费未到位")
    with clock.at(LATER):
        for name, reads in (("head_xinxi", False), ("staff_xinxi", False), ("head_jwc", True)):
            client = client_for(name)
            assert cast.jwc.name in _table(client.get(APRIL).text)
            rows = client.get(f"{APRIL}rows?figure=problems").text
            assert "完成第" in rows
            assert ("经费未到位" in rows) is reads


@pytest.mark.parametrize(
    "place",
    ["2026-13/", "2025-04/", "２０２６-04/", "x/", "2026-04/rows?figure=x", "2026-04/rows?figure=due&department=99999"],
)  # fmt: skip
def test_there_is_no_such_page(place: str, client_for: ClientFor) -> None:
    assert client_for("office").get(f"/bulletin/{place}").status_code == 404


def test_a_bulletin_costs_the_same_however_long(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    closed_check(session, cast)
    with clock.at(LATER):
        office = client_for("office")
        pages = ("/bulletin/", APRIL, f"{APRIL}rows?figure=due", "/bulletin/2026-05/")
        before = [cost(office, page) for page in pages]
        for _ in range(3):
            report(session, cast, accepted_task(cast), 10, LATER, month=5)
        assert [cost(office, page) for page in pages] == before


def _table(page: str) -> str:
    """What stands on the page beside the menu."""
    return page.split("<main", 1)[-1]


# The papers ------------------------------------------------------------------------------


def test_the_papers_say_what_was_issued(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    check = closed_check(session, cast)
    with clock.at(LATER):
        head = client_for("head_xinxi")
        pdf, docx, xlsx = (
            head.get(f"{APRIL}paper?format={form}").data for form in ("pdf", "docx", "xlsx")
        )
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    told = told.replace("\n", "").replace(" ", "")
    assert TITLE in told and "监测通报〔2026〕1号" in told and "正式" in told
    assert "应报月度监测1项，已报1项" in told and "橙灯1项" in told
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert cast.jwc.name in cells and str(check.task) in cells
    book = load_workbook(io.BytesIO(xlsx))
    rows = list(book.worksheets[0].values)
    assert rows[3][:3] == (cast.jwc.name, 1, 1)
    assert rows[-1][0] == "合计"


def test_a_corrected_bulletin_is_a_later_version_with_a_note(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    row = asked(session, cast, closed_check(session, cast))
    with clock.at(LATER):
        office = client_for("office")
        first = office.get(f"{APRIL}paper?format=docx").data
        office.post(f"/correction/step/approve/{row.id}", data={"version": str(row.version)})
        page = client_for("head_xinxi").get(APRIL).text
        then = office.get(f"{APRIL}paper?format=docx").data
    words = _words_of(then)
    assert "四、更正情况" in words and "实际进度由15%更正为58%" in words
    assert "更正情况" not in _words_of(first)
    assert "实际进度由15%更正为58%" in page


def test_what_was_listed_at_the_issue_is_printed_again_after_a_correction(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    """The orange light of 15 % stands in every form as it was issued, the correction beside it."""
    check = closed_check(session, cast)
    row = asked(session, cast, check)
    with clock.at(LATER):
        office = client_for("office")
        office.post(f"/correction/step/approve/{row.id}", data={"version": str(row.version)})
        session.expire_all()
        assert check.computed_light == Light.GREEN
        pdf, docx, xlsx = (
            office.get(f"{APRIL}paper?format={form}").data for form in ("pdf", "docx", "xlsx")
        )
    as_issued = [str(check.task), cast.jwc.name, "2026年11月30日", "60%", "15%", "橙灯"]
    tables = [
        [cell.text for cell in row.cells] for table in Document(io.BytesIO(docx)).tables
        for row in table.rows
    ]  # fmt: skip
    assert [1, *as_issued] in [[int(one[0]), *one[1:]] for one in tables if one[0] == "1"]
    sheet = load_workbook(io.BytesIO(xlsx))["橙灯红灯任务"]
    assert ["1", *as_issued] in [[str(value) for value in line] for line in sheet.values]
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "橙灯" in told.partition("橙灯、红灯任务")[2]


def test_the_asker_has_a_button_to_take_it_back(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    row = asked(session, cast, closed_check(session, cast))
    head, place = client_for("head_jwc"), f"/correction/step/take_back/{row.id}"
    assert place in head.get(f"/correction/show/{row.id}").text
    assert place not in client_for("office").get(f"/correction/show/{row.id}").text
    head.post(place, data={"version": str(row.version)})
    session.expire_all()
    assert row.status == CorrectionStatus.TAKEN_BACK


def test_the_command_writes_the_bulletin_of_a_month(
    session: AnySession, cast: Cast, command: Callable[..., Any], tmp_path: Path
) -> None:
    closed_check(session, cast)
    session.commit()
    out = f"{tmp_path}/4.pdf"

    def report_(kind: str, *words: str) -> tuple[int, str]:
        with clock.at(LATER):
            done = command("report", kind, "--year", "2026", "--out", out, *words)
        return done.exit_code, done.output

    assert report_("bulletin", "--month", "4")[0] == 0
    assert report_("bulletin")[0] == 0
    code, told = report_("agenda", "--month", "4")
    assert code == 1 and "不按月份" in told
    code, told = report_("bulletin", "--month", "12")
    assert code == 1 and "没有该月的通报" in told


def _words_of(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


# Corrections -----------------------------------------------------------------------------


def asked(session: AnySession, cast: Cast, check: MonthlyCheck) -> Correction:
    head = cast.actor("head_jwc")
    with clock.at(LATER), unit_of_work(session, head):
        (row,) = ask_corrections(session, head, check, {"actual_percent": "58"}, "漏计一项")
    return row


def test_a_head_asks_on_the_page_of_a_closed_check(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    check = closed_check(session, cast)
    place = f"/correction/ask/{check.id}"
    with clock.at(LATER):
        head = client_for("head_jwc")
        assert place in head.get(f"/monthly_check/show/{check.id}").text
        form = {"actual_percent": "58", "quality": "good", "problem": "无", "reason": ""}
        refused = head.post(place, data=form)
        assert "更正原因" in refused.text and 'value="58"' in refused.text
        answer = head.post(place, data={**form, "reason": "漏计一项"})
    row = session.scalars(select(Correction)).one()
    assert answer.location == f"/correction/show/{row.id}"
    assert (row.column_name, row.old_value, row.new_value) == ("actual_percent", "15", "58")


def test_there_is_nothing_to_ask_of_an_open_month_or_for_a_stranger(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    check = report(session, cast, accepted_task(cast), 15)
    place = f"/correction/ask/{check.id}"
    assert place not in client_for("head_jwc").get(f"/monthly_check/show/{check.id}").text
    assert client_for("head_jwc").get(place).status_code == 404
    issue(session, cast)
    assert client_for("head_xinxi").get(place).status_code == 404
    assert client_for("head_xinxi").post(place, data={"reason": "x"}).status_code == 404
    assert client_for("leader").get(place).status_code in (302, 403)


def test_it_waits_for_the_office_and_is_decided_there(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    check = closed_check(session, cast)
    row = asked(session, cast, check)
    with clock.at(LATER):
        office = client_for("office")
        assert f"/correction/step/approve/{row.id}" in office.get("/").text
        assert f"/correction/step/approve/{row.id}" not in client_for("leader").get("/").text
        page = office.get(f"/correction/show/{row.id}").text
        assert "15%" in page and "58%" in page and "漏计一项" in page
        office.post(f"/correction/step/approve/{row.id}", data={"version": str(row.version)})
    session.refresh(check)
    assert check.actual_percent == 58


def test_strangers_see_no_correction(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    check = closed_check(session, cast)
    row = asked(session, cast, check)
    stranger = client_for("head_xinxi")
    assert stranger.get(f"/correction/show/{row.id}").status_code == 404
    assert f"/correction/show/{row.id}" not in stranger.get("/correction/list/").text
    listed = client_for("head_jwc").get("/correction/list/").text
    assert (
        f"/correction/show/{row.id}" in listed
        and f"2026-04 {check.task}" in listed
        and "15%" in listed
    )
