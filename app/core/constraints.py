"""What a constraint that the database enforced says to a reader: which fields, and what of them.

SQLite names the columns of a broken UNIQUE and the name of a broken CHECK; PostgreSQL names the
constraint. What the fields are called stands on their columns.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import CheckConstraint, Column, MetaData, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.core.errors import RuleViolation
from app.core.text import Message, message
from app.core.values import name_of, outside, please_fill_in

_schema: list[MetaData] = []


def use_schema(metadata: MetaData) -> None:
    """Tell the mechanism where the constraints are declared."""
    _schema[:] = [metadata]


def violation_of(error: IntegrityError) -> RuleViolation:
    """Say in the user's words which constraint the database refused, at the field to blame."""
    text = str(error.orig)
    plain = text.lower()
    if "foreign key" in plain:
        return RuleViolation(message("The row is in use elsewhere, or names a row that is gone."))
    columns = _columns_of(error, text)
    field = columns[-1].key if columns else None
    if "unique" in plain:
        return RuleViolation(_said_twice(columns), field)
    if "not null" in plain or "null value" in plain:
        if columns:
            return RuleViolation(please_fill_in(columns[0]), field)
        return RuleViolation(message("A required field is empty."))
    if columns and "_not_blank" in plain:
        return RuleViolation(please_fill_in(columns[0]), field)
    return RuleViolation(_outside(columns), field)


def _said_twice(columns: list[Column[Any]]) -> Message:
    if not columns:
        return message("A row with the same values exists already.")
    return message(
        "A row with the same values in “%(names)s” exists already.", names=_names(columns)
    )


def _outside(columns: list[Column[Any]]) -> Message:
    if not columns:
        return message("A value is outside what is allowed here.")
    if len(columns) == 1:
        return outside(columns[0])
    return message("“%(names)s” do not fit together.", names=_names(columns))


def _names(columns: list[Column[Any]]) -> str:
    return "、".join(name_of(one) for one in columns)


def _columns_of(error: IntegrityError, text: str) -> list[Column[Any]]:
    """The columns a broken constraint speaks of; none where it cannot be told."""
    told = getattr(error.orig, "diag", None)
    if told is not None:
        table = _table(told.table_name)
        if table is not None and told.column_name and told.column_name in table.columns:
            return [table.columns[told.column_name]]
        return _of_constraint(told.constraint_name)
    named = re.search(r"constraint failed: (?:index ')?([\w., ]+)", text)
    if named is None:
        return []
    found = []
    for one in named[1].split(", "):
        table_name, _, column = one.partition(".")
        table = _table(table_name)
        if table is not None and column in table.columns:
            found.append(table.columns[column])
    return found or _of_constraint(named[1])


def _table(name: str | None) -> Table | None:
    return _schema[0].tables.get(name) if _schema and name else None


def _of_constraint(name: str | None) -> list[Column[Any]]:
    """The columns of a UNIQUE or CHECK or a unique index of this name, in the order it names
    them; a CHECK holds them only in its words."""
    for table in _schema[0].tables.values() if _schema and name else ():
        for index in table.indexes:
            if index.name == name:
                return [table.columns[one.key] for one in index.columns]
        for one in table.constraints:
            if one.name != name:
                continue
            if isinstance(one, UniqueConstraint):
                return list(one.columns)
            if isinstance(one, CheckConstraint):
                said = re.findall(r"\b[a-z_]\w*\b", re.sub(r"'[^']*'", "", str(one.sqltext)))
                return [
                    table.columns[word] for word in dict.fromkeys(said) if word in table.columns
                ]
    return []
