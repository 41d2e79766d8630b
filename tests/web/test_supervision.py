"""Supervision through the door: a case by hand, proposals in bulk, leaders' words, the notice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.planning import TaskStatus
from app.models.supervision import CaseStatus, Instruction, StepKind, SupervisionCase
from tests.cast import TODAY, Cast
from tests.factories import (
    make_agenda_item,
    make_case_department,
    make_case_step,
    make_decision,
    make_instruction,
    make_meeting,
    make_supervision_case,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]
ADD = "/supervision_case/add"


def newest(session: AnySession) -> SupervisionCase:
    return session.scalars(select(SupervisionCase).order_by(SupervisionCase.id.desc())).first()  # type: ignore[return-value]


# By hand -------------------------------------------------------------------------------------


def test_a_case_without_a_task_is_written_with_those_who_assist(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    answer = client_for("office").post(
        ADD,
        data={
            "cycle": cast.cycle.id, "source": "meeting", "matter": "宿舍消防整改",
            "ground": "院长办公会议定", "department": cast.xsc.id,
            "case_department-0-department": cast.jwc.id,
        },
    )  # fmt: skip
    case = newest(session)
    assert answer.headers["Location"].endswith(f"/supervision_case/show/{case.id}")
    assert (case.status, case.task, case.leader) == ("proposed", None, cast.other_leader)
    assert [one.department for one in case.assisting] == [cast.jwc]
    assert [step.kind for step in case.steps] == [StepKind.PROPOSED]


def test_a_case_about_a_task_without_it_comes_back_with_the_sentence(
    cast: Cast, client_for: ClientFor
) -> None:
    answer = client_for("office").post(
        ADD,
        data={"cycle": cast.cycle.id, "source": "task", "matter": "甲", "department": cast.xsc.id},
    )
    assert answer.status_code == 422
    assert "来源为年度任务的督办件须指明任务。" in answer.text
    assert 'value="甲"' in answer.text


def test_the_form_begins_with_what_the_meeting_decided(cast: Cast, client_for: ClientFor) -> None:
    meeting = make_meeting(number="第3次", title="院长办公会", held_on=TODAY)
    item = make_agenda_item(meeting=meeting, title="宿舍消防整改", reporter_department=cast.xsc)
    make_decision(agenda_item=item, wording="四月底前完成整改")
    page = client_for("office").get(f"{ADD}?agenda_item={item.id}").text
    assert 'value="宿舍消防整改"' in page
    assert "院长办公会（第3次，2026年3月16日）议定\n四月底前完成整改" in page
    assert "四月底前完成整改" not in client_for("office").get(f"{ADD}?agenda_item=0").text


def test_a_meeting_leads_the_office_there_and_nobody_else(client_for: ClientFor) -> None:
    item = make_agenda_item(meeting=make_meeting(held_on=TODAY))
    place, link = f"/meeting/show/{item.meeting_id}", f"{ADD}?agenda_item={item.id}"
    assert link in client_for("office").get(place).text
    assert link not in client_for("secretary").get(place).text


def test_the_form_begins_with_the_task_one_came_from(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(number="7", title="专业建设", leader=cast.leader)
    page = client_for("office").get(f"{ADD}?_flt_0_task={task.id}").text
    assert 'value="7 专业建设"' in page


# In bulk -------------------------------------------------------------------------------------


def test_proposals_are_opened_together_after_it_was_said_what_will_happen(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    rows = [
        make_supervision_case(status=CaseStatus.PROPOSED, number=None, matter=f"事项{n}")
        for n in range(2)
    ]
    own = make_supervision_case(
        status=CaseStatus.PROPOSED, number=None, matter="办公室的", department=cast.bgs
    )
    office = client_for("office")
    place = "/supervision_case/action_post"
    page = office.post(
        place, data={"action": "confirm", "rowid": [r.id for r in [*rows, own]]}
    ).text
    assert "本部门的事项不得由本部门人员审批" in page
    sent = re.findall(r'name="row" value="([\d:]+)"', page)
    assert len(sent) == 2
    office.post(place, data={"action": "confirm", "confirm": "1", "row": sent})
    assert [row.status for row in rows] == [CaseStatus.OPEN] * 2
    assert len({row.number for row in rows}) == 2
    assert own.status == CaseStatus.PROPOSED


def test_dismissing_together_asks_for_the_reason_once(
    session: AnySession, client_for: ClientFor
) -> None:
    rows = [make_supervision_case(status=CaseStatus.PROPOSED, number=None) for _ in range(2)]
    sent = [f"{row.id}:{row.version}" for row in rows]
    office, place = client_for("office"), "/supervision_case/action_post"
    data = {"action": "dismiss", "confirm": "1", "row": sent}
    assert office.post(place, data=data).status_code == 422
    office.post(place, data=data | {"note": "已经完成"})
    assert {row.status for row in rows} == {CaseStatus.DISMISSED}
    assert {row.steps[-1].text for row in rows} == {"已经完成"}


# Instructions --------------------------------------------------------------------------------


def test_a_leader_writes_on_a_task_and_its_page_shows_it_to_the_head(
    session: AnySession, client_for: ClientFor
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    leader = client_for("leader")
    page = leader.get(f"/task/show/{task.id}").text
    assert f"/instruction/on/task/{task.id}" in page
    leader.post(f"/instruction/on/task/{task.id}", data={"text": "限月底前完成"})
    for name in ("head_jwc", "leader", "office"):
        assert "限月底前完成" in client_for(name).get(f"/task/show/{task.id}").text
    assert "限月底前完成" not in client_for("head_xinxi").get(f"/task/show/{task.id}").text


def test_an_empty_instruction_comes_back(session: AnySession, client_for: ClientFor) -> None:
    task = make_task()
    answer = client_for("leader").post(f"/instruction/on/task/{task.id}", data={"text": "  "})
    assert answer.status_code == 422
    assert session.scalars(select(Instruction)).all() == []


@pytest.mark.parametrize("place", ["task/0", "task/x", "person/1", "supervision_case/99999"])
def test_what_is_not_there_is_not_written_on(client_for: ClientFor, place: str) -> None:
    assert client_for("leader").get(f"/instruction/on/{place}").status_code == 404


def test_the_office_makes_a_case_of_it_with_one_click(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    row = make_instruction(
        subject_table="task", subject_id=task.id, author=cast.leader, text="限月底前完成"
    )
    office = client_for("office")
    assert f"/instruction/to_case/{row.id}" in office.get(f"/task/show/{task.id}").text
    answer = office.post(f"/instruction/to_case/{row.id}")
    case = newest(session)
    assert answer.headers["Location"].endswith(f"/supervision_case/show/{case.id}")
    assert (case.source, case.task_id) == ("instruction", task.id)
    again = office.post(f"/instruction/to_case/{row.id}", follow_redirects=True)
    assert "该任务另有未办结的督办件" in again.text
    assert newest(session).id == case.id


def test_nobody_else_makes_a_case_of_it(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    row = make_instruction(subject_table="task", subject_id=task.id, author=cast.leader)
    client_for("head_jwc").post(f"/instruction/to_case/{row.id}")
    assert session.scalars(select(SupervisionCase)).all() == []


# The notice ----------------------------------------------------------------------------------


@pytest.fixture
def case(cast: Cast) -> SupervisionCase:
    row = make_supervision_case(
        number="督〔2026〕9号", matter="宿舍消防整改", ground="院长办公会议定", source="meeting",
        task=None, requirement="逐栋排查", status=CaseStatus.OPEN, opened_on=TODAY,
        due_on=TODAY, leader=cast.leader,
    )  # fmt: skip
    make_case_department(supervision_case=row, department=cast.xinxi)
    make_instruction(
        subject_table="supervision_case", subject_id=row.id, author=cast.leader, text="抓紧办理"
    )
    make_case_step(
        supervision_case=row, kind=StepKind.REPLY, text="已完成一半", actor=cast.head_jwc
    )
    assert isinstance(row, SupervisionCase)
    return row


WORDS = ("督办通知单", "督〔2026〕9号", "宿舍消防整改", "院长办公会议定", "教务处", "信息工程系",
         "逐栋排查", "2026年3月16日前", "抓紧办理", "已完成一半", "签收", "正式")  # fmt: skip


def text_of(content: bytes, form: str) -> str:
    if form == "pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    paper = Document(io.BytesIO(content))
    told = [one.text for one in paper.paragraphs]
    told += [cell.text for grid in paper.tables for row in grid.rows for cell in row.cells]
    told += [one.text for part in paper.sections for one in part.footer.paragraphs]
    return "".join(told)


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_notice_says_all_that_a_case_is(
    case: SupervisionCase, client_for: ClientFor, form: str
) -> None:
    answer = client_for("head_jwc").get(f"/supervision_case/paper/{case.id}/{form}")
    assert answer.status_code == 200
    told = text_of(answer.data, form).replace("\n", "")
    assert [word for word in WORDS if word not in told] == []


def test_a_proposal_is_printed_as_a_draft(client_for: ClientFor) -> None:
    row = make_supervision_case(status=CaseStatus.PROPOSED, number=None)
    answer = client_for("office").get(f"/supervision_case/paper/{row.id}/docx")
    assert "拟立项，尚未编号" in text_of(answer.data, "docx")


def test_the_notice_is_for_those_who_see_the_case(
    case: SupervisionCase, client_for: ClientFor
) -> None:
    row = make_supervision_case()
    assert client_for("head_xinxi").get(f"/supervision_case/paper/{case.id}/pdf").status_code == 200
    assert client_for("head_xinxi").get(f"/supervision_case/paper/{row.id}/pdf").status_code == 404


def test_the_command_prints_the_notice_of_a_number(
    app: Flask, case: SupervisionCase, tmp_path: object
) -> None:
    out = f"{tmp_path}/notice.docx"
    order = ["report", "supervision-notice", "--year", "2026", "--format", "docx", "--out", out]
    done = app.test_cli_runner().invoke(args=[*order, "--number", "督〔2026〕9号"])
    assert done.exit_code == 0, done.output
    with open(out, "rb") as file:
        assert "宿舍消防整改" in text_of(file.read(), "docx")
    refused = app.test_cli_runner().invoke(args=[*order, "--number", "督〔2026〕10号"])
    assert (refused.exit_code, "2026 年没有这个督办件" in refused.output) == (1, True)


# REST ----------------------------------------------------------------------------------------


def test_rest_adds_a_case_as_the_form_does(
    session: AnySession, cast: Cast, app: Flask, jwt_for: Callable[[str], str]
) -> None:
    head = {"Authorization": f"Bearer {jwt_for('office')}"}
    answer = app.test_client().post(
        "/api/v1/supervision_case/",
        json={
            "cycle": cast.cycle.id, "source": "meeting", "matter": "消防", "department": cast.xsc.id,
        },
        headers=head,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert (newest(session).leader, len(newest(session).steps)) == (cast.other_leader, 1)


# A list's steps in bulk ----------------------------------------------------------------------


def bulk_steps(client: FlaskClient) -> set[str]:
    page = client.get("/supervision_case/list/?view=all").text
    return set(re.findall(r'name="action" value="(\w+)"', page))


def test_a_list_offers_the_steps_of_the_sides_its_reader_is_on(
    cast: Cast, client_for: ClientFor
) -> None:
    make_supervision_case(department=cast.jwc, leader=cast.leader)
    assert bulk_steps(client_for("head_jwc")) == {"sign", "reply"}
    assert bulk_steps(client_for("leader")) == {"extend", "transfer"}
    assert bulk_steps(client_for("discipline")) == {"conclude", "send_back"}
    assert {"confirm", "urge", "close", "transfer"} <= bulk_steps(client_for("office"))
    assert not bulk_steps(client_for("office")) & {"sign", "reply", "extend", "conclude"}


def test_a_list_without_rows_offers_no_steps(cast: Cast, client_for: ClientFor) -> None:
    assert bulk_steps(client_for("office")) == set()
