"""Comparing a table of master data with what is stored, and carrying it out.

What a person confirms is the list of rows with their fate; writing goes through the gate like
everything else, row by row, so that a refusal names its row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.actor import Actor
from app.core.errors import NotAllowed, Refusal, RuleViolation, RuleViolations
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.exchange.cells import as_text, clean_text, means_nothing
from app.exchange.decisions import Decisions
from app.exchange.plan import Action, FieldChange, Plan, PlannedRow, Progress
from app.exchange.problems import FieldError
from app.exchange.row_marks import MARK, STALE, TAKEN, UNKNOWN, mark_of, read_mark
from app.exchange.rule_texts import read_rule
from app.exchange.table_cells import Unreadable, read_value, write_value
from app.exchange.table_names import Names
from app.exchange.table_people import (
    PEOPLE_COLUMNS,
    people_columns,
    posts_held,
    write_person,
)
from app.exchange.table_rows import ParsedTable, TableRow
from app.exchange.table_specs import TableSpec
from app.models.cycles import RuleValue
from app.models.organisation import Appointment, Charge, ChargeKind, Person
from app.security.roles import ROLE_LABELS


@dataclass(slots=True)
class PlannedTableRow(PlannedRow):
    """`values` are what the row says, by column; those of an unchanged column too."""

    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    stored_id: int | None = None
    version: int | None = None

    def promised(self) -> dict[str, Any]:
        title = " · ".join(text for text in list(self.texts.values())[:3] if text)
        return {"sheet": self.sheet, "row": self.row, "title": title, **self.texts}


@dataclass(slots=True)
class TablePlan(Plan):
    rows: list[PlannedTableRow] = field(default_factory=list)
    spec: TableSpec | None = None


def plan_table(
    session: AnySession,
    actor: Actor,
    table: ParsedTable,
    spec: TableSpec,
    decisions: Decisions | None = None,
) -> TablePlan:
    """What importing `table` would do. Writes nothing.

    Whoever adds and edits these rows. Errors: NotAllowed.
    """
    if not (actor.may(f"{spec.kind}:add") and actor.may(f"{spec.kind}:edit")):
        raise NotAllowed(message("You may not import this."))
    plan = TablePlan(problems=list(table.problems), spec=spec)
    names = Names(session, actor, decisions)
    stored = _Stored(session, actor, spec)
    for source in table.rows:
        plan.rows.append(_plan_row(source, spec, names, stored))
    _refuse_twins(plan.rows, spec)
    plan.unknown = names.unknown()
    return plan


class _Stored:
    """The stored rows by their keys."""

    def __init__(self, session: AnySession, actor: Actor, spec: TableSpec) -> None:
        self.spec = spec
        query = select(spec.model).where(visible(actor, spec.model))
        posts = {}
        if spec.model is Person:
            query = query.options(selectinload(Person.roles))
            posts = posts_held(session, actor)
        rows = session.scalars(query).all()
        self.values = {row.id: _values_of(row, spec, posts) for row in rows}
        self.versions = {row.id: getattr(row, "version", None) for row in rows}
        self.marks = {row.id: mark_of(row) for row in rows}
        self.by_key: dict[tuple[str, ...], dict[Any, list[int]]] = {}
        for key in dict.fromkeys([*spec.keys, *_unique(spec)]):
            index = self.by_key[key] = {}
            for row_id, values in self.values.items():
                index.setdefault(_key(values, key), []).append(row_id)

    def marked(self, text: str) -> tuple[int, bool]:
        """The row of this mark, and whether it is still as it was exported. Raises Unreadable
        for a mark that no row here has."""
        mark = read_mark(text)
        today = read_mark(self.marks.get(mark.id, "")) if mark else None
        if mark is None or today is None or today.letters != mark.letters:
            raise Unreadable(UNKNOWN)
        return mark.id, today.version == mark.version

    def other(self, row_id: int, values: dict[str, Any]) -> str | None:
        """A column by whose new value the row would be the same as another one."""
        held = self.values[row_id]
        whole = {**held, **values}
        for key in _unique(self.spec):
            changed = [name for name in key if whole[name] != held[name]]
            if not changed or any(whole[name] in (None, "") for name in key):
                continue
            if any(found != row_id for found in self.by_key[key].get(_key(whole, key), ())):
                return changed[0]
        return None

    def find(self, values: dict[str, Any]) -> int | None:
        """The stored row this one means. Raises Unreadable when it may mean several."""
        for key in self.spec.keys:
            if any(values.get(name) in (None, "") for name in key):
                continue
            found = self.by_key[key].get(_key(values, key), [])
            if len(found) == 1:
                return found[0]
            if len(found) > 1:
                raise Unreadable(message("Several stored rows fit; add what tells them apart."))
        return None


def _unique(spec: TableSpec) -> list[tuple[str, ...]]:
    """The columns whose values the database lets only one row have."""
    table = spec.model.__table__
    held = [{column.name} for column in table.columns if column.unique]
    held += [set(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    found = [
        tuple(column.name for column in spec.columns if _attribute(spec, column.name) in names)
        for names in held
    ]
    return [key for key, names in zip(found, held, strict=True) if len(key) == len(names)]


def _key(values: dict[str, Any], key: Iterable[str]) -> tuple[Any, ...]:
    found = []
    for name in key:
        value = values.get(name)
        found.append(value.strip().casefold() if type(value) is str else value)
    return tuple(found)


def _values_of(row: Any, spec: TableSpec, posts: dict[int, Any]) -> dict[str, Any]:
    values = people_columns(row, posts) if spec.model is Person else {}
    for column in spec.columns:
        if column.name not in values:
            values[column.name] = getattr(row, _attribute(spec, column.name))
    return values


def _attribute(spec: TableSpec, name: str) -> str:
    """The column behind a relation; a column itself."""
    relation = spec.model.__mapper__.relationships.get(name)
    return name if relation is None else str(next(iter(relation.local_columns)).key)


def _target(spec: TableSpec, name: str) -> type[Any] | None:
    relation = spec.model.__mapper__.relationships.get(name)
    return None if relation is None else relation.mapper.class_


def _plan_row(source: TableRow, spec: TableSpec, names: Names, stored: _Stored) -> PlannedTableRow:
    row = PlannedTableRow(source.sheet, source.row, errors=list(source.errors))
    fresh = True
    if source.mark:
        try:
            row.stored_id, fresh = stored.marked(source.mark)
        except Unreadable as fault:
            row.errors.append(FieldError(MARK, source.letters.get(MARK), fault.words, source.row))
    before = stored.values.get(row.stored_id or 0, {})
    for name, cell in source.cells.items():
        row.texts[name] = as_text(cell)
        if name in before and clean_text(_told(spec, name, before[name], names)) == row.texts[name]:
            row.errors = [error for error in row.errors if error.field != name]
            continue
        try:
            row.values[name] = _read(spec, name, cell, names)
        except Unreadable as fault:
            row.errors.append(FieldError(name, source.letters.get(name), fault.words, source.row))
    if before:
        _take_empty(row, source, spec, before)
    if not row.errors and not source.mark:
        try:
            row.stored_id = stored.find(row.values)
        except Unreadable as fault:
            row.errors.append(FieldError(spec.keys[0][0], None, fault.words, source.row))
    if spec.model is RuleValue:
        _settle_rule(row, source, stored)
    if row.stored_id is not None:
        row.version = stored.versions[row.stored_id]
        before = stored.values[row.stored_id]
        for name, value in row.values.items():
            held = name == "post" and spec.model is Person and value in before[name]
            if value != before[name] and not held:
                old, new = _told(spec, name, before[name], names), _told(spec, name, value, names)
                row.changes.append(FieldChange(name, old, new))
        taken = stored.other(row.stored_id, row.values) if source.mark and not row.errors else None
        if taken is not None:
            row.errors.append(FieldError(taken, source.letters.get(taken), TAKEN, source.row))
        if row.changes and not fresh:
            row.warnings.append(FieldError(MARK, source.letters.get(MARK), STALE, source.row))
    elif not row.errors:
        _require_all(row, spec, source)
    row.settle(new=row.stored_id is None)
    return row


def _settle_rule(row: PlannedTableRow, source: TableRow, stored: _Stored) -> None:
    """A rule's value is read by its kind and unit, which may stand in the table already."""
    if row.errors or not row.values.get("value"):
        return
    held = stored.values.get(row.stored_id or 0, {})
    try:
        row.values["value"] = read_rule({**held, **row.values})
    except Unreadable as fault:
        row.errors.append(FieldError("value", source.letters.get("value"), fault.words, source.row))


