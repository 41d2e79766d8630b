"""Commands of the year: opening it, writing its rule book (Art. 4.1)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, cycle_of_year, rule
from app.models.cycles import (
    Component,
    Cycle,
    Phase,
    PhaseCode,
    ReportingMonth,
    RuleBook,
    RuleValue,
    RuleValueKind,
)


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One value of a rule book."""

    key: str
    value: str
    kind: RuleValueKind
    name: str
    name_en: str | None = None
    unit: str | None = None
    chapter: str | None = None
    article: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class ComponentPlan:
    """A part of the score: of a task or of a department."""

    code: str
    name: str
    level: str
    weight: Decimal
    scored_by: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class PhasePlan:
    code: PhaseCode
    starts_on: dt.date
    ends_on: dt.date
    article: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What a year is opened with. `first_month` is the first that is reported on; `exempt`
    names others that the Office does not ask for."""

    year: int
    name: str
    phases: Sequence[PhasePlan] = ()
    data_cutoff_on: dt.date | None = None
    exempt: Collection[int] = field(default_factory=frozenset)


def write_rule_book(
    session: AnySession,
    actor: Actor,
    book: RuleBook,
    rules: Sequence[RulePlan],
    components: Sequence[ComponentPlan] = (),
) -> RuleBook:
    """Add a draft rule book with its values and components.

    Office. Effects: the book in `draft`; it counts once `put_in_force` is taken. Errors:
    NotAllowed; RuleViolation at `value` for one that is none of its kind.
    """
    book.values = [
        RuleValue(
            key=plan.key,
            value=plan.value,
            kind=plan.kind,
            unit=plan.unit,
            chapter=plan.chapter,
            name=plan.name,
            name_en=plan.name_en,
            article=plan.article,
            assumed=plan.assumed,
        )
        for plan in rules
    ]
    session.add(book)
    for part in components:
        session.add(
            Component(
                rule_book=book,
                code=part.code,
                name=part.name,
                level=part.level,
                weight=part.weight,
                scored_by=part.scored_by,
                rule=part.rule,
            )
        )
    session.flush()
    return book


def open_year(session: AnySession, actor: Actor, plan: YearPlan, book: RuleBook) -> Cycle:
    """Prepare a year: its phases, its twelve months with their last days.

    Office. Effects: a year in `preparing`; months before the rule book's first, and those the
    plan exempts, are exempt; the others are due the book's grace after their end, in the
    college's workdays. Errors: NotAllowed; RuleViolation at `year` if there is one already.
    Art. 4.1, 7.
    """
    if cycle_of_year(session, plan.year) is not None:
        raise RuleViolation(message("This year is there already."), "year")
    cycle = Cycle(
        year=plan.year, name=plan.name, rule_book=book, data_cutoff_on=plan.data_cutoff_on
    )
    session.add(cycle)
    session.flush()
    for phase in plan.phases:
        session.add(
            Phase(
                cycle_id=cycle.id,
                code=phase.code,
                starts_on=phase.starts_on,
                ends_on=phase.ends_on,
                article=phase.article,
                assumed=phase.assumed,
            )
        )
    first = int(rule(session, cycle, "check.first_month"))
    grace = int(rule(session, cycle, "check.grace_workdays"))
    own = college_calendar(session)
    for month in range(1, 13):
        end = dt.date(plan.year, month, calendar.monthrange(plan.year, month)[1])
        exempt = month < first or month in plan.exempt
        session.add(
            ReportingMonth(
                cycle_id=cycle.id,
                month=month,
                exempt=exempt,
                due_on=None if exempt else clock.add_workdays(end, grace, own),
            )
        )
    session.flush()
    return cycle
