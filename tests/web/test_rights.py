"""The matrix of roles: who reads it, what its filters show, and how a change is made."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from flask_babel import gettext

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Appointment, Charge, ChargeKind, Delegation, PostKind
from app.security.changes import read_roles
from app.security.permissions import PERMISSIONS
from app.security.roles import (
    ADMIN,
    ASSESSMENT_GROUP,
    HEAD,
    LEADER,
    OFFICE,
    QUALITY,
    ROLE_LABELS,
    STAFF,
)
from app.web.rights.people import scope_of
from tests.architecture.test_query_counts import statements
from tests.cast import PEOPLE, SINCE, TEST, TODAY, Cast

ClientFor = Callable[[str], FlaskClient]
READERS = {"admin", "auditor"}


def lines_of(page: Any) -> int:
    return int(page.text.count('scope="row"'))


def test_admin_and_auditor_read_and_nobody_else(client_for: ClientFor, cast: Cast) -> None:
    pages = ("/role/", "/role/who/task/publish", f"/role/person/{cast.leader.id}", "/role/download")
    for name in PEOPLE:
        for page in pages:
            expected = 200 if name in READERS else 403
            assert client_for(name).get(page).status_code == expected, (name, page)


def test_the_matrix_holds_every_role_and_permission(client_for: ClientFor) -> None:
    page = client_for("auditor").get("/role/")
    assert lines_of(page) == len(PERMISSIONS)
    assert all(zh in page.text for zh, _ in ROLE_LABELS.values())


def test_a_word_narrows_the_lines(client_for: ClientFor) -> None:
    page = client_for("auditor").get("/role/?q=督办件")
    assert 0 < lines_of(page) < 30
    assert "节假日" not in page.text.split("<tbody>", 1)[1]


def test_one_role_is_a_list_of_what_it_may_do(client_for: ClientFor, session: AnySession) -> None:
    page = client_for("auditor").get(f"/role/?role={QUALITY}")
    assert lines_of(page) == len(read_roles(session)[QUALITY])


def test_two_roles_are_compared(client_for: ClientFor, session: AnySession) -> None:
    page = client_for("auditor").get(f"/role/?role={HEAD}&with={STAFF}")
    held = read_roles(session)
    assert lines_of(page) == len(held[HEAD] ^ held[STAFF])


def test_an_unknown_role_is_no_filter(client_for: ClientFor) -> None:
    assert lines_of(client_for("auditor").get("/role/?role=Nobody&with=x")) == len(PERMISSIONS)


def test_the_auditor_is_offered_no_boxes(client_for: ClientFor) -> None:
    page = client_for("auditor").get("/role/?edit=1")
    assert 'name="cell"' not in page.text
    for place in ("/role/preview", "/role/change"):
        assert client_for("auditor").post(place, data={}).status_code == 403


def test_who_can_do_this_names_people_with_post_and_department(
    client_for: ClientFor, cast: Cast
) -> None:
    page = client_for("admin").get("/role/who/task/accept")
    line = re.search(r"<tr><th scope=\"row\">.*?陈教务.*?</tr>", page.text)
    assert line is not None
    assert "教务处" in line[0] and "教务处 正职" in line[0] and "部门负责人" in line[0]
    assert "白办公" not in page.text.split("<tbody>", 1)[1]


def test_who_has_left_holds_nothing(client_for: ClientFor, cast: Cast, session: AnySession) -> None:
    with unit_of_work(session, TEST):
        cast.head_xinxi.active = False
    assert "辛信息" not in client_for("admin").get("/role/who/task/accept").text


def test_there_is_no_such_permission(client_for: ClientFor) -> None:
    assert client_for("admin").get("/role/who/task/fly").status_code == 404
    assert client_for("admin").get("/role/who/fly/read").status_code == 404


def test_what_a_person_may_do_with_role_and_scope(client_for: ClientFor, cast: Cast) -> None:
    text = client_for("admin").get(f"/role/person/{cast.head_jwc.id}").text
    assert "教务处 正职" in text and "部门负责人" in text
    assert "信息工程系" not in text
    assert "信息工程系" in client_for("admin").get(f"/role/person/{cast.leader.id}").text


def test_the_scope_is_as_wide_as_the_role_makes_it(cast: Cast) -> None:
    def scope(name: str, role: str, permission: str) -> str:
        resource, verb = permission.split(":")
        return str(scope_of(cast.actor(name), [role], resource, verb))

    assert scope("head_jwc", HEAD, "monthly_check:submit") == gettext("departments headed")
    assert scope("head_jwc", STAFF, "monthly_check:edit") == gettext("own departments")
    assert scope("leader", LEADER, "task_result:confirm") == gettext("departments in charge")
    assert scope("office", OFFICE, "monthly_check:read") == gettext("the whole college")
    assert scope("admin", ADMIN, "audit_event:read") == gettext("the whole college")
    assert scope("admin", ADMIN, "monthly_check:read") == gettext(
        "%(scope)s: none now", scope=gettext("own departments")
    )
    assert scope("group1", ASSESSMENT_GROUP, "score:read") == gettext("one's own ratings")
    assert scope("head_jwc", HEAD, "decomposition:read") == gettext("what is issued")
    assert scope("head_jwc", HEAD, "meeting:read") == gettext("nothing")
    assert scope("head_jwc", HEAD, "account:edit") == gettext("one's own")
    assert scope("head_jwc", HEAD, "search:read") == ""
    assert gettext("every issued open task") in scope("head_jwc", HEAD, "task:read")


def test_what_is_delegated_is_said(client_for: ClientFor, cast: Cast, session: AnySession) -> None:
    with unit_of_work(session, TEST):
        session.add(
            Delegation(
                giver=cast.head_xinxi, receiver=cast.head_jwc, ground="出差",
                valid_from=TODAY, valid_to=TODAY + dt.timedelta(days=9),
            )
        )  # fmt: skip
    text = client_for("admin").get(f"/role/person/{cast.head_jwc.id}").text
    assert "辛信息" in text and "信息工程系" in text


def test_an_account_that_is_switched_off_may_do_nothing(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    with unit_of_work(session, TEST):
        cast.group1.active = False
    page = client_for("admin").get(f"/role/person/{cast.group1.id}")
    assert page.status_code == 200 and "<tbody>" not in page.text


def test_nobody_of_that_number(client_for: ClientFor) -> None:
    for number in ("999999", "99999999999999999999"):
        assert client_for("admin").get(f"/role/person/{number}").status_code == 404


def test_the_page_of_a_person_leads_there(client_for: ClientFor, cast: Cast) -> None:
    link = f"/role/person/{cast.leader.id}"
    assert link in client_for("auditor").get(f"/person/show/{cast.leader.id}").text
    assert link not in client_for("office").get(f"/person/show/{cast.leader.id}").text


def test_the_workbook_holds_what_the_page_shows(client_for: ClientFor) -> None:
    answer = client_for("auditor").get(f"/role/download?role={OFFICE}&with={HEAD}")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    table, roles = book.worksheets
    heads = [cell.value for cell in table[1]]
    assert heads[-2:] == ["办公室", "部门负责人"]
    marks = [row[-2:] for row in table.iter_rows(min_row=2, values_only=True)]
    assert all((a == "✓") != (b == "✓") for a, b in marks) and marks
    assert roles.max_row == 3


# Changing --------------------------------------------------------------------------------


@pytest.fixture
def form(client_for: ClientFor) -> tuple[FlaskClient, dict[str, Any]]:
    """The administrator with the boxes of holidays as they are ticked now."""
    admin = client_for("admin")
    page = admin.get("/role/?q=holiday&edit=1")
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    cells = re.findall(r'name="cell" value="([^"]+)"[^>]* checked', page.text)
    assert cells
    return admin, {**dict(hidden), "cell": cells}


def test_the_preview_says_who_gains_what_and_writes_nothing(
    form: tuple[FlaskClient, dict[str, Any]], session: AnySession
) -> None:
    admin, data = form
    data["cell"] = [*data["cell"], f"{QUALITY} holiday:add"]
    page = admin.post("/role/preview", data=data)
    assert page.status_code == 200
    assert "甄诊改" in page.text and f"+ {QUALITY} holiday:add" in page.text
    assert page.text.count('name="change"') == 1
    assert "holiday:add" not in read_roles(session)[QUALITY]


def test_the_confirmed_preview_is_written(
    form: tuple[FlaskClient, dict[str, Any]], session: AnySession
) -> None:
    admin, data = form
    data["cell"] = [one for one in data["cell"] if one != f"{OFFICE} holiday:delete"]
    page = admin.post("/role/preview", data=data)
    change = unescape(re.findall(r'name="change" value="([^"]+)"', page.text)[0])
    answer = admin.post("/role/change", data={"fingerprint": data["fingerprint"], "change": change})
    assert answer.status_code == 302
    assert "holiday:delete" not in read_roles(session)[OFFICE]
    assert 'class="rt-less"' in admin.get("/role/?changed=1").text


def test_boxes_that_the_page_did_not_show_stay_as_they_are(
    form: tuple[FlaskClient, dict[str, Any]],
) -> None:
    admin, data = form
    page = admin.post("/role/preview", data=data)
    assert page.status_code == 302  # nothing differs, though no other box was sent


def test_a_stale_form_goes_back_to_the_matrix(
    form: tuple[FlaskClient, dict[str, Any]], session: AnySession
) -> None:
    admin, data = form
    change = f"+ {QUALITY} holiday:edit"
    sent = {"fingerprint": data["fingerprint"], "change": change}
    assert admin.post("/role/change", data=sent).status_code == 302
    again = {**sent, "change": f"- {OFFICE} holiday:edit"}
    assert admin.post("/role/change", data=again, follow_redirects=True).status_code == 200
    assert "holiday:edit" in read_roles(session)[OFFICE]
    assert admin.post("/role/preview", data=data).status_code == 302


def test_what_is_refused_is_said_before_it_can_be_confirmed(
    client_for: ClientFor, session: AnySession
) -> None:
    admin = client_for("admin")
    page = admin.get("/role/?q=task_result&edit=1")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    cells = re.findall(r'name="cell" value="([^"]+)"[^>]* checked', page.text)
    data = {**hidden, "cell": [*cells, f"{HEAD} task_result:confirm"]}
    page = admin.post("/role/preview", data=data)
    assert page.status_code == 422 and 'name="change"' not in page.text
    sent = {"fingerprint": hidden["fingerprint"], "change": f"+ {HEAD} task_result:confirm"}
    assert admin.post("/role/change", data=sent).status_code == 302
    assert "task_result:confirm" not in read_roles(session)[HEAD]


def test_nonsense_changes_nothing(client_for: ClientFor, session: AnySession) -> None:
    admin = client_for("admin")
    before = read_roles(session)
    for change in ("", "+", "+ Nobody task:read", "+ Office fly:fly", "x y z"):
        admin.post("/role/change", data={"fingerprint": "x", "change": change})
    assert read_roles(session) == before


def test_it_costs_the_same_however_many_people_there_are(
    client_for: ClientFor, cast: Cast, session: AnySession
) -> None:
    admin = client_for("admin")
    pages = ("/role/", "/role/who/task/read", f"/role/person/{cast.leader.id}")

    def cost() -> list[int]:
        counts = []
        for page in pages:
            admin.get(page)
            with statements() as seen:
                admin.get(page)
            counts.append(len(seen))
        return counts

    before = cost()
    with unit_of_work(session, TEST):
        for person in (cast.auditor, cast.quality, cast.leader):
            session.add(
                Appointment(
                    person=person, department=cast.xsc, post=PostKind.STAFF, valid_from=SINCE
                )
            )
        session.add(
            Charge(
                leader=cast.leader, department=cast.bgs, kind=ChargeKind.LIAISON, valid_from=SINCE
            )
        )
    assert cost() == before
    assert before[0] <= 4
