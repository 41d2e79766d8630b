"""The inbox: one's own messages only, and no way out of the house."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.unit_of_work import AnySession
from app.notify.rules import is_local_path
from tests.cast import Cast
from tests.factories import make_notification

ClientFor = Callable[[str], FlaskClient]


def test_the_unread_come_first_and_only_ones_own(cast: Cast, client_for: ClientFor) -> None:
    make_notification(person=cast.head_jwc, text="已经读过", read_at=clock.now())
    make_notification(person=cast.head_jwc, text="还没有读")
    make_notification(person=cast.head_xinxi, text="别人的通知")
    text = client_for("head_jwc").get("/notification/list/").text
    assert "别人的通知" not in text
    assert text.index("还没有读") < text.index("已经读过")


def test_an_empty_inbox_says_so(client_for: ClientFor) -> None:
    page = client_for("auditor").get("/notification/list/")
    assert page.status_code == 200 and "lx-empty" in page.text


def test_opening_reads_it_and_goes_where_it_points(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    row = make_notification(person=cast.head_jwc, link="/task/list/?q=1")
    answer = client_for("head_jwc").post(f"/notification/open/{row.id}")
    assert (answer.status_code, answer.location) == (302, "/task/list/?q=1")
    session.refresh(row)
    assert row.read_at is not None


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:0",
        "",
    ],
)
def test_a_link_never_leads_out_of_the_house(link: str, cast: Cast, client_for: ClientFor) -> None:
    row = make_notification(person=cast.head_jwc, link=link)
    answer = client_for("head_jwc").post(f"/notification/open/{row.id}")
    assert answer.location == "/notification/list/"
    assert not is_local_path("/\t/elsewhere.example")


@pytest.mark.parametrize("verb", ["open", "read"])
def test_a_foreign_message_is_not_there(
    verb: str, session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    row = make_notification(person=cast.head_xinxi, link="/")
    assert client_for("head_jwc").post(f"/notification/{verb}/{row.id}").status_code == 404
    session.refresh(row)
    assert row.read_at is None


def test_reading_all_reads_ones_own(session: AnySession, cast: Cast, client_for: ClientFor) -> None:
    mine = [make_notification(person=cast.head_jwc) for _ in range(3)]
    foreign = make_notification(person=cast.head_xinxi)
    client_for("head_jwc").post("/notification/read_all")
    for row in [*mine, foreign]:
        session.refresh(row)
    assert all(row.read_at for row in mine) and foreign.read_at is None


def test_one_message_is_marked_as_read(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    row = make_notification(person=cast.head_jwc)
    client = client_for("head_jwc")
    client.post(f"/notification/read/{row.id}")
    session.refresh(row)
    assert row.read_at is not None
    assert client.get(f"/notification/read/{row.id}").status_code == 405
