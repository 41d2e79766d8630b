"""Handing out through the door: one sheet per department, all saved or each wrong row named
(Art. 5.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.models.planning import Task, TaskDepartment, TaskStatus
from tests.architecture.test_query_counts import cost
from tests.cast import TODAY, YEAR, Cast
from tests.factories import (
    make_decomposition,
    make_delegation,
    make_task,
    make_task_department,
)

ClientFor = Callable[[str], FlaskClient]
PHASE_ENDS = dt.date(YEAR, 3, 14)
"""The last day of 接受分解 in the cast's year."""


@pytest.fixture
def issued(cast: Cast) -> Task:
    """A published task of 教务处, which has a section."""
    return make_task(
        number="7", title="推进课程思政", status=TaskStatus.PUBLISHED,
        accept_by=dt.date(YEAR, 3, 12),
    )  # fmt: skip


@pytest.fixture
def line(cast: Cast, issued: Task) -> TaskDepartment:
    """信息工程系 assists in it."""
    return make_task_department(task=issued, department=cast.xinxi, part="承担网络部分")


def said(row: Task | TaskDepartment, owner: int | None, **more: object) -> dict[str, str]:
    key = f"{'task' if isinstance(row, Task) else 'line'}-{row.id}"
    given = {"version": row.version, "owner": owner, **more}
    return {f"{key}-{name}": "" if value is None else str(value) for name, value in given.items()}


