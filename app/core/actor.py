"""Who acts: a person with rights and departments, or the system itself.

An actor is a value: what was true when it was made. Doors make one (a request, a command,
an import, the patrol); nothing below a door asks who is signed in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
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
    PAPER = "paper"
    """Entered by the Office for somebody who signed on paper."""


@dataclass(frozen=True, slots=True)
class Actor:
    """`permissions` are `resource:verb`. Departments: `departments` the person belongs to
    (with their sections), `headed` those the person heads, `charged` those in the leader's
    charge.

    `stands_in` are the capacities the person has by delegation: an actor each, of the same
    person, with the giver's post and nothing else of his. Rights are never added up across
    capacities: what one of them may do it may do on its own departments only. In such a
    capacity `behalf_of` is the giver. `sides` are the departments of all givers and `sides_of`
    the givers: who stands in for somebody decides nothing that they may not decide.
    """

    user_id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    headed: frozenset[int] = frozenset()
    charged: frozenset[int] = frozenset()
    door: Door = Door.WEB
    stands_in: tuple[Actor, ...] = ()
    behalf_of: int | None = None
    until: dt.date | None = None
    """In such a capacity: the last day of the delegation."""
    sides: frozenset[int] = frozenset()
    sides_of: frozenset[int] = frozenset()
    everything: bool = False
    """The system itself (demo loader, patrol, an operator's command): no scope applies."""

    @property
    def capacities(self) -> tuple[Actor, ...]:
        """The person in their own right first, then for each giver of a delegation."""
        return (self, *self.stands_in)

    def through(self, door: Door) -> Actor:
        """The same person at another door."""
        if self.door == door:
            return self
        others = tuple(one.through(door) for one in self.stands_in)
        return replace(self, door=door, stands_in=others)

    def speaks_for(self) -> frozenset[int]:
        """The departments the person heads in any capacity."""
        return frozenset[int]().union(*(one.headed for one in self.capacities))

    def sides_with(self, departments: frozenset[int]) -> bool:
        """Is one of `departments` the actor's own, or of somebody the actor stands in for?"""
        return bool(departments & (self.departments | self.sides))

    def has_submitted(self, person_id: int | None) -> bool:
        """Is this person the actor, or one the actor stands in for?"""
        return person_id is not None and person_id in {self.user_id, *self.sides_of}

    def grants(self, permission: str) -> bool:
        """Does a role of this very capacity grant `resource:verb`?"""
        return self.everything or permission in self.permissions

    def may(self, permission: str) -> bool:
        """Is `resource:verb` granted in any capacity: does the door open at all? On which rows,
        `policy` says."""
        return any(one.grants(permission) for one in self.capacities)

    def has_role(self, *roles: str) -> bool:
        return self.everything or not self.roles.isdisjoint(roles)


def system_actor(name: str, door: Door) -> Actor:
    """The system acting for itself, named in the audit (`demo`, `patrol`, `operator`)."""
    return Actor(user_id=None, name=name, door=door, everything=True)


NOBODY = Actor(user_id=None, name="")
"""Sees nothing and may do nothing."""
