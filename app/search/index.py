"""Keeping the index: each row's entry is written in the row's own transaction.

A listener on the session's flush, a hook of `app.core.bulk` for rows that pass the flush by,
and `rebuild`, which makes the index from the rows as they are (existing databases, restored
copies). What is rolled back leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, event, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core import bulk
from app.core.unit_of_work import AnySession
from app.models.organisation import Department, Person
from app.models.search import FULL_TEXT, SearchEntry
from app.search.kinds import KINDS, Kind, kind_of

AT_ONCE = 1000
_TABLE: Any = SearchEntry.__table__
_FOUND_BY = ("code", "title", "body")


def watch(session: Any) -> None:
    """Keep the index with whatever `session` (a session class or a scoped session) writes."""
    event.listen(session, "after_flush", _after_flush)
    bulk.on_insert(_write_rows)


def _after_flush(session: Session, context: Any) -> None:
    written = [*session.new, *(row for row in session.dirty if _told_anew(row))]
    _write_rows(session, [row for row in written if kind_of(type(row)) is not None])
    renamed = [
        row.id for row in session.dirty if isinstance(row, Department) and _changed(row, ("name",))
    ]
    if renamed:
        people = KINDS["person"]
        query = _rows_of(people).where(Person.department_id.in_(renamed))
        _write(session.connection(), people, session.connection().execute(query).all())
    for kind, rows in _by_kind(session.deleted):
        _forget(session.connection(), kind, [row.id for row in rows])


def _told_anew(row: Any) -> bool:
    kind = kind_of(type(row))
    return kind is not None and _changed(row, kind.columns)


def _changed(row: Any, columns: Iterable[str]) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in columns)


def _by_kind(rows: Iterable[Any]) -> Iterator[tuple[Kind, list[Any]]]:
    sorted_: dict[str, list[Any]] = {}
    for row in rows:
        if (kind := kind_of(type(row))) is not None:
            sorted_.setdefault(kind.name, []).append(row)
    return ((KINDS[name], found) for name, found in sorted_.items())


def _write_rows(session: Session, rows: Sequence[Any]) -> None:
    for kind, found in _by_kind(rows):
        _write(session.connection(), kind, found)


def _write(connection: Connection, kind: Kind, rows: Sequence[Any]) -> None:
    """Write the entries of these rows (or rows of their columns), new or anew."""
    departments = _department_names(connection, rows) if kind.by_person else {}
    _put(connection, [kind.entry(row, departments) for row in rows])


def _put(connection: Connection, entries: list[dict[str, Any]]) -> None:
    if not entries:
        return
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(_TABLE)
    # A number that SQLite has given out again may still have the entry of a row long gone.
    statement = new.on_conflict_do_update(
        index_elements=["kind", "row_id"], set_={name: new.excluded[name] for name in _FOUND_BY}
    )
    connection.execute(statement, entries)


def _forget(connection: Connection, kind: Kind, ids: Sequence[int]) -> None:
    of_kind = _TABLE.c.kind == kind.name
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        connection.execute(delete(_TABLE).where(of_kind, _TABLE.c.row_id.in_(some)))


def _department_names(connection: Connection, rows: Sequence[Any]) -> Mapping[int, str]:
    wanted = {row.department_id for row in rows} - {None}
    if not wanted:
        return {}
    table = Department.__table__
    found = connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(wanted)))
    return {row.id: row.name for row in found}


def _rows_of(kind: Kind) -> Any:
    """The rows of a kind as their searched columns, the id first."""
    return select(kind.model.id, *(getattr(kind.model, name) for name in kind.columns))


# The whole index -----------------------------------------------------------------------


@dataclass(slots=True)
class Rebuilt:
    """How many entries there are, how many were written and how many taken out for it."""

    entries: int = 0
    written: int = 0
    removed: int = 0


def rebuild(session: AnySession) -> Rebuilt:
    """Make the index say what the rows say; the caller commits. Repeating it writes nothing."""
    connection = session.connection()
    done = Rebuilt()
    done.removed += connection.execute(delete(_TABLE).where(_TABLE.c.kind.not_in(KINDS))).rowcount
    for kind in KINDS.values():
        of_kind = _TABLE.c.kind == kind.name
        gone = delete(_TABLE).where(of_kind, _TABLE.c.row_id.not_in(select(kind.model.id)))
        done.removed += connection.execute(gone).rowcount
        for rows in _pages(connection, kind):
            done.entries += len(rows)
            done.written += _bring_up(connection, kind, rows)
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"INSERT INTO {FULL_TEXT}({FULL_TEXT}) VALUES ('rebuild')"))  # noqa: S608 (a constant)
    return done


def _pages(connection: Connection, kind: Kind) -> Iterator[Sequence[Any]]:
    last = 0
    key = kind.model.id
    while rows := connection.execute(
        _rows_of(kind).where(key > last).order_by(key).limit(AT_ONCE)
    ).all():
        yield rows
        last = rows[-1].id


def _bring_up(connection: Connection, kind: Kind, rows: Sequence[Any]) -> int:
    """Write those entries of `rows` that say something else; how many."""
    departments = _department_names(connection, rows) if kind.by_person else {}
    known = {
        row.row_id: (row.code, row.title, row.body)
        for row in connection.execute(
            select(_TABLE).where(
                _TABLE.c.kind == kind.name, _TABLE.c.row_id.between(rows[0].id, rows[-1].id)
            )
        )
    }
    entries = [kind.entry(row, departments) for row in rows]
    wrong = [
        entry
        for entry in entries
        if known.get(entry["row_id"]) != tuple(entry[name] for name in _FOUND_BY)
    ]
    _put(connection, wrong)
    return len(wrong)
