"""What is told before a year is opened, and that it comes so; a year begun in its middle."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.opening import foresee
from app.cycles.queries import rule
from app.cycles.service import open_complete_year, standard_plan
from app.models.cycles import Cycle, CycleStatus, Phase, PhaseCode, ReportingMonth
from app.models.organisation import (
    Appointment,
    AssessmentClass,
    Charge,
    DepartmentClass,
    DepartmentSuccessor,
    SuccessionKind,
)
from app.organisation.terms import prolong, running_out
from tests.cast import TEST, YEAR, Cast
from tests.factories import make_charge, make_department

NEXT = YEAR + 1
END = dt.date(YEAR, 12, 31)


def classes_of(session: AnySession, year: int) -> dict[int, AssessmentClass]:
    rows = session.scalars(
        select(DepartmentClass).join(Cycle, Cycle.id == DepartmentClass.cycle_id).where(Cycle.year == year)
    )  # fmt: skip
    return {row.department_id: row.assessment_class for row in rows}


def test_everything_is_as_it_was_foretold(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with unit_of_work(session, TEST):
        midyear = session.scalars(select(Phase).where(Phase.code == PhaseCode.MIDYEAR)).one()
        midyear.ends_on = dt.date(YEAR, 7, 3)
    plan = standard_plan(session, office, NEXT)
    ahead = foresee(session, office, plan)
    assert (ahead.before, ahead.book, ahead.own) == (cast.cycle, cast.rule_book, False)
    with unit_of_work(session, office):
        cycle = open_complete_year(session, office, plan)
    assert {one.department_id: one.assessment_class for one in ahead.classes} == classes_of(
        session, NEXT
    )
    assert classes_of(session, NEXT)[cast.xinxi.id] == AssessmentClass.TEACHING
    assert cycle.rule_book is not None and len(cycle.rule_book.values) == ahead.values
    moved = session.scalars(
        select(Phase).where(Phase.cycle_id == cycle.id, Phase.code == PhaseCode.MIDYEAR)
    ).one()
    assert moved.ends_on == dt.date(NEXT, 7, 3)
    months = {
        row.month: row.due_on
        for row in session.scalars(select(ReportingMonth).where(ReportingMonth.cycle_id == cycle.id))
    }  # fmt: skip
    assert months == {
        one.month: one.due_on if one.month not in plan.exempt else None for one in ahead.months
    }
    assert (cycle.live_from, rule(session, cycle, "score.trial_until_month")) == (None, 0)


def test_a_department_that_ends_before_is_named_with_its_successor_and_keeps_no_class(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")
    with unit_of_work(session, TEST):
        cast.xsc.valid_to = END
        session.add(
            DepartmentSuccessor(
                predecessor=cast.xsc, successor=cast.jwc, kind=SuccessionKind.MERGED,
                effective_on=dt.date(NEXT, 1, 1),
            )
        )  # fmt: skip
    new = make_department(name="新设处", valid_from=dt.date(NEXT, 1, 1))
    plan = standard_plan(session, office, NEXT)
    ahead = foresee(session, office, plan)
    assert [(one.department, one.successors) for one in ahead.ending] == [(cast.xsc, [cast.jwc])]
    assert [one.department for one in ahead.beginning] == [new]
    assert list(ahead.unclassed) == [new]
    with unit_of_work(session, office):
        open_complete_year(session, office, plan)
    assert cast.xsc.id not in classes_of(session, NEXT)


def test_what_runs_out_is_listed_and_the_chosen_go_on(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with unit_of_work(session, TEST):
        charges = session.scalars(
            select(Charge).where(Charge.department_id.in_([cast.jwc.id, cast.xsc.id]))
        ).all()
        for charge in charges:
            charge.valid_to = END
        post = session.scalars(
            select(Appointment).where(Appointment.department_id == cast.xinxi.id).limit(1)
        ).one()
        post.valid_to = END
    make_charge(leader=cast.topleader, department=cast.xsc, valid_from=dt.date(NEXT, 1, 1))
    plan = standard_plan(session, office, NEXT)
    ahead = foresee(session, office, plan)
    assert [one.department for one in ahead.charges] == [cast.jwc]
    assert list(ahead.appointments) == [post]
    with unit_of_work(session, office):
        open_complete_year(session, office, plan, prolonged=[*ahead.charges])
    assert ahead.charges[0].valid_to == dt.date(NEXT, 12, 31)
    assert post.valid_to == END


def test_nobody_prolongs_their_own_appointment_or_without_the_right(
    session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        own = session.scalars(
            select(Appointment).where(Appointment.person_id == cast.office.id)
        ).one()
        own.valid_to = END
    day = dt.date(NEXT, 12, 31)
    office, head = cast.actor("office"), cast.actor("head_jwc")
    assert running_out(session, office, Appointment, dt.date(NEXT, 1, 1)) == [own]
    with pytest.raises(NotAllowed, match="不能由本人延期"):
        prolong(session, office, [own], day)
    with pytest.raises(NotAllowed):
        prolong(session, head, [own], day)
    with pytest.raises(RuleViolation, match="已经不早于"):
        prolong(session, cast.actor("admin"), [own], dt.date(YEAR, 6, 1))


def test_a_year_that_is_there_closed_or_before_another_is_refused(
    session: AnySession, cast: Cast
) -> None:
    office = cast.actor("office")

    def refused(year: int) -> str:
        plan = standard_plan(session, office, year)
        ahead = foresee(session, office, plan)
        with pytest.raises(RuleViolation) as error, unit_of_work(session, office):
            open_complete_year(session, office, plan)
        assert error.value.field == "year" and str(ahead.refusal) == str(error.value)
        return str(error.value)

    assert refused(YEAR) == "该年度已存在。"
    assert refused(YEAR - 1) == f"{YEAR} 年度已经建立，不能再补建更早的年度。"
    session.execute(update(Cycle.__table__).values(status=CycleStatus.CLOSED))
    session.expire_all()
    assert refused(YEAR) == f"{YEAR} 年度已关闭，只能通过更正修改。"


def test_a_year_begun_in_its_middle_is_kept_from_today_with_a_trial(
    session: AnySession, cast: Cast
) -> None:
    office, day = cast.actor("office"), dt.date(NEXT, 9, 14)
    with clock.at(day):
        plan = standard_plan(session, office, NEXT)
        with unit_of_work(session, office):
            cycle = open_complete_year(session, office, plan)
    assert sorted(plan.exempt) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (cycle.live_from, rule(session, cycle, "score.trial_until_month")) == (day, 9)


def test_the_trial_may_be_longer_or_none(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        plan = replace(standard_plan(session, office, NEXT), trial_until=4)
        cycle = open_complete_year(session, office, plan)
    assert rule(session, cycle, "score.trial_until_month") == 4
