"""The audit trail: one event per changed row, chained by hash, in the commit of the change.

`record` notes a change at flush, on disk where there are many; the events are written just
before the commit, so that the lock on the chain's head is held only for an instant. `verify`
walks the chain and names the first event that does not fit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, event, insert, inspect, select, update
from sqlalchemy.orm import Session

from app.core import clock
from app.core.actor import Actor
from app.core.spool import Spool
from app.core.unit_of_work import AnySession

GENESIS = "0" * 64
HEAD_ID = 1
_PENDING = "audit_pending"
_MARKS = "audit_marks"
_WORDS = {"add": "added", "edit": "changed", "delete": "deleted"}
_MASK = "•••"
_NEVER_TOLD = frozenset({"version", "updated_at", "created_at"})
_AS_IT_IS = frozenset({str, int, bool, float, type(None)})
_AT_ONCE = 500
"""Events written by one statement."""

_events: list[Table] = []
_heads: list[Table] = []


@dataclass(slots=True)
class Change:
    """A change to note. `row` knows its id."""

    actor: Actor
    row: Any
    table: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    happened_at: dt.datetime


def use_tables(events: Table, head: Table) -> None:
    """Tell the mechanism where the trail is kept."""
    _events[:] = [events]
    _heads[:] = [head]


def install(session: Any) -> None:
    event.listen(session, "before_commit", _write_pending)
    event.listen(session, "after_transaction_create", _mark)
    event.listen(session, "after_soft_rollback", _forget)


def record(
    session: Session,
    actor: Actor,
    row: Any,
    verb: str,
    step: str | None,
    *,
    skip: frozenset[str] = frozenset(),
    secret: frozenset[str] = frozenset(),
    collections: frozenset[str] = frozenset(),
) -> None:
    """Note what happens to `row`; columns in `secret` are named without their value."""
    before, after = _difference(row, verb, skip | _NEVER_TOLD, secret)
    for name in collections:
        history = inspect(row).attrs[name].history
        if history.has_changes():
            now = sorted(str(item) for item in (history.added or []) + (history.unchanged or []))
            was = sorted(str(item) for item in (history.deleted or []) + (history.unchanged or []))
            (before if before is not None else {})[name] = was
            (after if after is not None else {})[name] = now
    if verb == "edit" and not before and not after:
        return
    change = Change(actor, row, row.__tablename__, step or _WORDS[verb], before, after, clock.now())
    _note(session, change)


def record_added(
    session: Session, actor: Actor, model: type[Any], added: Iterable[Mapping[str, Any]]
) -> None:
    """Note many new rows of `model`, each given by its values and its id: what `record` would
    note of each, in a fraction of the time."""
    names = sorted(set(_column_names(model)) - _NEVER_TOLD)  # type: ignore[arg-type]
    told = event_of(
        Change(actor, None, model.__tablename__, _WORDS["add"], None, None, clock.now())
    )
    pending = session.info.setdefault(_PENDING, Spool())
    for values in added:
        after = {name: plain(value) for name in names if (value := values.get(name)) is not None}
        pending.append({**told, "row_id": values["id"], "after": _json(after)})


def record_happening(
    session: AnySession, actor: Actor, action: str, subject: str, told: dict[str, Any]
) -> None:
    """Note something that happened without changing a row: an export, a refused sign-in."""
    _note(session, Change(actor, None, subject, action, None, told, clock.now()))


def _note(session: AnySession, change: Change) -> None:
    session.info.setdefault(_PENDING, Spool()).append(event_of(change))


def noted(session: AnySession) -> int:
    """How many events the commit at hand is going to write, as far as flushed. They get numbers
    without a gap."""
    session.flush()
    return len(session.info.get(_PENDING, []))


def _difference(
    row: Any, verb: str, skip: frozenset[str] | set[str], secret: frozenset[str]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _column_names(type(row)):  # type: ignore[arg-type]
        if name in skip:
            continue
        # Only what was set can have a history; asking for it is what takes time.
        if verb == "edit" and (name not in state.dict or name not in state.committed_state):
            continue
        if verb == "add":
            value = state.dict.get(name)
            if value is not None:
                after[name] = _MASK if name in secret else plain(value)
        elif verb == "delete":
            value = state.dict.get(name)
            if value is not None:
                before[name] = _MASK if name in secret else plain(value)
        else:
            history = state.attrs[name].history
            if history.has_changes():
                old = history.deleted[0] if history.deleted else None
                new = history.added[0] if history.added else None
                if plain(old) == plain(new):
                    continue
                before[name] = _MASK if name in secret else plain(old)
                after[name] = _MASK if name in secret else plain(new)
    return (None if verb == "add" else before), (None if verb == "delete" else after)


@cache
def _column_names(model: Hashable) -> tuple[str, ...]:
    mapper = inspect(model)
    return tuple(column.key for column in mapper.columns if column.key in mapper.attrs)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates as ISO text, decimals as text without loss."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value


def typed(kind: type[Any], told: Any) -> Any:
    """A value as the trail keeps it (`plain`) in its own type again."""
    if told is None or isinstance(told, kind):
        return told
    if issubclass(kind, dt.date):
        return kind.fromisoformat(told)
    return kind(told)


def _mark(session: Session, transaction: Any) -> None:
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, {})
        marks[id(transaction)] = len(session.info.get(_PENDING, []))


def _forget(session: Session, transaction: Any) -> None:
    pending = session.info.get(_PENDING)
    if pending is None:
        return
    if transaction.nested:
        pending.cut(session.info.get(_MARKS, {}).pop(id(transaction), 0))
    else:
        pending.cut(0)


def _write_pending(session: Session) -> None:
    if session.get_nested_transaction() is not None:
        return
    session.flush()
    pending: Spool[dict[str, Any]] | None = session.info.pop(_PENDING, None)
    if pending:
        write_events(session.connection(), pending)


def event_of(change: Change) -> dict[str, Any]:
    """The event of a change, without its number and its place in the chain."""
    actor, row = change.actor, change.row
    key = None if row is None else inspect(row).mapper.primary_key_from_instance(row)[0]
    return {
        "happened_at": change.happened_at,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "on_behalf_of_id": actor.behalf_of,
        "door": str(actor.door),
        "action": change.action,
        "table_name": change.table,
        "row_id": key,
        "before": None if change.before is None else _json(change.before),
        "after": None if change.after is None else _json(change.after),
    }


def write_events(connection: Connection, noted: Iterable[dict[str, Any]]) -> None:
    """Append events (see `event_of`) to the chain, in this transaction."""
    events, head = _events[0], _heads[0]
    if connection.dialect.name == "sqlite":
        # SQLite knows no FOR UPDATE: a first write keeps others from reading the same head.
        connection.execute(
            update(head).where(head.c.id == HEAD_ID).values(last_event_id=head.c.last_event_id)
        )
    place = connection.execute(
        select(head.c.last_event_id, head.c.last_hash).where(head.c.id == HEAD_ID).with_for_update()
    ).one_or_none()
    if place is None:
        connection.execute(insert(head).values(id=HEAD_ID, last_event_id=0, last_hash=GENESIS))
        number, previous = 0, GENESIS
    else:
        number, previous = place.last_event_id, place.last_hash
    rows: list[dict[str, Any]] = []
    for told in noted:
        number += 1
        row = {"id": number, **told, "previous_hash": previous}
        row["hash"] = previous = digest(row)
        rows.append(row)
        if len(rows) == _AT_ONCE:
            connection.execute(insert(events), rows)
            rows = []
    if rows:
        connection.execute(insert(events), rows)
    connection.execute(
        update(head).where(head.c.id == HEAD_ID).values(last_event_id=number, last_hash=previous)
    )


_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_chained = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def digest(row: Any) -> str:
    """SHA-256 over every field of an event but its own hash, in a fixed order."""
    told = [
        row["id"],
        plain(row["happened_at"]),
        row["actor_id"],
        row["actor_name"],
        row["on_behalf_of_id"],
        row["door"],
        row["action"],
        row["table_name"],
        row["row_id"],
        row["before"],
        row["after"],
        row["previous_hash"],
    ]
    return hashlib.sha256(_chained(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """`events` that fit, and the first that does not (None: the whole chain holds)."""

    events: int
    broken_event: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_event is None


def verify(session: Session) -> Verification:
    """Walk the chain from the first event to the head; memory does not grow with it."""
    events, head = _events[0], _heads[0]
    previous, expected = GENESIS, 1
    rows = session.execute(
        select(events).order_by(events.c.id).execution_options(yield_per=1000)
    ).mappings()
    for row in rows:
        if row["id"] != expected:
            return Verification(expected - 1, expected, "missing")
        if row["previous_hash"] != previous:
            return Verification(expected - 1, expected, "not chained")
        if digest(row) != row["hash"]:
            return Verification(expected - 1, expected, "altered")
        previous, expected = row["hash"], expected + 1
    place = session.execute(
        select(head.c.last_event_id, head.c.last_hash).where(head.c.id == HEAD_ID)
    ).one_or_none()
    last = (0, GENESIS) if place is None else (place.last_event_id, place.last_hash)
    if last != (expected - 1, previous):
        return Verification(expected - 1, expected, "missing")
    return Verification(expected - 1)
