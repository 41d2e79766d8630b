"""Does the year's decomposition cover everything? What is left out, and who has too much (Art. 5).

Seven questions, each one statement with its count and its first rows, however large the year.
Nothing is decided here: a gap may be meant, and whoever reads it knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, null, or_, select, true, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.cycles.queries import rule
from app.models.cycles import Cycle, StrategicGoal
from app.models.organisation import Department, DepartmentKind, Person
from app.models.planning import (
    Indicator,
    Task,
    TaskDepartment,
    TaskStatus,
)
from app.models.work_points import WorkPoint, WorkPointSet, WorkPointSetStatus
from app.organisation.rules import reads_college
from app.planning.part_rules import OPEN_AGREEMENTS
from app.planning.queue import task_label
from app.security.roles import LEADER

SHOWN = 30
"""So many rows of a question are named; the count tells how many there are."""
PERSON_LIMIT = "phase.person_task_limit"
NO_LIMIT = message(
    "The year's rule book does not say how many tasks are too many for one person; the Office"
    " adds “phase.person_task_limit” to it."
)
ISSUED = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Gap:
    """A row that is left out: its id and name, its department, a number that belongs to it and
    how many of that number are tasks a person leads; those the person only assists in are
    `assisted`, by id and name."""

    id: int
    name: str
    department_id: int | None = None
    number: int | None = None
    led: int = 0
    assisted: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One question. `listed` are the conditions of the task list that shows the same rows, where
    a list can ask that; `unchecked` says why the question was not put."""

    key: str
    title: Message
    model: type[Any]
    count: int = 0
    gaps: Sequence[Gap] = ()
    listed: Mapping[str, Any] = field(default_factory=dict)
    unchecked: Message | None = None


def may_read(actor: Actor) -> bool:
    """The Office and the college's readers; leaders for the departments in their charge."""
    return actor.everything or reads_college(actor) or actor.has_role(LEADER)


def coverage_of(session: AnySession, actor: Actor, cycle: Cycle) -> list[Check]:
    """What the year leaves out, for who may read it (`may_read`). A leader is told of the
    departments in charge; work points and five-year goals are the college's."""
    year = _Year(actor, cycle)
    return [
        _ask(session, "work_points", message("Work points without a task"), WorkPoint,
             year.work_points()),
        _ask(session, "goals", message("Five-year goals nobody serves"), StrategicGoal,
             year.goals()),
        _ask(session, "departments", message("Departments without any task"), Department,
             year.departments()),
        _ask(session, "parts", message("Parts not agreed yet"), Task,
             year.tasks(Task.status == TaskStatus.PROPOSED, Task.agreement.in_(OPEN_AGREEMENTS)),
             agreement__in=",".join(one.value for one in OPEN_AGREEMENTS), status="proposed"),
        _ask(session, "standard", message("Tasks without standard and indicator"), Task,
             year.tasks(
                 func.coalesce(func.trim(Task.standard), "") == "",
                 ~exists(select(Indicator.id).where(Indicator.task_id == Task.id)),
             )),
        _ask(session, "owner", message("Issued tasks without a person responsible"), Task,
             year.tasks(Task.status.in_(ISSUED), Task.owner_id.is_(None)),
             owner=None, status__in=",".join(one.value for one in ISSUED)),
        _load(session, year),
    ]  # fmt: skip


def _ask(
    session: AnySession,
    key: str,
    title: Message,
    model: type[Any],
    query: Select[Any],
    **listed: Any,
) -> Check:
    rows = session.execute(query.limit(SHOWN)).all()
    return Check(
        key,
        title,
        model,
        rows[0].found if rows else 0,
        [Gap(row.id, row.name, row.department_id) for row in rows],
        listed,
    )


