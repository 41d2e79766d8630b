"""My queue: what waits for the reader, with the address where each next step is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext, ngettext

from app.core import queue, workflow
from app.core.actor import Actor
from app.core.clock import COLLEGE_ZONE
from app.core.queue import Addition, Desk, Group, Row, Waiting
from app.cycles.months import MonthEntry, month_reported, months_of
from app.extensions import db
from app.models.cycles import CycleStatus
from app.models.organisation import DepartmentKind, Person
from app.models.system import ImportJob
from app.monitoring.queue import missing
from app.organisation.rules import reads_college
from app.web.directory import directory
from app.web.links import filter_arguments

FEW = 3
"""Rows of a kind that the home page shows; the rest stand on the kind's own page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One waiting row as the page shows it."""

    id: int
    label: str
    detail: str
    department: str
    since: dt.date | None
    due_on: dt.date | None
    left: str
    late: bool
    near: bool
    place: str
    act: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What waits of one kind. `bulk` is the address that takes the step on many rows."""

    key: str
    title: str
    verb: str
    count: int
    overdue: int
    due_on: dt.date | None
    left: str
    entries: Sequence[Entry]
    link: str
    bulk: str
    step: str
    sheet: str
    """The page on which all of them are filled in at once; "" where there is none."""


@dataclass(frozen=True)
class Day:
    """Today in the years that are not closed. Their months are read when first asked for."""

    today: dt.date

    @cached_property
    def months(self) -> list[MonthEntry]:
        return months_of(db.session, [cycle.id for cycle in _open_cycles()])

    @cached_property
    def desk(self) -> Desk:
        cycles = _open_cycles()
        return Desk(
            today=self.today,
            cycles=tuple(cycle.id for cycle in cycles),
            months=tuple(month.reported for month in self.months if month.is_open(self.today)),
            deadlines={
                (cycle.id, phase.code.value): phase.ends_on
                for cycle in cycles
                for phase in cycle.phases
            },
        )

    def reported(self, cycle_id: int) -> MonthEntry | None:
        """The month of that year that is being reported on."""
        own = [month for month in self.months if month.cycle_id == cycle_id]
        return month_reported(own, self.today)


def kinds_for(actor: Actor, day: Day) -> list[Waiting]:
    return queue.waiting_for(actor, day.desk)


def kind_named(actor: Actor, day: Day, key: str) -> Waiting | None:
    """The kind of this key among those that may wait for the reader; also the months whose
    checks the reader may see missing."""
    watched = [
        missing(actor, month.reported) for month in day.months if month.is_open(day.today)
    ] if actor.may("monthly_check:read") else []  # fmt: skip
    return next((kind for kind in [*kinds_for(actor, day), *watched] if kind.key == key), None)


def my_queue(actor: Actor, day: Day, kinds: Sequence[Waiting], limit: int = FEW) -> list[Kind]:
    """The kinds of which something waits, the most urgent first. One statement."""
    found = queue.groups(db.session, kinds, day.today, limit=limit)
    return [_kind(group, actor, day.today) for group in found]


def title_of(kind: Waiting) -> str:
    """What waits, and for whose post where the reader stands in for somebody."""
    if kind.behalf_of is None:
        return str(kind.title)
    giver = directory().name_of(Person, kind.behalf_of)
    return gettext("%(title)s (for %(name)s)", title=str(kind.title), name=giver)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody the reader stands in for, until when, and for what."""

    name: str
    until: dt.date | None
    headed: str
    charged: str


def stands_in(actor: Actor) -> list[StandIn]:
    """Whom the reader stands in for today. Nothing is read for it."""
    by_giver: dict[int, list[Actor]] = {}
    for one in actor.stands_in:
        by_giver.setdefault(one.behalf_of or 0, []).append(one)
    return [
        StandIn(
            directory().name_of(Person, giver) or "",
            posts[0].until,
            _names(frozenset().union(*(one.headed for one in posts))),
            _names(frozenset().union(*(one.charged for one in posts))),
        )
        for giver, posts in by_giver.items()
    ]


