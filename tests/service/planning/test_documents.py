"""The decomposition as a paper: what stands in it for whom, its marks, its record."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select

from app.core.actor import NOBODY, Door
from app.core.documents import Format, Order
from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession, unit_of_work
from app.extensions import db
from app.models.planning import Task
from app.models.system import AuditEvent
from app.planning.documents import check_code, print_decomposition, table_of, task_lines
from tests.cast import YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_decomposition,
    make_milestone,
    make_task,
    make_task_department,
    make_work_point,
)

ClientFor = Callable[[str], FlaskClient]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def issued_table(cast: Cast) -> Any:
    return make_decomposition(
        cycle=cast.cycle, status="issued", edition=2, issue_number="院字〔2026〕12号",
        issued_on=dt.date(YEAR, 2, 20),
    )  # fmt: skip


def test_a_line_says_what_the_task_says(session: AnySession, cast: Cast) -> None:
    point = make_work_point(text="深化产教融合")
    task = make_task(
        title="修订人才培养方案", number="7", measures="开展调研", standard="方案印发", weight=8,
        due_text="6月底前", lead_department=cast.jwc, leader=cast.leader, owner=cast.staff_jwc,
        work_point=point, remark="重点",
    )  # fmt: skip
    make_task_department(task=task, department=cast.xinxi, position=1)
    make_task_department(task=task, department=cast.xsc, role="co_lead", position=2)
    make_milestone(task=task, text="开展调研")
    make_milestone(task=task, text="提交审议", due_on=task.due_on.replace(month=6, day=20))
    (line,) = task_lines(session, cast.actor("office"))
    assert line.title == "修订人才培养方案"
    assert line.number == "7"
    assert line.work_point == "深化产教融合"
    assert line.measures == "开展调研\n6月20日：提交审议"
    assert line.standard == "方案印发"
    assert line.due_text == "6月底前"
    assert list(line.lead) == [cast.jwc.name, cast.xsc.name]
    assert list(line.assist) == [cast.xinxi.name]
    assert (line.leader, line.owner, line.remark) == (cast.leader.name, cast.staff_jwc.name, "重点")
    assert line.weight == 8


def test_names_as_written_stand_where_nobody_is_linked(session: AnySession, cast: Cast) -> None:
    make_task(owner_text="各系书记", leader_text="全体院领导")
    (line,) = task_lines(session, cast.actor("office"))
    assert (line.owner, line.leader) == ("各系书记", "全体院领导")


def test_before_issue_the_table_is_a_draft_and_holds_drafts(
    session: AnySession, cast: Cast
) -> None:
    make_decomposition(cycle=cast.cycle, edition=3)
    make_task(title="拟定中的任务")
    table = table_of(session, cast.actor("office"), cast.cycle)
    assert (table.state, table.version, table.issue_number) == ("草稿", "3", "")
    assert [line.title for line in table.lines] == ["拟定中的任务"]


def test_after_issue_it_is_final_and_holds_what_is_published(
    session: AnySession, cast: Cast, issued_table: Any
) -> None:
    make_decomposition(cycle=cast.cycle, edition=5)
    make_task(title="已发布的任务", status="published")
    make_task(title="拟增的任务")
    table = table_of(session, cast.actor("office"), cast.cycle)
    assert (table.state, table.version) == ("正式", "2")
    assert table.issue_number == "院字〔2026〕12号"
    assert [line.title for line in table.lines] == ["已发布的任务"]


def test_every_applied_adjustment_makes_a_new_version(
    session: AnySession, cast: Cast, issued_table: Any
) -> None:
    make_adjustment(cycle=cast.cycle, status="applied")
    make_adjustment(cycle=cast.cycle, status="applied")
    make_adjustment(cycle=cast.cycle, status="approved")
    assert table_of(session, cast.actor("office"), cast.cycle).version == "2.2"


def test_a_terminated_task_stays_in_the_table_with_a_mark(
    session: AnySession, cast: Cast, issued_table: Any
) -> None:
    make_task(status="terminated", termination_cause="政策取消", remark="原第3项")
    (line,) = table_of(session, cast.actor("office"), cast.cycle).lines
    assert line.remark == "已终止\n原第3项"


def test_the_table_of_one_department(session: AnySession, cast: Cast) -> None:
    make_task(title="教务的任务")
    make_task(title="信息系的任务", lead_department=cast.xinxi)
    table = table_of(session, cast.actor("office"), cast.cycle, cast.xinxi)
    assert [line.title for line in table.lines] == ["信息系的任务"]
    assert table.department == cast.xinxi.name


def test_a_copy_lacks_what_its_reader_may_not_see_and_says_so(
    session: AnySession, cast: Cast, issued_table: Any
) -> None:
    make_task(title="公开任务", status="published")
    make_task(title="限制任务", status="published", visibility="restricted")
    stranger = table_of(session, cast.actor("head_xinxi"), cast.cycle)
    assert [line.title for line in stranger.lines] == ["公开任务"]
    assert stranger.hidden == 1
    assert table_of(session, cast.actor("head_jwc"), cast.cycle).hidden == 0
    with unit_of_work(session, cast.actor("head_xinxi")):
        order = Order(cast.cycle, None, Format.PDF)
        paper = print_decomposition(session, cast.actor("head_xinxi"), order)
    text = text_of(paper.content)
    assert "限制任务" not in text
    assert "另有 1 项" in text


def test_nobody_without_the_permission_exports(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        table_of(session, NOBODY, cast.cycle)


def test_the_check_code_depends_on_the_content_alone(session: AnySession, cast: Cast) -> None:
    task = make_task(title="甲")
    office = cast.actor("office")
    first = table_of(session, office, cast.cycle).check_code
    assert first == table_of(session, office, cast.cycle).check_code
    assert first == table_of(session, cast.actor("topleader"), cast.cycle).check_code
    with unit_of_work(session, office):
        task.title = "乙"
    assert table_of(session, office, cast.cycle).check_code != first
    assert check_code({"year": 2026}, []) == check_code({"year": 2026}, ())
    assert check_code({"year": 2026}, []) != check_code({"year": 2025}, [])


def test_the_paper_carries_its_marks(session: AnySession, cast: Cast, issued_table: Any) -> None:
    make_task(title="修订人才培养方案", status="published")
    office = cast.actor("office")
    with unit_of_work(session, office):
        paper = print_decomposition(session, office, Order(cast.cycle, None, Format.PDF))
    text = text_of(paper.content)
    assert paper.file_name == f"{YEAR}年部门目标任务分解表.pdf"
    for words in ("修订人才培养方案", "正式", paper.check_code, "院字〔2026〕12号"):
        assert words in text


def test_the_workbook_holds_the_same_lines(session: AnySession, cast: Cast) -> None:
    make_task(title="修订人才培养方案")
    office = cast.actor("office")
    with unit_of_work(session, office):
        paper = print_decomposition(session, office, Order(cast.cycle, cast.jwc, Format.XLSX))
    assert paper.file_name == f"{YEAR}年部门目标任务分解表（{cast.jwc.name}）.xlsx"
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(paper.content)).get_sheet_by_index(0).to_python()
    )
    assert any("修订人才培养方案" in row for row in rows)
    assert paper.check_code in rows[1][0]


def test_an_export_is_recorded(session: AnySession, cast: Cast) -> None:
    make_task()
    office = cast.actor("office")
    with unit_of_work(session, office):
        paper = print_decomposition(session, office, Order(cast.cycle, None, Format.PDF))
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.table_name, last.actor_id) == ("exported", "task", office.user_id)
    told = json.loads(last.after or "{}")
    assert told["rows"] == 1
    assert told["check_code"] == paper.check_code


def test_few_statements_however_many_tasks(session: AnySession, cast: Cast) -> None:
    office, cycle = cast.actor("office"), cast.cycle
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    def grow(count: int) -> None:
        for _ in range(count):
            task = make_task(owner=cast.staff_jwc, leader=cast.leader)
            make_milestone(task=task)
            make_task_department(task=task)

    engine = db.engine
    counts = []
    for _ in range(2):
        grow(5)
        session.expire_all()
        _ = cycle.id, cycle.year
        event.listen(engine, "before_cursor_execute", note)
        try:
            table_of(session, office, cycle)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        counts.append(len(said))
        said.clear()
    assert counts[0] == counts[1] <= 6


# The screen ------------------------------------------------------------------------------


def test_the_page_offers_the_documents(client_for: ClientFor) -> None:
    text = client_for("head_jwc").get("/report/").text
    assert "/report/decomposition" in text
    assert f'<option value="{YEAR}" selected>' in text
    card = text.split('action="/report/decomposition"')[1].split("</form>")[0]
    assert "PDF" in card and "XLSX" in card and "DOCX" not in card


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_download_keeps_its_chinese_name(client_for: ClientFor, form: str) -> None:
    make_task(status="published")
    answer = client_for("head_jwc").get(f"/report/decomposition?year={YEAR}&format={form}")
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert (
        unquote(disposition.split("filename*=UTF-8''")[1]) == f"{YEAR}年部门目标任务分解表.{form}"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data[:4] == (b"%PDF" if form == "pdf" else b"PK\x03\x04")


@pytest.mark.parametrize(
    "address",
    [
        f"/report/nothing?year={YEAR}", f"/report/decomposition?year={YEAR}&format=docx",
        "/report/decomposition?year=1999", "/report/decomposition?year=x", "/report/decomposition",
        f"/report/decomposition?year={YEAR}&department=nowhere",
    ],
)  # fmt: skip
def test_what_is_not_offered_is_refused(client_for: ClientFor, address: str) -> None:
    assert client_for("head_jwc").get(address).status_code == 422


def test_nobody_downloads_without_signing_in(client: FlaskClient) -> None:
    assert client.get(f"/report/decomposition?year={YEAR}").status_code == 302


# The command -----------------------------------------------------------------------------


def test_the_command_writes_the_file(command: Callable[..., Any], tmp_path: Path) -> None:
    make_task(title="修订人才培养方案")
    out = tmp_path / "表.pdf"
    result = command("report", "decomposition", "--year", str(YEAR), "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["format"] == "pdf"
    assert told["bytes"] == out.stat().st_size
    assert "修订人才培养方案" in text_of(out.read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["表.pdf"]


def test_the_form_follows_the_name_of_the_file(command: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    result = command(
        "report", "decomposition", "--year", str(YEAR), "--department", "jwc", "--out", str(out)
    )
    assert result.exit_code == 0, result.output
    assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("decomposition", "--year", str(YEAR), "--format", "docx"), "pdf, xlsx"),
        (("decomposition", "--year", "1999"), "1999"),
        (("decomposition", "--year", str(YEAR), "--department", "nowhere"), "nowhere"),
        (("decomposition", "--year", str(YEAR), "--number", "2"), "number"),
    ],
)
def test_the_command_refuses_with_the_reason(
    command: Callable[..., Any], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out.pdf"
    result = command("report", *words, "--out", str(out))
    assert result.exit_code == 1
    assert said in result.stderr
    assert not out.exists()


def test_an_unknown_kind_is_a_command_written_wrongly(
    command: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "out.pdf"
    result = command("report", "minutes", "--year", str(YEAR), "--out", str(out))
    assert result.exit_code == 2
    for kind in ("decomposition", "work-points", "agenda"):
        assert kind in result.stderr
    assert not out.exists()


def test_the_command_is_the_operator_s_export(
    command: Callable[..., Any], tmp_path: Path, session: AnySession
) -> None:
    command("report", "decomposition", "--year", str(YEAR), "--out", str(tmp_path / "out.pdf"))
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.door, last.actor_name) == ("exported", Door.CLI.value, "operator")
    assert session.scalar(select(Task.id).limit(1)) is None
