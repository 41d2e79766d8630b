"""The material of a meeting on paper: items, rows as their chapters tell them, decisions."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core.actor import NOBODY
from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession
from app.cycles.agenda_paper import meeting_paper
from app.models.improvement import AdjustmentChange
from app.models.meetings import AgendaItem
from app.models.system import AuditEvent
from app.reports.paper import Grid, Heading, NewPage, OfficialPaper, Space, Text
from tests.cast import TODAY, YEAR, Cast
from tests.factories import (
    make_adjustment,
    make_adjustment_change,
    make_agenda_item,
    make_agenda_subject,
    make_decision,
    make_decomposition,
    make_meeting,
    make_task,
    make_work_point,
    make_work_point_opinion,
    make_work_point_set,
)

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def item(session: AnySession, cast: Cast) -> AgendaItem:
    return make_agenda_item(
        meeting=make_meeting(held_on=TODAY, number="第3次", title="党委会会议"), position=1,
        title="审定全年安排", reporter_department=cast.bgs, summary="请予审议。",
    )  # fmt: skip


def put(item: AgendaItem, row: Any) -> Any:
    return make_agenda_subject(
        agenda_item=item, subject_table=row.__tablename__, subject_id=row.id, position=row.id
    )


def decide(item: AgendaItem, row: Any) -> Any:
    return make_decision(
        agenda_item=item, subject_table=row.__tablename__, subject_id=row.id,
        outcome="amended", wording="第二条修改后印发", decided_on=TODAY,
    )  # fmt: skip


def paper(
    session: AnySession, cast: Cast, item: AgendaItem, name: str = "secretary"
) -> OfficialPaper:
    return meeting_paper(session, cast.actor(name), item.meeting)


def said(made: OfficialPaper) -> str:
    """Every word of a paper's blocks."""
    found: list[str] = []
    for block in made.blocks:
        if isinstance(block, Grid):
            found += [*block.heads, *(cell for row in block.rows for cell in row)]
        elif isinstance(block, Text):
            found.append(block.label + block.text)
        elif isinstance(block, Heading):
            found.append(block.text)
        elif isinstance(block, Space):
            found.append(block.label)
    return "\n".join(found)