def _load(session: AnySession, year: _Year) -> Check:
    """Persons with too many tasks; a book from before this rule does not say how many that is."""
    title = message("Persons with too many tasks")
    try:
        limit = int(rule(session, year.cycle, PERSON_LIMIT))
    except RuleViolation:
        return Check("load", title, Person, unchecked=NO_LIMIT)
    rows = session.execute(year.persons(limit).limit(SHOWN)).all()
    assisted: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in session.execute(year.assisted([row.id for row in rows])) if rows else ():
        assisted[row.person].append((row.id, row.name))
    return Check(
        "load",
        message("Persons with more than %(limit)s tasks", limit=limit),
        Person,
        rows[0].found if rows else 0,
        [
            Gap(row.id, row.name, number=row.number, led=int(row.led), assisted=assisted[row.id])
            for row in rows
        ],
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """The statements of one year for one reader."""

    actor: Actor
    cycle: Cycle

    def _of_charge(self, column: Any) -> ColumnElement[bool]:
        """The departments whose gaps the reader is told of."""
        if self.actor.everything or reads_college(self.actor):
            return true()
        found: ColumnElement[bool] = column.in_(self.actor.charged)
        return found

    def _nothing(self, column: Any, key: Any) -> ColumnElement[bool]:
        """No task of the year names `key`. Whether one does is no secret, which one is: a draft
        the reader does not see serves a work point all the same."""
        return ~exists(
            select(Task.id).where(
                Task.cycle_id == self.cycle.id, Task.status != TaskStatus.TERMINATED, column == key
            )
        )

    def tasks(self, *criteria: Any) -> Select[Any]:
        return (
            select(
                Task.id,
                task_label().label("name"),
                Task.lead_department_id.label("department_id"),
                func.count().over().label("found"),
            )
            .where(
                visible(self.actor, Task),
                Task.cycle_id == self.cycle.id,
                Task.status != TaskStatus.TERMINATED,
                self._of_charge(Task.lead_department_id),
                *criteria,
            )
            .order_by(Task.sort_order, Task.id)
        )

    def work_points(self) -> Select[Any]:
        """Of the issued edition; while none is issued, of the last."""
        edition = (
            select(WorkPointSet.id)
            .where(visible(self.actor, WorkPointSet), WorkPointSet.cycle_id == self.cycle.id)
            .order_by(
                case((WorkPointSet.status == WorkPointSetStatus.ISSUED, 0), else_=1),
                WorkPointSet.edition.desc(),
            )
            .limit(1)
            .scalar_subquery()
        )
        return (
            _named(WorkPoint.id, WorkPoint.number + " " + WorkPoint.text)
            .where(
                visible(self.actor, WorkPoint),
                WorkPoint.work_point_set_id == edition,
                self._nothing(Task.work_point_id, WorkPoint.id),
            )
            .order_by(WorkPoint.sort_order, WorkPoint.id)
        )

    def goals(self) -> Select[Any]:
        return (
            _named(StrategicGoal.id, StrategicGoal.name)
            .where(
                visible(self.actor, StrategicGoal),
                StrategicGoal.start_year <= self.cycle.year,
                StrategicGoal.end_year >= self.cycle.year,
                self._nothing(Task.strategic_goal_id, StrategicGoal.id),
            )
            .order_by(StrategicGoal.code)
        )

    def departments(self) -> Select[Any]:
        """Of today's, those that lead nothing and take part in nothing."""
        today = clock.today()
        takes_part = (
            select(TaskDepartment.id)
            .join(Task, Task.id == TaskDepartment.task_id)
            .where(Task.cycle_id == self.cycle.id, TaskDepartment.department_id == Department.id)
        )
        return (
            _named(Department.id, Department.name)
            .where(
                visible(self.actor, Department),
                self._of_charge(Department.id),
                Department.kind != DepartmentKind.SECTION,
                or_(Department.valid_from.is_(None), Department.valid_from <= today),
                or_(Department.valid_to.is_(None), Department.valid_to >= today),
                self._nothing(Task.lead_department_id, Department.id),
                ~exists(takes_part),
            )
            .order_by(Department.sort_order, Department.id)
        )

    def persons(self, limit: int) -> Select[Any]:
        """Who answers for more than `limit` tasks: as the person responsible in the lead
        department or in one that takes part (domain §2). A task counts once for a person."""
        owned = select(
            Task.owner_id.label("person"), Task.id.label("task"), literal(1).label("led")
        ).where(*self._led())
        line = aliased(TaskDepartment)
        assisting = (
            select(line.owner_id.label("person"), Task.id.label("task"), literal(0).label("led"))
            .join(Task, Task.id == line.task_id)
            .where(*self._helped(line))
        )
        lines = union(owned, assisting).subquery()
        number = func.count(lines.c.task.distinct())
        return (
            select(
                lines.c.person.label("id"),
                func.max(Person.last_name + Person.first_name).label("name"),
                number.label("number"),
                func.sum(lines.c.led).label("led"),
                func.count().over().label("found"),
            )
            .join(Person, Person.id == lines.c.person)
            .group_by(lines.c.person)
            .having(number > limit)
            .order_by(number.desc(), lines.c.person)
        )

    def assisted(self, persons: Sequence[int]) -> Select[Any]:
        """The tasks that these persons answer for in a department that takes part only."""
        line = aliased(TaskDepartment)
        does_not_lead = or_(
            Task.owner_id.is_(None),
            Task.owner_id != line.owner_id,
            ~self._of_charge(Task.lead_department_id),
        )
        return (
            select(line.owner_id.label("person"), Task.id, task_label().label("name"))
            .join(Task, Task.id == line.task_id)
            .where(*self._helped(line), line.owner_id.in_(persons), does_not_lead)
            .distinct()
            .order_by(line.owner_id, "name")
        )

    @property
    def _live(self) -> tuple[ColumnElement[bool], ...]:
        return (
            visible(self.actor, Task),
            Task.cycle_id == self.cycle.id,
            Task.status != TaskStatus.TERMINATED,
        )

    def _led(self) -> tuple[ColumnElement[bool], ...]:
        return (
            *self._live, Task.owner_id.is_not(None), self._of_charge(Task.lead_department_id)
        )  # fmt: skip

    def _helped(self, line: Any) -> tuple[ColumnElement[bool], ...]:
        return *self._live, line.owner_id.is_not(None), self._of_charge(line.department_id)


def _named(key: Any, name: Any) -> Select[Any]:
    return select(
        key.label("id"),
        name.label("name"),
        null().label("department_id"),
        func.count().over().label("found"),
    )
