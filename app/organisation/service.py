"""Commands of organisation: a new person with roles and posts (domain §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.organisation import Appointment, Person, PostKind


@dataclass(frozen=True, slots=True)
class PostPlan:
    """A post to hold from a day on: in a department, or in the college (None)."""

    post: PostKind
    department_id: int | None
    valid_from: dt.date


def create_person(
    session: AnySession,
    actor: Actor,
    person: Person,
    *,
    roles: Sequence[str],
    posts: Sequence[PostPlan] = (),
) -> Person:
    """Add `person` with these roles and posts.

    Administrator. Effects: the account, its roles and appointments; everybody's rights are
    looked up anew. Errors: NotAllowed; RuleViolation at `roles` for one that does not exist,
    at `username` for one that is taken. The password is the caller's (`hash_password`).
    Flushes, does not commit.
    """
    taken = select(Person.id).where(Person.username == person.username)
    with session.no_autoflush:
        if session.scalar(taken) is not None:
            raise RuleViolation(message("This user name is taken."), "username")
        known = {row.name: row for row in session.scalars(select(Role).where(Role.name.in_(roles)))}
    unknown = sorted(set(roles) - set(known))
    if unknown:
        raise RuleViolation(message("There is no role “%(role)s”.", role=unknown[0]), "roles")
    person.roles = [known[name] for name in roles]
    session.add(person)
    for plan in posts:
        session.add(
            Appointment(
                person=person,
                department_id=plan.department_id,
                post=plan.post,
                valid_from=plan.valid_from,
            )
        )
    session.flush()
    return person
