"""What stands beside the queue: how the reader's part of the year stands, by the reader's hats.

A head and the staff see their department, a leader the departments in charge, the college's
readers the college; who rates sees the rating, the administrator the system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.core import clock
from app.core.actor import Actor
from app.core.text import words
from app.extensions import db
from app.models.assessment import Score
from app.models.improvement import Adjustment, TaskResult
from app.models.monitoring import CoordinationRequest, Light, MonthlyCheck
from app.models.organisation import DepartmentKind
from app.models.planning import Task
from app.models.supervision import ON_HAND, SupervisionCase
from app.organisation.rules import reads_college
from app.security.roles import ADMIN, ASSESSMENT_GROUP, ASSESSMENT_OFFICE, HEAD, LEADER
from app.web.directory import CycleEntry, directory, overdue_conditions
from app.web.home import figures
from app.web.home.desk import Day
from app.web.home.figures import Standing
from app.web.links import list_link
from app.web.start.counts import read_counts
from app.web.start.path import State, Step, path_of

LIGHTS = (Light.RED, Light.ORANGE, Light.YELLOW, Light.GREEN, Light.BLUE, Light.GREY)
MOST_DEPARTMENTS = 12
MOST_TASKS = 6


@dataclass(frozen=True, slots=True)
class Share:
    """A light's part of a bar: `x` and `width` in percent of it."""

    light: str
    word: str
    count: int
    x: float
    width: float
    link: str


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: Any
    link: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    name: str
    link: str
    lights: Sequence[Share]
    actual: Decimal | None
    plan: Decimal | None
    overdue: Figure
    cases: Figure


@dataclass(frozen=True, slots=True)
class TaskLine:
    label: str
    place: str
    light: str
    department: str
    owner: str
    due_on: dt.date | None
    late_days: int
    actual: Decimal | None
    planned: Decimal | None


@dataclass(frozen=True, slots=True)
class StepLine:
    label: str
    place: str
    text: str
    due_on: dt.date
    left: int


@dataclass(frozen=True, slots=True)
class Panel:
    """The state of some departments of a year."""

    title: str
    count: Figure
    lights: Sequence[Share]
    actual: Decimal | None
    plan: Decimal | None
    figures: Sequence[Figure]
    departments: Sequence[DepartmentRow]
    more_departments: int
    tasks: Sequence[TaskLine]
    steps: Sequence[StepLine]


@dataclass(frozen=True, slots=True)
class Facts:
    """A short panel of figures and shortcuts."""

    title: str
    figures: Sequence[Figure]
    shortcuts: Sequence[tuple[str, str]] = ()


def scope_of(actor: Actor) -> tuple[figures.Scope, str]:
    """The departments this reader looks at (None: the college) and the panel's title."""
    if reads_college(actor):
        return None, gettext("The college")
    if actor.has_role(LEADER) and actor.charged:
        return _whole(actor.charged), gettext("Departments in my charge")
    own = _whole(actor.headed if actor.has_role(HEAD) and actor.headed else actor.departments)
    if len(own) == 1:
        return own, directory().departments[own[0]].name
    return own, gettext("My departments")


def state(actor: Actor, cycle: CycleEntry | None, day: Day) -> Panel | None:
    """Five statements; None where there is no year, or nothing that is the reader's."""
    scope, title = scope_of(actor)
    if cycle is None or scope == []:
        return None
    found = figures.standings(db.session, actor, cycle.id, scope, day.today)
    whole = Standing({})
    for standing in found.values():
        whole.add(standing)
    narrow = _narrow(scope, "lead_department")
    month = day.reported(cycle.id)
    flow = figures.flow(db.session, actor, cycle.id, month)
    return Panel(
        title=title,
        count=Figure(gettext("Tasks"), whole.count, list_link(Task, cycle=cycle.id, **narrow)),
        lights=_shares(whole, cycle, narrow),
        actual=whole.actual,
        plan=whole.plan,
        figures=_figures(whole, flow, cycle, scope, month, day.today),
        departments=_rows(found, cycle, scope, day.today),
        more_departments=max(0, len(found) - MOST_DEPARTMENTS) if scope is None else 0,
        tasks=_tasks(actor, cycle, scope, day.today),
        steps=_steps(actor, cycle, scope, day.today),
    )


