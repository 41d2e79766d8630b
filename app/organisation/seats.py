"""Who answers for a department on a day: its heads, the leaders in charge, the top leaders, and
whoever stands in for one of them. Closed accounts answer for nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.organisation import (
    HEADING_POSTS,
    Appointment,
    Charge,
    ChargeKind,
    Delegation,
    Department,
    Person,
    PostKind,
)
from app.security.actors import in_force as delegated_on

TOP_POSTS = (PostKind.PARTY_SECRETARY, PostKind.PRESIDENT)


@dataclass(slots=True)
class Seats:
    """People by their ids; `parents` are the departments above each department."""

    heads: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    in_charge: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    liaison: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    top: set[int] = field(default_factory=set)
    homes: dict[int, int | None] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    delegations: dict[int, list[tuple[int | None, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By giver: the department (None: all) and the receiver."""

    def heads_of(self, department: int) -> frozenset[int]:
        """Its heads; of a department without any, those of the department above."""
        at: int | None = department
        while at is not None:
            if self.heads.get(at):
                return frozenset(self.heads[at])
            at = self.parents.get(at)
        return frozenset()

    def leaders_of(self, department: int) -> frozenset[int]:
        """Who may decide on the department's rows: the leaders in charge, else in liaison, else
        the top leaders; nobody of the department itself (domain §1)."""
        for found in (
            self.in_charge.get(department),
            self.liaison.get(department),
            self.top,
        ):
            heads = self.heads.get(department, ())
            able = {
                one for one in found or () if self.homes.get(one) != department and one not in heads
            }
            if able:
                return frozenset(able)
        return frozenset()

    def delegates(self, givers: frozenset[int], department: int | None) -> frozenset[int]:
        """Who stands in for `givers`, in `department` or (None) in anything."""
        return frozenset(
            receiver
            for giver in givers
            for scope, receiver in self.delegations.get(giver, ())
            if scope is None or department is None or scope == department
        )


def seats_on(session: AnySession, actor: Actor, day: dt.date) -> Seats:
    """The seats of the whole college. Four statements, however large it is."""
    seats = Seats()
    posts = (
        select(Appointment.department_id, Appointment.post, Person.id, Person.department_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            visible(actor, Appointment),
            Appointment.post.in_((*HEADING_POSTS, *TOP_POSTS)),
            _in_force(Appointment, day),
            Person.active,
        )
    )
    for department, post, person, home in session.execute(posts):
        seats.homes[person] = home
        if post in TOP_POSTS:
            seats.top.add(person)
        elif department is not None:
            seats.heads[department].add(person)
    charges = (
        select(Charge.department_id, Charge.kind, Person.id, Person.department_id)
        .join(Person, Person.id == Charge.leader_id)
        .where(visible(actor, Charge), _in_force(Charge, day), Person.active)
    )
    for department, kind, person, home in session.execute(charges):
        seats.homes[person] = home
        kept = seats.in_charge if kind == ChargeKind.IN_CHARGE else seats.liaison
        kept[department].add(person)
    delegations = (
        select(Delegation.giver_id, Delegation.department_id, Delegation.receiver_id)
        .join(Person, Person.id == Delegation.receiver_id)
        .where(visible(actor, Delegation), delegated_on(day), Person.active)
    )
    for giver, department, receiver in session.execute(delegations):
        seats.delegations[giver].append((department, receiver))
    tree = select(Department.id, Department.parent_id).where(
        visible(actor, Department), Department.parent_id.is_not(None)
    )
    seats.parents = {child: parent for child, parent in session.execute(tree) if parent is not None}
    return seats


def _in_force(model: Any, day: dt.date) -> ColumnElement[bool]:
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))
