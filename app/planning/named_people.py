"""Who is named responsible for a task, or for a department's part in one: its own people (Art. 5.3).

A person is of the department by the account or by a post in force, in the department itself or in
one of its sections. What was named before stays: people move, and their tasks wait for the head
to hand them out anew. Tables that are imported name whom they name, and so do the services and
the steps that move tasks to a successor or apply what was decided.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, inspect, select
from sqlalchemy.orm import object_session

from app.core import clock, guard, policy
from app.core.actor import Door
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import current_actor
from app.models.organisation import Department, DepartmentKind, Person
from app.models.planning import Task, TaskDepartment
from app.organisation.deciding import belongs_to


def people_of(department_id: int) -> ColumnElement[bool]:
    """The people whom a department names: its own of today, with an open account."""
    return and_(Person.active.is_(True), belongs_to(Person, department_id, clock.today()))


def check_owner(row: Task | TaskDepartment, relation: str) -> None:
    """Raise RuleViolation at `owner` where somebody newly names a person who is not of the
    department that `relation` leads to. At most one statement, and none for a person whose
    account says it."""
    session = object_session(row)
    actor = None if session is None else current_actor(session)
    if session is None or actor is None or actor.everything or actor.door == Door.IMPORT:
        return
    if guard.is_privileged(session) or not changes(row, "owner", relation):
        return
    owner, department = policy.related(row, "owner"), policy.related(row, relation)
    if owner is None or department is None:
        return
    if owner.active and _house(policy.related(owner, "department")) == _house(department):
        return
    with session.no_autoflush:
        found = session.scalar(
            select(Person.id).where(Person.id == owner.id, people_of(_house(department)))
        )
    if found is None:
        raise RuleViolation(
            message("This person does not belong to %(name)s.", name=department.name), "owner"
        )


def changes(row: Any, *relations: str) -> bool:
    """Does the row point elsewhere by one of these relations than before this write?"""
    attributes = inspect(row).attrs
    return any(
        attributes[name].history.has_changes()
        for relation in relations
        for name in (relation, f"{relation}_id")
    )


def _house(department: Department | None) -> int:
    """The whole department's id: a section's is that of the department it stands under."""
    if department is None:
        return 0
    section = department.kind == DepartmentKind.SECTION and department.parent_id is not None
    return (department.parent_id if section else department.id) or 0
