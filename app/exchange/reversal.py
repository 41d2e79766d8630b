"""Undoing an import: what its run created is deleted, what it changed is put back.

Nothing is kept for it: the audit trail has every row the run wrote, with the values before,
in one unbroken row of events that ends with the import's own `finish`. The reversal is all or
nothing, goes through the gate like everything else, and each of its events says of which
import it is the reversal. It is refused while anybody has changed one of the rows since or
built upon one, and when its time is over. What a reversal does not undo: what an import has
learnt about layouts and names before it ran.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import Any

from sqlalchemy import func, inspect, select

from app.core import audit, clock, guard, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, WrongState
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, unit_of_work
from app.core.uses import references_to
from app.exchange.jobs import kinds_of
from app.exchange.plan import Progress
from app.exchange.table_names import role_rows
from app.models.base import Domain
from app.models.organisation import Person
from app.models.system import (
    REVERSAL,
    AuditEvent,
    ImportJob,
    ImportStatus,
    Notification,
    OutboxMessage,
)

PORTION = 1000
"""Rows that are deleted between two words of how far it is."""
SHOWN = 5
"""How many rows a refusal names; the page lists more."""
_UNTOLD = (Notification, OutboxMessage)
"""Messages go with the person they were for."""

Key = tuple[str, int]
"""A row: its table and its id."""


class CannotUndo(WrongState):
    """Rows of the import have been changed or built upon. 409."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        self.obstacles = obstacles
        told: list[Message | str] = [one.words for one in obstacles[:SHOWN]]
        if len(obstacles) > SHOWN:
            told.append(message("%(count)s more rows", count=len(obstacles) - SHOWN))
        rows = "；".join(str(one) for one in told)
        super().__init__(message("The import is not undone: %(rows)s.", rows=rows))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row of the import (None where it is gone) and why it is in the way of undoing it."""

    row: Any
    why: Message

    @property
    def words(self) -> Message:
        return message("%(row)s %(why)s", row=str(self.row or ""), why=self.why)


def undo_until(job: ImportJob, hours: int) -> dt.datetime | None:
    """Until when this import may be undone; None if it never was, or cannot be any more."""
    if job.status != ImportStatus.DONE or job.finished_at is None or hours <= 0:
        return None
    if "events" not in (job.summary or {}):
        return None
    return job.finished_at + dt.timedelta(hours=hours)


def undoable(actor: Actor, job: ImportJob, hours: int) -> None:
    """Nothing, for an import that this actor may still undo. Errors: see `reverse_job`."""
    if job.kind not in kinds_of(actor):
        raise NotAllowed(message("You may not import this."))
    if job.status == ImportStatus.REVERSED:
        raise WrongState(message("This import has been undone already."))
    until = undo_until(job, hours)
    if job.status == ImportStatus.DONE and (until is None or clock.now() > until):
        raise WrongState(message("The time in which this import could be undone is over."))


def reverse_job(
    session: AnySession,
    actor: Actor,
    job: ImportJob,
    hours: int,
    progress: Progress | None = None,
) -> int:
    """Put back everything that an import wrote; how many rows that were.

    Its owner, who may still import the like; from `done`, for `hours` hours after it ended.
    Effects: the import is `reversed`; its new rows are gone, its changed rows have the values
    of before, an issued table that it recorded goes with its tasks and its baseline. Errors:
    NotAllowed; WrongState when it is undone already or the time is over; CannotUndo naming the
    rows somebody has changed or built upon since.
    """
    undoable(actor, job, hours)
    with unit_of_work(session, actor):
        run = Run(session, job)
        summary = {**(job.summary or {}), "undone": {"rows": len(run.rows), "by": actor.name}}
        workflow.apply(session, actor, job, "reverse", version=job.version, summary=summary)
        found = obstacles(session, run)
        if found:
            raise CannotUndo(found)
        with workflow.reversing(session, f"{REVERSAL}{job.id}"):
            _put_back(session, run, progress or _quiet)
    return len(run.rows)


# What the run wrote -------------------------------------------------------------------------


class Run:
    """The events of an import's run, oldest first. Its own last one, `finish`, is not among
    them. The counted number of them stands in the import's summary."""

    def __init__(self, session: AnySession, job: ImportJob) -> None:
        last = session.scalar(
            select(AuditEvent.id)
            .where(
                AuditEvent.table_name == ImportJob.__tablename__,
                AuditEvent.row_id == job.id,
                AuditEvent.action == "finish",
            )
            .order_by(AuditEvent.id.desc())
        )
        count = (job.summary or {}).get("events", 0)
        self.last = last or 0
        self.first = self.last - count
        self.events = list(
            session.scalars(select(AuditEvent).where(*self.written_here()).order_by(AuditEvent.id))
        )

    def written_here(self) -> tuple[Any, ...]:
        """The criteria of the run's events."""
        inside = AuditEvent.id.between(self.first, self.last - 1)
        return inside, AuditEvent.row_id.is_not(None)

    @cached_property
    def rows(self) -> set[Key]:
        return {_key(event) for event in self.events}

    @cached_property
    def added(self) -> set[Key]:
        return {_key(event) for event in self.events if event.before is None}

    @cached_property
    def moved(self) -> set[Key]:
        """Rows whose status the run changed."""
        return {
            _key(event)
            for event in self.events
            if event.before and "status" in json.loads(event.before)
        }

    @cached_property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(event.table_name for event in self.events))


