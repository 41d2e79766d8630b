"""Who sees and keeps departments, people, posts and charges; what a department must be.

Also the building blocks of every other chapter's scope: the college's readers, one's own
departments, the departments in a leader's charge.
"""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.sql.elements import ColumnElement as Criterion

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import message
from app.models.organisation import (
    Appointment,
    Charge,
    Delegation,
    Department,
    DepartmentClass,
    DepartmentKind,
    DepartmentSuccessor,
    Person,
)
from app.organisation.delegations import check_given
from app.security.roles import ADMIN, COLLEGE_READERS, OFFICE


def reads_college(actor: Actor) -> bool:
    """Does a role of this actor read every department's rows?"""
    return actor.has_role(*COLLEGE_READERS)


def in_hands(column: Any, actor: Actor) -> Criterion[bool]:
    """Rows whose department is one's own or in one's charge; college roles see all."""
    if reads_college(actor):
        return true()
    found: Criterion[bool] = column.in_(actor.departments | actor.charged)
    return found


def heads(actor: Actor, department_id: int | None) -> bool:
    """Does the actor head this department?"""
    return department_id is not None and department_id in actor.headed


def belongs(actor: Actor, department_id: int | None) -> bool:
    """Does the actor belong to this department?"""
    return department_id is not None and department_id in actor.departments


def leads(actor: Actor, department_id: int | None) -> bool:
    """Is this department in the actor's charge?"""
    return department_id is not None and department_id in actor.charged


def is_office(actor: Actor) -> bool:
    return actor.has_role(OFFICE)


def check_department(row: Department) -> None:
    """A section stands under a department; nothing else stands under a section."""
    parent = policy.related(row, "parent")
    if row.kind == DepartmentKind.SECTION:
        if parent is None and row.parent_id is None:
            raise RuleViolation(message("A section needs its department."), "parent")
        if parent is not None and parent.kind == DepartmentKind.SECTION:
            raise RuleViolation(message("A section stands under a department."), "parent")
    seen = {row.id} if row.id else set()
    while parent is not None:
        if parent.id in seen or parent is row:
            raise RuleViolation(message("A department cannot stand under itself."), "parent")
        seen.add(parent.id)
        parent = parent.parent
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise RuleViolation(message("The end lies before the beginning."), "valid_to")


def check_period(row: Any) -> None:
    """A post, charge or delegation ends after it begins."""
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise RuleViolation(message("The end lies before the beginning."), "valid_to")


def check_delegation(row: Delegation) -> None:
    """Within its dates it goes from one person to another; a new or changed one is asked more
    (`app.organisation.delegations`)."""
    check_period(row)
    giver = row.giver_id or getattr(row.giver, "id", None)
    receiver = row.receiver_id or getattr(row.receiver, "id", None)
    if giver is not None and giver == receiver:
        raise RuleViolation(message("Nobody delegates to themselves."), "receiver")
    check_given(row)


def _read_delegations(actor: Actor) -> ColumnElement[bool]:
    if _keeps_posts(actor) or reads_college(actor):
        return true()
    return or_(Delegation.giver_id == actor.user_id, Delegation.receiver_id == actor.user_id)


def _can_write_delegation(actor: Actor, verb: str, row: Delegation) -> bool:
    """The giver gives and ends; the Office and the administrator do it for anybody. Who stands
    in for somebody passes nothing on: a capacity holds no right to delegate."""
    giver = row.giver_id or getattr(row.giver, "id", None)
    return _keeps_posts(actor) or giver == actor.user_id


def _keeps_posts(actor: Actor) -> bool:
    return actor.has_role(ADMIN, OFFICE)


guard.register_account(
    Role, guard.AccountRules(resource="role", collections=frozenset({"permissions"}))
)
policy.register(Department, Policy("department", policy.everyone, policy.college_wide))
policy.register(
    DepartmentSuccessor, Policy("department_successor", policy.everyone, policy.college_wide)
)
policy.register(DepartmentClass, Policy("department_class", policy.everyone, policy.college_wide))
policy.register(Person, Policy("person", policy.everyone, policy.college_wide))
policy.register(Appointment, Policy("appointment", policy.everyone, policy.college_wide))
policy.register(Delegation, Policy("delegation", _read_delegations, _can_write_delegation))
policy.register(Charge, Policy("charge", policy.everyone, policy.college_wide))
guard.register_invariant(Department, check_department)
guard.register_invariant(Appointment, check_period)
guard.register_invariant(Charge, check_period)
guard.register_invariant(Delegation, check_delegation)
guard.register_account(
    Person,
    guard.AccountRules(
        resource="person",
        bookkeeping=frozenset(
            {"last_login", "login_count", "fail_login_count", "locked_until", "changed_on",
             "changed_by_fk", "created_on", "created_by_fk"}
        ),
        secret=frozenset({"password"}),
        collections=frozenset({"roles", "groups"}),
        own=frozenset({"phone", "email", "password", "password_changed_at", "must_change_password"}),
    ),
)  # fmt: skip
