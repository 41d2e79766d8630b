"""Until when a department accepts what was issued to it, and how late it was (Art. 5.3).

The number of workdays is the year's rule book's, the days are the college's calendar's. A task
that was issued before tasks had a day of their own is accepted until the end of the year's phase.
Late acceptance is taken; it only says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core import clock
from app.core.clock import COLLEGE_ZONE
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, rule
from app.models.cycles import Cycle, Phase, PhaseCode
from app.models.organisation import Department, DepartmentKind, Person
from app.models.planning import Decomposition, Task, TaskStatus

WORKDAYS = "phase.acceptance_workdays"
OwnDays = Callable[[dt.date], bool | None]


def last_day(session: AnySession, cycle: Cycle, issued_on: dt.date) -> dt.date | None:
    """The last day on which a task issued on `issued_on` is accepted in time; None where the
    year's book does not say."""
    try:
        count = int(rule(session, cycle, WORKDAYS))
    except RuleViolation:
        return None
    return clock.add_workdays(issued_on, count, college_calendar(session))


def accept_by() -> ColumnElement[dt.date | None]:
    """Until when a task is accepted in time: its own day, else the last one of the year's phase of
    acceptance, unless its table was issued later than that."""
    issued = (
        select(Decomposition.issued_on)
        .where(Decomposition.id == Task.decomposition_id)
        .correlate(Task)
        .scalar_subquery()
    )
    phase = (
        select(Phase.ends_on)
        .where(
            Phase.cycle_id == Task.cycle_id,
            Phase.code == PhaseCode.ACCEPTANCE,
            Phase.ends_on >= issued,
        )
        .correlate(Task)
        .scalar_subquery()
    )
    return func.coalesce(Task.accept_by, phase)


def deadlines(session: AnySession, tasks: Sequence[Task]) -> dict[int, dt.date | None]:
    """`accept_by` of issued tasks by their id. At most one statement: none where each has a day
    of its own."""
    found = {task.id: task.accept_by for task in tasks}
    asked = [
        task.id for task in tasks if task.accept_by is None and task.status != TaskStatus.PROPOSED
    ]
    if asked:
        rows = session.execute(select(Task.id, accept_by()).where(Task.id.in_(asked)))
        found |= {row.id: row[1] for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """The last day of a task's acceptance and by how many workdays it was late, or is by today:
    0 in time, without a deadline, and for a task that waits for no acceptance."""

    by: dt.date | None
    late: int


def standing(session: AnySession, task: Task) -> Standing:
    """How one task stands. At most one statement, and the college's calendar where it is late."""
    last = deadlines(session, [task])[task.id]
    late = days_late(task, last, college_calendar(session)) if is_late(task, last) else 0
    return Standing(last, late)


def is_late(task: Task, last: dt.date | None) -> bool:
    day = _accepted_on(task)
    return day is not None and last is not None and day > last


def days_late(task: Task, last: dt.date | None, own: OwnDays) -> int:
    """The workdays between the deadline of a late task (`is_late`) and its acceptance."""
    day = _accepted_on(task)
    if day is None or last is None:
        return 0
    return clock.workdays_between(last, day, own)


def not_accepted(*, late: bool = False) -> ColumnElement[bool]:
    """Issued tasks that their department has not accepted; `late`: beyond their last day."""
    waiting = Task.status == TaskStatus.PUBLISHED
    return and_(waiting, accept_by() < clock.today()) if late else waiting


def sections_of(department_id: int | None) -> ColumnElement[bool]:
    """The sections a department has today."""
    today = clock.today()
    return and_(
        Department.parent_id == department_id,
        Department.kind == DepartmentKind.SECTION,
        or_(Department.valid_from.is_(None), Department.valid_from <= today),
        or_(Department.valid_to.is_(None), Department.valid_to >= today),
    )


def owners_section(session: AnySession, task: Task) -> int | None:
    """The section of the lead department that the person responsible belongs to, if any: who
    names the person has named the section."""
    owner = task.owner or session.get(Person, task.owner_id)
    if owner is None:
        return None
    return session.scalar(
        select(Department.id).where(
            sections_of(task.lead_department_id), Department.id == owner.department_id
        )
    )


def has_sections(session: AnySession, task: Task) -> bool:
    """Has the lead department sections to hand the task out to?"""
    own = select(Department.id).where(sections_of(task.lead_department_id)).limit(1)
    return session.scalar(own) is not None


def _accepted_on(task: Task) -> dt.date | None:
    """The day the task was accepted; today while it waits for that."""
    if task.accepted_at is not None:
        return task.accepted_at.astimezone(COLLEGE_ZONE).date()
    return clock.today() if task.status == TaskStatus.PUBLISHED else None
