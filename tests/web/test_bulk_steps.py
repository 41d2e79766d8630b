"""A step on many rows shows what it will do first, then does all of it or nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.monitoring import CheckStatus, Quality
from app.models.planning import Task, TaskStatus, Visibility
from app.models.system import AuditEvent
from app.web.bulk import BulkSteps
from tests.cast import Cast
from tests.factories import make_monthly_check, make_task

ClientFor = Callable[[str], FlaskClient]
POST = "/task/action_post"


def events(session: AnySession) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def look(client: FlaskClient, step: str, rows: list[Any], place: str = POST, **more: str) -> Any:
    """Choose rows of a list and a step."""
    return client.post(place, data={"action": step, "rowid": [row.id for row in rows], **more})


def sent_by(page: str) -> list[str]:
    """The rows that confirming this page would take the step on, as `id:version`."""
    return re.findall(r'name="row" value="([\d:]+)"', page)


def confirm(
    client: FlaskClient, step: str, rows: list[str], place: str = POST, **fields: str
) -> Any:
    return client.post(place, data={"action": step, "confirm": "1", "row": rows, **fields})


def part(page: str, heading: str) -> str:
    """One of the two tables of the page."""
    return page.split(f"<h2>{heading}")[1].split("</section>")[0]


# Before --------------------------------------------------------------------------------------


def test_nothing_changes_before_it_is_confirmed(client_for: ClientFor, session: AnySession) -> None:
    rows = [make_task() for _ in range(3)]
    before = events(session)
    answer = look(client_for("office"), "publish", rows)
    assert answer.status_code == 200
    assert {row.status for row in rows} == {TaskStatus.PROPOSED}
    assert events(session) == before


def test_each_row_is_told_what_happens_to_it_or_why_not(client_for: ClientFor) -> None:
    fresh = make_task(title="新提议的")
    done = make_task(title="早已下达的", status=TaskStatus.PUBLISHED)
    page = html.unescape(
        look(client_for("office"), "publish", [fresh, done], POST + "?lang=en").text
    )
    assert "1 row will take this step" in page
    assert "1 row cannot, and stays as it is" in page
    going = part(page, "Will take this step (1)")
    assert "新提议的" in going
    assert going.index("Proposed") < going.index("Published")
    staying = part(page, "Cannot take this step (1)")
    assert "早已下达的" in staying
    assert "In the state “Published” this step is not possible." in staying
    assert sent_by(page) == [f"{fresh.id}:{fresh.version}"]


def test_a_guards_reason_stands_at_its_row(client_for: ClientFor, cast: Cast) -> None:
    nobodys = make_task(lead_department=cast.xinxi, status=TaskStatus.PUBLISHED)
    page = look(client_for("head_xinxi"), "accept", [nobodys], POST + "?lang=en").text
    assert "Name the person responsible before accepting." in page
    assert sent_by(page) == []
    assert '<button class="btn btn-primary"' not in page.split('class="lx-bulk-page"')[1]


def test_rows_that_are_not_ones_own_to_decide_stay(client_for: ClientFor, cast: Cast) -> None:
    mine = make_task(
        title="信息系的",
        lead_department=cast.xinxi,
        owner=cast.staff_xinxi,
        status=TaskStatus.PUBLISHED,
    )
    theirs = make_task(
        title="教务处的",
        lead_department=cast.jwc,
        owner=cast.staff_jwc,
        status=TaskStatus.PUBLISHED,
    )
    page = look(client_for("head_xinxi"), "accept", [mine, theirs]).text
    assert sent_by(page) == [f"{mine.id}:{mine.version}"]
    assert "教务处的" in page


def test_what_the_rows_own_form_asks_must_stand_there(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    empty = make_monthly_check(task=task, month=1, actual_percent=None, quality=None)
    full = make_monthly_check(task=task, month=2, actual_percent=20, quality=Quality.GOOD)
    head = client_for("head_jwc")
    page = look(head, "submit", [empty, full], "/monthly_check/action_post?lang=en").text
    assert sent_by(page) == [f"{full.id}:{full.version}"]
    assert "is not filled in." in page
    assert 'name="actual_percent"' not in page


# Then ----------------------------------------------------------------------------------------


def test_the_rows_shown_as_possible_take_the_step(
    client_for: ClientFor, session: AnySession
) -> None:
    rows = [make_task() for _ in range(3)]
    done = make_task(status=TaskStatus.PUBLISHED)
    office = client_for("office")
    page = look(office, "publish", [*rows, done]).text
    before = events(session)
    answer = confirm(office, "publish", sent_by(page))
    assert answer.status_code == 302
    assert {row.status for row in rows} == {TaskStatus.PUBLISHED}
    assert events(session) == before + 3


def test_its_result_is_a_sentence_with_a_link(client_for: ClientFor) -> None:
    rows = [make_task(), make_task()]
    office = client_for("office")
    office.get("/task/list/?lang=en")
    answer = confirm(office, "publish", sent_by(look(office, "publish", rows).text))
    page = office.get(answer.location).text
    alert = html.unescape(page.split('class="alert alert-success')[1][:900])
    assert "done for 2 rows." in alert
    assert 'href="/task/list/?_flt_0_status=published"' in alert


def test_one_goes_back_to_the_list_as_it_was(client_for: ClientFor) -> None:
    office, row = client_for("office"), make_task()
    place = POST + "?q=任务&cols=title,status&evil=1"
    page = look(office, "publish", [row], place).text
    back = re.search(r'<a class="btn" href="([^"]+)"', page)
    assert back is not None
    address = html.unescape(back[1])
    assert address.startswith("/task/list/?q=")
    assert "cols=title,status" in address
    assert "evil" not in address
    assert confirm(office, "publish", sent_by(page), place).location == address


def test_a_reason_is_given_once_for_all_rows(client_for: ClientFor, cast: Cast) -> None:
    task = make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED)
    checks = [
        make_monthly_check(task=task, month=month, actual_percent=20, quality=Quality.GOOD,
                           status=CheckStatus.SUBMITTED)
        for month in (1, 2)
    ]  # fmt: skip
    office, place = client_for("office"), "/monthly_check/action_post"
    page = look(office, "return", checks, place).text
    assert 'name="return_reason"' in page
    bare = confirm(office, "return", sent_by(page), place)
    assert bare.status_code == 422
    assert sent_by(bare.text) == sent_by(page)
    assert {check.status for check in checks} == {CheckStatus.SUBMITTED}
    assert (
        confirm(office, "return", sent_by(page), place, return_reason="附件不全").status_code == 302
    )
    assert {(check.status, check.return_reason) for check in checks} == {
        (CheckStatus.RETURNED, "附件不全")
    }


def test_fields_the_step_does_not_take_are_not_written(client_for: ClientFor) -> None:
    row = make_task(title="原题")
    office = client_for("office")
    page = look(office, "publish", [row]).text
    confirm(office, "publish", sent_by(page), title="改题", weight="99", status="finished")
    assert (row.title, row.status) == ("原题", TaskStatus.PUBLISHED)


def test_all_rows_of_a_filter_take_the_step(client_for: ClientFor) -> None:
    named = [make_task(title=f"整改 {number}") for number in range(30)]
    other = make_task(title="别的")
    office = client_for("office")
    page = look(office, "publish", [named[0]], POST + "?q=整改", all="1").text
    assert len(sent_by(page)) == 30
    confirm(office, "publish", sent_by(page), POST + "?q=整改")
    assert {row.status for row in named} == {TaskStatus.PUBLISHED}
    assert other.status == TaskStatus.PROPOSED


# All or nothing ---------------------------------------------------------------------------------


def test_a_row_changed_meanwhile_stops_all_and_says_so(
    client_for: ClientFor, session: AnySession
) -> None:
    rows = [make_task(), make_task(title="被人改过的")]
    office = client_for("office")
    page = look(office, "publish", rows).text
    stale = [f"{rows[0].id}:{rows[0].version}", f"{rows[1].id}:{rows[1].version + 1}"]
    assert sent_by(page) != stale
    before = events(session)
    answer = confirm(office, "publish", stale, POST + "?lang=en")
    assert answer.status_code == 409
    told = html.unescape(answer.text)
    assert "Nothing was changed." in told
    assert "被人改过的: Somebody has changed this row meanwhile." in told
    assert {row.status for row in rows} == {TaskStatus.PROPOSED}
    assert events(session) == before
    assert confirm(office, "publish", sent_by(answer.text)).status_code == 302


def test_a_row_that_can_no_longer_take_the_step_stops_all(client_for: ClientFor) -> None:
    rows = [make_task(), make_task(status=TaskStatus.PUBLISHED, title="已被下达")]
    forged = [f"{row.id}:{row.version}" for row in rows]
    answer = confirm(client_for("office"), "publish", forged, POST + "?lang=en")
    assert answer.status_code == 409
    assert "已被下达" in answer.text
    assert [row.status for row in rows] == [TaskStatus.PROPOSED, TaskStatus.PUBLISHED]


def test_a_row_that_is_gone_stops_all(client_for: ClientFor) -> None:
    row = make_task()
    answer = confirm(
        client_for("office"), "publish", [f"{row.id}:{row.version}", "99999:1"], POST + "?lang=en"
    )
    assert answer.status_code == 409
    assert "not there any more" in answer.text
    assert row.status == TaskStatus.PROPOSED


# Attacks ------------------------------------------------------------------------------------------


@pytest.fixture
def hidden(cast: Cast) -> Task:
    return make_task(
        title="未公开的草案", lead_department=cast.jwc, owner=cast.staff_jwc,
        status=TaskStatus.PUBLISHED, visibility=Visibility.RESTRICTED,
    )  # fmt: skip


def test_a_hidden_row_is_neither_shown_nor_moved(client_for: ClientFor, hidden: Task) -> None:
    stranger = client_for("head_xinxi")
    answer = look(stranger, "accept", [hidden])
    assert answer.status_code == 404
    assert "未公开的草案" not in answer.text
    forced = confirm(stranger, "accept", [f"{hidden.id}:{hidden.version}"])
    assert forced.status_code == 409
    assert "未公开的草案" not in forced.text
    assert hidden.status == TaskStatus.PUBLISHED


def test_all_rows_means_all_rows_one_sees(client_for: ClientFor, hidden: Task) -> None:
    answer = client_for("head_xinxi").post(
        POST + "?view=all", data={"action": "accept", "all": "1"}
    )
    assert "未公开的草案" not in answer.text
    assert str(hidden.id) not in [one.split(":")[0] for one in sent_by(answer.text)]


def test_confirming_without_looking_is_checked_all_the_same(
    client_for: ClientFor, cast: Cast
) -> None:
    theirs = make_task(lead_department=cast.jwc, owner=cast.staff_jwc, status=TaskStatus.PUBLISHED)
    answer = confirm(client_for("head_xinxi"), "accept", [f"{theirs.id}:{theirs.version}"])
    assert answer.status_code == 403
    assert theirs.status == TaskStatus.PUBLISHED


def test_a_step_that_is_not_ones_own_is_refused_before_any_row(
    client_for: ClientFor, session: AnySession
) -> None:
    row = make_task()
    staff = client_for("staff_jwc")
    assert look(staff, "publish", [row]).status_code == 403
    assert confirm(staff, "publish", [f"{row.id}:{row.version}"]).status_code == 403
    assert row.status == TaskStatus.PROPOSED


@pytest.mark.parametrize("rows", [[], ["x"], ["1"], ["1:x"], [":"], ["٣:١"], ["99999999999:1"]])
def test_nonsense_is_no_confirmation(client_for: ClientFor, rows: list[str]) -> None:
    assert confirm(client_for("office"), "publish", rows).status_code == 400


@pytest.mark.parametrize("key", ["x", "-1", "1 or 1=1", "99999999999", "٣"])
def test_nonsense_is_no_row(client_for: ClientFor, key: str) -> None:
    answer = client_for("office").post(POST, data={"action": "publish", "rowid": key})
    assert answer.status_code == 404


def test_there_is_an_end_to_many(
    app: Flask, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BulkSteps, "most_rows", 2)
    rows = [make_task() for _ in range(3)]
    office = client_for("office")
    for answer in (
        look(office, "publish", rows),
        look(office, "publish", rows, POST + "?view=all", all="1"),
    ):
        assert answer.status_code == 302
    assert (
        "2" in office.get("/task/list/?lang=en").text.split('class="alert alert-warning')[1][:400]
    )
    every = [f"{row.id}:{row.version}" for row in rows]
    assert confirm(office, "publish", every).status_code == 400
    assert {row.status for row in rows} == {TaskStatus.PROPOSED}


def test_a_title_is_text(client_for: ClientFor) -> None:
    row = make_task(title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in look(client_for("office"), "publish", [row]).text