def _key(event: AuditEvent) -> Key:
    return event.table_name, event.row_id or 0


def _model(table: str) -> type[Any]:
    """The model of a table of the trail."""
    if table == Person.__tablename__:
        return Person
    return next(
        mapper.class_ for mapper in Domain.registry.mappers if mapper.local_table.name == table
    )


# What stands in the way ---------------------------------------------------------------------


def obstacles(session: AnySession, run: Run) -> list[Obstacle]:
    """The run's rows that somebody has changed since, or that something new hangs on.

    Counted are everybody's rows, seen by the reader or not; named are the import's own.
    """
    found: dict[Key, Message] = {}
    since = select(AuditEvent.table_name, AuditEvent.row_id).where(
        AuditEvent.id > run.last, AuditEvent.table_name.in_(run.tables)
    )
    touched = {(table, row or 0) for table, row in session.execute(since.distinct())}
    for key in sorted(touched & run.rows):
        found[key] = message("has been changed since")
    for table in run.tables:
        for row_id, noun, count in _built_upon(session, run, table):
            words = message("%(noun)s refer to it: %(count)s", noun=noun, count=count)
            found.setdefault((table, row_id), words)
    told = [_obstacle(session, key, why) for key, why in found.items()]
    return [*told, *_signed_in(session, run)]


def _built_upon(session: AnySession, run: Run, table: str) -> Iterator[tuple[int, str, int]]:
    """(row of the run, what refers to it, how many): to a new row anything that the run has not
    written itself; to a changed one what has been added to it since, and, where its status
    was moved, whatever has come to refer to it."""
    of_table = (*run.written_here(), AuditEvent.table_name == table)
    mine = select(AuditEvent.row_id).where(*of_table, AuditEvent.before.is_(None))
    changed = select(AuditEvent.row_id).where(*of_table, AuditEvent.before.is_not(None))
    since = select(AuditEvent.row_id).where(
        AuditEvent.id > run.last, AuditEvent.before.is_(None), AuditEvent.row_id.is_not(None)
    )
    for one in references_to(_model(table)):  # type: ignore[arg-type]
        if one.model in _UNTOLD:
            continue
        column, key = getattr(one.model, one.column), one.model.id
        pointing = AuditEvent.table_name == one.model.__tablename__
        own = select(AuditEvent.row_id).where(*run.written_here(), pointing)
        upon_new = column.in_(mine) & key.not_in(own)
        upon_changed = column.in_(changed) & column.not_in(mine) & key.in_(since.where(pointing))
        found = select(column, func.count()).where(upon_new | upon_changed).group_by(column)
        for row_id, count in session.execute(found):
            row = (table, row_id)
            if row in run.added or row in run.moved or one.ondelete == "CASCADE":
                yield row_id, one.noun, count


def _signed_in(session: AnySession, run: Run) -> Iterator[Obstacle]:
    """New people who have begun to work with their account."""
    new = [row_id for table, row_id in run.added if table == Person.__tablename__]
    for start in range(0, len(new), 500):
        used = Person.id.in_(new[start : start + 500]) & Person.last_login.is_not(None)
        for person in session.scalars(select(Person).where(used)):
            yield Obstacle(person, message("has signed in since"))


