"""What waits for whom: each chapter says once which of its rows wait for an actor's next move.

A chapter registers a source: a function that, for an actor and a day, describes the kinds of
rows whose next step is this actor's, each as a query. All of them are read in one statement,
the most urgent rows of each kind and how many there are. This module draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    case,
    func,
    literal,
    select,
    union_all,
)

from app.core import workflow
from app.core.actor import Actor
from app.core.text import Message
from app.core.unit_of_work import AnySession

SOON = dt.timedelta(days=30)
"""What falls due within this is spoken of; what lies further off does not wait yet."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year that is being reported on: not exempt, begun, its bulletin not issued.
    `due_on` is the last day in time, None where no rule says."""

    cycle_id: int
    year: int
    month: int
    ends_on: dt.date
    due_on: dt.date | None

    @property
    def words(self) -> str:
        return f"{self.year}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Desk:
    """The day as sources need to know it: the years that are not closed, their months to
    report, and the last day of each phase by (year's id, phase)."""

    today: dt.date
    cycles: tuple[int, ...] = ()
    months: tuple[Month, ...] = ()
    deadlines: Mapping[tuple[int, str], dt.date] = field(default_factory=dict)

    def last_day(self, phase: str, cycle: Any) -> ColumnElement[Any]:
        """The last day of `phase` in the year whose id the column `cycle` holds."""
        known = {key: day for (key, code), day in self.deadlines.items() if code == phase}
        return _by_key(cycle, known)


@dataclass(frozen=True, slots=True)
class Addition:
    """The next move is a new row of `model` that points to the waiting one by `relation`;
    `given` are further values that its form begins with."""

    model: type[Any]
    relation: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of one kind that wait for one actor.

    `key` names the kind in an address. `step` is the next move: a step of the model's
    workflow, "edit", "show", or an `Addition`. `verb` says it in words where the step's own
    label does not. `anchor` is the place on the row's page where the move is made. `rows` is made
    by `waiting_rows`. `behalf_of` is the person the actor stands in for, where the rows wait for
    that person's post.
    """

    key: str
    model: type[Any]
    title: Message
    step: str | Addition
    rows: Select[Any]
    verb: Message | None = None
    anchor: str = ""
    behalf_of: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row that waits. `detail` is a word on it, `since` when it came to this actor."""

    id: int
    label: str
    detail: str | None
    due_on: dt.date | None
    since: dt.datetime | None
    department_id: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """What waits of one kind: how many, how many of them overdue, the most urgent rows."""

    waiting: Waiting
    count: int
    overdue: int
    rows: tuple[Row, ...]

    @property
    def due_on(self) -> dt.date | None:
        return self.rows[0].due_on


Source = Callable[[Actor, Desk], Iterable[Waiting]]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def waiting_for(actor: Actor, desk: Desk) -> list[Waiting]:
    """Every kind of row that may wait for `actor`, in the order of the chapters: in their own
    right, then for each person they stand in for. A row that waits in both ways is told once, in
    their own right."""
    if actor.user_id is None:
        return []
    found: list[Waiting] = []
    told: dict[str, list[Waiting]] = {}
    for one in actor.capacities:
        for source in _sources:
            for kind in source(one, desk):
                before = told.setdefault(kind.key, [])
                once = _without(kind, before)
                before.append(kind)
                found.append(once if one.behalf_of is None else _standing_in(once, one))
    return found


def _without(kind: Waiting, others: Sequence[Waiting]) -> Waiting:
    """The kind without the rows of `others`."""
    key = kind.rows.selected_columns["id"]
    for other in others:
        kind = replace(kind, rows=kind.rows.where(key.not_in(select(other.rows.subquery().c.id))))
    return kind


def _standing_in(kind: Waiting, capacity: Actor) -> Waiting:
    """The same kind, told apart from one's own: by whom, and head's work from leader's."""
    post = "headed" if capacity.headed else "charged"
    key = f"{kind.key}.for.{capacity.behalf_of}.{post}"
    return replace(kind, key=key, behalf_of=capacity.behalf_of)


def waiting_rows(
    key: Any,
    label: Any,
    *,
    due_on: Any = None,
    since: Any = None,
    department: Any = None,
    detail: Any = None,
) -> Select[Any]:
    """The query of a kind; the chapter adds `where`. Every kind has the same columns, so that
    one statement reads them all."""
    return select(
        key.label("id"),
        _typed(label, String).label("label"),
        _typed(detail, String).label("detail"),
        _typed(due_on, Date).label("due_on"),
        _typed(since, DateTime(timezone=True)).label("since"),
        _typed(department, Integer).label("department_id"),
    )


def groups(
    session: AnySession,
    kinds: Sequence[Waiting],
    today: dt.date,
    *,
    limit: int,
) -> list[Group]:
    """What waits of these kinds: the first `limit` rows of each, the most urgent first; kinds
    of which nothing waits are left out. One statement."""
    if not kinds:
        return []
    found: dict[int, list[Any]] = {}
    statement = union_all(*(_first(at, kind, today, limit) for at, kind in enumerate(kinds)))
    for row in session.execute(statement):
        found.setdefault(row.place, []).append(row)
    grouped = [
        Group(
            kinds[at],
            rows[0].total,
            int(rows[0].overdue),
            tuple(
                Row(row.id, row.label, row.detail, row.due_on, _aware(row.since), row.department_id)
                for row in rows
            ),
        )
        for at, rows in found.items()
    ]
    return sorted(grouped, key=lambda group: (group.due_on or dt.date.max, -group.count))


def in_sources(model: Any, step: str) -> ColumnElement[bool]:
    """The rows of `model` whose state allows the step."""
    found: ColumnElement[bool] = model.status.in_(workflow.workflow_of(model).named(step).sources)
    return found


def _first(at: int, kind: Waiting, today: dt.date, limit: int) -> Select[Any]:
    own = kind.rows.subquery()
    late = case((own.c.due_on < today, 1), else_=0)
    ordered = (
        select(
            literal(at).label("place"),
            own,
            func.count().over().label("total"),
            func.sum(late).over().label("overdue"),
        )
        .order_by(own.c.due_on.asc().nulls_last(), own.c.id)
        .limit(limit)
        .subquery()
    )
    return select(ordered)


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    """The database's time is UTC; SQLite does not say so."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=dt.UTC)


def _typed(value: Any, kind: Any) -> Any:
    return literal(value, kind) if value is None or isinstance(value, dt.date) else value


def _by_key(column: Any, known: Mapping[Any, dt.date]) -> ColumnElement[Any]:
    if not known:
        return literal(None, Date)
    return case(*((column == key, literal(day, Date)) for key, day in known.items()), else_=None)
