"""Saved views: kept under a name, opened by a link, shared, and nobody else's to change."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import TaskStatus, Visibility
from app.models.system import AuditEvent, SavedView
from app.notify.saved_views import MOST
from tests.cast import PEOPLE, Cast
from tests.factories import make_task

ClientFor = Callable[[str], FlaskClient]
OVERDUE = "_flt_0_status=published"


def keep(client: FlaskClient, name: str = "已下达", query: str = OVERDUE, **more: str) -> str:
    """Save a view of the list of tasks; where the browser is sent."""
    answer = client.post(
        "/saved_view/add", data={"resource": "task", "name": name, "query": query, **more}
    )
    assert answer.status_code == 302
    return str(answer.location)


def views(session: AnySession) -> list[SavedView]:
    return list(session.scalars(select(SavedView).order_by(SavedView.id)))


def menu(page: str) -> str:
    return page.split('class="lx-drop lx-saved"')[1].split('class="lx-view-new"')[0]


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_may_keep_a_view(client_for: ClientFor, session: AnySession, person: str) -> None:
    client = client_for(person)
    place = keep(client)
    assert re.fullmatch(r"/task/list/\?view=\d+", place)
    assert "已下达" in menu(client.get(place).text)


def test_its_link_shows_the_same_conditions_columns_and_order(
    client_for: ClientFor, cast: Cast
) -> None:
    make_task(title="已经下达的", status=TaskStatus.PUBLISHED)
    make_task(title="还在提议的")
    head = client_for("head_jwc")
    query = (
        f"{OVERDUE}&cols=title,due_on,status&_oc_TaskView=due_on&_od_TaskView=desc&density=compact"
    )
    page = head.get(keep(head, query=query)).text
    assert "已经下达的" in page
    assert "还在提议的" not in page
    assert page.count('aria-sort="') == 1
    assert page.count('<th scope="col" class="ls-') == 1 + len(["title", "due_on", "status"])
    assert 'aria-sort="descending"' in page
    assert "ls-compact" in page


def test_the_default_opens_with_the_list_and_all_shows_all(client_for: ClientFor) -> None:
    make_task(title="已经下达的", status=TaskStatus.PUBLISHED)
    make_task(title="还在提议的")
    head = client_for("head_jwc")
    keep(head, is_default="1")
    assert "还在提议的" not in head.get("/task/list/").text
    assert "还在提议的" in head.get("/task/list/?view=all").text
    assert "还在提议的" in client_for("office").get("/task/list/").text


def test_a_list_begins_with_one_view_at_most(client_for: ClientFor, session: AnySession) -> None:
    head = client_for("head_jwc")
    keep(head, "第一", is_default="1")
    keep(head, "第二", is_default="1")
    client_for("office").post(
        "/saved_view/add",
        data={"resource": "task", "name": "别人的", "query": OVERDUE, "is_default": "1"},
    )
    assert [(row.name, row.is_default) for row in views(session)] == [
        ("第一", False), ("第二", True), ("别人的", True),
    ]  # fmt: skip


def test_a_view_is_renamed_shared_and_takes_over_what_is_shown(
    client_for: ClientFor, session: AnySession
) -> None:
    head = client_for("head_jwc")
    keep(head)
    (row,) = views(session)
    sent = {"name": " 我的  清单 ", "shared": "1", "query": "q=教学", "take": "1"}
    head.post(f"/saved_view/edit/{row.id}", data=sent)
    assert (row.name, row.shared, row.is_default) == ("我的 清单", True, False)
    assert parse_qs(row.query) == {"q": ["教学"]}
    head.post(f"/saved_view/edit/{row.id}", data={"name": "改名", "query": OVERDUE})
    assert (row.name, parse_qs(row.query)) == ("改名", {"q": ["教学"]})


def test_a_view_is_deleted_and_the_list_stays_as_it_was(
    client_for: ClientFor, session: AnySession
) -> None:
    head = client_for("head_jwc")
    keep(head)
    (row,) = views(session)
    answer = head.post(f"/saved_view/delete/{row.id}", data={"query": OVERDUE})
    assert urlsplit(answer.location).query == OVERDUE
    assert views(session) == []
    assert session.scalars(
        select(AuditEvent.action).where(AuditEvent.table_name == "saved_view")
    ).all() == ["added", "deleted"]


# Sharing ------------------------------------------------------------------------------------


def test_a_shared_view_stands_in_everybodys_menu_with_its_owner(client_for: ClientFor) -> None:
    keep(client_for("head_jwc"), "教务口径", shared="1")
    page = menu(client_for("staff_xinxi").get("/task/list/").text)
    assert "教务口径" in page
    assert "陈教务" in page
    assert "/saved_view/edit/" not in page


def test_a_private_view_stands_in_nobody_elses(client_for: ClientFor, session: AnySession) -> None:
    keep(client_for("head_jwc"), "只有我看")
    make_task(title="还在提议的")
    (row,) = views(session)
    other = client_for("head_xinxi")
    assert "只有我看" not in other.get("/task/list/").text
    answer = other.get(f"/task/list/?view={row.id}&lang=en")
    assert answer.status_code == 200
    assert "This saved view is gone, or is not shared with you." in answer.text


def test_a_shared_view_shows_nobody_rows_they_may_not_see(
    client_for: ClientFor, session: AnySession, cast: Cast
) -> None:
    make_task(title="未公开的草案", visibility=Visibility.RESTRICTED, lead_department=cast.jwc)
    place = keep(client_for("head_jwc"), query="q=草案", shared="1")
    assert "未公开的草案" in client_for("head_jwc").get(place).text
    assert "未公开的草案" not in client_for("staff_xinxi").get(place).text


def test_a_shared_default_is_the_default_of_its_owner_only(client_for: ClientFor) -> None:
    make_task(title="还在提议的")
    keep(client_for("head_jwc"), shared="1", is_default="1")
    assert "还在提议的" in client_for("office").get("/task/list/").text


@pytest.mark.parametrize("door", ["edit", "delete"])
def test_nobody_changes_a_view_that_is_not_theirs(
    client_for: ClientFor, session: AnySession, door: str
) -> None:
    keep(client_for("head_jwc"), "共享的", shared="1")
    keep(client_for("head_jwc"), "私有的")
    shared, private = views(session)
    other = client_for("admin")
    refused = other.post(f"/saved_view/{door}/{shared.id}", data={"name": "改掉"})
    assert refused.status_code == 403
    assert other.post(f"/saved_view/{door}/{private.id}", data={"name": "x"}).status_code == 404
    assert other.post(f"/saved_view/{door}/99999", data={"name": "x"}).status_code == 404
    assert [row.name for row in views(session)] == ["共享的", "私有的"]


def test_the_gate_refuses_a_view_kept_in_somebody_elses_name(
    session: AnySession, cast: Cast
) -> None:
    from app.core.errors import NotAllowed

    row = SavedView(owner_id=cast.office.id, resource="task", name="冒名", query="")
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        session.add(row)


# Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "name"), ("   ", "name"), ("长" * 81, "80"), ("已下达", "已下达")],
)
def test_a_bad_name_is_refused_in_a_sentence(
    client_for: ClientFor, session: AnySession, name: str, sentence: str
) -> None:
    head = client_for("head_jwc")
    head.get("/task/list/?lang=en")
    keep(head)
    place = keep(head, name)
    assert place == f"/task/list/?{OVERDUE}"
    assert len(views(session)) == 1
    page = head.get("/task/list/").text
    alert = page.split('class="alert alert-danger')[1][:900]
    assert sentence in alert


def test_two_people_may_use_the_same_name(client_for: ClientFor, session: AnySession) -> None:
    keep(client_for("head_jwc"))
    keep(client_for("office"))
    assert len(views(session)) == 2


def test_what_means_nothing_to_the_list_is_not_kept(
    client_for: ClientFor, session: AnySession
) -> None:
    query = "_flt_9_title=x&_flt_0_password=x&cols=password,title&page_TaskView=7&next=//evil"
    keep(client_for("head_jwc"), query=query)
    (row,) = views(session)
    assert row.query == "view=all&cols=title"


@pytest.mark.parametrize("resource", ["", "nothing", "audit_event", "saved_view"])
def test_there_are_no_views_of_what_is_no_list_or_not_ones_own_to_read(
    client_for: ClientFor, session: AnySession, resource: str
) -> None:
    answer = client_for("head_jwc").post(
        "/saved_view/add", data={"resource": resource, "name": "x", "query": ""}
    )
    assert answer.status_code == 404
    assert views(session) == []


def test_a_menu_stays_a_menu(client_for: ClientFor, session: AnySession) -> None:
    head = client_for("head_jwc")
    for number in range(MOST):
        keep(head, f"视图 {number}")
    keep(head, "再来一个")
    assert len(views(session)) == MOST


def test_a_name_is_text(client_for: ClientFor) -> None:
    keep(client_for("head_jwc"), "<script>alert(1)</script>", shared="1")
    page = client_for("office").get("/task/list/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
