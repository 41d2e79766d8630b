"""How far a college is set up, in numbers: one statement, whatever its size.

Also the departments behind two of the numbers, for the page that names them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.service import TRIAL_UNTIL
from app.models.cycles import Cycle, Holiday, Phase, ReportingMonth, RuleBook, RuleValue
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Department,
    DepartmentKind,
    Person,
)
from app.models.planning import Task, TaskStatus
from app.planning.charts import UNDER_WAY
from app.security.roles import LEADER, OFFICE, SECRETARY

NEEDED_ROLES = (OFFICE, LEADER, SECRETARY)
"""Without somebody in each of them a year does not get from the draft to the issued table."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands in the database. The year's numbers are those of the cycle asked for."""

    departments: int
    sections: int
    people: int
    headless: int
    """Departments without a head or an acting head today."""
    charges: int
    uncharged: int
    """Departments in no leader's charge today."""
    office: int
    leaders: int
    secretaries: int
    holidays: int
    phases: int
    months: int
    values: int
    tasks: int
    issued: int
    history: int
    """Tasks under way that were due before the college began to keep the year here."""
    trial: str | None
    """Until the end of which month nothing is scored, as the year's rules say it."""
    book_id: int | None
    book_status: str | None

    def without_role(self) -> list[str]:
        """The needed roles that nobody holds."""
        held = zip(NEEDED_ROLES, (self.office, self.leaders, self.secretaries), strict=True)
        return [role for role, count in held if not count]


def read_counts(session: AnySession, actor: Actor, cycle_id: int | None, year: int) -> Counts:
    """The numbers of `actor`'s college and of one of its years."""
    today = clock.today()
    whole = _whole(today)
    active = Person.active.is_(True)
    of_year: Any = Task.cycle_id == cycle_id
    issued = Task.status != TaskStatus.PROPOSED
    book = select(Cycle.rule_book_id).where(visible(actor, Cycle), Cycle.id == cycle_id)
    live = select(Cycle.live_from).where(Cycle.id == cycle_id).scalar_subquery()
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    found = (
        _count(actor, Department, whole),
        _count(actor, Department, Department.kind == DepartmentKind.SECTION, _in_force(Department, today)),
        _count(actor, Person, active),
        _count(actor, Department, whole, ~_headed(today)),
        _count(actor, Charge, _in_force(Charge, today)),
        _count(actor, Department, whole, ~_charged(today)),
        *(_holders(actor, role) for role in NEEDED_ROLES),
        _count(actor, Holiday, Holiday.starts_on <= last, Holiday.ends_on >= first),
        _count(actor, Phase, Phase.cycle_id == cycle_id),
        _count(actor, ReportingMonth, ReportingMonth.cycle_id == cycle_id),
        _count(actor, RuleValue, RuleValue.rule_book_id == book.scalar_subquery()),
        _count(actor, Task, of_year),
        _count(actor, Task, of_year, issued),
        _count(actor, Task, of_year, Task.status.in_(UNDER_WAY), Task.due_on < live),
        select(RuleValue.value)
        .where(RuleValue.rule_book_id == book.scalar_subquery(), RuleValue.key == TRIAL_UNTIL)
        .scalar_subquery(),
        book.scalar_subquery(),
        select(RuleBook.status)
        .where(visible(actor, RuleBook), RuleBook.id == book.scalar_subquery())
        .scalar_subquery(),
    )  # fmt: skip
    return Counts(*session.execute(select(*found)).one())


def headless_departments(session: AnySession, actor: Actor) -> Sequence[int]:
    """Departments that nobody heads today."""
    return _departments(session, actor, ~_headed(clock.today()))


def uncharged_departments(session: AnySession, actor: Actor) -> Sequence[int]:
    """Departments in no leader's charge today."""
    return _departments(session, actor, ~_charged(clock.today()))


def _departments(session: AnySession, actor: Actor, wanted: ColumnElement[bool]) -> Sequence[int]:
    whole = _whole(clock.today())
    return session.scalars(
        select(Department.id)
        .where(visible(actor, Department), whole, wanted)
        .order_by(Department.sort_order, Department.id)
    ).all()


def _whole(today: dt.date) -> ColumnElement[bool]:
    """Departments that exist today, without their sections."""
    begun = or_(Department.valid_from.is_(None), Department.valid_from <= today)
    return and_(Department.kind != DepartmentKind.SECTION, begun, _in_force(Department, today))


def _in_force(model: type[Any], today: dt.date) -> ColumnElement[bool]:
    found: ColumnElement[bool] = or_(model.valid_to.is_(None), model.valid_to >= today)
    return found


def _headed(today: dt.date) -> ColumnElement[bool]:
    """Has the department a head today? A post of somebody who has left counts for nothing."""
    return (
        select(Appointment.id)
        .join(Person, and_(Person.id == Appointment.person_id, Person.active.is_(True)))
        .where(
            Appointment.department_id == Department.id,
            Appointment.post.in_(HEADING_POSTS),
            Appointment.valid_from <= today,
            _in_force(Appointment, today),
        )
        .exists()
    )


def _charged(today: dt.date) -> ColumnElement[bool]:
    return (
        select(Charge.id)
        .where(
            Charge.department_id == Department.id,
            Charge.valid_from <= today,
            _in_force(Charge, today),
        )
        .exists()
    )


def _count(actor: Actor, model: type[Any], *wanted: Any) -> Any:
    query: Select[Any] = select(func.count()).select_from(model)
    return query.where(visible(actor, model), *wanted).scalar_subquery()


def _holders(actor: Actor, role: str) -> Any:
    """How many active people hold a role."""
    return (
        select(func.count())
        .select_from(Person)
        .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(visible(actor, Person), Person.active.is_(True), Role.name == role)
        .scalar_subquery()
    )