def _take_empty(
    row: PlannedTableRow, source: TableRow, spec: TableSpec, before: dict[str, Any]
) -> None:
    """An exported row's cell that has been emptied empties what is stored, where that may be."""
    for name in sorted(source.empty):
        if before[name] in (None, "", frozenset()):
            continue
        if spec.model is Person and name in ("post", "roles"):
            continue  # a post ends by its date, and nobody is without a role
        stored = spec.model.__mapper__.columns.get(_attribute(spec, name))
        if stored is None or not stored.nullable:
            words = message("This cell may not be empty.")
            row.errors.append(FieldError(name, source.letters.get(name), words, source.row))
        else:
            row.values[name] = None


def _require_all(row: PlannedTableRow, spec: TableSpec, source: TableRow) -> None:
    """A new row needs every column that the table cannot do without."""
    for column in spec.columns:
        if column.name in PEOPLE_COLUMNS and spec.model is Person:
            continue
        stored = spec.model.__mapper__.columns.get(_attribute(spec, column.name))
        if stored is None or stored.nullable or column.name in row.values:
            continue
        if stored.default is None and stored.server_default is None and column.name not in FILLED:
            words = message("“%(name)s” is missing.", name=spec.label(column)[0])
            row.errors.append(FieldError(column.name, None, words, source.row))


