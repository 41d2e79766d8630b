"""How the figures of a month are counted, and the very tasks that each of them counts: the same
conditions for both (Art. 6-7).

A month that is closed is judged as of the day of its bulletin, an open one as of today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry
from app.models.cycles import Cycle
from app.models.monitoring import (
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    Light,
    MonthlyCheck,
)
from app.models.organisation import Department
from app.models.planning import Task, TaskStatus
from app.planning.queue import end_of
from app.planning.rules import counted_tasks

LIGHTS = (Light.GREEN, Light.YELLOW, Light.ORANGE, Light.RED, Light.GREY, Light.BLUE)
TROUBLED = (Light.ORANGE, Light.RED)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a department in a month. `due` owe a check or have given one; `missing` have not given
    theirs; the lights are those of `due` and of what is finished (blue)."""

    due: int = 0
    submitted: int = 0
    late: int = 0
    missing: int = 0
    green: int = 0
    yellow: int = 0
    orange: int = 0
    red: int = 0
    grey: int = 0
    blue: int = 0
    problems: int = 0
    requests: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in FIGURES))


FIGURES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class Line:
    """A department's line of the table."""

    department_id: int
    department: str
    figures: Figures


# Counting --------------------------------------------------------------------------------


def counted_lines(
    session: AnySession, actor: Actor, month: MonthEntry, today: dt.date
) -> list[Line]:
    """The figures by lead department as they are today. Two statements."""
    sums = {
        name: func.coalesce(func.sum(case((one, 1), else_=0)), 0).label(name)
        for name, one in conditions(month, today).items()
        if name != "requests"
    }
    counted = session.execute(
        _with_checks(month, Task.lead_department_id, Department.name, *sums.values())
        .join(Department, Department.id == Task.lead_department_id)
        .where(counted_tasks(actor), _in_view(month, today))
        .group_by(Task.lead_department_id, Department.name)
    )
    lines = {key: (name, dict(zip(sums, values, strict=True))) for key, name, *values in counted}
    asked = session.execute(
        select(CoordinationRequest.department_id, Department.name, func.count())
        .join(Department, Department.id == CoordinationRequest.department_id)
        .where(visible(actor, CoordinationRequest), unsettled(month, today))
        .group_by(CoordinationRequest.department_id, Department.name)
    )
    for key, name, number in asked:
        lines.setdefault(key, (name, {}))[1]["requests"] = number
    order = session.scalars(
        select(Department.id)
        .where(visible(actor, Department), Department.id.in_(lines))
        .order_by(Department.sort_order, Department.id)
    )
    return [Line(key, lines[key][0], Figures(**lines[key][1])) for key in order]


def conditions(month: MonthEntry, today: dt.date) -> dict[str, ColumnElement[bool]]:
    """By figure: which of the month's tasks it counts. `requests` counts no tasks: it says which
    requests of coordination wait."""
    given = MonthlyCheck.id.is_not(None)
    due = or_(_owing(month, today), given)
    light = light_in_month(month, today)
    found = {
        "due": due,
        "submitted": given,
        "late": and_(given, MonthlyCheck.late.is_(True)),
        "missing": and_(due, ~given),
    }
    found |= {one.value: light == one.value for one in LIGHTS}
    found["problems"] = func.length(func.trim(func.coalesce(MonthlyCheck.problem, ""))) > 0
    found["requests"] = unsettled(month, today)
    return found


def light_in_month(month: MonthEntry, today: dt.date) -> ColumnElement[Any]:
    """The light that counts: the check's, else blue for what is finished, red for what is overdue
    at the month's end, grey for what was not reported."""
    told = func.coalesce(MonthlyCheck.head_light, MonthlyCheck.computed_light)
    ours = Cycle.live_from.is_(None) | (Task.due_on >= Cycle.live_from)
    return case(
        (MonthlyCheck.id.is_not(None), type_coerce(told, String)),
        (_done(_as_of(month, today)), literal(Light.BLUE.value)),
        (and_(Task.due_on < month.ends_on, ours), literal(Light.RED.value)),
        else_=literal(Light.GREY.value),
    )


