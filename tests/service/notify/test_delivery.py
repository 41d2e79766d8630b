"""From a notification to a mail that a server took: how many, when, again, and never its content."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core import clock, workflow
from app.core.clock import COLLEGE_ZONE
from app.core.errors import NotAllowed, RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleValue
from app.models.system import Digest, Notification, OutboxMessage, OutboxStatus
from app.notify.delivery import Round, deliver
from app.notify.preferences import choose
from app.notify.service import mark_all_read, notify
from tests.cast import TEST, Cast
from tests.post import Mailbox

Tell = Callable[..., None]
BringOut = Callable[[], Round]


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of March 2026 in the college; the 16th is a Monday."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=COLLEGE_ZONE)


def outbox(session: AnySession) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def numbers(mailbox: Mailbox) -> list[int]:
    """Every number in what arrived."""
    return [int(found) for text in mailbox.texts for found in re.findall(r"\d+", text)]


def wants(session: AnySession, cast: Cast, name: str, **given: object) -> None:
    wish = {"mail": True, "digest": Digest.AT_ONCE, "quiet": True, **given}
    choose(session, cast.actor(name), **wish)  # type: ignore[arg-type]


def test_many_notifications_become_one_mail_with_their_number(
    session: AnySession, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    for minute in (0, 10, 20):
        with clock.at(at(16, 9, minute)):
            tell("head_jwc")
    with clock.at(at(16, 9, 59)):
        assert bring_out() == Round(0, 0, 0, 0)
    with clock.at(at(16, 10)):
        assert bring_out() == Round(1, 0, 0, 0)
        assert bring_out() == Round(0, 0, 0, 0)
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]
    assert numbers(mailbox) == [3]
    [row] = outbox(session)
    assert (row.status, row.items, row.attempts) == (OutboxStatus.SENT, 3, 1)
    assert row.sent_at == at(16, 10)


def test_a_mail_carries_a_count_and_a_link_and_nothing_else(
    tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    tell("head_jwc")
    with clock.at(at(16, 10)):
        bring_out()
    [text] = mailbox.texts
    assert "https://goals.example.edu.cn/notification/list/" in text
    for word in ("任务", "新专业建设", "退回", "/task/"):
        assert word not in text.replace("目标任务管理系统", "")


def test_the_outbox_has_no_place_for_content() -> None:
    assert {column.key for column in OutboxMessage.__table__.columns}.isdisjoint(
        {"subject", "body", "text", "link"}
    )


def test_what_is_rolled_back_goes_nowhere(
    session: AnySession, cast: Cast, bring_out: BringOut, mailbox: Mailbox
) -> None:
    with pytest.raises(RuntimeError), unit_of_work(session, TEST):
        notify(session, {cast.head_jwc.id: "…"}, "test", "/")
        raise RuntimeError
    with clock.at(at(16, 10)):
        bring_out()
    assert outbox(session) == []
    assert mailbox.arrived == []


@pytest.mark.usefixtures("mailbox")
def test_who_has_no_address_or_no_account_or_no_wish_gets_nothing_outside(
    session: AnySession, cast: Cast, tell: Tell
) -> None:
    with unit_of_work(session, TEST):
        cast.staff_jwc.email = ""
        cast.leader.active = False
    wants(session, cast, "head_jwc", mail=False)
    tell("staff_jwc", "leader", "head_jwc", "head_xinxi")
    assert [row.person_id for row in outbox(session)] == [cast.head_xinxi.id]
    assert len(session.scalars(select(Notification)).all()) == 4


def test_who_switches_mail_off_or_leaves_or_reads_meanwhile_is_left_alone(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    tell("head_jwc", "leader", "staff_jwc")
    wants(session, cast, "head_jwc", mail=False)
    with unit_of_work(session, TEST):
        cast.leader.active = False
    mark_all_read(session, cast.actor("staff_jwc"))
    with clock.at(at(16, 10)):
        assert bring_out() == Round(0, 0, 0, 3)
    assert mailbox.arrived == []
    reasons = (
        message("The person does not want mail."),
        message("The person has no account or no address any more."),
        message("The person has read everything already."),
    )
    assert [row.last_error for row in outbox(session)] == [str(one) for one in reasons]


def test_without_a_mail_server_nothing_is_written_for_it(session: AnySession, tell: Tell) -> None:
    tell("head_jwc", "leader")
    assert outbox(session) == []


# When --------------------------------------------------------------------------------------


def test_at_once_means_the_next_round(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc")
    tell("head_jwc", "leader")
    assert bring_out().sent == 1
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]


def test_a_daily_digest_goes_in_the_morning_with_all_of_the_day(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc", digest=Digest.DAILY)
    for hour in (9, 12, 20):
        with clock.at(at(16, hour)):
            tell("head_jwc")
            assert bring_out().sent == 0
    with clock.at(at(17, 7, 59)):
        assert bring_out().sent == 0
    with clock.at(at(17, 8)):
        assert bring_out().sent == 1
    assert numbers(mailbox) == [3]


@pytest.mark.parametrize(
    ("written", "early", "opens"),
    [
        (at(16, 21), at(16, 23), at(17, 8)),
        (at(16, 20, 30), at(17, 7, 59), at(17, 8)),  # over midnight
        (at(20, 20, 30), at(22, 12), at(23, 8)),  # a Friday evening: over the weekend
    ],
)
def test_quiet_hours_hold_a_message_until_the_morning_of_a_workday(
    session: AnySession,
    cast: Cast,
    tell: Tell,
    bring_out: BringOut,
    mailbox: Mailbox,
    written: dt.datetime,
    early: dt.datetime,
    opens: dt.datetime,
) -> None:
    with clock.at(written):
        tell("head_jwc")
    with clock.at(early):
        assert bring_out().sent == 0
    with clock.at(opens):
        assert bring_out().sent == 1


def test_who_does_not_mind_is_told_at_night(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc", quiet=False)
    with clock.at(at(21, 23)):
        tell("head_jwc", "leader")
        assert bring_out().sent == 1
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]


def test_the_numbers_come_from_the_rule_book(
    session: AnySession, cast: Cast, tell: Tell, app: Flask, mailbox: Mailbox
) -> None:
    tell("head_jwc")
    values = RuleValue.__table__
    session.execute(delete(values).where(values.c.key == "notify.attempts"))
    session.info.clear()  # what was read of the book
    with pytest.raises(RuleViolation) as refused:
        deliver(session, TEST, app.config)
    assert "notify.attempts" in str(refused.value)
    assert mailbox.arrived == []


# Again -------------------------------------------------------------------------------------


def test_a_refused_message_waits_longer_each_time_and_ends_as_a_dead_letter(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc")
    mailbox.refusing = True
    now = at(16, 9)
    waits = []
    with clock.at(now):
        tell("head_jwc")
    for attempt in range(1, 5):
        with clock.at(now):
            assert bring_out() == Round(0, 1, 0, 0)
            assert bring_out() == Round(0, 0, 0, 0), "not before its time"
        [row] = outbox(session)
        assert (row.status, row.attempts) == (OutboxStatus.WAITING, attempt)
        assert row.not_before is not None
        waits.append((row.not_before - now) // dt.timedelta(minutes=1))
        now = row.not_before
    assert waits == [5, 10, 20, 40]
    with clock.at(now):
        assert bring_out() == Round(0, 0, 1, 0)
    [row] = outbox(session)
    assert (row.status, row.attempts, row.claimed_until) == (OutboxStatus.FAILED, 5, None)
    assert row.last_error
    with clock.at(now + dt.timedelta(days=7)):
        assert bring_out() == Round(0, 0, 0, 0)


def test_the_administrator_sends_a_dead_letter_again(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    row = dead_letter(session, cast, tell, bring_out, mailbox)
    mailbox.refusing = False
    admin = cast.actor("admin")
    with unit_of_work(session, admin):
        workflow.apply(session, admin, row, "resend")
    assert bring_out() == Round(1, 0, 0, 0)
    [row] = outbox(session)
    assert (row.status, row.attempts, row.last_error) == (OutboxStatus.SENT, 1, None)
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]


def test_the_administrator_gives_a_dead_letter_up(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    row = dead_letter(session, cast, tell, bring_out, mailbox)
    admin = cast.actor("admin")
    with unit_of_work(session, admin):
        workflow.apply(session, admin, row, "give_up")
    mailbox.refusing = False
    assert bring_out() == Round(0, 0, 0, 0)
    assert outbox(session)[0].status == OutboxStatus.DEAD


@pytest.mark.parametrize(
    ("who", "step"), [("office", "resend"), ("head_jwc", "give_up"), ("admin", "fail")]
)
def test_nobody_else_decides_on_a_dead_letter_and_nobody_marks_one_by_hand(
    session: AnySession,
    cast: Cast,
    tell: Tell,
    bring_out: BringOut,
    mailbox: Mailbox,
    who: str,
    step: str,
) -> None:
    row = dead_letter(session, cast, tell, bring_out, mailbox)
    if step == "fail":
        with unit_of_work(session, TEST):
            workflow.apply(session, TEST, row, "resend")
    actor = cast.actor(who)
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        workflow.apply(session, actor, row, step)


def dead_letter(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> OutboxMessage:
    """A message to the head of 教务处 that the server has refused for good."""
    wants(session, cast, "head_jwc", quiet=False)
    mailbox.refusing = True
    tell("head_jwc")
    for hour in range(5):
        with clock.at(at(16, 9) + dt.timedelta(hours=hour)):
            bring_out()
    [row] = outbox(session)
    assert row.status == OutboxStatus.FAILED
    return row


def test_what_arrives_meanwhile_goes_with_a_message_that_is_tried_again(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc")
    mailbox.refusing = True
    tell("head_jwc")
    bring_out()
    mailbox.refusing = False
    with clock.at(at(16, 9, 5)):
        tell("head_jwc")
        assert bring_out() == Round(1, 0, 0, 0)
    assert numbers(mailbox) == [2]


def test_a_server_that_refuses_is_left_alone_after_three_failures(
    session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    people = ("head_jwc", "leader", "staff_jwc", "quality", "office")
    mailbox.refusing = True
    tell(*people)
    with clock.at(at(16, 10)):
        assert bring_out() == Round(0, 3, 0, 0)
    assert [row.attempts for row in outbox(session)] == [1, 1, 1, 0, 0]


def test_an_unknown_server_fails_in_words(
    app: Flask,
    session: AnySession,
    cast: Cast,
    tell: Tell,
    bring_out: BringOut,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "SMTP_HOST", "mail.invalid")
    wants(session, cast, "head_jwc")
    tell("head_jwc")
    assert bring_out() == Round(0, 1, 0, 0)
    assert "mail.invalid" in (outbox(session)[0].last_error or "")


def test_a_claim_that_nobody_settled_runs_out(
    app: Flask, session: AnySession, cast: Cast, tell: Tell, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc")
    tell("head_jwc")

    def power_cut(*given: object) -> str:
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver(session, TEST, app.config, power_cut)
    assert bring_out() == Round(0, 0, 0, 0), "somebody has it in hand"
    with clock.at(at(16, 9, 10)):
        assert bring_out() == Round(1, 0, 0, 0)


def test_a_flood_of_one_transaction_is_one_mail_also_for_who_wants_each_at_once(
    session: AnySession, cast: Cast, bring_out: BringOut, mailbox: Mailbox
) -> None:
    wants(session, cast, "head_jwc")
    with clock.at(at(16, 9)), unit_of_work(session, TEST):
        for number in range(60):
            notify(session, {cast.head_jwc.id: f"第{number}件"}, "test", "/")
    with clock.at(at(16, 9, 1)):
        assert bring_out() == Round(1, 0, 0, 0)
    assert numbers(mailbox) == [60]