def facts_for(actor: Actor, cycle: CycleEntry | None) -> list[Facts]:
    """The rating for those who run or do it, the system for the administrator."""
    found: list[Facts] = []
    if cycle is not None and actor.has_role(ASSESSMENT_OFFICE, ASSESSMENT_GROUP):
        found.append(_rating(actor, cycle))
    if actor.has_role(ADMIN):
        found.append(_system(actor))
    return found


def first_steps(actor: Actor, cycle: CycleEntry | None) -> list[Step]:
    """The path of setting the college up, for those who walk it; empty once nothing is missing."""
    if not actor.may("start:read"):
        return []
    year = cycle.year if cycle else clock.today().year
    counts = read_counts(db.session, actor, cycle.id if cycle else None, year)
    steps = path_of(actor, counts, cycle)
    return [] if all(step.state == State.DONE for step in steps) else steps


# Parts ---------------------------------------------------------------------------------


def _whole(keys: frozenset[int]) -> list[int]:
    """Departments without their sections, in their natural order."""
    known = directory().departments
    return [key for key in known if key in keys and known[key].kind != DepartmentKind.SECTION]


def _narrow(scope: figures.Scope, column: str) -> dict[str, Any]:
    """The condition of a list that shows the same departments."""
    if scope is None:
        return {}
    keys = [str(key) for key in scope]
    return {column: keys[0]} if len(keys) == 1 else {f"{column}__in": ",".join(keys)}


def _shares(standing: Standing, cycle: CycleEntry, narrow: dict[str, Any]) -> list[Share]:
    found: list[Share] = []
    x = 0.0
    for light in (*LIGHTS, None):
        count = standing.lights.get(light.value if light else None, 0)
        if not count:
            continue
        width = 100 * count / standing.count
        name = light.value if light else None
        word = words((light.zh, light.en)) if light else gettext("Not monitored yet")
        link = list_link(Task, cycle=cycle.id, light=name, **narrow)
        found.append(Share(name or "none", word, count, round(x, 2), round(width, 2), link))
        x += width
    return found


def _overdue(standing: Standing, cycle: CycleEntry, narrow: dict[str, Any]) -> Figure:
    link = list_link(
        Task, cycle=cycle.id, **overdue_conditions(status__in="published,accepted"), **narrow
    )
    return Figure(gettext("Overdue"), standing.overdue, link, "red" if standing.overdue else "")


def _cases(standing: Standing, cycle: CycleEntry, scope: figures.Scope) -> Figure:
    link = list_link(
        SupervisionCase,
        cycle=cycle.id,
        status__in=",".join(ON_HAND),
        **_narrow(scope, "department"),
    )
    return Figure(gettext("Open cases"), standing.cases, link, "orange" if standing.cases else "")


def _figures(
    whole: Standing,
    flow: figures.Flow,
    cycle: CycleEntry,
    scope: figures.Scope,
    month: Any,
    today: dt.date,
) -> list[Figure]:
    found = [_overdue(whole, cycle, _narrow(scope, "lead_department")), _cases(whole, cycle, scope)]
    if month is not None:
        told = gettext("%(month)s checks done", month=month.reported.words)
        link = list_link(MonthlyCheck, year=month.year, month=month.month, status="submitted")
        found.append(Figure(told, flow.checks, link))
        owed = gettext("%(month)s checks missing", month=month.reported.words)
        late = month.due_on is not None and month.due_on < today
        if month.is_open(today):
            key = f"monthly_check.missing-{month.reported.words}"
            tone = "red" if late and flow.missing else ""
            found.append(Figure(owed, flow.missing, url_for("QueueView.queue", key=key), tone))
    on_their_way = (
        (gettext("Adjustments undecided"), flow.adjustments,
         list_link(Adjustment, cycle=cycle.id,
                   status__in=",".join(status.value for status in figures.OPEN_ADJUSTMENTS))),
        (gettext("Results unconfirmed"), flow.results, list_link(TaskResult, status="submitted")),
        (gettext("Requests unanswered"), flow.requests,
         list_link(CoordinationRequest, status__in="open,reopened")),
    )  # fmt: skip
    return found + [Figure(*figure) for figure in on_their_way]