def unsettled(month: MonthEntry, today: dt.date) -> ColumnElement[bool]:
    """Requests of coordination that wait on the day of the bulletin, of the year's tasks or of none."""
    night = end_of(_as_of(month, today))
    settled = and_(
        CoordinationRequest.status == CoordinationStatus.RESOLVED,
        or_(CoordinationRequest.resolved_at.is_(None), CoordinationRequest.resolved_at < night),
    )
    of_year = select(Task.id).where(Task.cycle_id == month.cycle_id)
    return and_(
        ~settled,
        CoordinationRequest.created_at < night,
        or_(CoordinationRequest.task_id.is_(None), CoordinationRequest.task_id.in_(of_year)),
    )


def _as_of(month: MonthEntry, today: dt.date) -> dt.date:
    return month.closed_on or today


def _done(day: dt.date) -> ColumnElement[bool]:
    return and_(
        Task.status == TaskStatus.FINISHED,
        or_(Task.finished_on.is_(None), Task.finished_on <= day),
    )


def _owing(month: MonthEntry, today: dt.date) -> ColumnElement[bool]:
    """Tasks that owed a check on the day of the bulletin: accepted and begun by the month's end,
    not finished by that day."""
    return and_(
        Task.status.in_((TaskStatus.ACCEPTED, TaskStatus.FINISHED)),
        ~_done(_as_of(month, today)),
        or_(Task.accepted_at.is_(None), Task.accepted_at < end_of(month.ends_on)),
        or_(Task.start_on.is_(None), Task.start_on <= month.ends_on),
    )


def _in_view(month: MonthEntry, today: dt.date) -> ColumnElement[bool]:
    return and_(
        Task.cycle_id == month.cycle_id,
        or_(_owing(month, today), _done(_as_of(month, today)), MonthlyCheck.id.is_not(None)),
    )


def _with_checks(month: MonthEntry, *columns: Any) -> Select[Any]:
    """Tasks with their submitted check of the month, if there is one."""
    return (
        select(*columns)
        .select_from(Task)
        .join(Cycle, Cycle.id == Task.cycle_id)
        .outerjoin(
            MonthlyCheck,
            and_(
                MonthlyCheck.task_id == Task.id,
                MonthlyCheck.year == month.year,
                MonthlyCheck.month == month.month,
                MonthlyCheck.status == CheckStatus.SUBMITTED,
            ),
        )
    )


# The rows behind a figure ----------------------------------------------------------------


def tasks_behind(
    session: AnySession,
    actor: Actor,
    month: MonthEntry,
    today: dt.date,
    wanted: Collection[str],
    department: int | None = None,
    limit: int | None = None,
) -> list[tuple[Task, MonthlyCheck | None, str]]:
    """The tasks that one of the figures `wanted` counts, those the actor may see: each with its
    check of the month and the light that counts."""
    known = conditions(month, today)
    query = (
        _with_checks(month, Task, MonthlyCheck, light_in_month(month, today))
        .join(Department, Department.id == Task.lead_department_id)
        .where(
            visible(actor, Task),
            _in_view(month, today),
            or_(*(known[name] for name in wanted)),
            true() if department is None else Task.lead_department_id == department,
        )
        .order_by(Department.sort_order, Department.id, Task.sort_order, Task.id)
        .options(joinedload(Task.lead_department))
        .limit(limit)
    )
    return [(task, check, light) for task, check, light in session.execute(query)]


def requests_behind(
    session: AnySession,
    actor: Actor,
    month: MonthEntry,
    today: dt.date,
    department: int | None = None,
    limit: int | None = None,
) -> Sequence[CoordinationRequest]:
    """The requests of coordination that waited, those the actor reads."""
    return session.scalars(
        select(CoordinationRequest)
        .where(
            visible(actor, CoordinationRequest),
            unsettled(month, today),
            true() if department is None else CoordinationRequest.department_id == department,
        )
        .order_by(CoordinationRequest.due_on, CoordinationRequest.id)
        .options(
            joinedload(CoordinationRequest.department),
            joinedload(CoordinationRequest.addressed_department),
            joinedload(CoordinationRequest.addressed_leader),
        )
        .limit(limit)
    ).all()
