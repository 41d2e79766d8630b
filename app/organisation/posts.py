"""Posts, charges, delegations and assessment classes of a department that ends: what goes on at
its successor, and what ends with it.

A department has one head and, of each kind, one leader in charge: where the successor has its
own, the predecessor's ends. Everybody else keeps the post in the successor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, or_, select

from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, CycleStatus
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Delegation,
    Department,
    DepartmentClass,
)


def _same_post(mine: Appointment, other: Appointment) -> bool:
    if mine.post in HEADING_POSTS:
        return other.post in HEADING_POSTS
    return (mine.person_id, mine.post) == (other.person_id, other.post)


_SAME_SEAT: Mapping[type[Any], Callable[[Any, Any], bool]] = {
    Appointment: _same_post,
    Charge: lambda mine, other: mine.kind == other.kind,
    Delegation: lambda mine, other: (
        (mine.giver_id, mine.receiver_id) == (other.giver_id, other.receiver_id)
    ),
}
"""Is the seat taken at the successor already?"""


def held_at(session: AnySession, model: type[Any], department: Department, day: dt.date) -> Any:
    """What of `model` is held at `department` on `day` or later."""
    if department.id is None:
        return []
    return session.scalars(
        select(model)
        .where(
            model.department_id == department.id,
            or_(model.valid_to.is_(None), model.valid_to >= day),
        )
        .order_by(model.id)
    ).all()


def parting(
    session: AnySession, department: Department, successors: Sequence[Department], day: dt.date
) -> dict[type[Any], tuple[list[Any], list[Any]]]:
    """Of each kind, what goes on at one of `successors` at least, and what ends."""
    found: dict[type[Any], tuple[list[Any], list[Any]]] = {}
    for model, same in _SAME_SEAT.items():
        taken = [held_at(session, model, successor, day) for successor in successors]
        going: list[Any] = []
        ending: list[Any] = []
        for row in held_at(session, model, department, day):
            free = any(not any(same(row, one) for one in theirs) for theirs in taken)
            (going if free else ending).append(row)
        found[model] = (going, ending)
    return found


def hand_on(
    session: AnySession,
    department: Department,
    successors: Sequence[Department],
    day: dt.date,
    of_person: Mapping[int, int],
) -> dict[str, int]:
    """End on the day before `day` what is held at `department`; begin it anew at the successor.

    A leader stays in charge of every successor; a post goes where its person goes (`of_person`,
    else the first). Returns what goes on, by table. Within the caller's privileged block.
    """
    moved: dict[str, int] = {}
    by_id = {successor.id: successor for successor in successors}
    for model, same in _SAME_SEAT.items():
        for row in held_at(session, model, department, day):
            if model is Charge:
                goes_to = list(successors)
            else:
                person = getattr(row, "person_id", None) or getattr(row, "giver_id", None)
                goes_to = [by_id.get(of_person.get(person or 0, 0), successors[0])]
            free = [
                successor
                for successor in goes_to
                if not any(same(row, one) for one in held_at(session, model, successor, day))
                and (model is not Delegation or _holds(session, row.giver_id, successor, day))
            ]
            for successor in free:
                session.add(_anew(row, successor, day))
            if free:
                moved[model.__tablename__] = moved.get(model.__tablename__, 0) + 1
            row.valid_to = max(day - dt.timedelta(days=1), row.valid_from)
            session.flush()
    for successor in successors:
        _class_on(session, department, successor)
    return moved


def _holds(session: AnySession, giver: int, successor: Department, day: dt.date) -> bool:
    """Does the giver of a delegation hold at the successor what it would pass?"""
    posts = held_at(session, Appointment, successor, day)
    return any(one.person_id == giver and one.post in HEADING_POSTS for one in posts) or any(
        one.leader_id == giver for one in held_at(session, Charge, successor, day)
    )


def _anew(row: Any, successor: Department, day: dt.date) -> Any:
    """The same seat at the successor, from the day on."""
    own = {"id", "version", "created_at", "updated_at"}
    values = {
        name: getattr(row, name)
        for name in inspect(type(row)).columns.keys()  # noqa: SIM118 (keys, not columns)
        if name not in own
    }
    values |= {"department_id": successor.id, "valid_from": max(day, row.valid_from)}
    return type(row)(**values)


def _class_on(session: AnySession, department: Department, successor: Department) -> None:
    """In the years under way the successor is assessed in its predecessor's class, if it has
    none of its own. The predecessor keeps its class: its finished work is assessed in it."""
    running = select(Cycle.id).where(Cycle.status != CycleStatus.CLOSED)
    has = select(DepartmentClass.cycle_id).where(DepartmentClass.department_id == successor.id)
    for row in session.scalars(
        select(DepartmentClass).where(
            DepartmentClass.department_id == department.id,
            DepartmentClass.cycle_id.in_(running),
            DepartmentClass.cycle_id.not_in(has),
        )
    ):
        session.add(
            DepartmentClass(
                cycle_id=row.cycle_id,
                department_id=successor.id,
                assessment_class=row.assessment_class,
            )
        )
    session.flush()