def _names(departments: frozenset[int]) -> str:
    known = directory().departments
    return "、".join(
        known[key].name
        for key in sorted(departments)
        if key in known and known[key].kind != DepartmentKind.SECTION
    )


def days_left(due_on: dt.date | None, today: dt.date) -> str:
    if due_on is None:
        return ""
    days = (due_on - today).days
    if days < 0:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", -days)
    return (
        gettext("today") if days == 0 else ngettext("%(num)s day left", "%(num)s days left", days)
    )


def _open_cycles() -> list[Any]:
    return [cycle for cycle in directory().cycles if cycle.status != CycleStatus.CLOSED]


def _kind(group: Group, actor: Actor, today: dt.date) -> Kind:
    kind = group.waiting
    verb = str(kind.verb) if kind.verb is not None else _label_of_step(kind)
    return Kind(
        key=kind.key,
        title=title_of(kind),
        verb=verb,
        count=group.count,
        overdue=group.overdue,
        due_on=group.due_on,
        left=days_left(group.due_on, today),
        entries=[_entry(kind, row, actor, today) for row in group.rows],
        link=url_for("QueueView.queue", key=kind.key),
        bulk=_bulk_of(kind),
        step=kind.step if isinstance(kind.step, str) else "",
        sheet=_sheet_of(kind),
    )


def _entry(kind: Waiting, row: Row, actor: Actor, today: dt.date) -> Entry:
    department = directory().departments.get(row.department_id or 0)
    # One's own department says nothing to those who know no other.
    narrow = not actor.charged and not reads_college(actor)
    own = narrow and row.department_id in actor.departments
    return Entry(
        id=row.id,
        label=row.label,
        detail=row.detail or "",
        department=department.name if department and not own else "",
        since=row.since.astimezone(COLLEGE_ZONE).date() if row.since else None,
        due_on=row.due_on,
        left=days_left(row.due_on, today),
        late=row.due_on is not None and row.due_on < today,
        near=row.due_on is not None and 0 <= (row.due_on - today).days <= 7,
        place=_page(kind.model, "show", row.id),
        act=_act(kind, row.id),
    )


def _act(kind: Waiting, key: int) -> str:
    """Where the next move is made."""
    if isinstance(kind.step, Addition):
        more = urlencode(
            [
                *filter_arguments(kind.step.model, **{kind.step.relation: key}),
                *kind.step.given.items(),
            ]
        )
        return f"{_view(kind.step.model).route_base}/add?{more}"
    if kind.step in {"edit", "show", "handing"}:
        return _page(kind.model, kind.step, key) + (f"#{kind.anchor}" if kind.anchor else "")
    return f"{_view(kind.model).route_base}/step/{kind.step}/{key}"


def _page(model: type[Any], page: str, key: int) -> str:
    if model is ImportJob:
        return url_for("ImportView.show", pk=key)
    return f"{_view(model).route_base}/{page}/{key}"


def _bulk_of(kind: Waiting) -> str:
    """Steps that ask for nothing may be taken on many rows at once."""
    if isinstance(kind.step, Addition) or kind.step in {"edit", "show", "handing"}:
        return ""
    step = workflow.workflow_of(kind.model).named(kind.step)
    return "" if step.requires else f"{_view(kind.model).route_base}/action_post"


def _sheet_of(kind: Waiting) -> str:
    """Checks to write, to correct and to submit stand on the department's monthly sheet."""
    own = ("monthly_check.write-", "monthly_check.correct", "monthly_check.submit")
    if not kind.key.startswith(own):
        return ""
    month = kind.key.removeprefix(own[0]) if kind.key.startswith(own[0]) else None
    return url_for("MonthSheetView.mine", month=month)


def _label_of_step(kind: Waiting) -> str:
    assert isinstance(kind.step, str)  # noqa: S101 (an addition has its own verb)
    return str(workflow.workflow_of(kind.model).named(kind.step).label)


def _view(model: type[Any]) -> Any:
    from app.web.views import view_of

    return view_of(model)
