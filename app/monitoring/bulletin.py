"""What a month's bulletin (月度监测通报) says: figures by department, the tasks behind each of them,
what was corrected since (Art. 6-7, 9.1).

Before the issue the figures are counted as of today, afterwards they are what was frozen. The
tasks behind them are read as they stand now.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Select,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from app.core import documents
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry, months_of
from app.models.cycles import Cycle, ReportingMonth
from app.models.improvement import Correction, CorrectionStatus
from app.models.monitoring import (
    BulletinLine,
    CheckStatus,
    MonthlyCheck,
)
from app.models.organisation import Department
from app.models.planning import Task
from app.monitoring.bulletin_figures import FIGURES, Figures, Line, counted_lines
from app.monitoring.queue import missing


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A month with its figures; `number` is empty until it is issued."""

    row: ReportingMonth
    month: MonthEntry
    lines: Sequence[Line]

    @property
    def issued(self) -> bool:
        return self.month.closed_on is not None

    @property
    def total(self) -> Figures:
        return sum((line.figures for line in self.lines), Figures())

    @property
    def seal(self) -> str:
        """Tells whether the figures are still those that somebody saw."""
        told = [
            [line.department_id, *(getattr(line.figures, name) for name in FIGURES)]
            for line in self.lines
        ]
        return documents.check_code(told)


@dataclass(frozen=True, slots=True)
class Note:
    """A correction made after the issue, as everybody in the college may read it."""

    key: int
    task_id: int
    task: str
    department: str
    month: tuple[int, int]
    approved_on: dt.datetime
    effect: str


# The months of a year --------------------------------------------------------------------


def months_of_year(session: AnySession, actor: Actor, cycle_id: int) -> list[Bulletin]:
    """The year's months in their order; of those issued, the frozen totals as one line. Three
    statements, and one more where a month's last day is not set."""
    rows = {row.month: row for row in session.scalars(_months(actor).where(Cycle.id == cycle_id))}
    sums = session.execute(
        select(
            BulletinLine.reporting_month_id,
            *(func.sum(getattr(BulletinLine, name)).label(name) for name in FIGURES),
        )
        .where(
            visible(actor, BulletinLine),
            BulletinLine.reporting_month_id.in_([row.id for row in rows.values()]),
        )
        .group_by(BulletinLine.reporting_month_id)
    )
    totals = {key: Figures(*map(int, figures)) for key, *figures in sums}
    return [
        Bulletin(
            rows[entry.month],
            entry,
            [Line(0, "", totals[key])] if (key := rows[entry.month].id) in totals else [],
        )
        for entry in months_of(session, [cycle_id])
        if entry.month in rows
    ]


def bulletin_of(session: AnySession, actor: Actor, year: int, month: int, today: dt.date) -> Any:
    """The month's bulletin: frozen once issued, else counted as of `today`. None if the year has
    no such month."""
    row = session.scalar(_months(actor).where(Cycle.year == year, ReportingMonth.month == month))
    if row is None:
        return None
    entry = next(one for one in months_of(session, [row.cycle_id]) if one.month == month)
    if entry.closed_on is not None:
        return Bulletin(row, entry, _frozen(session, actor, row))
    return Bulletin(row, entry, counted_lines(session, actor, entry, today))


def _months(actor: Actor) -> Select[Any]:
    return (
        select(ReportingMonth)
        .join(Cycle, Cycle.id == ReportingMonth.cycle_id)
        .where(visible(actor, ReportingMonth))
        .options(joinedload(ReportingMonth.cycle))
    )


def _frozen(session: AnySession, actor: Actor, row: ReportingMonth) -> list[Line]:
    found = session.scalars(
        select(BulletinLine)
        .join(Department, Department.id == BulletinLine.department_id)
        .where(visible(actor, BulletinLine), BulletinLine.reporting_month_id == row.id)
        .order_by(Department.sort_order, Department.id)
        .options(joinedload(BulletinLine.department))
    )
    return [
        Line(
            line.department_id,
            line.department.name,
            Figures(*(getattr(line, name) for name in FIGURES)),
        )
        for line in found
    ]


# The rows of a month ---------------------------------------------------------------------


def readable(session: AnySession, actor: Actor, checks: Collection[MonthlyCheck]) -> set[int]:
    """Of these checks those whose texts the actor may read, by their ids."""
    keys = [check.id for check in checks]
    return set(
        session.scalars(
            select(MonthlyCheck.id).where(visible(actor, MonthlyCheck), MonthlyCheck.id.in_(keys))
        )
    )


def owing_by_month(
    session: AnySession, actor: Actor, months: Sequence[MonthEntry]
) -> dict[int, int]:
    """By month: how many checks are still owed, of those the actor reads. One statement."""
    parts = [
        select(literal(month.month), func.count()).select_from(
            missing(actor, month.reported).rows.subquery()
        )
        for month in months
    ]
    return dict(session.execute(union_all(*parts)).all()) if parts else {}


def unsubmitted(session: AnySession, actor: Actor, month: MonthEntry) -> int:
    """How many checks of the month are written but not submitted, or were sent back."""
    query = select(func.count(MonthlyCheck.id)).where(
        visible(actor, MonthlyCheck),
        MonthlyCheck.year == month.year,
        MonthlyCheck.month == month.month,
        MonthlyCheck.status != CheckStatus.SUBMITTED,
    )
    return session.scalar(query) or 0


def notes_on(session: AnySession, actor: Actor, month: MonthEntry) -> list[Note]:
    """The corrections that changed what an issued bulletin says. Whoever reads the bulletin
    reads that it was corrected: not the reason, nor texts of a check, and no title of a task
    that the reader may not see."""
    rows = session.execute(
        select(Correction, Task, Department.name, Task.id.in_(_seen(actor)))
        .join(MonthlyCheck, MonthlyCheck.id == Correction.subject_id)
        .join(Task, Task.id == MonthlyCheck.task_id)
        .outerjoin(Department, Department.id == Task.lead_department_id)
        .where(
            Correction.subject_table == MonthlyCheck.__tablename__,
            Correction.status == CorrectionStatus.APPROVED,
            MonthlyCheck.year == month.year,
            MonthlyCheck.month == month.month,
        )
        .order_by(Correction.approved_at, Correction.id)
    )
    return [
        Note(
            key=one.id,
            task_id=task.id if seen else 0,
            task=str(task) if seen else "限制公开的任务",
            department=department or "",
            month=(month.year, month.month),
            approved_on=one.approved_at or one.updated_at,
            effect=one.effect or "",
        )
        for one, task, department, seen in rows
    ]


def _seen(actor: Actor) -> Select[Any]:
    return select(Task.id).where(visible(actor, Task))


# Numbers ---------------------------------------------------------------------------------

_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")


def next_number(session: AnySession, actor: Actor, cycle: Cycle) -> str:
    """The number the next bulletin of the year would have: the last one's, counted on."""
    last = session.scalar(
        select(ReportingMonth.bulletin_number)
        .where(
            visible(actor, ReportingMonth),
            ReportingMonth.cycle_id == cycle.id,
            ReportingMonth.closed_on.is_not(None),
        )
        .order_by(ReportingMonth.closed_on.desc(), ReportingMonth.month.desc())
        .limit(1)
    )
    found = _LAST_NUMBER.search(last or "")
    if last is None or found is None:
        return f"监测通报〔{cycle.year}〕1号"
    return f"{last[: found.start()]}{int(found.group()) + 1}{last[found.end() :]}"