def _listed(found: dict[int | None, Standing], scope: figures.Scope) -> list[int]:
    known = directory().departments
    keys = list(scope) if scope is not None else [key for key in known if key in found]
    return figures.ranked(found, keys)


def _rows(
    found: dict[int | None, Standing], cycle: CycleEntry, scope: figures.Scope, today: dt.date
) -> list[DepartmentRow]:
    keys = _listed(found, scope)
    if len(keys) < 2:
        return []
    most = len(keys) if scope is not None else MOST_DEPARTMENTS
    rows = []
    for key in keys[:most]:
        own = found.get(key, Standing({}))
        narrow = {"lead_department": key}
        rows.append(
            DepartmentRow(
                name=directory().departments[key].name,
                link=list_link(Task, cycle=cycle.id, **narrow),
                lights=_shares(own, cycle, narrow),
                actual=own.actual,
                plan=own.plan,
                overdue=_overdue(own, cycle, narrow),
                cases=_cases(own, cycle, [key]),
            )
        )
    return rows


def _tasks(actor: Actor, cycle: CycleEntry, scope: figures.Scope, today: dt.date) -> list[TaskLine]:
    known = directory()
    single = scope is not None and len(scope) == 1
    return [
        TaskLine(
            label=task.label,
            place=f"/task/show/{task.id}",
            light=task.light or "none",
            department=""
            if single or task.department_id not in known.departments
            else known.departments[task.department_id].name,
            owner=known.people[task.owner_id].name if task.owner_id in known.people else "",
            due_on=task.due_on,
            late_days=max(0, (today - task.due_on).days) if task.due_on else 0,
            actual=task.actual,
            planned=task.planned,
        )
        for task in figures.worst_tasks(db.session, actor, cycle.id, scope, today, MOST_TASKS)
    ]


def _steps(actor: Actor, cycle: CycleEntry, scope: figures.Scope, today: dt.date) -> list[StepLine]:
    mine = figures.my_tasks(actor, scope, owned_only=not actor.headed and not actor.charged)
    return [
        StepLine(
            step.label,
            f"/task/show/{step.task_id}",
            step.text,
            step.due_on,
            (step.due_on - today).days,
        )
        for step in figures.next_milestones(db.session, cycle.id, mine, today, MOST_TASKS)
    ]


def _rating(actor: Actor, cycle: CycleEntry) -> Facts:
    rating = figures.rating(db.session, actor, cycle.id)
    shown = [
        Figure(gettext("Scores handed in"), rating.submitted,
               list_link(Score, cycle=cycle.id, status="submitted")),
        Figure(gettext("Scores in draft"), rating.drafted,
               list_link(Score, cycle=cycle.id, status="draft")),
    ]  # fmt: skip
    if actor.has_role(ASSESSMENT_OFFICE):
        shown.append(
            Figure(
                gettext("Raters who have begun"), rating.raters, list_link(Score, cycle=cycle.id)
            )
        )
    tasks = list_link(Task, cycle=cycle.id, status__in="accepted,finished")
    shown.append(Figure(gettext("Tasks to be rated"), rating.tasks, tasks))
    return Facts(gettext("Rating of %(year)s", year=cycle.year), shown)


def _system(actor: Actor) -> Facts:
    found = figures.system(db.session, actor)
    known = directory()
    return Facts(
        gettext("The system"),
        [
            Figure(gettext("Departments"), len(known.departments), _place("/department/list/?view=all")),
            Figure(gettext("People"), len(known.people), _place("/person/list/?view=all")),
            Figure(gettext("Imports done"), found.imports, _place("/import/")),
            Figure(gettext("Imports failed"), found.failed_imports, _place("/import/"),
                   "red" if found.failed_imports else ""),
            Figure(gettext("Messages waiting to be sent"), found.waiting_messages, ""),
            Figure(gettext("Messages that failed"), found.failed_messages, "",
                   "red" if found.failed_messages else ""),
        ],
        [
            (gettext("People and roles"), _place("/person/list/")),
            (gettext("Posts"), _place("/appointment/list/")),
            (gettext("Master data console"), _place("/console/")),
            (gettext("Audit trail"), _place("/audit_event/list/")),
        ],
    )  # fmt: skip


def _place(path: str) -> str:
    return path