def test_an_item_names_who_reports_and_leaves_space_for_the_decision(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    made = paper(session, cast, item)
    assert list(made.blocks) == [
        Heading("议题一：审定全年安排"),
        Text("办公室", "汇报部门："),
        Text("请予审议。", "内容摘要："),
        Space("审议意见"),
    ]
    assert made.title.endswith("党委会议题材料")
    assert list(made.subtitles) == ["党委会会议（第3次）", "2026年3月16日"]


def test_work_points_stand_there_with_the_opinions_on_them(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    points = make_work_point_set(cycle=cast.cycle, status="committee")
    one = make_work_point(work_point_set=points, number="1", text="深化产教融合。", chapter="教学")
    make_work_point_opinion(
        work_point_set=points, work_point=one, department=cast.jwc, author=cast.head_jwc,
        text="建议写明时间", answer="partly", answer_reason="分解时明确",
    )  # fmt: skip
    make_work_point_opinion(
        work_point_set=points, department=cast.xinxi, author=cast.head_xinxi, agrees=True,
        text="无修改意见",
    )  # fmt: skip
    put(item, points)
    text = said(paper(session, cast, item))
    for words in ("一、教学", "1. 深化产教融合。", "收到意见2份，其中修改意见1条", "教务处",
                  "建议写明时间", "部分采纳：分解时明确"):  # fmt: skip
        assert words in text, words


def test_who_may_not_read_the_opinions_is_told_how_many_there_are(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    points = make_work_point_set(cycle=cast.cycle, status="committee")
    make_work_point_opinion(
        work_point_set=points, department=cast.xsc, author=cast.office, text="不宜外传"
    )
    put(item, points)
    text = said(paper(session, cast, item, "leader"))
    assert "共收到意见1份，其中1份不在阅看范围" in text and "不宜外传" not in text


def test_a_decomposition_stands_there_by_department(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    make_task(title="信息系的任务", lead_department=cast.xinxi, weight=None)
    make_task(title="教务的任务", lead_department=cast.jwc, weight=40, due_text="6月底前")
    make_task(title="教务的另一任务", lead_department=cast.jwc, weight=60)
    put(item, make_decomposition(cycle=cast.cycle, status="committee"))
    made = paper(session, cast, item)
    heads = [block.text for block in made.blocks if isinstance(block, Heading)]
    assert heads[2:] == ["教务处（2项，权重合计100）", "信息工程系（1项）"]
    text = said(made)
    assert "共列目标任务3项，牵头部门2个" in text
    assert "教务的另一任务" in text and "6月底前" in text


def test_an_adjustment_stands_there_old_and_new_with_cause_and_opinion(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    task = make_task(title="建设专业群", lead_department=cast.jwc, status="accepted")
    row = make_adjustment(
        cycle=cast.cycle, department=cast.jwc, task=task, kind="extend", status="committee",
        cause_kind="objective", cause="上级推迟验收", review_comment="同意提交",
    )  # fmt: skip
    long = "标准" * 100
    for name, old, new in (
        ("due_on", "2026-06-30", "2026-12-31"),
        ("owner_id", str(cast.staff_jwc.id), str(cast.head_jwc.id)),
        ("assist", None, "xinxi;xsc"),
        ("standard", "旧标准", long),
    ):
        make_adjustment_change(adjustment=row, column_name=name, old_value=old, new_value=new)
    put(item, row)
    made = paper(session, cast, item)
    (grid,) = [block for block in made.blocks if isinstance(block, Grid)]
    assert [tuple(one[1:]) for one in grid.rows] == [
        ("2026-06-30", "2026-12-31"),
        (cast.staff_jwc.name, cast.head_jwc.name),
        ("—", f"{cast.xinxi.name}、{cast.xsc.name}"),
        ("旧标准", long),
    ]
    text = said(made)
    for words in ("（一）延期：建设专业群", "调整原因：上级推迟验收", "分管领导审阅意见：同意提交"):
        assert words in text


def test_a_new_task_and_a_termination_are_told_as_such(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    added = make_adjustment(cycle=cast.cycle, department=cast.jwc, kind="add", task=None)
    make_adjustment_change(
        adjustment=added, column_name="title", old_value=None, new_value="新项目"
    )
    old = make_adjustment_change(adjustment=added, old_value=None, new_value="原样写出")
    table = AdjustmentChange.__table__  # written before such a field was refused
    session.execute(update(table).where(table.c.id == old.id).values(column_name="nonsense"))
    session.expire(old)
    ended = make_adjustment(
        cycle=cast.cycle, department=cast.jwc, kind="terminate", cause_kind="objective",
        task=make_task(title="旧项目", lead_department=cast.jwc, status="accepted"),
    )  # fmt: skip
    put(item, added)
    put(item, ended)
    text = said(paper(session, cast, item))
    for words in ("（一）新增：新项目", "原样写出", "（二）终止：旧项目", "终止该项目标任务。"):
        assert words in text


def test_it_is_final_once_everything_on_it_is_decided(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    first, second = make_adjustment(cycle=cast.cycle), make_adjustment(cycle=cast.cycle)
    put(item, first)
    put(item, second)
    before = paper(session, cast, item)
    decide(item, first)
    half = paper(session, cast, item)
    decide(item, second)
    done = paper(session, cast, item)
    assert [(one.state, one.version) for one in (before, half, done)] == [
        ("草稿", "1"), ("草稿", "1.1"), ("正式", "1.2"),
    ]  # fmt: skip
    assert "修改后通过：第二条修改后印发" in said(done) and "审议意见" not in said(done)
    assert len({before.check_code, half.check_code, done.check_code}) == 3
    assert done.check_code == paper(session, cast, item, "office").check_code


def test_several_items_have_a_programme_and_a_page_each(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    other = make_agenda_item(meeting=item.meeting, position=2, title="其他事项")
    made = paper(session, cast, item)
    assert made.blocks[0] == Heading("议题目录")
    assert sum(isinstance(block, NewPage) for block in made.blocks) == 2
    alone = meeting_paper(session, cast.actor("secretary"), item.meeting, other)
    assert "其他事项" in said(alone) and "审定全年安排" not in said(alone)


def test_an_empty_agenda_says_so(session: AnySession, cast: Cast) -> None:
    made = meeting_paper(session, cast.actor("office"), make_meeting(held_on=TODAY))
    assert list(made.blocks) == [Text("（本次会议尚未列入议题）")] and made.state == "草稿"


def test_a_row_its_reader_may_not_read_is_only_named_by_its_kind(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    put(item, make_adjustment(
        cycle=cast.cycle, department=cast.xsc, cause="不宜外传",
        task=make_task(lead_department=cast.xsc, status="accepted"),
    ))  # fmt: skip
    text = said(paper(session, cast, item, "leader"))
    assert "不宜外传" not in text
    assert "（一）目标任务调整（不在阅看范围，内容从略）" in text
    assert "不宜外传" in said(paper(session, cast, item, "other_leader"))


def test_nobody_without_the_permission_prints(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    with pytest.raises(NotAllowed):
        meeting_paper(session, NOBODY, item.meeting)


# The doors -------------------------------------------------------------------------------


def test_the_page_of_the_meeting_offers_the_material(
    session: AnySession, item: AgendaItem, client_for: ClientFor
) -> None:
    other = make_agenda_item(meeting=item.meeting, position=2, title="其他事项")
    secretary = client_for("secretary")
    assert "/report/agenda" in secretary.get("/report/").text
    page = secretary.get(f"/meeting/show/{item.meeting_id}").text
    for form in ("docx", "pdf"):
        address = f"/meeting/paper/{item.meeting_id}/{form}"
        assert address in page
        answer = secretary.get(address)
        assert answer.status_code == 200
        assert f"第3次党委会议题材料.{form}" in unquote(answer.headers["Content-Disposition"])
    answer = secretary.get(f"/meeting/paper/{item.meeting_id}/docx?item={other.id}")
    assert "（议题二）" in unquote(answer.headers["Content-Disposition"])
    text = "\n".join(line.text for line in docx.Document(io.BytesIO(answer.data)).paragraphs)
    assert "其他事项" in text and "审定全年安排" not in text
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    told = json.loads(last.after or "{}")
    assert (last.action, last.table_name, told["document"]) == ("exported", "meeting", "agenda")
    assert (told["meeting"], told["item"], told["state"]) == ("第3次", 2, "草稿")


@pytest.mark.parametrize(
    ("address", "code"),
    [("{m}/xlsx", 422), ("0/docx", 404), ("{m}/docx?item=0", 404), ("{m}/docx?item=x", 404)],
)
def test_what_is_not_there_is_refused(
    item: AgendaItem, client_for: ClientFor, address: str, code: int
) -> None:
    path = "/meeting/paper/" + address.format(m=item.meeting_id)
    assert client_for("secretary").get(path).status_code == code


@pytest.mark.parametrize("name", ["head_jwc", "staff_jwc"])
def test_who_does_not_see_meetings_gets_no_material(
    item: AgendaItem, client_for: ClientFor, name: str
) -> None:
    client = client_for(name)
    assert "/report/agenda" not in client.get("/report/").text
    assert client.get(f"/meeting/paper/{item.meeting_id}/docx").status_code == 404
    assert client.get(f"/report/agenda?year={YEAR}&format=docx").status_code == 422


def test_the_command_takes_the_latest_meeting_or_the_named_one(
    session: AnySession, item: AgendaItem, command: Callable[..., Any], tmp_path: Path
) -> None:
    later = make_meeting(held_on=TODAY + dt.timedelta(days=9), number="第4次")
    make_agenda_item(meeting=later, title="后一次会议")
    for words, title in (((), "后一次会议"), (("--number", "第3次"), "审定全年安排")):
        out = tmp_path / "材料.docx"
        result = command("report", "agenda", "--year", str(YEAR), *words, "--out", str(out))
        assert result.exit_code == 0, result.output
        assert any(title in line.text for line in docx.Document(str(out)).paragraphs)
    result = command(
        "report", "agenda", "--year", str(YEAR), "--number", "第9次", "--out", str(tmp_path / "x")
    )
    assert result.exit_code == 1 and not (tmp_path / "x").exists()