def test_a_task_is_handed_out_and_accepted_in_one_go(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    other = make_task(status=TaskStatus.PUBLISHED)
    client, address = client_for("head_jwc"), f"/task/hand_out/{cast.jwc.id}"
    page = client.get(address).text
    assert "推进课程思政" in page and "教学科" in page and "2 个工作日" in page
    done = client.post(
        address,
        data=said(issued, cast.staff_jwc.id, section=cast.jwc_jxk.id, accept=1)
        | said(other, cast.staff_jwc.id),
    )
    assert done.status_code == 302
    session.expire_all()
    assert (issued.status, issued.owner, issued.section) == (
        TaskStatus.ACCEPTED, cast.staff_jwc, cast.jwc_jxk,
    )  # fmt: skip
    assert (other.status, other.owner) == (TaskStatus.PUBLISHED, cast.staff_jwc)
    assert "逾期 2 个工作日" in client.get(f"/task/show/{issued.id}").text


def test_one_wrong_row_saves_none_and_keeps_what_was_chosen(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    right, late = make_task(status=TaskStatus.PUBLISHED), make_task(status=TaskStatus.PUBLISHED)
    answer = client_for("head_jwc").post(
        f"/task/hand_out/{cast.jwc.id}",
        data=said(issued, None, accept=1)
        | said(right, cast.staff_jwc.id, section=cast.jwc_jxk.id, accept=1)
        | said(late, cast.staff_jwc.id, version=late.version + 1),
    )
    assert answer.status_code == 422
    page = answer.text
    assert "2 行无法保存，全部未保存" in page
    assert f'href="#task-{issued.id}-owner"' in page and "接受任务前请先明确责任人" in page
    assert f'href="#task-{late.id}-owner"' in page and f'href="#task-{right.id}-owner"' not in page
    row = page[page.index(f'<tr id="task-{right.id}"') :]
    assert f'<option value="{cast.staff_jwc.id}" selected>' in row[: row.index("</tr>")]
    session.expire_all()
    assert (right.status, right.owner_id) == (TaskStatus.PUBLISHED, None)


@pytest.mark.parametrize(
    ("owner", "section", "words"),
    [
        ("head_jwc", None, "该部门设有科室"),
        ("staff_xinxi", "jwc_jxk", "不属于教务处"),
        ("staff_jwc", "xsc", "该科室不属于牵头部门"),
    ],
)
def test_a_row_says_what_is_wrong_with_it(
    cast: Cast, issued: Task, client_for: ClientFor, owner: str, section: str, words: str
) -> None:
    place = getattr(cast, section).id if section else None
    answer = client_for("head_jwc").post(
        f"/task/hand_out/{cast.jwc.id}",
        data=said(issued, getattr(cast, owner).id, section=place, accept=1),
    )
    assert answer.status_code == 422 and words in answer.text


def test_an_assisting_head_names_its_own_person_and_nothing_else(
    session: AnySession, cast: Cast, issued: Task, line: TaskDepartment, client_for: ClientFor
) -> None:
    client, address = client_for("head_xinxi"), f"/task/hand_out/{cast.xinxi.id}"
    page = client.get(address).text
    assert "承担网络部分" in page and f"task-{issued.id}-owner" not in page
    client.post(address, data=said(line, cast.staff_xinxi.id) | said(issued, cast.staff_xinxi.id))
    session.expire_all()
    assert (line.owner, issued.owner_id) == (cast.staff_xinxi, None)
    stranger = client.post(address, data=said(line, cast.staff_jwc.id))
    assert stranger.status_code == 422 and "不属于信息工程系" in stranger.text


@pytest.mark.parametrize(
    ("who", "status"), [("head_xinxi", 404), ("staff_jwc", 403), ("office", 403)]
)
def test_only_the_head_of_the_department_hands_out(
    cast: Cast, issued: Task, client_for: ClientFor, who: str, status: int
) -> None:
    assert client_for(who).get(f"/task/hand_out/{cast.jwc.id}").status_code == status


def test_what_waits_to_be_handed_out_leads_to_its_place_on_the_sheet(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    client = client_for("head_jwc")
    assert f"/task/handing/{issued.id}" in client.get("/").text
    place = client.get(f"/task/handing/{issued.id}").location
    assert place.endswith(f"/task/hand_out/{cast.jwc.id}?cycle={cast.cycle.id}#task-{issued.id}")


def test_who_stands_in_hands_out_in_the_giver_s_capacity(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    """What the own home page offers for the giver opens, and is saved for the giver."""
    make_delegation(valid_from=TODAY, valid_to=TODAY)
    part = make_task_department(
        task=make_task(lead_department=cast.xinxi, status=TaskStatus.PUBLISHED),
        department=cast.jwc,
    )
    client, address = client_for("staff_jwc"), f"/task/hand_out/{cast.jwc.id}"
    assert f"/task/handing/{issued.id}" in client.get("/").text
    page = client.get(f"/task/handing/{issued.id}", follow_redirects=True)
    assert page.status_code == 200 and "推进课程思政" in page.text
    data = said(issued, cast.staff_jwc.id, section=cast.jwc_jxk.id, accept=1)
    done = client.post(address, data=data | said(part, cast.staff_jwc.id), follow_redirects=True)
    assert "接受任务 1 项" in done.text
    session.expire_all()
    assert (issued.status, issued.owner) == (TaskStatus.ACCEPTED, cast.staff_jwc)
    assert part.owner == cast.staff_jwc
    told = client_for("head_jwc").get(f"/task/show/{issued.id}").text
    assert f"{cast.staff_jwc.name} 代 {cast.head_jwc.name}" in told


def test_who_stands_in_hands_out_the_giver_s_departments_only(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    """Neither another head's department nor the own section: its head accepts nothing, and no
    right of the giver reaches it."""
    make_delegation(giver=cast.head_xinxi, valid_from=TODAY, valid_to=TODAY)
    client = client_for("staff_jwc")
    assert client.get(f"/task/hand_out/{cast.xinxi.id}").status_code == 200
    for place in (cast.jwc, cast.jwc_jxk):
        assert client.get(f"/task/hand_out/{place.id}").status_code == 404
        assert client.post(f"/task/hand_out/{place.id}", data={}).status_code == 404


def test_a_head_who_stands_in_for_another_goes_from_sheet_to_sheet(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    make_delegation(giver=cast.head_xinxi, receiver=cast.head_jwc, valid_from=TODAY, valid_to=TODAY)
    client = client_for("head_jwc")
    page = client.get(f"/task/hand_out/{cast.jwc.id}").text
    assert f'href="/task/hand_out/{cast.xinxi.id}"' in page
    assert client.get(f"/task/hand_out/{cast.xinxi.id}").status_code == 200


def test_the_sheet_counts_the_tasks_of_a_person_elsewhere(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    make_task(lead_department=cast.xsc, owner=cast.staff_jwc, status=TaskStatus.ACCEPTED)
    make_task(owner=cast.staff_jwc, status=TaskStatus.ACCEPTED)
    page = client_for("head_jwc").get(f"/task/hand_out/{cast.jwc.id}").text
    person = page[page.index(f'data-person="{cast.staff_jwc.id}"') :]
    assert 'data-others="1"' in person[:60] and "<output>2</output>" in person[:200]


def test_the_sheet_costs_the_same_for_many_tasks(
    cast: Cast, issued: Task, line: TaskDepartment, client_for: ClientFor
) -> None:
    make_task(lead_department=cast.xinxi, status=TaskStatus.PUBLISHED)
    client, address = client_for("head_xinxi"), f"/task/hand_out/{cast.xinxi.id}"
    few = cost(client, address)
    for _ in range(6):
        task = make_task(status=TaskStatus.PUBLISHED)
        make_task_department(task=task, department=cast.xinxi)
        make_task(lead_department=cast.xinxi, status=TaskStatus.PUBLISHED)
    assert cost(client, address) == few


def test_a_stale_save_shows_what_stands_there_now_beside_what_was_chosen(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    client, address = client_for("head_jwc"), f"/task/hand_out/{cast.jwc.id}"
    old = said(issued, cast.staff_jwc.id, section=cast.jwc_jxk.id)
    assert client.post(address, data=said(issued, cast.head_jwc.id)).status_code == 302
    answer = client.post(address, data=old)
    assert answer.status_code == 422
    row = answer.text[answer.text.index(f'<tr id="task-{issued.id}"') :]
    row = row[: row.index("</tr>")]
    assert f'<option value="{cast.staff_jwc.id}" selected>' in row  # what was chosen
    reason = row[row.index('class="invalid-feedback') :] if "invalid-feedback" in row else row
    assert cast.head_jwc.name in reason  # what stands there now
    session.expire_all()
    assert issued.owner == cast.head_jwc
    again = said(issued, cast.staff_jwc.id, section=cast.jwc_jxk.id)
    assert client.post(address, data=again).status_code == 302


def test_without_the_version_that_was_read_nothing_is_written(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    unread = said(issued, cast.staff_jwc.id, version=None)
    answer = client_for("head_jwc").post(f"/task/hand_out/{cast.jwc.id}", data=unread)
    assert answer.status_code == 422
    session.expire_all()
    assert issued.owner_id is None


def test_a_row_that_was_only_read_may_change_under_its_reader(
    session: AnySession, cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    """A check that comes in meanwhile changes the task, not what the head hands out."""
    other = make_task(status=TaskStatus.PUBLISHED)
    read = said(issued, None, version=issued.version - 1) | said(other, cast.staff_jwc.id)
    assert (
        client_for("head_jwc").post(f"/task/hand_out/{cast.jwc.id}", data=read).status_code == 302
    )
    session.expire_all()
    assert other.owner == cast.staff_jwc


@pytest.mark.parametrize("year", ["999999", "abc", "-1", "9" * 40])
def test_a_year_there_is_not_has_no_sheet(
    cast: Cast, issued: Task, client_for: ClientFor, year: str
) -> None:
    client, address = client_for("head_jwc"), f"/task/hand_out/{cast.jwc.id}"
    assert client.get(f"{address}?cycle={year}").status_code == 404
    assert client.get(f"{address}?cycle=").status_code == 200
    assert client.get(f"{address}?cycle={cast.cycle.id}").status_code == 200


def test_a_task_without_a_day_of_its_own_is_accepted_by_the_phase_s_last_day(
    cast: Cast, client_for: ClientFor
) -> None:
    make_task(status=TaskStatus.PUBLISHED)
    page = client_for("head_jwc").get(f"/task/hand_out/{cast.jwc.id}").text
    assert PHASE_ENDS.isoformat() not in page
    table = make_decomposition(status="issued", issue_number="1", issued_on=dt.date(YEAR, 3, 1))
    make_task(status=TaskStatus.PUBLISHED, decomposition_id=table.id)
    page = client_for("head_jwc").get(f"/task/hand_out/{cast.jwc.id}").text
    assert PHASE_ENDS.isoformat() in page


@pytest.mark.parametrize("owner", ["", "abc", "9" * 40])
def test_an_accepted_task_keeps_its_person(
    session: AnySession, cast: Cast, client_for: ClientFor, owner: str
) -> None:
    task = make_task(
        status=TaskStatus.ACCEPTED, owner=cast.staff_jwc, section=cast.jwc_jxk, cycle=cast.cycle
    )
    answer = client_for("head_jwc").post(
        f"/task/hand_out/{cast.jwc.id}", data=said(task, owner, section=cast.jwc_jxk.id)
    )
    assert answer.status_code == 422 and "已接受的任务必须有责任人" in answer.text
    session.expire_all()
    assert task.owner == cast.staff_jwc


def test_with_nothing_left_to_accept_the_sheet_is_just_saved(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    client, address = client_for("head_jwc"), f"/task/hand_out/{cast.jwc.id}"
    assert "保存并接受勾选的任务" in client.get(address).text
    data = said(issued, cast.staff_jwc.id, section=cast.jwc_jxk.id, accept=1)
    assert "接受任务 1 项" in client.post(address, data=data, follow_redirects=True).text
    page = client.get(address).text
    assert "保存并接受勾选的任务" not in page and "data-accept" not in page
    assert '<button class="btn btn-primary" type="submit">保存</button>' in page


def test_a_save_that_changes_nothing_and_a_refused_one_claim_nothing(
    cast: Cast, issued: Task, client_for: ClientFor
) -> None:
    client, address = client_for("head_jwc"), f"/task/hand_out/{cast.jwc.id}"
    same = client.post(address, data=said(issued, None), follow_redirects=True).text
    assert "没有改动。" in same and "已落实" not in same
    client.post(address, data=said(issued, None))
    refused = client.post(address, data=said(issued, cast.staff_jwc.id, section=cast.xsc.id))
    assert refused.status_code == 422 and "已落实" not in refused.text
