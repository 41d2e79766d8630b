"""What waits for the administrator: departments that nobody heads or has in charge, locked
accounts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.core import clock, queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Addition, Desk, Waiting, waiting_rows
from app.core.text import message
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Department,
    DepartmentKind,
    Person,
)


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    departments = waiting_rows(Department.id, Department.name).where(
        visible(actor, Department),
        Department.kind != DepartmentKind.SECTION,
        _in_force(Department, desk),
    )
    if actor.may("appointment:add"):
        headed = and_(
            Appointment.department_id == Department.id,
            Appointment.post.in_(HEADING_POSTS),
            _in_force(Appointment, desk),
        )
        yield Waiting(
            "department.head",
            Department,
            message("Departments without a head"),
            Addition(Appointment, "department"),
            departments.where(~exists(select(Appointment.id).where(headed))),
            verb=message("Appoint"),
        )
    if actor.may("charge:add"):
        charged = and_(Charge.department_id == Department.id, _in_force(Charge, desk))
        yield Waiting(
            "department.charge",
            Department,
            message("Departments without a leader in charge"),
            Addition(Charge, "department"),
            departments.where(~exists(select(Charge.id).where(charged))),
            verb=message("Put in charge"),
        )
    if actor.may("person:edit"):
        yield Waiting(
            "person.locked",
            Person,
            message("Accounts locked after wrong passwords"),
            "show",
            waiting_rows(
                Person.id,
                Person.username,
                since=Person.locked_until,
                department=Person.department_id,
            ).where(visible(actor, Person), Person.locked_until > clock.now()),
            verb=message("Open"),
        )


def _in_force(model: type[Appointment | Charge | Department], desk: Desk) -> ColumnElement[bool]:
    return and_(
        or_(model.valid_from.is_(None), model.valid_from <= desk.today),
        or_(model.valid_to.is_(None), model.valid_to >= desk.today),
    )


queue.register(waiting)
