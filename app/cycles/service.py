"""Commands of the year: opening it, writing its rule book (Art. 4.1)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, cycle_of_year, rule
from app.cycles.year_plan import (
    COMPONENTS,
    ComponentPlan,
    RulePlan,
    YearPlan,
    default_rules,
    moved_phases,
)
from app.models.cycles import (
    Component,
    Cycle,
    CycleStatus,
    Phase,
    ReportingMonth,
    RuleBook,
    RuleBookStatus,
    RuleValue,
)
from app.models.organisation import Department, DepartmentClass
from app.organisation.terms import Term, prolong

TRIAL_UNTIL = "score.trial_until_month"
"""The rule that says until the end of which month nothing is scored; 0: no trial."""


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


def standard_plan(session: AnySession, actor: Actor, year: int) -> YearPlan:
    """A year as it is usually opened: the phases of the year before moved, else those of the
    regulation; every month reported on from the rules' first one, but those that are over and
    those that are all holiday. A year that has begun is kept from today on, with this month as
    its trial (domain §3: a college may start in mid-year)."""
    today = clock.today()
    own = college_calendar(session)
    first = first_month(session, actor, year)
    exempt = {
        month
        for month in range(1, 13)
        if month < first
        or dt.date(year, month, 1) < today.replace(day=1)
        or not workdays_of(year, month, own)
    }
    begun = today.year == year and today.month > first
    before = year_before(session, actor, year)
    phases = (
        session.scalars(select(Phase).where(Phase.cycle_id == before.id)).all() if before else ()
    )
    return YearPlan(
        year=year,
        name=f"{year}年度",
        phases=moved_phases(phases, year),
        exempt=exempt,
        live_from=today if begun else None,
        trial_until=today.month if begun else 0,
    )


def year_before(session: AnySession, actor: Actor, year: int) -> Cycle | None:
    """The last year before `year` that was opened."""
    return session.scalar(
        select(Cycle)
        .where(visible(actor, Cycle), Cycle.year < year)
        .order_by(Cycle.year.desc())
        .limit(1)
    )


def first_month(session: AnySession, actor: Actor, year: int) -> int:
    """The first month that the rules of `year`, or those it would begin with, ask about."""
    return int(rule_ahead(session, actor, year, "check.first_month") or 1)


def rule_ahead(session: AnySession, actor: Actor, year: int, key: str) -> str | None:
    """The text of a rule as the rules of `year`, or those it would begin with, have it."""
    book = newest_book(session, actor, year)
    rules: Sequence[RuleValue | RulePlan] = book.values if book else default_rules()
    return next((one.value for one in rules if one.key == key), None)


def workdays_of(year: int, month: int, own: Callable[[dt.date], bool | None]) -> int:
    """How many workdays a month has."""
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    return sum(clock.is_workday(dt.date(year, month, day), own) for day in days)


def open_complete_year(
    session: AnySession,
    actor: Actor,
    plan: YearPlan,
    *,
    document_number: str = "",
    start: bool = False,
    prolonged: Sequence[Term] = (),
) -> Cycle:
    """Open a year with everything it needs: phases, months, a rule book of its own, the
    departments' assessment classes.

    Office. Effects: the year in `preparing`; its book is the one written for it, else a copy
    of the year's before, else of the regulation's defaults; a draft gets the plan's trial. The
    classes are copied from the year before for departments that still exist; charges and
    appointments in `prolonged` go on to the year's end. With a `document_number` the book is put
    in force; with `start` the year begins to run. Errors: NotAllowed; RuleViolation at `year` if
    there is one already or a later one, at `document_number` where the start needs it. Art. 4.1, 7.
    """
    refuse_opening(session, actor, plan.year)
    book = _book_for(session, actor, plan.year)
    _set_trial(book, plan.trial_until)
    if document_number.strip() and book.status == RuleBookStatus.DRAFT:
        workflow.apply(
            session, actor, book, "put_in_force", document_number=document_number.strip()
        )
    if start and book.status != RuleBookStatus.IN_FORCE:
        raise RuleViolation(
            message("A year starts by rules in force: give their document number."),
            "document_number",
        )
    cycle = open_year(session, actor, plan, book)
    cycle.live_from = plan.live_from
    if cycle.data_cutoff_on is None:
        cycle.data_cutoff_on = dt.date(plan.year, *rule(session, cycle, "phase.data_cutoff"))
    for one in classes_ahead(session, actor, plan.year):
        session.add(
            DepartmentClass(
                cycle_id=cycle.id,
                department_id=one.department_id,
                assessment_class=one.assessment_class,
            )
        )
    prolong(session, actor, prolonged, dt.date(plan.year, 12, 31))
    if start:
        workflow.apply(session, actor, cycle, "start")
    session.flush()
    return cycle


def refuse_opening(session: AnySession, actor: Actor, year: int) -> None:
    """Raise why `year` cannot be opened: it is there, closed or not, or a later one is."""
    newest = session.scalar(
        select(Cycle).where(visible(actor, Cycle)).order_by(Cycle.year.desc()).limit(1)
    )
    found = cycle_of_year(session, year)
    if found is not None and found.status == CycleStatus.CLOSED:
        raise RuleViolation(
            message("%(year)s is closed; only a correction changes it.", year=year), "year"
        )
    if found is not None:
        raise RuleViolation(message("This year is there already."), "year")
    if newest is not None and newest.year > year:
        raise RuleViolation(
            message(
                "%(newest)s has been opened; a year before it is not opened any more.",
                newest=newest.year,
            ),
            "year",
        )


def classes_ahead(session: AnySession, actor: Actor, year: int) -> Sequence[DepartmentClass]:
    """The assessment classes that `year` takes over: those of the year before, of departments
    that exist when it begins (a year that has begun: today)."""
    before = year_before(session, actor, year)
    if before is None:
        return []
    day = max(dt.date(year, 1, 1), clock.today())
    return session.scalars(
        select(DepartmentClass)
        .join(Department, Department.id == DepartmentClass.department_id)
        .where(
            visible(actor, DepartmentClass),
            DepartmentClass.cycle_id == before.id,
            or_(Department.valid_to.is_(None), Department.valid_to >= day),
        )
        .options(joinedload(DepartmentClass.department))
        .order_by(Department.sort_order, Department.id)
    ).all()


def _set_trial(book: RuleBook, until: int) -> None:
    """Write the trial into a draft; a book in force says itself until when it is one."""
    if book.status == RuleBookStatus.DRAFT:
        for value in book.values:
            if value.key == TRIAL_UNTIL:
                value.value = str(until)


def _book_for(session: AnySession, actor: Actor, year: int) -> RuleBook:
    """The rule book of `year`: the one written for it, else a copy of an earlier year's."""
    found = newest_book(session, actor, year)
    if found is not None and found.year == year:
        return found
    rules, parts = _contents_of(session, found) if found else (default_rules(), COMPONENTS)
    book = RuleBook(name=f"{year}年目标任务考核规则", year=year)
    return write_rule_book(session, actor, book, rules, parts)


