"""An objection to an entry from paper: the row it is about waits, and what is put back when the
entry does not stand (domain §1).

While an entry is contested, or lies with a top leader, its row takes no step. What others did
before the objection, going on from what was entered, is put back with it and they are told;
where more than that has happened (a decision of a meeting, another row changed) the Office does
not undo it: a top leader annuls the entry, and the row stays where it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, inspect, select
from sqlalchemy.orm import object_session

from app.core import audit, workflow
from app.core.actor import Door
from app.core.errors import WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.paper_entries import kind_named, statement_named
from app.models.meetings import PaperEntry, PaperStatus
from app.models.organisation import Person
from app.models.system import AuditEvent

OPEN = (PaperStatus.CONTESTED, PaperStatus.REFERRED)
_HELD = "rows_held_by_contested_entries"
_EDITED = "changed"


def hold(row: Any) -> None:
    """Refuse any step on `row` while what was entered on it from paper is contested. One
    statement in a session, however many rows are asked about."""
    session = object_session(row)
    if session is None or kind_named(row.__tablename__) is None:
        return
    name = _held(session).get((row.__tablename__, row.id))
    if name is not None:
        raise WrongState(
            message(
                "%(name)s objects to what was entered from paper in their name; nothing goes on"
                " until that is settled.",
                name=name,
            )
        )


def is_contested(model: Any) -> ColumnElement[bool]:
    """Rows of `model` that are held: nobody can go on with them, so nobody owes their next step."""
    return exists(
        select(PaperEntry.id).where(
            PaperEntry.subject_table == model.__tablename__,
            PaperEntry.subject_id == model.id,
            PaperEntry.status.in_(OPEN),
        )
    )


def forget(session: AnySession) -> None:
    """Which rows are held is looked up anew: an entry is about to change."""
    session.info.pop(_HELD, None)


def _held(session: AnySession) -> dict[tuple[str, int], str]:
    """By row that waits, who objects."""
    if _HELD not in session.info:
        session.info[_HELD] = {
            _row_of(session, entry): person.name
            for entry, person in session.execute(
                select(PaperEntry, Person)
                .join(Person, Person.id == PaperEntry.person_id)
                .where(PaperEntry.status.in_(OPEN))
            )
        }
    return session.info[_HELD]  # type: ignore[no-any-return]


def _row_of(session: AnySession, entry: PaperEntry) -> tuple[str, int]:
    statement = statement_named(entry.step)
    about = None
    if statement is not None and statement.holds is not None:
        about = statement.holds(session, entry.subject_id)
    return (entry.subject_table, entry.subject_id) if about is None else about


def take_back(session: AnySession, entry: PaperEntry) -> list[int]:
    """Put back what the entry changed, and the steps that went on from it. Returns whose steps
    those were. WrongState where more has happened since than that."""
    found: list[AuditEvent] = []
    others: set[int] = set()
    kind = kind_named(entry.subject_table)
    carried_on = kind.carried_on if kind else frozenset()
    for table, key in _touched(session, entry):
        own = _events(session, entry, table, key)
        if not own:
            continue
        for event in _since(session, own[0]):
            if event.action == _EDITED:
                continue  # what was written meanwhile is nobody's step: it stays
            if event.action not in carried_on:
                raise WrongState(
                    message(
                        "The row has moved on since by more than can be taken back: put the matter"
                        " to a top leader."
                    )
                )
            found.append(event)
            others.update({event.actor_id or 0, event.on_behalf_of_id or 0} - {0})
        found += own
    with workflow.reversing(session, "withdraw"):
        for event in sorted(found, key=lambda one: one.id, reverse=True):
            _put_back(session, event)
    return sorted(others)


def _touched(session: AnySession, entry: PaperEntry) -> list[tuple[str, int]]:
    """The entry's row and those that changed with it."""
    keys = [(entry.subject_table, entry.subject_id)]
    kind = kind_named(entry.subject_table)
    row = None if kind is None else session.get(kind.model, entry.subject_id)
    if kind is not None and row is not None:
        keys += [(one.__tablename__, one.id) for one in kind.follows(row)]
    return keys


def _events(session: AnySession, entry: PaperEntry, table: str, key: int) -> list[AuditEvent]:
    """What the entry wrote on a row, newest first."""
    return list(
        session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.table_name == table,
                AuditEvent.row_id == key,
                AuditEvent.door == Door.PAPER.value,
                AuditEvent.on_behalf_of_id == entry.person_id,
                AuditEvent.actor_id == entry.recorded_by_id,
                AuditEvent.happened_at >= entry.recorded_at,
            )
            .order_by(AuditEvent.id.desc())
        )
    )


def _since(session: AnySession, last: AuditEvent) -> Sequence[AuditEvent]:
    """What happened to the row after the last of what the entry wrote."""
    return session.scalars(
        select(AuditEvent).where(
            AuditEvent.table_name == last.table_name,
            AuditEvent.row_id == last.row_id,
            AuditEvent.id > last.id,
        )
    ).all()


def _put_back(session: AnySession, event: AuditEvent) -> None:
    model = next(
        mapper.class_
        for mapper in PaperEntry.registry.mappers
        if mapper.local_table.name == event.table_name  # type: ignore[attr-defined]
    )
    row = session.get(model, event.row_id)
    if row is None:
        return
    if event.before is None:
        session.delete(row)
        return
    columns = inspect(model).columns
    for name, told in json.loads(event.before).items():
        if name in columns:
            setattr(row, name, audit.typed(columns[name].type.python_type, told))


workflow.register_hold(hold)
