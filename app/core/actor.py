"""Who acts: a person with rights and departments, or the system itself.

An actor is a value: what was true when it was made. Doors make one (a request, a command,
an import, the patrol); nothing below a door asks who is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Door(StrEnum):
    """Where a write came in. The audit keeps it."""

    WEB = "web"
    API = "api"
    CONSOLE = "console"
    CLI = "cli"
    IMPORT = "import"
    PATROL = "patrol"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Actor:
    """`permissions` are `resource:verb`. Departments: `departments` the person belongs to
    (with their sections), `headed` those the person heads, `charged` those in the leader's
    charge. `acting_for` names, by department, the person a delegated post belongs to."""

    user_id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    headed: frozenset[int] = frozenset()
    charged: frozenset[int] = frozenset()
    door: Door = Door.WEB
    acting_for: dict[int, int] = field(default_factory=dict, hash=False)
    everything: bool = False
    """The system itself (demo loader, patrol, an operator's command): no scope applies."""

    def may(self, permission: str) -> bool:
        """Does a role of this actor grant `resource:verb`?"""
        return self.everything or permission in self.permissions

    def has_role(self, *roles: str) -> bool:
        return self.everything or not self.roles.isdisjoint(roles)


def system_actor(name: str, door: Door) -> Actor:
    """The system acting for itself, named in the audit (`demo`, `patrol`, `operator`)."""
    return Actor(user_id=None, name=name, door=door, everything=True)


NOBODY = Actor(user_id=None, name="")
"""Sees nothing and may do nothing."""
