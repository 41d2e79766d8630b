"""The guided page that renames, merges and splits departments, and what their pages say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.unit_of_work import AnySession
from app.models.organisation import (
    Appointment,
    Department,
    DepartmentKind,
    DepartmentSuccessor,
    SuccessionKind,
)
from app.models.planning import TaskStatus
from tests.cast import TODAY, Cast
from tests.factories import make_department, make_task

ClientFor = Callable[[str], FlaskClient]
GROUND = "党发〔2026〕3号"


def page_of(department: Department, kind: str = "merged") -> str:
    return f"/department_successor/add?predecessor={department.id}&kind={kind}"


def typed(department: Department, kind: str = "merged", **more: Any) -> dict[str, Any]:
    given = {"effective_on": TODAY.isoformat(), "ground": GROUND, "kind": kind}
    return {**given, "version": department.version, **more}


def merging(department: Department, into: Department, **more: Any) -> dict[str, Any]:
    return typed(department, into=into.id, **more)


def successions(session: AnySession) -> list[DepartmentSuccessor]:
    return list(session.scalars(select(DepartmentSuccessor)))


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["office", "head_jwc", "leader", "topleader", "auditor"])
def test_only_the_administrator_is_offered_the_page_and_may_send_it(
    client_for: ClientFor, session: AnySession, cast: Cast, name: str
) -> None:
    browser = client_for(name)
    assert "/department_successor/add" not in browser.get(f"/department/show/{cast.xsc.id}").text
    sent = merging(cast.xsc, cast.jwc, _confirm="1")
    assert browser.get(page_of(cast.xsc)).status_code in {302, 403}
    assert browser.post(page_of(cast.xsc), data=sent).status_code in {302, 403}
    assert successions(session) == []


def test_the_department_s_page_leads_to_each_way(client_for: ClientFor, cast: Cast) -> None:
    page = client_for("admin").get(f"/department/show/{cast.xsc.id}").text
    for kind in SuccessionKind:
        assert f"kind={kind.value}" in page


def test_without_a_department_the_page_asks_which(client_for: ClientFor, cast: Cast) -> None:
    page = client_for("admin").get("/department_successor/add")
    assert page.status_code == 200
    assert cast.xsc.name in page.text


@pytest.mark.parametrize("place", ["predecessor=999999", "predecessor=x", "predecessor=1&kind=x"])
def test_what_is_not_there_is_404(client_for: ClientFor, place: str) -> None:
    assert client_for("admin").get(f"/department_successor/add?{place}").status_code == 404


# Before -----------------------------------------------------------------------------------------


def test_the_preview_counts_what_moves_and_changes_nothing(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    make_task(lead_department=cast.xsc, status=TaskStatus.FINISHED)
    page = client_for("admin").post(page_of(cast.xsc), data=merging(cast.xsc, cast.jwc))
    assert page.status_code == 200
    row = page.text[page.text.index("目标任务 <span") :]
    assert row.index(">1</td>") < row.index("</tr>")
    assert successions(session) == []
    assert cast.xsc.valid_to is None


def test_the_preview_says_who_heads_the_department_then(client_for: ClientFor, cast: Cast) -> None:
    page = client_for("admin").post(page_of(cast.jwc), data=merging(cast.jwc, cast.xinxi)).text
    assert str(cast.head_jwc) in page


def test_back_from_the_preview_keeps_what_was_typed(client_for: ClientFor, cast: Cast) -> None:
    sent = merging(cast.xsc, cast.jwc, _back="1")
    page = client_for("admin").post(page_of(cast.xsc), data=sent)
    assert page.status_code == 200
    assert f'value="{GROUND}"' in page.text


# It happens -------------------------------------------------------------------------------------


def test_a_merger_moves_what_is_open_and_both_pages_tell_of_it(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    admin = client_for("admin")
    done = admin.post(page_of(cast.xsc), data=merging(cast.xsc, cast.jwc, _confirm="1"))
    assert done.status_code == 302
    assert task.lead_department == cast.jwc
    old = admin.get(f"/department/show/{cast.xsc.id}").text
    assert f"/department/show/{cast.jwc.id}" in old
    assert GROUND in old
    assert "/department_successor/add" not in old
    new = admin.get(f"/department/show/{cast.jwc.id}").text
    assert f"/department/show/{cast.xsc.id}" in new


def test_a_renamed_department_keeps_its_head_under_the_new_name(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    done_task = make_task(lead_department=cast.jwc, status=TaskStatus.FINISHED)
    sent = typed(cast.jwc, "renamed", name="教务部", code="jwb", short_name="教务", _confirm="1")
    assert client_for("admin").post(page_of(cast.jwc, "renamed"), data=sent).status_code == 302
    renamed = session.scalars(select(Department).where(Department.name == "教务部")).one()
    assert renamed.kind == DepartmentKind.FUNCTIONAL
    assert renamed.id in cast.actor("head_jwc").headed
    assert cast.jwc.id not in cast.actor("head_jwc").headed
    assert renamed.id in cast.actor("leader").charged
    page = client_for("office").get("/task/list/").text
    assert "教务处" in page, "what is finished keeps the old name"
    assert str(done_task.lead_department) == "教务处"


def test_a_split_shares_the_open_tasks_as_chosen(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    one, two = (make_task(lead_department=cast.jwc, status=TaskStatus.ACCEPTED) for _ in range(2))
    sent = typed(cast.jwc, "split", into1=cast.xsc.id, name2="教研处", code2="jyc")
    admin = client_for("admin")
    page = admin.post(page_of(cast.jwc, "split"), data=sent).text
    assert f"share-task-{one.id}" in page
    assert f"share-ab_user-{cast.head_jwc.id}" in page
    sent |= {f"share-task-{two.id}": "1", f"share-ab_user-{cast.head_jwc.id}": "1", "_confirm": "1"}
    assert admin.post(page_of(cast.jwc, "split"), data=sent).status_code == 302
    new = session.scalars(select(Department).where(Department.name == "教研处")).one()
    assert (one.lead_department, two.lead_department) == (cast.xsc, new)
    assert cast.head_jwc.department == new
    assert new.id in cast.actor("head_jwc").headed
    assert new.id in cast.actor("leader").charged


def test_a_day_to_come_is_planned_carried_out_by_the_command_and_not_twice(
    client_for: ClientFor, session: AnySession, cast: Cast, command: Callable[..., Any]
) -> None:
    task = make_task(lead_department=cast.xsc, status=TaskStatus.ACCEPTED)
    day = dt.date(2026, 9, 1)
    sent = merging(cast.xsc, cast.jwc, effective_on=day.isoformat(), _confirm="1")
    assert client_for("admin").post(page_of(cast.xsc), data=sent).status_code == 302
    assert task.lead_department == cast.xsc
    assert '"moved": {}' in command("carry-out-successions", "--json").output
    with clock.at(day):
        assert '"task": 1' in command("carry-out-successions", "--json").output
        assert '"moved": {}' in command("carry-out-successions", "--json").output
    assert task.lead_department == cast.jwc


def test_what_is_planned_is_cancelled_with_the_row_made_for_it(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    admin = client_for("admin")
    sent = typed(cast.xsc, "renamed", name="学工部", code="xgb", _confirm="1")
    admin.post(page_of(cast.xsc, "renamed"), data={**sent, "effective_on": "2026-09-01"})
    (row,) = successions(session)
    page = admin.get(f"/department/show/{cast.xsc.id}").text
    assert f"/department_successor/delete/{row.id}" in page
    assert admin.post(f"/department_successor/delete/{row.id}").status_code == 302
    assert successions(session) == []
    assert cast.xsc.valid_to is None
    assert session.scalar(select(Department.id).where(Department.name == "学工部")) is None


def test_what_was_carried_out_is_not_cancelled(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    admin = client_for("admin")
    admin.post(page_of(cast.xsc), data=merging(cast.xsc, cast.jwc, _confirm="1"))
    (row,) = successions(session)
    admin.post(f"/department_successor/delete/{row.id}")
    assert successions(session) == [row]


# Refusals ---------------------------------------------------------------------------------------


def refused(client_for: ClientFor, department: Department, kind: str, sent: Any) -> str:
    answer = client_for("admin").post(page_of(department, kind), data={**sent, "_confirm": "1"})
    assert answer.status_code in {409, 422}
    return answer.text


def test_a_department_that_has_ended_takes_nobody(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    ended = make_department(name="旧处", code="old", valid_to=dt.date(2026, 1, 1))
    refused(client_for, cast.xsc, "merged", merging(cast.xsc, ended))
    assert successions(session) == []


@pytest.mark.parametrize(
    "wrong",
    [{"ground": " "}, {"effective_on": ""}, {"effective_on": "2020-01-01"}, {"into": ""},
     {"into": "999999"}, {"effective_on": "gestern"}],
)  # fmt: skip
def test_what_does_not_hold_together_comes_back_with_the_input_kept(
    client_for: ClientFor, session: AnySession, cast: Cast, wrong: dict[str, str]
) -> None:
    page = refused(client_for, cast.xsc, "merged", {**merging(cast.xsc, cast.jwc), **wrong})
    assert "lx-errors" in page
    assert successions(session) == []


def test_a_department_is_not_merged_into_itself(client_for: ClientFor, cast: Cast) -> None:
    refused(client_for, cast.xsc, "merged", merging(cast.xsc, cast.xsc))


def test_a_name_that_is_taken_is_told_at_its_field(client_for: ClientFor, cast: Cast) -> None:
    page = refused(
        client_for, cast.xsc, "renamed", typed(cast.xsc, "renamed", name="教务处", code="x9")
    )
    assert 'id="name-errors"' in page


@pytest.mark.parametrize(
    "parts",
    [{}, {"name1": "甲处", "code1": "jia"}, {"name1": "甲处", "name2": "乙处", "code2": "yi"},
     {"name1": "甲处", "code1": "jia", "name2": "甲处", "code2": "yi"}],
)  # fmt: skip
def test_a_split_needs_two_whole_successors(
    client_for: ClientFor, session: AnySession, cast: Cast, parts: dict[str, str]
) -> None:
    refused(client_for, cast.xsc, "split", typed(cast.xsc, "split", **parts))
    assert successions(session) == []
    assert session.scalar(select(Department.id).where(Department.name == "甲处")) is None


def test_a_page_that_is_older_than_the_department_is_refused(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    sent = merging(cast.xsc, cast.jwc, _confirm="1")
    admin = client_for("admin")
    assert admin.post(page_of(cast.xsc), data=sent).status_code == 302
    again = admin.post(page_of(cast.xsc), data=merging(cast.xsc, cast.xinxi, _confirm="1"))
    stale = admin.post(page_of(cast.xsc), data=sent)
    assert (again.status_code, stale.status_code) == (422, 409)
    assert len(successions(session)) == 1


@pytest.mark.parametrize("share", [{"share-task-1": "7"}, {"share-task-x": "1"}])
def test_a_share_that_names_no_successor_is_a_bad_request(
    client_for: ClientFor, session: AnySession, cast: Cast, share: dict[str, str]
) -> None:
    sent = typed(cast.xsc, "split", into1=cast.jwc.id, into2=cast.xinxi.id, _confirm="1")
    answer = client_for("admin").post(page_of(cast.xsc, "split"), data={**sent, **share})
    assert answer.status_code == 400
    assert successions(session) == []


# Other doors ------------------------------------------------------------------------------------


def test_programs_read_what_became_of_departments_but_do_not_write_it(
    api_for: ClientFor, client_for: ClientFor, cast: Cast
) -> None:
    client_for("admin").post(page_of(cast.xsc), data=merging(cast.xsc, cast.jwc, _confirm="1"))
    told = api_for("auditor").get("/api/v1/department_successor/").json["result"]
    assert [(one["predecessor_id"], one["successor_id"]) for one in told] == [
        (cast.xsc.id, cast.jwc.id)
    ]
    assert api_for("admin").post("/api/v1/department_successor/", json={}).status_code == 405


def test_the_list_of_changes_is_read_by_everybody(client_for: ClientFor, cast: Cast) -> None:
    client_for("admin").post(page_of(cast.xsc), data=merging(cast.xsc, cast.jwc, _confirm="1"))
    page = client_for("head_jwc").get("/department_successor/list/").text
    assert cast.xsc.name in page
    assert GROUND in page


def test_a_post_that_goes_on_is_a_new_row_and_the_old_one_keeps_its_days(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    client_for("admin").post(page_of(cast.jwc), data=merging(cast.jwc, cast.xsc, _confirm="1"))
    posts = session.scalars(
        select(Appointment)
        .where(Appointment.person_id == cast.head_jwc.id)
        .order_by(Appointment.valid_from)
    ).all()
    assert [(post.department, post.valid_to) for post in posts] == [
        (cast.jwc, TODAY - dt.timedelta(days=1)),
        (cast.xsc, None),
    ]
