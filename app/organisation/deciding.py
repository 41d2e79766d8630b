"""Who decides on a department's row: a leader in charge of it, and where none of them may, a top
leader (domain §1).

Nobody decides on their own submission or their own department's row, nor for somebody whose
stand-in they are. The same in the queue (`decides_on`), in the refusal that names who can
(`names_of_deciders`), and in the step itself (`app.core.workflow`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased, object_session

from app.core import clock
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    Delegation,
    Department,
    Person,
)
from app.security.actors import in_force
from app.security.roles import LEADER, TOP_LEADER


def decides_on(
    actor: Actor, department: Any, submitter: Any, today: dt.date
) -> ColumnElement[bool]:
    """The rows (by their columns `department` and `submitter`) that wait for this actor: those of
    the departments in charge, never one's own; for a top leader also those on which no leader in
    charge may decide."""
    not_own = and_(
        department.not_in(actor.departments | actor.sides),
        or_(submitter.is_(None), submitter.not_in([actor.user_id, *actor.sides_of])),
    )
    in_charge = department.in_(actor.charged)
    if not actor.has_role(TOP_LEADER):
        return and_(in_charge, not_own)
    return and_(or_(in_charge, ~_has_leader(department, submitter, today)), not_own)


def decides_for(actor: Actor, role: str, department: Any, today: dt.date) -> ColumnElement[bool]:
    """The rows (by their column `department`) on which a step of `role` waits for this actor: for
    who has the role, all but those of one's own departments; where nobody with the role may
    decide, the leader in charge, else a top leader."""
    others: ColumnElement[bool] = department.not_in(actor.departments | actor.sides)
    if actor.has_role(role):
        return others
    mine = department.in_(actor.charged)
    if actor.has_role(TOP_LEADER):
        mine = or_(mine, ~_has_leader(department, None, today))
    able = exists(select(Person.id).where(_may(role, department, None, today)))
    return and_(others, mine, ~able)


def names_of_deciders(session: AnySession, department: int, submitter: int | None) -> list[str]:
    """The leaders in charge who may decide on a row of the department; else the top leaders."""
    today = clock.today()
    leaders = (
        select(Person)
        .where(Person.id.in_(_in_charge(department, today)), _may(LEADER, department, submitter))
        .order_by(Person.id)
    )
    found = session.scalars(leaders).all() or session.scalars(
        select(Person).where(_may(TOP_LEADER, department, submitter)).order_by(Person.id)
    )
    return [person.name for person in found]


def names_with(
    session: AnySession, role: str, department: int, submitter: int | None = None
) -> list[str]:
    """People with `role` who may decide on a row of the department: nobody of its own, nor who
    submitted it."""
    able = select(Person).where(_may(role, department, submitter)).order_by(Person.id)
    return [person.name for person in session.scalars(able)]


def nobody_with(role: str, department: Any, today: dt.date) -> ColumnElement[bool]:
    """Rows of departments on which nobody with `role` may decide."""
    return ~exists(select(Person.id).where(_may(role, department, None, today)))


def names_of_heads(
    session: AnySession, department: int | None, other: int | None, submitter: int | None
) -> list[str]:
    """Who heads the department and is on neither side of what `other` asks of it: belongs not to
    `other`, has not submitted it, stands in for nobody of either."""
    today = clock.today()
    giver = aliased(Person)
    standing = select(Delegation.receiver_id).join(giver, giver.id == Delegation.giver_id)
    heads = select(Appointment.person_id).where(
        Appointment.department_id == department,
        Appointment.post.in_(HEADING_POSTS),
        *_held(Appointment, today),
    )
    found = session.scalars(
        select(Person)
        .where(
            Person.id.in_(heads),
            Person.active.is_(True),
            Person.id.is_distinct_from(submitter),
            ~belongs_to(Person, other, today),
            Person.id.not_in(
                standing.where(
                    in_force(today), or_(giver.id == submitter, belongs_to(giver, other, today))
                )
            ),
        )
        .order_by(Person.id)
    )
    return [person.name for person in found]


def signers(session: AnySession, department: int | None) -> Sequence[Person]:
    """People whose signature on a row of the department may count: leaders, and its head."""
    today = clock.today()
    leading = (
        select(assoc_user_role.c.user_id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name.in_((LEADER, TOP_LEADER)))
    )
    heads = select(Appointment.person_id).where(
        Appointment.post.in_(HEADING_POSTS), *_held(Appointment, today)
    )
    if department is not None:
        heads = heads.where(Appointment.department_id == department)
    return session.scalars(
        select(Person)
        .where(Person.active.is_(True), or_(Person.id.in_(leading), Person.id.in_(heads)))
        .order_by(Person.id)
    ).all()


def deciders_of(row: Any, department: int | None, submitter: int | None) -> Sequence[str]:
    """`names_of_deciders` for a row that somebody may not decide on."""
    session = object_session(row)
    if session is None or department is None:
        return ()
    return names_of_deciders(session, department, submitter)


def _has_leader(department: Any, submitter: Any, today: dt.date) -> ColumnElement[bool]:
    return exists(
        select(Person.id)
        .join(Charge, Charge.leader_id == Person.id)
        .where(
            or_(
                Charge.department_id == department,
                Charge.department_id.in_(_above(department)),
            ),
            *_held(Charge, today),
            _may(LEADER, department, submitter, today),
        )
    )


def _in_charge(department: int, today: dt.date) -> Any:
    return select(Charge.leader_id).where(
        or_(Charge.department_id == department, Charge.department_id.in_(_above(department))),
        *_held(Charge, today),
    )


def _may(
    role: str, department: Any, submitter: Any, today: dt.date | None = None
) -> ColumnElement[bool]:
    """People with the role and an open account who are on neither side of the row."""
    day = today or clock.today()
    granted = (
        select(assoc_user_role.c.user_id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == role)
    )
    giver = aliased(Person)
    givers = select(Delegation.receiver_id).join(giver, giver.id == Delegation.giver_id)
    not_party = [
        Person.id.in_(granted),
        Person.active.is_(True),
        ~belongs_to(Person, department, day),
        Person.id.not_in(
            givers.where(in_force(day), giver.active.is_(True), belongs_to(giver, department, day))
        ),
    ]
    if submitter is not None:
        standing = select(Delegation.receiver_id).where(
            in_force(day), Delegation.giver_id == submitter
        )
        clear = and_(Person.id != submitter, Person.id.not_in(standing))
        not_party.append(clear if isinstance(submitter, int) else or_(submitter.is_(None), clear))
    return and_(*not_party)


def belongs_to(person: Any, department: Any, day: dt.date) -> ColumnElement[bool]:
    """Of the department or one of its sections: by the account or by a post in force."""
    section = aliased(Department)
    below = select(section.id).where(section.parent_id == department)
    post = aliased(Appointment)
    return or_(
        and_(
            person.department_id.is_not(None),
            or_(person.department_id == department, person.department_id.in_(below)),
        ),
        exists(
            select(post.id).where(
                post.person_id == person.id,
                or_(post.department_id == department, post.department_id.in_(below)),
                post.valid_from <= day,
                or_(post.valid_to.is_(None), post.valid_to >= day),
            )
        ),
    )


def _above(department: Any) -> Any:
    section = aliased(Department)
    return select(section.parent_id).where(section.id == department, section.parent_id.is_not(None))


def _held(model: Any, day: dt.date) -> Sequence[ColumnElement[bool]]:
    return model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day)