def _obstacle(session: AnySession, key: Key, why: Message) -> Obstacle:
    """A row that hangs on another is called by the other's name."""
    row = session.get(_model(key[0]), key[1])
    if row is None:
        return Obstacle(None, message("a row that is gone meanwhile"))
    return Obstacle(_whole(row), why)


def _whole(row: Any) -> Any:
    for relation, column, _ in guard.foreign_keys(type(row)):  # type: ignore[arg-type]
        keys = inspect(type(row)).columns[column].foreign_keys
        if any(key.ondelete == "CASCADE" for key in keys) and getattr(row, relation) is not None:
            return _whole(getattr(row, relation))
    return row


# Putting back -------------------------------------------------------------------------------


def _put_back(session: AnySession, run: Run, told: Progress) -> None:
    """The run's changes one by one from the last to the first, each kind of a table at once, so
    many rows in a portion."""
    held: list[Any] = []
    done = 0
    for (table, kind), events in groupby(reversed(run.events), key=_kind_of):
        model, group = _model(table), list(events)
        if kind == "added":
            rows = _load(session, model, [event.row_id or 0 for event in group])
            held += _pointed_to(session, model, rows.values())
            _delete(session, model, rows, partial(_from, done, len(run.events), told))
        else:
            # What the run itself has made is deleted anyway.
            here = [event for event in group if _key(event) not in run.added]
            if kind == "deleted":
                _make_again(session, model, here)
            else:
                _change_back(session, model, here)
        session.flush()
        done += len(group)
        told(done, len(run.events))


def _from(before: int, total: int, told: Progress, done: int) -> None:
    told(before + done, total)


def _quiet(done: int, total: int) -> None:
    """Its owner waits for the page itself."""


def _kind_of(event: AuditEvent) -> tuple[str, str]:
    if event.before is None:
        return event.table_name, "added"
    return event.table_name, "deleted" if event.after is None else "changed"


def _load(session: AnySession, model: type[Any], ids: Iterable[int]) -> dict[int, Any]:
    wanted = sorted(set(ids))
    found: dict[int, Any] = {}
    for start in range(0, len(wanted), 500):
        some = select(model).where(model.id.in_(wanted[start : start + 500]))
        found |= {row.id: row for row in session.scalars(some)}
    return found


def _pointed_to(session: AnySession, model: type[Any], rows: Iterable[Any]) -> list[Any]:
    """The rows that `rows` point to, read at once: the gate asks for them one by one, and finds
    them in the session as long as somebody holds them."""
    rows, found = list(rows), list[Any]()
    for _, column, target in guard.foreign_keys(model):  # type: ignore[arg-type]
        ids = {key for row in rows if (key := getattr(row, column)) is not None}
        found += _load(session, target, ids).values()
    return found


def _delete(
    session: AnySession, model: type[Any], rows: dict[int, Any], told: Callable[[int], None]
) -> None:
    """What stands under another row of the same table goes before it."""
    own = [column for _, column, target in guard.foreign_keys(model) if target is model]  # type: ignore[arg-type]
    done = 0
    while rows:
        above = {getattr(row, column) for row in rows.values() for column in own}
        lowest = {key: row for key, row in rows.items() if key not in above} or rows
        for row in lowest.values():
            session.delete(row)
            done += 1
            if done % PORTION == 0:
                session.flush()
                told(done)
        session.flush()
        rows = {key: row for key, row in rows.items() if key not in lowest}


def _change_back(session: AnySession, model: type[Any], events: list[AuditEvent]) -> None:
    rows = _load(session, model, [event.row_id or 0 for event in events])
    for event in events:
        for name, value in _before(session, model, event).items():
            setattr(rows[event.row_id or 0], name, value)


def _make_again(session: AnySession, model: type[Any], events: list[AuditEvent]) -> None:
    """Under their old numbers, but where SQLite has given one out again."""
    taken = _load(session, model, [event.row_id or 0 for event in events])
    for event in events:
        values = _before(session, model, event)
        if event.row_id in taken:
            values.pop("id", None)
        session.add(model(**values))


def _before(session: AnySession, model: type[Any], event: AuditEvent) -> dict[str, Any]:
    """The values before the event, as the columns hold them."""
    told: dict[str, Any] = json.loads(event.before or "{}")
    columns = inspect(model).columns
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name in columns:
            values[name] = audit.typed(columns[name].type.python_type, value)
        elif name == "roles":
            known = role_rows(session)
            values[name] = [known[role] for role in value if role in known]
    return values
