"""Moving a phase and reminding whoever owes something in it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import clock, workflow
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, WrongState
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.steering import Call, Debtor, Reminded, last_reminders, remind, set_phase_days
from app.models.cycles import Phase, PhaseCode
from app.models.organisation import ChargeKind, PostKind
from app.models.system import AuditEvent, Notification, Reminder
from app.organisation.seats import seats_on
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_appointment,
    make_charge,
    make_delegation,
    make_department,
    make_person,
)

LINK = "/steering/2026/proposal"


@pytest.fixture
def phase(session: AnySession, cast: Cast) -> Phase:
    return session.scalars(
        select(Phase).where(Phase.cycle_id == cast.cycle.id, Phase.code == PhaseCode.PROPOSAL)
    ).one()


def call_of(*people: int, owed: str = "教务处：部门工作计划尚未送审") -> Call:
    return Call(frozenset(people), owed)


def reminded(session: AnySession, cast: Cast, phase: Phase, calls: dict[Debtor, Call]) -> Reminded:
    office = cast.actor("office")
    with unit_of_work(session, office):
        return remind(session, office, phase, calls, LINK)


def inbox(session: AnySession, person: int) -> list[str]:
    return list(session.scalars(select(Notification.text).where(Notification.person_id == person)))


# The days ------------------------------------------------------------------------------


def test_the_office_moves_a_phase_and_is_told_what_it_overlaps_with(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        overlapping = set_phase_days(
            session, office, phase, dt.date(2025, 11, 1), dt.date(2025, 12, 5), phase.version
        )
    assert [one.code for one in overlapping] == [PhaseCode.REVIEW]
    assert phase.ends_on == dt.date(2025, 12, 5)


def test_a_phase_does_not_end_before_it_begins(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    office = cast.actor("office")
    with (
        pytest.raises(RuleViolation, match="结束早于开始。") as refused,
        unit_of_work(session, office),
    ):
        set_phase_days(
            session, office, phase, dt.date(2025, 12, 5), dt.date(2025, 12, 1), phase.version
        )
    assert refused.value.field == "ends_on"


def test_a_phase_moved_by_somebody_meanwhile_is_not_moved_again(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    office = cast.actor("office")
    with pytest.raises(Conflict), unit_of_work(session, office):
        set_phase_days(session, office, phase, TODAY, TODAY, phase.version - 1)


@pytest.mark.parametrize("name", ["head_jwc", "leader", "admin"])
def test_only_the_office_moves_a_phase_and_reminds(
    name: str, session: AnySession, cast: Cast, phase: Phase
) -> None:
    actor = cast.actor(name)
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        set_phase_days(session, actor, phase, TODAY, TODAY, phase.version)
    with pytest.raises(NotAllowed), unit_of_work(session, actor):
        remind(session, actor, phase, {Debtor(cast.jwc.id): call_of(cast.head_jwc.id)}, LINK)


# Reminding -----------------------------------------------------------------------------


def test_a_reminder_is_a_message_to_each_head_and_a_record(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    debtor = Debtor(cast.jwc.id)
    done = reminded(session, cast, phase, {debtor: call_of(cast.head_jwc.id)})
    assert (done.sent, done.people, done.already, done.nobody) == ((debtor,), 1, {}, ())
    assert inbox(session, cast.head_jwc.id) == [
        "【催报】2026年度“部门拟定”阶段（11月30日截止）：教务处：部门工作计划尚未送审。请及时办理。"
    ]
    record = session.scalars(select(Reminder)).one()
    assert (record.reminded_on, record.receivers, record.reminded_by_id) == (
        TODAY, 1, cast.office.id,
    )  # fmt: skip
    event = session.scalars(select(AuditEvent).where(AuditEvent.table_name == "reminder")).one()
    assert (event.action, event.row_id, event.actor_id) == ("added", record.id, cast.office.id)


def test_the_second_click_of_a_day_sends_nothing_and_the_next_day_again(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    debtor = Debtor(cast.jwc.id)
    calls = {debtor: call_of(cast.head_jwc.id)}
    reminded(session, cast, phase, calls)
    again = reminded(session, cast, phase, calls)
    assert (again.sent, again.people, again.already) == ((), 0, {debtor: clock.now()})
    assert len(inbox(session, cast.head_jwc.id)) == 1
    with clock.at(TODAY + dt.timedelta(days=1)):
        assert reminded(session, cast, phase, calls).sent == (debtor,)
        last = last_reminders(session, cast.actor("office"), phase.id)[debtor]
        assert (last.count, last.at) == (2, clock.now())


def test_who_heads_two_departments_gets_one_message_with_both(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    head = cast.head_jwc.id
    done = reminded(
        session, cast, phase,
        {Debtor(cast.jwc.id): call_of(head, owed="甲"), Debtor(cast.xsc.id): call_of(head, owed="乙")},
    )  # fmt: skip
    assert (len(done.sent), done.people) == (2, 1)
    assert [text for text in inbox(session, head) if "甲；乙" in text]


def test_a_department_without_a_head_is_named_and_not_recorded(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    done = reminded(session, cast, phase, {Debtor(cast.xsc.id): call_of()})
    assert (done.sent, done.nobody) == ((), (Debtor(cast.xsc.id),))
    assert session.scalars(select(Reminder)).all() == []


def test_nobody_ticked_is_refused(session: AnySession, cast: Cast, phase: Phase) -> None:
    with pytest.raises(RuleViolation, match="请先勾选催报对象。"):
        reminded(session, cast, phase, {})


def test_a_closed_year_is_not_reminded_of(session: AnySession, cast: Cast, phase: Phase) -> None:
    with unit_of_work(session, TEST):
        for step in ("assess", "close"):
            workflow.apply(session, TEST, cast.cycle, step)
    with pytest.raises(WrongState, match="该年度已关闭"):
        reminded(session, cast, phase, {Debtor(cast.jwc.id): call_of(cast.head_jwc.id)})


def test_a_reminder_is_written_by_its_command_only(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    office = cast.actor("office")
    forged = Reminder(
        phase_id=phase.id, department_id=cast.jwc.id, reminded_on=TODAY, receivers=1,
        reminded_by_id=cast.office.id,
    )  # fmt: skip
    with pytest.raises(Refusal), unit_of_work(session, office):
        session.add(forged)


def test_who_was_reminded_sees_the_reminder_and_other_departments_do_not(
    session: AnySession, cast: Cast, phase: Phase
) -> None:
    reminded(
        session, cast, phase,
        {Debtor(cast.jwc.id): call_of(cast.head_jwc.id),
         Debtor(leader_id=cast.leader.id): call_of(cast.leader.id)},
    )  # fmt: skip
    seen = {
        name: len(
            session.scalars(select(Reminder).where(visible(cast.actor(name), Reminder))).all()
        )
        for name in ("auditor", "head_jwc", "leader", "head_xinxi", "other_leader")
    }
    assert seen == {"auditor": 2, "head_jwc": 1, "leader": 2, "head_xinxi": 0, "other_leader": 0}


# Who reads it --------------------------------------------------------------------------


def test_heads_and_those_who_stand_in_for_them_answer_for_a_department(
    session: AnySession, cast: Cast
) -> None:
    make_delegation(
        giver=cast.head_jwc, receiver=cast.staff_jwc, valid_from=TODAY, valid_to=TODAY
    )  # fmt: skip
    make_appointment(
        person=make_person(active=False), department=cast.xsc, post=PostKind.HEAD,
        valid_from=TODAY,
    )  # fmt: skip
    seats = seats_on(session, cast.actor("office"), TODAY)
    heads = seats.heads_of(cast.jwc.id)
    assert heads == {cast.head_jwc.id}
    assert seats.delegates(heads, cast.jwc.id) == {cast.staff_jwc.id}
    assert seats.heads_of(cast.jwc_jxk.id) == heads
    assert seats.heads_of(cast.xsc.id) == frozenset()
    tomorrow = seats_on(session, cast.actor("office"), TODAY + dt.timedelta(days=1))
    assert tomorrow.delegates(heads, cast.jwc.id) == frozenset()


def test_nobody_reviews_the_own_department_it_falls_to_the_top_leaders(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")
    assert seats_on(session, office, TODAY).leaders_of(cast.xsc.id) == {cast.other_leader.id}
    own = make_department()
    make_charge(leader=make_person(department=own), department=own, valid_from=TODAY)
    assert seats_on(session, office, TODAY).leaders_of(own.id) == {cast.topleader.id}


def test_a_leader_in_liaison_answers_where_none_is_in_charge(
    session: AnySession, cast: Cast
) -> None:
    department = make_department()
    make_charge(
        leader=cast.leader, department=department, kind=ChargeKind.LIAISON, valid_from=TODAY
    )
    seats = seats_on(session, cast.actor("office"), TODAY)
    assert seats.leaders_of(department.id) == {cast.leader.id}
