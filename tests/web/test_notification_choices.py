"""The page where people choose how they are notified, and the administrator's outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import Digest, NotificationChoice, OutboxMessage, OutboxStatus
from tests.cast import Cast
from tests.factories import make_notification_choice, make_outbox_message
from tests.post import Mailbox, smtp_server

PAGE = "/account/notifications/"
TEST = f"{PAGE}test"
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with smtp_server() as box:
        for name, value in {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": box.port,
            "MAIL_FROM": "goals@example.edu.cn",
        }.items():
            monkeypatch.setitem(app.config, name, value)
        yield box


def kept(session: AnySession) -> list[NotificationChoice]:
    session.expire_all()
    return list(session.scalars(select(NotificationChoice)))


def test_the_page_tells_the_defaults_and_the_rule_books_hours(client_for: SignIn) -> None:
    page = client_for("head_jwc").get(PAGE).text
    assert 'name="mail" type="checkbox" value="y"' in page.replace(" checked", "") and "60" in page
    assert "21:00" in page and "8:00" in page
    assert f'href="{PAGE}"' in client_for("head_jwc").get("/account/").text


def test_a_choice_is_kept_for_oneself_and_changed_again(
    session: AnySession, cast: Cast, client_for: SignIn
) -> None:
    browser = client_for("head_jwc")
    assert browser.post(PAGE, data={"digest": "daily", "quiet": "y"}).status_code == 302
    [row] = kept(session)
    assert (row.person_id, row.mail, row.digest, row.quiet) == (
        cast.head_jwc.id, False, Digest.DAILY, True
    )  # fmt: skip
    browser.post(PAGE, data={"mail": "y", "digest": "at_once"})
    [row] = kept(session)
    assert (row.mail, row.digest, row.quiet) == (True, Digest.AT_ONCE, False)


def test_a_frequency_that_there_is_not_is_refused_at_its_field(
    session: AnySession, client_for: SignIn
) -> None:
    answer = client_for("head_jwc").post(PAGE, data={"digest": "never"})
    assert answer.status_code == 422
    assert 'id="digest-errors"' in answer.text
    assert kept(session) == []


def test_nobody_writes_anothers_choice(session: AnySession, cast: Cast) -> None:
    row = make_notification_choice(person=cast.head_jwc)
    actor = cast.actor("staff_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        row.mail = False


def test_a_test_message_reaches_ones_own_mailbox(client_for: SignIn, mailbox: Mailbox) -> None:
    browser = client_for("head_jwc")
    assert "/account/notifications/test" in browser.get(PAGE).text
    page = browser.post("/account/notifications/test", follow_redirects=True).text
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]
    assert "head.jwc@example.edu.cn" in page


def test_a_test_message_that_fails_says_why(client_for: SignIn, mailbox: Mailbox) -> None:
    mailbox.refusing = True
    page = client_for("head_jwc").post("/account/notifications/test", follow_redirects=True).text
    assert "come back later" in page


def test_a_second_test_message_waits_a_minute(
    session: AnySession, client_for: SignIn, mailbox: Mailbox
) -> None:
    browser, moment = client_for("head_jwc"), dt.datetime(2026, 3, 16, 2, 0, tzinfo=dt.UTC)
    with clock.at(moment):
        browser.post(TEST)
        page = browser.post(TEST, follow_redirects=True).text
    assert "请一分钟后再试" in page and len(mailbox.arrived) == 1
    with clock.at(moment + dt.timedelta(minutes=1)):
        mailbox.refusing = True
        browser.post(TEST)
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [row.status for row in rows] == [OutboxStatus.SENT, OutboxStatus.DEAD]
    assert "come back later" in (rows[1].last_error or "")


def test_without_a_mail_server_nothing_is_offered(client_for: SignIn) -> None:
    assert "/account/notifications/test" not in client_for("head_jwc").get(PAGE).text


# The outbox --------------------------------------------------------------------------------


def test_the_administrator_sends_a_dead_letter_again_by_its_button(
    session: AnySession, cast: Cast, client_for: SignIn
) -> None:
    row = make_outbox_message(status=OutboxStatus.FAILED)
    number = row.id
    browser = client_for("admin")
    assert f"/outbox_message/show/{number}" in browser.get("/outbox_message/list/").text
    step = f"/outbox_message/step/resend/{number}"
    assert step in browser.get(f"/outbox_message/show/{number}").text
    assert browser.post(step, data={"version": row.version}).status_code == 302
    session.expire_all()
    assert row.status == OutboxStatus.WAITING


def test_the_deliverers_own_steps_are_offered_to_nobody(client_for: SignIn) -> None:
    number = make_outbox_message().id
    page = client_for("admin").get(f"/outbox_message/show/{number}").text
    assert "/step/give_up/" in page
    assert "/step/deliver/" not in page and "/step/fail/" not in page


@pytest.mark.parametrize("who", ["office", "head_jwc", "auditor"])
def test_the_outbox_is_the_administrators_alone(client_for: SignIn, who: str) -> None:
    number = make_outbox_message(status=OutboxStatus.FAILED).id
    browser = client_for(who)
    assert browser.get("/outbox_message/list/").status_code in (302, 403, 404)
    assert browser.get(f"/outbox_message/show/{number}").status_code in (302, 403, 404)
