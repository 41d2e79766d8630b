"""What the roles may do: reading it, and changing it in one go.

A change is refused when it would leave nobody who can change roles, and when it gives a role a
decision on what it submits itself. Who holds which role is another matter (people); but of the
last person who can change roles no door takes the role or closes the account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from app.core import guard
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, current_actor
from app.models.organisation import Person
from app.security.actors import PREFIX, raise_stamp
from app.security.permissions import PERMISSIONS
from app.security.roles import ROLE_LABELS
from app.security.rules import check_separation

Held = Mapping[str, frozenset[str]]
"""The permissions of every role, by the role's code."""

KEEPING_ROLES = ("role:read", "role:edit", "person:edit")
"""Whoever holds all of these can give every other right back."""


@dataclass(frozen=True, order=True, slots=True)
class Change:
    """A permission that a role gains or loses."""

    role: str
    permission: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """A change, how many active people hold the role, and whose rights really change: whoever
    has the permission through another role as well neither gains nor loses it."""

    change: Change
    holders: int
    people: Sequence[int]


def read_roles(session: AnySession) -> Held:
    """What every role may do now, the college's own roles first. One statement."""
    found: dict[str, set[str]] = {}
    for role, resource, verb in session.execute(
        select(Role.name, ViewMenu.name, Permission.name)
        .select_from(Role)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(
            PermissionView,
            PermissionView.id == assoc_permissionview_role.c.permission_view_id,
        )
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
    ):
        held = found.setdefault(role, set())
        permission = f"{resource}:{(verb or '').removeprefix(PREFIX)}"
        if permission in PERMISSIONS:
            held.add(permission)
    order = [
        *(code for code in ROLE_LABELS if code in found),
        *sorted(set(found) - set(ROLE_LABELS)),
    ]
    return {code: frozenset(found[code]) for code in order}  # fmt: skip


def roles_of_people(session: AnySession) -> dict[int, frozenset[str]]:
    """The roles of every active person. One statement."""
    found: dict[int, set[str]] = {}
    for person, role in session.execute(
        select(Person.id, Role.name)
        .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Person.active.is_(True))
    ):
        found.setdefault(person, set()).add(role)
    return {person: frozenset(roles) for person, roles in found.items()}


def fingerprint_of(held: Held) -> str:
    """Another one whenever any role holds something else."""
    lines = sorted(f"{role} {one}" for role, permissions in held.items() for one in permissions)
    return hashlib.sha256("\n".join([*sorted(held), *lines]).encode()).hexdigest()[:32]


def with_changes(held: Held, changes: Iterable[Change]) -> Held:
    """What the roles hold after `changes`."""
    after = {role: set(permissions) for role, permissions in held.items()}
    for change in changes:
        (after[change.role].add if change.granted else after[change.role].discard)(
            change.permission
        )
    return {role: frozenset(permissions) for role, permissions in after.items()}


def effects_of(
    held: Held, people: Mapping[int, frozenset[str]], changes: Sequence[Change]
) -> list[Effect]:
    """Who gains or loses what by `changes`."""
    after = with_changes(held, changes)
    effects = []
    for change in changes:
        before_by = _granting(held, change.permission)
        after_by = _granting(after, change.permission)
        holders = [person for person, roles in people.items() if change.role in roles]
        touched = [
            person
            for person in holders
            if bool(people[person] & before_by) != bool(people[person] & after_by)
        ]
        effects.append(Effect(change, len(holders), touched))
    return effects


def check_changes(
    held: Held, people: Mapping[int, frozenset[str]], changes: Collection[Change]
) -> None:
    """Raise RuleViolation unless the roles may be changed so."""
    for change in changes:
        if change.role not in held or change.permission not in PERMISSIONS:
            raise RuleViolation(message("There is no such role or permission."))
    after = with_changes(held, changes)
    for role in sorted({change.role for change in changes}):
        check_separation(role, held[role], after[role])
    if not keepers_of(after, people):
        raise RuleViolation(
            message(
                "Nobody could change roles and people any more; at least one person must keep these rights."
            )
        )


def change_roles(
    session: AnySession, actor: Actor, changes: Collection[Change], fingerprint: str
) -> int:
    """Give and take permissions. Administrator. Returns how many were changed.

    Effects: the roles, audited; everybody's rights are looked up anew. Errors: NotAllowed;
    Conflict when the roles are not what the person saw (`fingerprint`); RuleViolation when
    nobody could change roles any more, or a role would decide on its own submissions.
    Flushes, does not commit.
    """
    if not actor.may("role:edit"):
        raise NotAllowed(message("You may not do this to this row."))
    # Also keeps a second administrator waiting until this change is through.
    raise_stamp(session)
    held = read_roles(session)
    if fingerprint_of(held) != fingerprint:
        raise Conflict(
            message("Somebody has changed the roles meanwhile; look at the matrix again.")
        )
    wanted = [one for one in changes if (one.permission in held.get(one.role, ())) != one.granted]
    check_changes(held, roles_of_people(session), wanted)
    after = with_changes(held, wanted)
    touched = {change.role for change in wanted}
    known = {
        f"{row.view_menu.name}:{row.permission.name.removeprefix(PREFIX)}": row
        for row in session.scalars(select(PermissionView)).unique()
    }
    for role in session.scalars(select(Role).where(Role.name.in_(touched))).unique():
        role.permissions = [known[one] for one in sorted(after[role.name])]
    session.flush()
    return len(wanted)


def keepers_of(held: Held, people: Mapping[int, frozenset[str]]) -> set[int]:
    """Who of `people` can change roles and people."""
    granting = [_granting(held, one) for one in KEEPING_ROLES]
    return {key for key, roles in people.items() if all(roles & each for each in granting)}


def keep_a_keeper(person: Person) -> None:
    """Raise RuleViolation when this change of an account closes one's own, or takes away the
    last one that can change roles and people, counting what else is about to be written."""
    session: Session = object_session(person)  # type: ignore[assignment]
    attributes: Any = inspect(person).attrs
    deleted = person in session.deleted
    closed = not person.active and bool(attributes.active.history.deleted)
    if not (deleted or closed or attributes.roles.history.deleted):
        return
    actor = current_actor(session)
    if closed and actor is not None and actor.user_id == person.id:
        raise RuleViolation(
            message("Not your own account: somebody else does this for you."), "active"
        )
    raise_stamp(session)  # a second administrator waits until this change is through
    held, people = read_roles(session), roles_of_people(session)
    if person.id not in keepers_of(held, people):
        return
    for other in [*session.dirty, *session.deleted]:
        if isinstance(other, Person):
            stays = other.active and other not in session.deleted
            people[other.id] = frozenset(role.name for role in other.roles if stays)
    if not keepers_of(held, people):
        raise RuleViolation(
            message(
                "“%(name)s” is the last person who can change roles and people; give somebody else these rights first.",
                name=person.name,
            ),
            "active" if closed else "roles",
        )


def _granting(held: Held, permission: str) -> frozenset[str]:
    return frozenset(role for role, permissions in held.items() if permission in permissions)


guard.register_invariant(Person, keep_a_keeper)