def newest_book(session: AnySession, actor: Actor, year: int) -> RuleBook | None:
    """The latest book up to `year`; of one year's, the one in force before a newer draft."""
    in_force = RuleBook.status == RuleBookStatus.IN_FORCE
    return session.scalars(
        select(RuleBook)
        .where(visible(actor, RuleBook), RuleBook.year <= year)
        .where(RuleBook.status != RuleBookStatus.RETIRED)
        .order_by(RuleBook.year.desc(), in_force.desc(), RuleBook.edition.desc())
        .limit(1)
    ).first()


def _contents_of(
    session: AnySession, book: RuleBook
) -> tuple[list[RulePlan], Sequence[ComponentPlan]]:
    """What is to be copied of a book: its values, those it does not know yet as they are usually,
    and the parts of its score."""
    rules = [
        RulePlan(
            key=row.key, value=row.value, kind=row.kind, name=row.name, name_en=row.name_en,
            unit=row.unit, chapter=row.chapter, article=row.article, assumed=row.assumed,
        )
        for row in book.values
    ]  # fmt: skip
    known = {row.key for row in rules}
    rules += [plan for plan in default_rules() if plan.key not in known]
    parts = [
        ComponentPlan(
            code=row.code, name=row.name, level=row.level, weight=row.weight,
            scored_by=row.scored_by, rule=row.rule,
        )
        for row in session.scalars(
            select(Component).where(Component.rule_book_id == book.id).order_by(Component.id)
        )
    ]  # fmt: skip
    return rules, parts
