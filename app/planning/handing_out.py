"""Handing a department's tasks out to sections and persons, many at once (Art. 5.3): the tasks it
leads, which are accepted with it, and its part in those that others lead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.core import workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, Refusal, RuleViolation, RuleViolations
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskDepartment, TaskStatus
from app.planning.acceptance import sections_of
from app.planning.named_people import people_of
from app.planning.rules import UNDER_WAY


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a department hands out in a year. `others` counts, by person of the department, the
    tasks of the year that do not stand on this sheet."""

    department: Department
    sections: Sequence[Department]
    people: Sequence[Person]
    tasks: Sequence[Task]
    lines: Sequence[TaskDepartment]
    others: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Given:
    """What the head says of one row; `version` is the row's as it was read: without it nobody
    knows what the head saw, and nothing is written."""

    section_id: int | None
    owner_id: int | None
    accept: bool
    version: int | None


class RowsRefused(Refusal):
    """Rows of a sheet that cannot be written, each with its reason, by `task-7` or `line-3`."""

    def __init__(self, rows: Mapping[str, Refusal]) -> None:
        first = next(iter(rows.values()))
        super().__init__(
            message("%(count)s rows cannot be saved; nothing has been saved.", count=len(rows)),
            first.field,
        )
        self.rows = rows


def handed_out_by(actor: Actor) -> frozenset[int]:
    """The departments whose tasks the actor hands out: those headed in a capacity that accepts
    tasks, the own post or that of somebody the actor stands in for."""
    able = [one for one in actor.capacities if one.grants("task:accept")]
    return frozenset[int]().union(*(one.headed for one in able))


def sheet_of(session: AnySession, actor: Actor, department: Department, cycle_id: int) -> Sheet:
    """The sheet of a department the actor heads or stands in for the head of. Raises NotAllowed
    for any other. Five statements, however many rows."""
    if department.id not in handed_out_by(actor):
        raise NotAllowed(message("The head of the department hands its tasks out."))
    sections = session.scalars(
        select(Department)
        .where(visible(actor, Department), sections_of(department.id))
        .order_by(Department.sort_order, Department.id)
    ).all()
    people = session.scalars(
        select(Person)
        .where(visible(actor, Person), people_of(department.id))
        .order_by(Person.last_name, Person.first_name, Person.id)
    ).all()
    tasks = session.scalars(
        select(Task)
        .where(
            visible(actor, Task),
            Task.cycle_id == cycle_id,
            Task.lead_department_id == department.id,
            Task.status.in_(UNDER_WAY),
        )
        # What waits to be accepted comes first.
        .order_by(Task.status == TaskStatus.ACCEPTED, Task.sort_order, Task.id)
    ).all()
    lines = session.scalars(
        select(TaskDepartment)
        .join(Task, Task.id == TaskDepartment.task_id)
        .where(
            visible(actor, TaskDepartment),
            Task.cycle_id == cycle_id,
            Task.status.in_(UNDER_WAY),
            TaskDepartment.department_id == department.id,
        )
        .options(joinedload(TaskDepartment.task))
        .order_by(Task.sort_order, Task.id)
    ).all()
    counted = session.execute(
        select(Task.owner_id, func.count(Task.id))
        .where(
            Task.cycle_id == cycle_id,
            Task.status != TaskStatus.TERMINATED,
            Task.owner_id.in_([one.id for one in people]),
            or_(
                Task.lead_department_id.is_distinct_from(department.id),
                Task.status.not_in(UNDER_WAY),
            ),
        )
        .group_by(Task.owner_id)
    )
    others = {row[0]: row[1] for row in counted if row[0] is not None}
    return Sheet(department, sections, people, tasks, lines, others)


def hand_out(
    session: AnySession, actor: Actor, sheet: Sheet, given: Mapping[str, Given]
) -> tuple[int, int]:
    """Write what the head says of the sheet's rows (`task-7`, `line-3`) and accept those ticked;
    a row that is not named stays as it is.

    The head of the department, or who stands in. Effects: section, owner, `accepted`. Returns
    how many rows were changed and how many accepted. Errors: RowsRefused with the reason of
    every row that is wrong (nobody named, another department's person or section, changed
    meanwhile); then nothing of the sheet may be committed. Art. 5.3.
    """
    wrong: dict[str, Refusal] = {}
    changed = accepted = 0
    rows: list[tuple[str, Task | TaskDepartment, Callable[[], bool]]] = []
    for task in sheet.tasks:
        said = given.get(f"task-{task.id}")
        if said is not None:
            rows.append((f"task-{task.id}", task, lambda t=task, s=said: _name(sheet, t, s)))  # type: ignore[misc]
    for line in sheet.lines:
        said = given.get(f"line-{line.id}")
        if said is not None:
            rows.append((f"line-{line.id}", line, lambda r=line, s=said: _name_own(r, s)))  # type: ignore[misc]
    for key, row, write in rows:
        said = given[key]
        try:
            with session.begin_nested():
                if said.version != row.version and _says_more(row, said):
                    raise _changed(row)
                changed += write()
                session.flush()
                if said.accept and isinstance(row, Task) and row.status == TaskStatus.PUBLISHED:
                    workflow.apply(session, actor, row, "accept")
                    accepted += 1
        except Refusal as refusal:
            wrong[key] = refusal.violations[0] if isinstance(refusal, RuleViolations) else refusal
    if wrong:
        raise RowsRefused(wrong)
    return changed, accepted


def _says_more(row: Task | TaskDepartment, said: Given) -> bool:
    """Is there anything to write in the row? What was only read may change under the reader."""
    section = getattr(row, "section_id", None)
    accepts = said.accept and getattr(row, "status", None) == TaskStatus.PUBLISHED
    return accepts or (section, row.owner_id) != (said.section_id, said.owner_id)


def _changed(row: Task | TaskDepartment) -> Conflict:
    """Somebody else was faster: says what stands there now; the form still holds the rest."""
    now = [str(one) for one in (getattr(row, "section", None), row.owner) if one is not None]
    return Conflict(
        message(
            "Somebody has changed this row meanwhile; it now says: %(now)s. Your choice stands in"
            " the row: save again to write it.",
            now="、".join(now) or "—",
        )
    )


def _name(sheet: Sheet, task: Task, said: Given) -> bool:
    """Section and owner of a task that the department leads; was anything changed?"""
    if (task.section_id, task.owner_id) == (said.section_id, said.owner_id):
        return False
    if said.section_id not in {None, task.section_id, *(one.id for one in sheet.sections)}:
        raise RuleViolation(message("The section is not one of the lead department's."), "section")
    if said.owner_id is None and task.status == TaskStatus.ACCEPTED:
        raise RuleViolation(message("An accepted task keeps a person responsible."), "owner")
    task.section_id, task.owner_id = said.section_id, said.owner_id
    return True


def _name_own(line: TaskDepartment, said: Given) -> bool:
    """The department's own person in a task that another one leads."""
    if line.owner_id == said.owner_id:
        return False
    line.owner_id = said.owner_id
    return True
