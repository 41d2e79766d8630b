"""The year that is steered: its phases, months and table as the reads of this package need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry, month_reported, months_of
from app.cycles.queries import college_calendar
from app.models.cycles import Cycle, CycleStatus, Phase, PhaseCode
from app.models.organisation import Department, DepartmentKind
from app.models.planning import Decomposition, Task, TaskStatus
from app.organisation.rules import in_hands
from app.planning.acceptance import accept_by
from app.planning.plan_late import kept_from


@dataclass(frozen=True, slots=True)
class Year:
    """A year on a day. `issued_on` is when its table was first issued, None before; `accept_by`
    are the days until which its tasks are accepted; `kept_from` is the first day that this
    system keeps; `own` are the college's days off and make-up days."""

    cycle_id: int
    year: int
    closed: bool
    today: dt.date
    phases: Mapping[PhaseCode, Phase]
    months: Sequence[MonthEntry]
    issued_on: dt.date | None
    accept_by: Sequence[dt.date]
    kept_from: dt.date
    own: Callable[[dt.date], bool | None]

    def due(self, code: PhaseCode) -> dt.date | None:
        """The last day in time of what is done in a phase; None where the year has no such
        phase, or it had ended before the year was opened here."""
        phase = self.phases.get(code)
        return phase.ends_on if phase is not None and phase.ends_on >= self.kept_from else None

    @property
    def planned_until(self) -> dt.date | None:
        """The day the year's table was issued, else the last one to make it: a plan begun later
        is late for nothing."""
        phase = self.phases.get(PhaseCode.DECOMPOSITION)
        return self.issued_on or (phase.ends_on if phase else None)

    def begun(self, code: PhaseCode) -> bool:
        phase = self.phases.get(code)
        return phase is not None and phase.starts_on <= self.today

    @property
    def open_months(self) -> list[MonthEntry]:
        """The months whose checks are asked for."""
        return [month for month in self.months if month.is_open(self.today)]

    @property
    def month(self) -> MonthEntry | None:
        """The month that is being reported on."""
        return month_reported(self.months, self.today)

    def workdays_late(self, due: dt.date | None, day: dt.date | None = None) -> int:
        """How many workdays after `due` it is on `day` (None: today); 0 in time."""
        return 0 if due is None else clock.workdays_between(due, day or self.today, self.own)


def load_year(session: AnySession, actor: Actor, cycle_id: int, today: dt.date) -> Year:
    """Read a year. Five statements, however much there is in it."""
    issued = (
        select(func.min(Decomposition.issued_on))
        .where(visible(actor, Decomposition), Decomposition.cycle_id == Cycle.id)
        .scalar_subquery()
    )
    row = session.execute(
        select(Cycle.year, Cycle.status, Cycle.live_from, Cycle.created_at, issued.label("issued"))
        .where(visible(actor, Cycle), Cycle.id == cycle_id)
    ).one()  # fmt: skip
    phases = session.scalars(
        select(Phase)
        .where(visible(actor, Phase), Phase.cycle_id == cycle_id)
        .options(joinedload(Phase.cycle))
        .order_by(Phase.starts_on, Phase.ends_on, Phase.id)
    )
    last_days = session.scalars(
        select(accept_by())
        .where(visible(actor, Task), Task.cycle_id == cycle_id, Task.status != TaskStatus.PROPOSED)
        .distinct()
    )
    return Year(
        cycle_id=cycle_id,
        year=row.year,
        closed=row.status == CycleStatus.CLOSED,
        today=today,
        phases={phase.code: phase for phase in phases},
        months=months_of(session, [cycle_id]),
        issued_on=row.issued,
        accept_by=[day for day in last_days if day is not None],
        kept_from=kept_from(row),
        own=college_calendar(session),
    )


def planning_departments(actor: Actor, day: dt.date) -> ColumnElement[bool]:
    """The departments that write a plan of their own, of those in the actor's hands."""
    return and_(
        visible(actor, Department),
        or_(*(in_hands(Department.id, one) for one in actor.capacities)),
        Department.kind != DepartmentKind.SECTION,
        or_(Department.valid_from.is_(None), Department.valid_from <= day),
        or_(Department.valid_to.is_(None), Department.valid_to >= day),
    )


def college_day(moment: dt.datetime | None) -> dt.date | None:
    """The day in the college; the database's time is UTC, and SQLite does not say so."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(clock.COLLEGE_ZONE).date()
