"""Opening a year with its rule book, phases and months; recording a decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock, workflow
from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.service import (
    open_complete_year,
    open_year,
    standard_plan,
    write_rule_book,
)
from app.cycles.year_plan import (
    ComponentPlan,
    PhasePlan,
    RulePlan,
    YearPlan,
    default_rules,
)
from app.models.cycles import (
    Component,
    Cycle,
    CycleStatus,
    Holiday,
    Phase,
    PhaseCode,
    ReportingMonth,
    RuleBook,
    RuleBookStatus,
    RuleValueKind,
)
from tests.cast import TEST, Cast
from tests.conftest import MakeApp, rolled_back

RULES = [
    RulePlan("check.first_month", "3", RuleValueKind.INTEGER, "首个监测月份"),
    RulePlan("check.grace_workdays", "3", RuleValueKind.INTEGER, "宽限期"),
]
CUTOFF = RulePlan("phase.data_cutoff", "12-15", RuleValueKind.MONTH_DAY, "数据截止日")
PLAN = YearPlan(
    year=2027,
    name="2027年度",
    phases=[PhasePlan(PhaseCode.MIDYEAR, dt.date(2027, 6, 20), dt.date(2027, 7, 10))],
    exempt={8},
)


def opened(session: AnySession, cast: Cast) -> Cycle:
    office = cast.actor("office")
    with unit_of_work(session, office):
        book = RuleBook(name="2027年考核规则", year=2027)
        part = ComponentPlan("quality", "完成质量", "task", 25)  # type: ignore[arg-type]
        write_rule_book(session, office, book, RULES, [part])
        workflow.apply(session, office, book, "put_in_force", document_number="院发〔2026〕48号")
        return open_year(session, office, PLAN, book)


def test_the_office_opens_a_year_with_phases_and_months(session: AnySession, cast: Cast) -> None:
    cycle = opened(session, cast)
    months = session.scalars(
        select(ReportingMonth)
        .where(ReportingMonth.cycle_id == cycle.id)
        .order_by(ReportingMonth.month)
    ).all()
    assert [month.month for month in months if month.exempt] == [1, 2, 8]
    assert months[2].due_on is not None and months[2].due_on > dt.date(2027, 3, 31)
    assert session.scalars(select(Phase.code).where(Phase.cycle_id == cycle.id)).one() == "midyear"
    parts = select(Component.code).where(Component.rule_book_id == cycle.rule_book_id)
    assert session.scalars(parts).one() == "quality"


def test_a_year_is_opened_once(session: AnySession, cast: Cast) -> None:
    cycle = opened(session, cast)
    office = cast.actor("office")
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, office):
        open_year(session, office, PLAN, cycle.rule_book)  # type: ignore[arg-type]
    assert refused.value.field == "year"


def test_a_value_that_is_none_of_its_kind_is_refused(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    wrong = RulePlan("check.first_month", "März", RuleValueKind.INTEGER, "首个监测月份")
    with pytest.raises(RuleViolation), unit_of_work(session, office):
        write_rule_book(session, office, RuleBook(name="规则", year=2027), [wrong])


# A year with everything it needs -----------------------------------------------------------


def complete(session: AnySession, cast: Cast, year: int = 2027, **options: Any) -> Cycle:
    office = cast.actor("office")
    with unit_of_work(session, office):
        plan = standard_plan(session, office, year)
        return open_complete_year(session, office, plan, **options)


def months_asked_for(session: AnySession, cycle: Cycle) -> list[int]:
    asked = select(ReportingMonth.month).where(
        ReportingMonth.cycle_id == cycle.id, ReportingMonth.exempt.is_(False)
    )
    return sorted(session.scalars(asked))


def test_a_year_is_opened_with_the_phases_of_the_regulation(
    session: AnySession, cast: Cast
) -> None:
    cycle = complete(session, cast)
    phases = session.scalars(select(Phase).where(Phase.cycle_id == cycle.id)).all()
    assert {phase.code for phase in phases} == set(PhaseCode)
    kickoff = next(phase for phase in phases if phase.code == PhaseCode.KICKOFF)
    assert (kickoff.starts_on, kickoff.article) == (dt.date(2026, 10, 31), "4.1")
    assert cycle.data_cutoff_on == dt.date(2027, 12, 15)
    assert months_asked_for(session, cycle) == list(range(3, 13))


def test_its_rules_are_a_copy_of_those_of_the_year_before(session: AnySession, cast: Cast) -> None:
    before = cast.rule_book
    with unit_of_work(session, TEST):
        next(v for v in before.values if v.key == "check.grace_workdays").value = "7"
    book = complete(session, cast).rule_book
    assert book is not None and book.id != before.id and book.status == RuleBookStatus.DRAFT
    grace = next(value for value in book.values if value.key == "check.grace_workdays")
    assert grace.value == "7" and len(book.values) == len(before.values)


def test_a_first_year_takes_the_rules_of_the_seed(make_app: MakeApp) -> None:
    with rolled_back(make_app(cast=False)) as session, unit_of_work(session, TEST):
        cycle = open_complete_year(session, TEST, standard_plan(session, TEST, 2025))
        assert cycle.rule_book is not None
        assert {value.key for value in cycle.rule_book.values} == {
            rule.key for rule in default_rules()
        }
        parts = session.scalars(
            select(Component.code).where(Component.rule_book_id == cycle.rule_book_id)
        )
        assert {"completion", "quality", "process"} <= set(parts)


def test_a_book_older_than_a_rule_gets_it_with_the_next_year(
    session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, TEST):
        session.delete(next(v for v in cast.rule_book.values if v.key == "score.trial_until_month"))
    book = complete(session, cast).rule_book
    assert book is not None
    assert "score.trial_until_month" in {value.key for value in book.values}


def test_a_book_that_is_there_already_is_taken(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        book = write_rule_book(session, office, RuleBook(name="规则", year=2027), [*RULES, CUTOFF])
    assert complete(session, cast).rule_book is book


def test_with_a_document_number_the_year_runs_at_once(session: AnySession, cast: Cast) -> None:
    cycle = complete(session, cast, document_number=" 院发〔2026〕48号 ", start=True)
    assert cycle.status == CycleStatus.RUNNING
    assert cycle.rule_book is not None
    assert cycle.rule_book.document_number == "院发〔2026〕48号"


def test_without_one_it_cannot_start_and_nothing_is_written(
    session: AnySession, cast: Cast
) -> None:
    with pytest.raises(RuleViolation) as refused:
        complete(session, cast, start=True)
    assert refused.value.field == "document_number"
    assert session.scalar(select(Cycle).where(Cycle.year == 2027)) is None
    assert session.scalar(select(RuleBook).where(RuleBook.year == 2027)) is None


def test_months_that_are_over_are_not_asked_for(session: AnySession, cast: Cast) -> None:
    with clock.at(dt.date(2027, 9, 20)):
        cycle = complete(session, cast)
    assert months_asked_for(session, cycle) == [9, 10, 11, 12]


def test_a_month_of_holidays_is_not_asked_for(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        session.add(
            Holiday(name="暑假", starts_on=dt.date(2027, 7, 10), ends_on=dt.date(2027, 8, 31))
        )
    assert 8 not in months_asked_for(session, complete(session, cast))


def test_only_the_office_opens_a_year(session: AnySession, cast: Cast) -> None:
    admin = cast.actor("admin")
    with pytest.raises(NotAllowed), unit_of_work(session, admin):
        open_complete_year(session, admin, standard_plan(session, admin, 2027))
