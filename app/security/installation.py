"""Write the roles and permissions of `permissions.py` into the database.

Decides what a new database, or a new permission, begins with. It never takes away or gives
back what an administrator has changed on the role screen since.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.organisation import AccessStamp
from app.security.actors import PREFIX
from app.security.permissions import GRANTS
from app.security.roles import ROLE_LABELS


@dataclass(slots=True)
class Installed:
    """What was missing and is there now."""

    roles: list[str] = field(default_factory=list)
    permissions: int = 0


def install_roles(session: AnySession) -> Installed:
    """Add the missing roles and permissions. A role is given a permission only when the role
    or the permission is new. The caller commits; repeating it changes nothing."""
    done = Installed()
    roles = {role.name: role for role in session.scalars(select(Role))}
    for name in ROLE_LABELS:
        if name not in roles:
            roles[name] = Role(name=name)
            session.add(roles[name])
            done.roles.append(name)
    verbs = {row.name: row for row in session.scalars(select(Permission))}
    resources = {row.name: row for row in session.scalars(select(ViewMenu))}
    known = {
        (row.view_menu.name, row.permission.name): row
        for row in session.scalars(select(PermissionView)).unique()
    }
    given: dict[str, list[PermissionView]] = {name: [] for name in ROLE_LABELS}
    for resource, verb, holders in _grants():
        permission = known.get((resource, verb))
        new = permission is None
        if permission is None:
            permission = PermissionView(
                permission=verbs.setdefault(verb, Permission(name=verb)),
                view_menu=resources.setdefault(resource, ViewMenu(name=resource)),
            )
            session.add(permission)
            done.permissions += 1
        for name in holders:
            if new or name in done.roles:
                given[name].append(permission)
    for name, permissions in given.items():
        if permissions:
            roles[name].permissions = [*roles[name].permissions, *permissions]
    if done.roles or done.permissions:
        _raise_stamp(session)
    return done


def _grants() -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (resource, f"{PREFIX}{verb}", holders)
        for resource, verbs in GRANTS.items()
        for verb, holders in verbs.items()
    ]


def _raise_stamp(session: AnySession) -> None:
    """Every worker looks the rights up anew."""
    stamp = session.get(AccessStamp, 1)
    if stamp is None:
        session.add(AccessStamp(id=1, value=1))
    else:
        stamp.value = stamp.value + 1
