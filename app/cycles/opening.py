"""What will be there once a year is opened, told before it is: nothing is written here.

The same functions that `app.cycles.service.open_complete_year` asks are asked, so that what was
announced is what comes.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.cycles.service import (
    classes_ahead,
    newest_book,
    refuse_opening,
    rule_ahead,
    workdays_of,
    year_before,
)
from app.cycles.year_plan import YearPlan, default_rules
from app.models.cycles import Cycle, ReportingMonth, RuleBook, RuleBookStatus, TaskCategory
from app.models.organisation import (
    Appointment,
    Charge,
    Department,
    DepartmentClass,
    DepartmentKind,
    DepartmentSuccessor,
)
from app.organisation.terms import running_out


@dataclass(frozen=True, slots=True)
class MonthAhead:
    """A reporting month: its workdays, and the day its checks would be due. `offered` is False
    before the rules' first month, which is exempt whatever is ticked; `past` when it is over;
    `exempt_before` when the year before did not ask for it."""

    month: int
    workdays: int
    due_on: dt.date
    offered: bool
    past: bool
    exempt_before: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A department that ends or begins before the year does, and who takes over."""

    department: Department
    successors: Sequence[Department] = ()


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the year begins with. `book` is the rule book taken or copied (None: the regulation's
    defaults, `own` when it was written for this year); `refusal` says why it cannot be opened."""

    before: Cycle | None
    book: RuleBook | None
    own: bool
    values: int
    months: Sequence[MonthAhead]
    classes: Sequence[DepartmentClass]
    unclassed: Sequence[Department]
    charges: Sequence[Charge]
    appointments: Sequence[Appointment]
    ending: Sequence[Change]
    beginning: Sequence[Change]
    categories: int
    refusal: Refusal | None

    @property
    def draft(self) -> bool:
        """Will the book be a draft until a document number puts it in force?"""
        return not self.own or self.book is None or self.book.status == RuleBookStatus.DRAFT


def foresee(session: AnySession, actor: Actor, plan: YearPlan) -> Foresight:
    """What `open_complete_year` would make of `plan` now."""
    year, begins = plan.year, dt.date(plan.year, 1, 1)
    before = year_before(session, actor, year)
    book = newest_book(session, actor, year)
    classes = classes_ahead(session, actor, year)
    departments = _departments(session, actor)
    here = max(begins, clock.today())
    classed = {one.department_id for one in classes}
    return Foresight(
        before=before,
        book=book,
        own=book is not None and book.year == year,
        values=_values_ahead(book, year),
        months=_months(session, actor, year, before),
        classes=classes,
        unclassed=[
            one
            for one in departments
            if one.id not in classed and _exists(one, here) and before is not None
        ],
        charges=running_out(session, actor, Charge, begins),
        appointments=running_out(session, actor, Appointment, begins),
        ending=_ending(session, actor, departments, begins),
        beginning=[
            Change(one)
            for one in departments
            if one.valid_from is not None and clock.today() < one.valid_from <= begins
        ],
        categories=session.scalar(
            select(func.count()).where(visible(actor, TaskCategory), TaskCategory.active)
        )
        or 0,
        refusal=_refusal(session, actor, year),
    )


def _values_ahead(book: RuleBook | None, year: int) -> int:
    if book is not None and book.year == year:
        return len(book.values)
    known = {value.key for value in book.values} if book else set()
    return len(known | {plan.key for plan in default_rules()})


def _months(session: AnySession, actor: Actor, year: int, before: Cycle | None) -> list[MonthAhead]:
    own = college_calendar(session)
    first = int(rule_ahead(session, actor, year, "check.first_month") or 1)
    grace = int(rule_ahead(session, actor, year, "check.grace_workdays") or 0)
    exempt = select(ReportingMonth.month).where(
        ReportingMonth.cycle_id == (before.id if before else None), ReportingMonth.exempt
    )
    left_out = set(session.scalars(exempt))
    this_month = clock.today().replace(day=1)
    found = []
    for month in range(1, 13):
        last = dt.date(year, month, calendar.monthrange(year, month)[1])
        found.append(
            MonthAhead(
                month=month,
                workdays=workdays_of(year, month, own),
                due_on=clock.add_workdays(last, grace, own),
                offered=month >= first,
                past=last < this_month,
                exempt_before=month in left_out,
            )
        )
    return found


def _departments(session: AnySession, actor: Actor) -> Sequence[Department]:
    """Departments of today and later, without sections."""
    return session.scalars(
        select(Department)
        .where(
            visible(actor, Department),
            Department.kind != DepartmentKind.SECTION,
            or_(Department.valid_to.is_(None), Department.valid_to >= clock.today()),
        )
        .order_by(Department.sort_order, Department.id)
    ).all()


def _exists(department: Department, day: dt.date) -> bool:
    begun = department.valid_from is None or department.valid_from <= day
    return begun and (department.valid_to is None or department.valid_to >= day)


def _ending(
    session: AnySession, actor: Actor, departments: Sequence[Department], day: dt.date
) -> list[Change]:
    """Departments that end before `day`, with their successors."""
    going = [one for one in departments if one.valid_to is not None and one.valid_to < day]
    pairs = session.execute(
        select(DepartmentSuccessor.predecessor_id, Department)
        .join(Department, Department.id == DepartmentSuccessor.successor_id)
        .where(
            visible(actor, DepartmentSuccessor),
            DepartmentSuccessor.predecessor_id.in_([one.id for one in going]),
        )
    ).all()
    return [Change(one, [to for key, to in pairs if key == one.id]) for one in going]


def _refusal(session: AnySession, actor: Actor, year: int) -> Refusal | None:
    try:
        refuse_opening(session, actor, year)
    except Refusal as refusal:
        return refusal
    return None
