"""The list of leaders' instructions leads to what each one is about; an instruction is a record from
the next day on (Art. 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.planning import TaskStatus
from app.models.supervision import Instruction
from tests.cast import TODAY, Cast
from tests.factories import (
    make_case_step,
    make_instruction,
    make_supervision_case,
    make_task,
)

ClientFor = Callable[[str], FlaskClient]
ACTED_ON = "该批示已有人据此办理（已立项或已办理），不再修改或删除；如有新的意见，请另写批示。"


def test_an_instruction_leads_to_its_case_and_names_no_number(
    cast: Cast, client_for: ClientFor
) -> None:
    case = make_supervision_case(department=cast.jwc)
    one = make_instruction(
        author=cast.leader, subject_table="supervision_case", subject_id=case.id, text="抓紧办理。"
    )
    office = client_for("office")
    about = f"/instruction/about/{one.id}"
    page = office.get("/instruction/list/").text
    assert f'href="{about}"' in page
    assert "/instruction/add" not in page
    page = office.get(f"/instruction/show/{one.id}").text
    assert f'href="{about}"' in page and "对象编号" not in page
    assert office.get(about).location == f"/supervision_case/show/{case.id}"


def test_an_instruction_on_a_task_leads_to_the_task(cast: Cast, client_for: ClientFor) -> None:
    task = make_task(lead_department=cast.jwc)
    one = make_instruction(author=cast.leader, subject_table="task", subject_id=task.id)
    answer = client_for("office").get(f"/instruction/about/{one.id}")
    assert answer.location == f"/task/show/{task.id}"


# Who changes one, and until when ----------------------------------------------------------


@pytest.fixture
def written(cast: Cast) -> Instruction:
    """What 教务处's leader has written today on its task."""
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED, owner=cast.staff_jwc)
    return make_instruction(
        author=cast.leader, subject_table="task", subject_id=task.id, written_on=TODAY,
        text="请加快推进。",
    )  # fmt: skip


def refused_everywhere(client: FlaskClient, one: Instruction, sentence: str) -> None:
    """No button, the sentence in its place, and no door lets it through."""
    page = client.get(f"/instruction/show/{one.id}").text
    assert f"/instruction/edit/{one.id}" not in page and "confirm-delete" not in page
    assert sentence in page
    edit, delete = f"/instruction/edit/{one.id}", f"/instruction/delete/{one.id}"
    assert sentence in client.get(edit, follow_redirects=True).text
    assert sentence in client.post(edit, data={"text": "改了。", "version": one.version}).text
    assert sentence in client.post(delete, follow_redirects=True).text
    api = f"/api/v1/instruction/{one.id}"
    for answer in (client.put(api, json={"text": "改了。"}), client.delete(api)):
        assert answer.status_code == 403 and answer.json and answer.json["message"] == sentence


def test_its_author_edits_and_deletes_it_on_the_day_it_was_written(
    session: AnySession, written: Instruction, client_for: ClientFor
) -> None:
    leader = client_for("leader")
    assert f"/instruction/edit/{written.id}" in leader.get(f"/instruction/show/{written.id}").text
    sent = {"text": "请本周内完成。", "version": written.version}
    assert leader.post(f"/instruction/edit/{written.id}", data=sent).status_code == 302
    session.expire_all()
    assert written.text == "请本周内完成。"
    assert leader.post(f"/instruction/delete/{written.id}").status_code == 302
    session.expire_all()
    assert session.scalar(select(Instruction.id)) is None


def test_the_date_it_bears_is_not_changed_to_keep_it_open(
    session: AnySession, written: Instruction, client_for: ClientFor
) -> None:
    later = {"written_on": str(TODAY + dt.timedelta(days=1))}
    refused = client_for("leader").put(f"/api/v1/instruction/{written.id}", json=later)
    assert refused.status_code == 422 and "written_on" in refused.text


def test_from_the_next_day_on_it_is_a_record(
    session: AnySession, written: Instruction, client_for: ClientFor
) -> None:
    with clock.at(TODAY + dt.timedelta(days=1)):
        refused_everywhere(
            client_for("leader"), written,
            "批示一经留存即为记录，仅限批示人当日修改或删除；如有新的意见，请另写批示。",
        )  # fmt: skip
    session.expire_all()
    assert written.text == "请加快推进。"


def test_another_leader_leaves_it_alone(
    session: AnySession, written: Instruction, client_for: ClientFor
) -> None:
    refused_everywhere(client_for("topleader"), written, "批示只能由批示人本人修改或删除。")
    session.expire_all()
    assert written.text == "请加快推进。"


def test_one_that_became_a_case_stays_its_ground(
    session: AnySession, written: Instruction, client_for: ClientFor
) -> None:
    assert client_for("office").post(f"/instruction/to_case/{written.id}").status_code == 302
    refused_everywhere(client_for("leader"), written, ACTED_ON)
    session.expire_all()
    assert written.text == "请加快推进。"


def test_one_on_a_case_stands_once_somebody_has_taken_the_next_step(
    cast: Cast, session: AnySession, client_for: ClientFor
) -> None:
    case = make_supervision_case(department=cast.jwc)
    one = make_instruction(
        author=cast.leader, subject_table="supervision_case", subject_id=case.id, written_on=TODAY
    )
    leader = client_for("leader")
    assert f"/instruction/edit/{one.id}" in leader.get(f"/instruction/show/{one.id}").text
    make_case_step(supervision_case=case, actor=cast.office, happened_at=clock.now())
    refused_everywhere(leader, one, ACTED_ON)
