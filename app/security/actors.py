"""From a person to an actor: roles, permissions and departments, remembered per process.

What a person may do is looked up once and kept as long as the access stamp and the day stay
the same; the stamp rises in the same commit as any change of people, roles, permissions,
posts, charges or departments, so every worker notices a revocation at its next request.
The same stamp tells that the directory of names (`app.web.directory`) is out of date.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import event, insert, or_, select, update
from sqlalchemy.orm import Session

from app.core import clock
from app.core.actor import Actor, Door
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, Phase, TaskCategory
from app.models.organisation import (
    HEADING_POSTS,
    AccessStamp,
    Appointment,
    Charge,
    Delegation,
    Department,
    Person,
)

PREFIX = "can_"
_RIGHTS = (Person, Role, PermissionView, Group, Appointment, Charge, Delegation, Department)
_NAMES = (Cycle, Phase, TaskCategory)
_BOOKKEEPING = {"last_login", "login_count", "fail_login_count", "locked_until", "changed_on"}
_remembered: dict[tuple[int, int], tuple[int, dt.date, Actor]] = {}
"""By database and person: a process may serve more than one application (tests do)."""
_RISEN = "access_stamp_risen"


def actor_of(session: AnySession, person: Person, stamp: int, door: Door) -> Actor:
    """The actor of `person` at this `stamp`; from memory when nothing changed since."""
    today = clock.today()
    place = (id(session.get_bind().engine), person.id)
    kept = _remembered.get(place)
    if kept is None or kept[0] != stamp or kept[1] != today:
        kept = (stamp, today, _look_up(session, person, today))
        _remembered[place] = kept
    actor = kept[2]
    return actor if actor.door == door else dataclasses.replace(actor, door=door)


def load_actor(session: AnySession, username: str, door: Door) -> Actor:
    """The actor of a named person. LookupError if there is none or it is switched off."""
    person = session.scalar(select(Person).where(Person.username == username))
    if person is None or not person.active:
        raise LookupError(username)
    return dataclasses.replace(_look_up(session, person, clock.today()), door=door)


def forget() -> None:
    """Drop what is remembered (tests that change databases)."""
    _remembered.clear()


def _look_up(session: AnySession, person: Person, today: dt.date) -> Actor:
    roles = _roles_of(session, person.id)
    permissions: set[str] = set()
    if roles:
        found = session.execute(
            select(ViewMenu.name, Permission.name)
            .join(PermissionView, PermissionView.view_menu_id == ViewMenu.id)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(
                assoc_permissionview_role,
                assoc_permissionview_role.c.permission_view_id == PermissionView.id,
            )
            .where(assoc_permissionview_role.c.role_id.in_(roles))
        )
        permissions = {f"{view}:{name.removeprefix(PREFIX)}" for view, name in found}
    posts, acting_for = _posts_of(session, person.id, today)
    own = {department for department, _ in posts}
    if person.department_id is not None:
        own.add(person.department_id)
    headed = {department for department, post in posts if post in HEADING_POSTS}
    tree = _children(session)
    return Actor(
        user_id=person.id,
        name=person.name,
        roles=frozenset(roles.values()),
        permissions=frozenset(permissions),
        departments=_with_descendants(own, tree) | _parents_of_sections(own, tree),
        headed=_with_descendants(headed, tree),
        charged=_with_descendants(_charged(session, person.id, today), tree),
        acting_for=acting_for,
    )


def _roles_of(session: AnySession, person_id: int) -> dict[int, str]:
    direct = (
        select(Role.id, Role.name)
        .join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
        .where(assoc_user_role.c.user_id == person_id)
    )
    by_group = (
        select(Role.id, Role.name)
        .join(assoc_group_role, assoc_group_role.c.role_id == Role.id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == person_id)
    )
    return {row.id: row.name for row in session.execute(direct.union(by_group))}


def _posts_of(
    session: AnySession, person_id: int, today: dt.date
) -> tuple[set[tuple[int, Any]], dict[int, int]]:
    """(department, post) pairs in force, own and delegated; and for whom the latter."""
    delegations = session.execute(
        select(Delegation.giver_id, Delegation.department_id).where(
            Delegation.receiver_id == person_id,
            Delegation.valid_from <= today,
            Delegation.valid_to >= today,
        )
    ).all()
    scope: dict[int, set[int | None]] = {}
    for giver, department in delegations:
        scope.setdefault(giver, set()).add(department)
    rows = session.execute(
        select(Appointment.person_id, Appointment.department_id, Appointment.post).where(
            Appointment.person_id.in_([person_id, *scope]),
            Appointment.department_id.is_not(None),
            Appointment.valid_from <= today,
            or_(Appointment.valid_to.is_(None), Appointment.valid_to >= today),
        )
    ).all()
    posts: set[tuple[int, Any]] = set()
    acting_for: dict[int, int] = {}
    own = {row.department_id for row in rows if row.person_id == person_id}
    for row in rows:
        if row.person_id != person_id:
            if scope[row.person_id].isdisjoint({None, row.department_id}):
                continue
            if row.department_id not in own:
                acting_for[row.department_id] = row.person_id
        posts.add((row.department_id, row.post))
    return posts, acting_for


def _charged(session: AnySession, person_id: int, today: dt.date) -> set[int]:
    return set(
        session.scalars(
            select(Charge.department_id).where(
                Charge.leader_id == person_id,
                Charge.valid_from <= today,
                or_(Charge.valid_to.is_(None), Charge.valid_to >= today),
            )
        )
    )


def _children(session: AnySession) -> dict[int, list[int]]:
    tree: dict[int, list[int]] = {}
    for child, parent in session.execute(
        select(Department.id, Department.parent_id).where(Department.parent_id.is_not(None))
    ):
        if parent is not None:
            tree.setdefault(parent, []).append(child)
    return tree


def _with_descendants(roots: set[int], tree: dict[int, list[int]]) -> frozenset[int]:
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        department = waiting.pop()
        if department not in found:
            found.add(department)
            waiting.extend(tree.get(department, ()))
    return frozenset(found)


def _parents_of_sections(own: set[int], tree: dict[int, list[int]]) -> frozenset[int]:
    """A person of a section belongs to its department too."""
    parents = {child: parent for parent, children in tree.items() for child in children}
    found: set[int] = set()
    for department in own:
        while department in parents and parents[department] not in found:
            department = parents[department]
            found.add(department)
    return frozenset(found)


def watch_rights(session: Any) -> None:
    """Raise the stamp in every commit that changes anybody's rights."""
    event.listen(session, "after_flush", _raise_stamp)
    event.listen(session, "after_transaction_end", _next_transaction)


def _raise_stamp(session: Session, context: Any) -> None:
    if session.info.get(_RISEN):
        return
    changed = [
        row
        for row in [*session.new, *session.dirty, *session.deleted]
        if isinstance(row, (*_RIGHTS, *_NAMES)) and _matters(session, row)
    ]
    if changed:
        raise_stamp(session)


def raise_stamp(session: AnySession) -> None:
    """Every worker looks the rights up anew once this transaction is committed. Until then,
    whoever else raises it waits."""
    table = AccessStamp.__table__
    connection = session.connection()
    risen = connection.execute(
        update(table).where(table.c.id == 1).values(value=table.c.value + 1)  # type: ignore[arg-type]
    )
    if risen.rowcount == 0:
        connection.execute(insert(table).values(id=1, value=1))  # type: ignore[arg-type]
    session.info[_RISEN] = True


def _matters(session: Session, row: Any) -> bool:
    if not isinstance(row, Person) or row in session.new or row in session.deleted:
        return True
    from sqlalchemy import inspect

    state: Any = inspect(row)
    return any(
        attribute.history.has_changes()
        for attribute in state.attrs
        if attribute.key not in _BOOKKEEPING
    )


def _next_transaction(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_RISEN, None)
