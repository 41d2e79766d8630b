"""Names that every page needs and that seldom change: departments, people, categories, years.

One snapshot per process, valid as long as the access stamp, which rises in the same commit as
any change of these tables: a list names its departments without asking for them. Every role
may read what stands here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import g, has_request_context
from sqlalchemy import select

from app.core import clock
from app.core.text import words
from app.extensions import db
from app.models.cycles import Cycle, CycleStatus, Phase, PhaseCode, TaskCategory, pick_current
from app.models.organisation import AccessStamp, Department, DepartmentKind, Person, whole_name


@dataclass(frozen=True, slots=True)
class DepartmentEntry:
    id: int
    code: str
    name: str
    kind: DepartmentKind
    parent_id: int | None
    sort_order: int
    valid_from: dt.date | None
    valid_to: dt.date | None

    @property
    def active(self) -> bool:
        """Does the department exist today?"""
        today = clock.today()
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_to is None or today <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PersonEntry:
    id: int
    name: str
    department_id: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    id: int
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        return words((self.name_zh, self.name_en))


@dataclass(frozen=True, slots=True)
class PhaseEntry:
    code: PhaseCode
    starts_on: dt.date
    ends_on: dt.date

    @property
    def name(self) -> str:
        return words((self.code.zh, self.code.en))


@dataclass(frozen=True, slots=True)
class CycleEntry:
    id: int
    year: int
    name: str
    status: CycleStatus
    phases: tuple[PhaseEntry, ...]
    live_from: dt.date | None = None

    def phase_on(self, day: dt.date) -> PhaseEntry | None:
        """The phase that ends next among those under way on `day`."""
        return min(
            (phase for phase in self.phases if phase.starts_on <= day <= phase.ends_on),
            key=lambda phase: phase.ends_on,
            default=None,
        )

    def phase_after(self, day: dt.date) -> PhaseEntry | None:
        """The phase that begins next after `day`."""
        return min(
            (phase for phase in self.phases if phase.starts_on > day),
            key=lambda phase: phase.starts_on,
            default=None,
        )


@dataclass(frozen=True, slots=True)
class Directory:
    departments: dict[int, DepartmentEntry] = field(default_factory=dict)
    """In their natural order."""
    people: dict[int, PersonEntry] = field(default_factory=dict)
    categories: dict[int, CategoryEntry] = field(default_factory=dict)
    cycles: tuple[CycleEntry, ...] = ()
    """The newest first."""
    edition: int = field(default_factory=count().__next__)
    """Which reading of this process: what is made of a snapshot is old with the next one."""

    @property
    def current_cycle(self) -> CycleEntry | None:
        return pick_current(self.cycles, clock.today())

    @property
    def live_from(self) -> dt.date:
        """The first day the college keeps in this system, where its first year was begun in its
        middle; what was due before is history. Else the first day of all."""
        return min((one.live_from for one in self.cycles if one.live_from), default=dt.date.min)

    def knows(self, model: type[Any]) -> bool:
        return model in (Department, Person, TaskCategory, Cycle)

    def name_of(self, model: type[Any], key: int) -> str | None:
        """The name of a row of one of these models; None if there is none.

        LookupError for a model that does not stand here."""
        if model is Cycle:
            return next((str(cycle.year) for cycle in self.cycles if cycle.id == key), None)
        tables: dict[Any, dict[int, Any]] = {
            Department: self.departments,
            Person: self.people,
            TaskCategory: self.categories,
        }
        if model not in tables:
            raise LookupError(model.__name__)
        entry = tables[model].get(key)
        return None if entry is None else str(entry.name)


_remembered: dict[str, tuple[int, Directory]] = {}


def overdue_conditions(**further: Any) -> dict[str, Any]:
    """The conditions of a list of what is overdue; `due_on__ge` only where the college began in
    the middle of a year."""
    since = {} if directory().live_from == dt.date.min else {"due_on__ge": "live-from"}
    return {**since, "due_on__lt": "today", **further}


def directory() -> Directory:
    """The snapshot of this moment."""
    stamp = g.get("access_stamp") if has_request_context() else None
    if stamp is not None and (mine := g.get("directory")) is not None:
        snapshot: Directory = mine
        return snapshot
    if stamp is None:
        stamp = db.session.scalar(select(AccessStamp.value)) or 0
    address = str(db.engine.url)
    kept = _remembered.get(address)
    if kept is None or kept[0] != stamp:
        kept = _remembered[address] = (stamp, _read())
    if has_request_context():
        g.directory = kept[1]
    return kept[1]


def forget() -> None:
    """Drop what is remembered (tests that roll the database back)."""
    _remembered.clear()


def _read() -> Directory:
    session = db.session
    departments = session.execute(
        select(
            Department.id, Department.code, Department.name, Department.kind,
            Department.parent_id, Department.sort_order, Department.valid_from,
            Department.valid_to,
        ).order_by(Department.sort_order, Department.id)
    )  # fmt: skip
    people = session.execute(
        select(
            Person.id, Person.last_name, Person.first_name, Person.department_id, Person.active
        ).order_by(Person.id)
    )
    categories = session.execute(
        select(TaskCategory.id, TaskCategory.name, TaskCategory.name_en).order_by(
            TaskCategory.sort_order, TaskCategory.id
        )
    )
    phases: dict[int, list[PhaseEntry]] = {}
    for row in session.execute(
        select(Phase.cycle_id, Phase.code, Phase.starts_on, Phase.ends_on).order_by(
            Phase.starts_on, Phase.ends_on
        )
    ):
        phases.setdefault(row.cycle_id, []).append(PhaseEntry(row.code, row.starts_on, row.ends_on))
    cycles = session.execute(
        select(Cycle.id, Cycle.year, Cycle.name, Cycle.status, Cycle.live_from).order_by(
            Cycle.year.desc()
        )
    )
    return Directory(
        departments={row.id: DepartmentEntry(*row) for row in departments},
        people={
            row.id: PersonEntry(
                row.id,
                whole_name(row.last_name or "", row.first_name or ""),
                row.department_id,
                bool(row.active),
            )
            for row in people
        },
        categories={
            row.id: CategoryEntry(row.id, row.name, row.name_en or row.name) for row in categories
        },
        cycles=tuple(
            CycleEntry(
                row.id, row.year, row.name, row.status, tuple(phases.get(row.id, ())), row.live_from
            )
            for row in cycles
        ),
    )
