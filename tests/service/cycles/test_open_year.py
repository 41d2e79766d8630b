"""Opening a year with its rule book, phases and months; recording a decision."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.core import workflow
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles.service import (
    ComponentPlan,
    PhasePlan,
    RulePlan,
    YearPlan,
    open_year,
    write_rule_book,
)
from app.models.cycles import (
    Component,
    Cycle,
    Phase,
    PhaseCode,
    ReportingMonth,
    RuleBook,
    RuleValueKind,
)
from tests.cast import Cast

RULES = [
    RulePlan("check.first_month", "3", RuleValueKind.INTEGER, "首个监测月份"),
    RulePlan("check.grace_workdays", "3", RuleValueKind.INTEGER, "宽限期"),
]
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
