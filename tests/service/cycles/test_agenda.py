"""Meetings: rows on the agenda, the minutes in one pass, the steps that follow (Art. 4.5, 5.2, 9.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.agenda import Verdict, place_on_agenda, record_minutes, waiting_rows
from app.models.improvement import AdjustmentStatus
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting, Outcome
from app.models.planning import DecompositionStatus
from app.models.work_points import WorkPointSetStatus
from tests.cast import TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_decision,
    make_decomposition,
    make_meeting,
    make_work_point_set,
)


@pytest.fixture
def item(session: AnySession) -> AgendaItem:
    return make_agenda_item(meeting=make_meeting(held_on=TODAY))


def placed(session: AnySession, cast: Cast, item: AgendaItem, *rows: Any) -> list[AgendaSubject]:
    secretary = cast.actor("secretary")
    with unit_of_work(session, secretary):
        return place_on_agenda(session, secretary, item, rows)


def minuted(
    session: AnySession, cast: Cast, meeting: Meeting, *verdicts: Verdict
) -> list[Decision]:
    secretary = cast.actor("secretary")
    with unit_of_work(session, secretary):
        return record_minutes(session, secretary, meeting, verdicts, minutes_number="纪要7号")


def three() -> tuple[Any, Any, Any]:
    return (
        make_decomposition(status=DecompositionStatus.COMMITTEE),
        make_adjustment(status=AdjustmentStatus.COMMITTEE),
        make_adjustment(status=AdjustmentStatus.COMMITTEE),
    )


def test_one_item_covers_many_rows_and_each_goes_its_way(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, granted, put_off = three()
    subjects = placed(session, cast, item, table, granted, put_off)
    minuted(
        session, cast, item.meeting,
        Verdict(subjects[0], Outcome.REJECTED, "补充论证后再议"),
        Verdict(subjects[1], Outcome.APPROVED),
        Verdict(subjects[2], Outcome.DEFERRED, "下次会议再议"),
    )  # fmt: skip
    assert (table.status, granted.status, put_off.status) == ("returned", "approved", "deferred")
    assert item.meeting.minutes_number == "纪要7号"
    decision = session.get_one(Decision, granted.decision_id)
    assert (decision.subject_table, decision.subject_id) == ("adjustment", granted.id)


def test_what_waits_is_what_no_open_item_covers(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, first, second = three()
    make_adjustment()
    secretary = cast.actor("secretary")
    assert waiting_rows(session, secretary) == [table, first, second]
    subjects = placed(session, cast, item, first)
    assert waiting_rows(session, secretary) == [table, second]
    minuted(session, cast, item.meeting, Verdict(subjects[0], Outcome.DEFERRED, "再议"))
    with unit_of_work(session, cast.actor("office")):
        workflow.apply(session, cast.actor("office"), first, "send_to_committee")
    assert first in waiting_rows(session, secretary)


def test_a_row_that_does_not_wait_is_not_placed(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    with pytest.raises(WrongState, match="待会议审定"):
        placed(session, cast, item, make_adjustment())
    points = make_work_point_set(status=WorkPointSetStatus.COMMITTEE)
    placed(session, cast, item, points)
    with pytest.raises(RuleViolation, match="已列入"):
        placed(session, cast, item, points)


def test_only_those_who_keep_meetings_place_and_only_the_secretary_decides(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, *_ = three()
    for name in ("head_jwc", "leader", "topleader"):
        actor = cast.actor(name)
        with pytest.raises(NotAllowed), unit_of_work(session, actor):
            place_on_agenda(session, actor, item, [table])
    subjects = placed(session, cast, item, table)
    office = cast.actor("office")
    with pytest.raises(NotAllowed), unit_of_work(session, office):
        record_minutes(session, office, item.meeting, [Verdict(subjects[0], Outcome.APPROVED)])
    assert table.status == DecompositionStatus.COMMITTEE


def test_the_minutes_are_entered_whole_or_not_at_all(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, granted, _ = three()
    subjects = placed(session, cast, item, table, granted)
    with pytest.raises(RuleViolation, match="写明"):
        minuted(
            session, cast, item.meeting,
            Verdict(subjects[0], Outcome.APPROVED), Verdict(subjects[1], Outcome.REJECTED, " "),
        )  # fmt: skip
    session.expire_all()
    assert (table.status, granted.status) == ("committee", "committee")
    assert session.scalar(select(Decision.id)) is None


def test_nothing_is_decided_twice_or_before_the_meeting(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, granted, _ = three()
    subjects = placed(session, cast, item, table)
    minuted(session, cast, item.meeting, Verdict(subjects[0], Outcome.APPROVED))
    with pytest.raises(RuleViolation, match="已有审定结论"):
        minuted(session, cast, item.meeting, Verdict(subjects[0], Outcome.APPROVED))
    later = make_agenda_item(meeting=make_meeting(held_on=TODAY + dt.timedelta(days=1)))
    subjects = placed(session, cast, later, granted)
    with pytest.raises(WrongState, match="尚未召开"):
        minuted(session, cast, later.meeting, Verdict(subjects[0], Outcome.APPROVED))


def test_a_subject_of_another_meeting_is_refused(
    session: AnySession, cast: Cast, item: AgendaItem
) -> None:
    table, *_ = three()
    subjects = placed(session, cast, item, table)
    other = make_meeting(held_on=TODAY)
    with pytest.raises(RuleViolation, match="不属于本次会议"):
        minuted(session, cast, other, Verdict(subjects[0], Outcome.APPROVED))


def test_a_decision_about_another_row_opens_no_step(session: AnySession, cast: Cast) -> None:
    table, granted, _ = three()
    secretary = cast.actor("secretary")
    about = make_decision(subject_table="adjustment", subject_id=granted.id)
    with pytest.raises(RuleViolation, match="另一事项"), unit_of_work(session, secretary):
        workflow.apply(session, secretary, table, "approve", decision_id=about.id)
    against = make_decision(
        subject_table="decomposition", subject_id=table.id, outcome=Outcome.REJECTED
    )
    with pytest.raises(RuleViolation, match="结论与这一步不符"), unit_of_work(session, secretary):
        workflow.apply(session, secretary, table, "approve", decision_id=against.id)
    with unit_of_work(session, secretary):
        workflow.apply(session, secretary, table, "return", decision_id=against.id)
    assert table.status == DecompositionStatus.RETURNED
