"""From a person to an actor: roles, permissions and departments, remembered per process.

What a person may do is looked up once and kept as long as the access stamp and the day stay
the same; the stamp rises in the same commit as any change of people, roles, permissions,
posts, charges or departments, so every worker notices a revocation at its next request.
The same stamp tells that the directory of names (`app.web.directory`) is out of date.

Who stands in for somebody (授权) gets a second, narrower capacity beside their own: the giver's
post on the giver's departments, as long as the giver holds it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
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
from sqlalchemy import ColumnElement, and_, event, insert, or_, select, update
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
    PostKind,
)
from app.security.permissions import PASSED_ON
from app.security.roles import HEAD, LEADER, TOP_LEADER

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
    return kept[2].through(door)


def load_actor(session: AnySession, username: str, door: Door) -> Actor:
    """The actor of a named person. LookupError if there is none or it is switched off."""
    person = session.scalar(select(Person).where(Person.username == username))
    if person is None or not person.active:
        raise LookupError(username)
    return _look_up(session, person, clock.today()).through(door)


def forget() -> None:
    """Drop what is remembered (tests that change databases)."""
    _remembered.clear()


def _look_up(session: AnySession, person: Person, today: dt.date) -> Actor:
    roles = _roles_of(session, person.id)
    permissions = _permissions_of(session, roles)
    given = _delegated_to(session, person.id, today)
    posts = _posts_of(session, [person.id, *given], today)
    tree = _children(session)
    own = _places(posts.get(person.id, ()), person.department_id)
    actor = Actor(
        user_id=person.id,
        name=person.name,
        roles=frozenset(roles.values()),
        permissions=permissions,
        departments=_with_descendants(own, tree) | _parents_of_sections(own, tree),
        headed=_with_descendants(_headed(posts.get(person.id, ())), tree),
        charged=_with_descendants(_charged(session, person.id, today), tree),
    )
    return _standing_in(session, actor, given, posts, tree, today) if given else actor


def _permissions_of(session: AnySession, roles: Iterable[int]) -> frozenset[str]:
    if not roles:
        return frozenset()
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
    return frozenset(f"{view}:{name.removeprefix(PREFIX)}" for view, name in found)


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


Posts = set[tuple[int, PostKind]]
"""(department, post) pairs in force."""


def _posts_of(session: AnySession, people: Iterable[int], today: dt.date) -> dict[int, Posts]:
    """What these people hold in departments today, by person."""
    rows = session.execute(
        select(Appointment.person_id, Appointment.department_id, Appointment.post).where(
            Appointment.person_id.in_(list(people)),
            Appointment.department_id.is_not(None),
            Appointment.valid_from <= today,
            or_(Appointment.valid_to.is_(None), Appointment.valid_to >= today),
        )
    )
    posts: dict[int, Posts] = {}
    for person, department, post in rows:
        posts.setdefault(person, set()).add((department or 0, post))
    return posts


def _places(posts: Iterable[tuple[int, PostKind]], department: int | None) -> set[int]:
    """The departments of a person: of the posts held and of the account."""
    return {place for place, _ in posts} | ({department} if department is not None else set())


def _headed(posts: Iterable[tuple[int, PostKind]]) -> set[int]:
    return {place for place, post in posts if post in HEADING_POSTS}


# Standing in for somebody ----------------------------------------------------------------


Given = dict[int, tuple[int | None, dict[int | None, dt.date]]]


def _delegated_to(session: AnySession, person_id: int, today: dt.date) -> Given:
    """By giver: the giver's own department, and the departments delegated today (None: all) with
    their last days. A giver who is switched off passes nothing."""
    rows = session.execute(
        select(
            Delegation.giver_id, Person.department_id, Delegation.department_id, Delegation.valid_to
        )
        .join(Person, Person.id == Delegation.giver_id)
        .where(Delegation.receiver_id == person_id, in_force(today), Person.active.is_(True))
        .order_by(Delegation.giver_id)
    )
    given: Given = {}
    for giver, department, scope, until in rows:
        scopes = given.setdefault(giver, (department, {}))[1]
        scopes[scope] = max(until, scopes.get(scope, until))
    return given


def in_force(day: dt.date) -> ColumnElement[bool]:
    """The delegations of `day`: both dates count, one that was ended early is over at once."""
    return and_(
        Delegation.valid_from <= day, Delegation.valid_to >= day, Delegation.ended_at.is_(None)
    )


def _standing_in(
    session: AnySession,
    actor: Actor,
    given: Given,
    posts: Mapping[int, Posts],
    tree: dict[int, list[int]],
    today: dt.date,
) -> Actor:
    """`actor` with a capacity for each post of a giver: as head of the departments the giver
    heads, as leader of those in the giver's charge, within the delegated departments. What a
    giver was delegated is not passed on."""
    sides: frozenset[int] = frozenset()
    capacities: list[Actor] = []
    for giver, (department, scope) in given.items():
        held = posts.get(giver, set())
        places = _places(held, department)
        until = max(scope.values())
        sides |= _with_descendants(places, tree) | _parents_of_sections(places, tree)
        roles = _roles_of(session, giver)
        permissions = _permissions_of(session, roles)
        headed = _within(_with_descendants(_headed(held), tree), scope, tree)
        charged = _within(_with_descendants(_charged(session, giver, today), tree), scope, tree)
        if headed and HEAD in roles.values():
            capacities.append(
                Actor(
                    user_id=actor.user_id,
                    name=actor.name,
                    roles=frozenset({HEAD}),
                    permissions=permissions & PASSED_ON[HEAD],
                    departments=headed,
                    headed=headed,
                    behalf_of=giver,
                    until=until,
                )
            )
        if charged and not {LEADER, TOP_LEADER}.isdisjoint(roles.values()):
            capacities.append(
                Actor(
                    user_id=actor.user_id,
                    name=actor.name,
                    roles=frozenset({LEADER}),
                    permissions=permissions & PASSED_ON[LEADER],
                    charged=charged,
                    behalf_of=giver,
                    until=until,
                )
            )
    givers = frozenset(given)
    return dataclasses.replace(
        actor,
        stands_in=tuple(
            dataclasses.replace(one, sides=sides | actor.departments, sides_of=givers)
            for one in capacities
        ),
        sides=sides,
        sides_of=givers,
    )


def _within(
    departments: frozenset[int], scope: Iterable[int | None], tree: dict[int, list[int]]
) -> frozenset[int]:
    """Those of `departments` that are delegated."""
    if None in scope:
        return departments
    return departments & _with_descendants({one for one in scope if one is not None}, tree)


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