FILLED = frozenset({"valid_from", "kind", "username", "email"})
"""What a new row gets by itself: posts and charges begin today, a charge is 分管, an account
without a name of its own takes the staff number."""


def _read(spec: TableSpec, name: str, cell: Any, names: Names) -> Any:
    text = as_text(cell)
    virtual = PEOPLE_COLUMNS.get(name) if spec.model is Person else None
    if virtual is not None:
        return virtual(names, text)
    target = _target(spec, name)
    stored = spec.model.__mapper__.columns[_attribute(spec, name)]
    if means_nothing(text) and stored.nullable:
        return None
    if target is not None:
        return names.id_of(target, text)
    return read_value(stored.type, cell)


def _told(spec: TableSpec, name: str, value: Any, names: Names) -> str:
    """A value as the list of changes shows it."""
    if spec.model is Person and name == "post":
        held = value if isinstance(value, frozenset) else {value}
        return "、".join(sorted(post.zh for post in held))
    if isinstance(value, frozenset):  # of roles, which are a relation, too
        return "、".join(zh for role, (zh, _) in ROLE_LABELS.items() if role in value)
    target = _target(spec, name)
    return write_value(value) if target is None else names.text_of(target, value)


def _refuse_twins(rows: list[PlannedTableRow], spec: TableSpec) -> None:
    """Two rows that mean one row would each write it."""
    seen: dict[Any, int] = {}
    for row in rows:
        if row.errors:
            continue
        marks: list[Any] = [("stored", row.stored_id)] if row.stored_id is not None else []
        if row.stored_id is None:
            key = next(
                (key for key in spec.keys if all(row.values.get(name) for name in key)), None
            )
            marks = [(key, _key(row.values, key))] if key is not None else []
        for mark in marks:
            earlier = seen.setdefault(mark, row.row)
            if earlier != row.row:
                words = message("This row stands in row %(row)s already.", row=earlier)
                row.errors.append(FieldError(spec.keys[0][0], None, words, row.row))
                row.settle(new=row.stored_id is None)


# Writing -------------------------------------------------------------------------------


def write_table(
    session: AnySession,
    actor: Actor,
    plan: TablePlan,
    *,
    first_password: Callable[[Person], None] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write what the plan says. Flushes, does not commit.

    Whoever adds and edits these rows. `first_password` gives a new person one. Errors:
    RuleViolations when the plan has errors; RuleViolation naming the row that the gate refuses.
    """
    if plan.refused or plan.spec is None:
        raise RuleViolations([RuleViolation(reason) for reason in plan.reasons()])
    spec = plan.spec
    changed = [row.stored_id for row in plan.rows if row.action == Action.CHANGED]
    stored = {
        row.id: row for row in session.scalars(select(spec.model).where(spec.model.id.in_(changed)))
    }
    for done, planned in enumerate(plan.rows, 1):
        if planned.action in (Action.NEW, Action.CHANGED):
            try:
                _write_row(session, actor, spec, planned, stored, first_password)
                session.flush()
            except Refusal as refusal:
                raise RuleViolation(
                    message(
                        "%(sheet)s!%(place)s %(reason)s",
                        sheet=planned.sheet, place=planned.row, reason=str(refusal),
                    )
                ) from refusal  # fmt: skip
        if progress is not None:
            progress(done, len(plan.rows))


def _write_row(
    session: AnySession,
    actor: Actor,
    spec: TableSpec,
    planned: PlannedTableRow,
    stored: dict[int, Any],
    first_password: Callable[[Person], None] | None,
) -> None:
    row = stored.get(planned.stored_id or 0)
    told = {change.field for change in planned.changes}
    values = {name: value for name, value in planned.values.items() if row is None or name in told}
    if spec.model is Person:
        write_person(session, actor, row, values, first_password)
        return
    columns = {_attribute(spec, name): value for name, value in values.items()}
    if row is None:
        for name, value in _filled(spec, columns).items():
            columns.setdefault(name, value)
        session.add(spec.model(**columns))
        return
    for name, value in columns.items():
        setattr(row, name, value)


def _filled(spec: TableSpec, columns: dict[str, Any]) -> dict[str, Any]:
    today: dt.date = clock.today()
    filled: dict[str, Any] = {}
    if spec.model in (Appointment, Charge):
        filled["valid_from"] = today
    if spec.model is Charge:
        filled["kind"] = ChargeKind.IN_CHARGE
    return filled
