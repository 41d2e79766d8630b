"""Does a value fit its column? SQLite takes any number and any text; PostgreSQL does not,
and neither does a rule that compares NaN. Texts are tidied on the way: what no reader sees goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from sqlalchemy import Column, Enum, Integer, Numeric, String, Table, inspect
from sqlalchemy.orm.attributes import instance_state

from app.core.errors import RuleViolation
from app.core.text import Message, message, words

LARGEST_INTEGER = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_TEXT = 10_000
"""Characters of a text without a length of its own: a cell of a workbook takes 32,767, even where
each is written as an escape of three, and nobody reads more in a table."""

_ODD = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_TIDY = dict.fromkeys([*range(32), 0xFFFE, 0xFFFF]) | dict.fromkeys(b"\n\r\x0b\x0c", "\n") | {9: 9}
"""Word's line and page breaks end a line; the other control characters stand for nothing."""
_BLANK = re.compile("[\\s\u200b-\u200d\u2060\ufeff]+\\Z")
"""Spaces of every script, and those without a width."""

Take = Callable[[Any], Any]
"""A value as its column keeps it; raises RuleViolation for one that it cannot hold."""


def check_values(row: Any) -> None:
    """Tidy the changed texts of a row. Raise RuleViolation at the first changed column whose value
    does not fit it."""
    state = instance_state(row)
    new, held = state.key is None, state.dict  # of a new row whatever was set is added
    takes = _takes(type(row))  # type: ignore[arg-type]
    for name in tuple(state.committed_state):
        take = takes.get(name)
        if take is None:
            continue
        if new:
            value = held.get(name)
        else:
            history = state.attrs[name].history
            value = history.added[0] if history.added else None
        if value is not None:
            kept = take(value)
            if kept is not value:
                setattr(row, name, kept)


def as_kept(model: type[Any], name: str, value: Any) -> Any:
    """What the column `name` of `model` would keep of a value. RuleViolation at `name`."""
    take = _takes(model).get(name)  # type: ignore[arg-type]
    return value if value is None or take is None else take(value)


def name_of(column: Column[Any]) -> str:
    """What the reader calls a column."""
    pair = column.info.get("label")
    return words(pair) if pair else column.key.replace("_", " ")


def please_fill_in(column: Column[Any]) -> Message:
    """What is said of a column that must not be empty."""
    return message("Please fill in “%(name)s”.", name=name_of(column))


def outside(column: Column[Any]) -> Message:
    """What is said of a value that a column does not allow."""
    return message("“%(name)s” is outside what is allowed here.", name=name_of(column))


@cache
def _takes(model: Hashable) -> dict[str, Take]:
    """For each column of `model` that not every value fits, by the attribute's name."""
    unbounded: frozenset[str] = getattr(model, "unbounded", frozenset())
    takes: dict[str, Take] = {}
    for attribute in inspect(model).column_attrs:
        name, column = attribute.key, attribute.columns[0]
        if isinstance(column.type, Enum) or not isinstance(column, Column):
            continue
        if isinstance(column.type, String):
            takes[name] = _text_taker(name, column, bounded=name not in unbounded)
        else:
            takes[name] = _taker(name, column)
    return takes


def _text_taker(name: str, column: Column[Any], *, bounded: bool) -> Take:
    limit = getattr(column.type, "length", None) or (LONGEST_TEXT if bounded else None)
    odd, blank = _ODD.search, _BLANK.match
    says_something = _is_not_blank(column)

    def take(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if odd(value):
            value = value.replace("\r\n", "\n").translate(_TIDY)
        if blank(value) or (says_something and not value):
            if not column.nullable:
                raise RuleViolation(please_fill_in(column), name)
            return None
        if limit is not None and len(value) > limit:
            raise RuleViolation(
                message(
                    "“%(name)s” takes at most %(limit)s characters; here are %(length)s.",
                    name=name_of(column),
                    limit=limit,
                    length=len(value),
                ),
                name,
            )
        return value

    return take


def _is_not_blank(column: Column[Any]) -> bool:
    """Does the database refuse the empty text?"""
    ending = f"_{column.name}_not_blank"
    return isinstance(column.table, Table) and any(
        str(one.name).endswith(ending) for one in column.table.constraints
    )


def _taker(name: str, column: Column[Any]) -> Take:
    kind = column.type
    if isinstance(kind, Integer):
        fits: Callable[[Any], bool] = _integer_fits
    elif isinstance(kind, Numeric):
        fits = lambda value: _number_fits(kind, value)  # noqa: E731
    else:
        fits = _day_fits

    def take(value: Any) -> Any:
        if not fits(value) and not _is_sql(value):
            raise RuleViolation(_far_away(column) if fits is _day_fits else outside(column), name)
        return value

    return take


def _far_away(column: Column[Any]) -> Message:
    return message(
        "The date in “%(name)s” must lie in the years %(first)s to %(last)s.",
        name=name_of(column),
        first=FIRST_YEAR,
        last=LAST_YEAR,
    )


def _is_sql(value: Any) -> bool:
    """SQL expressions are the service's own."""
    return hasattr(value, "__clause_element__") or hasattr(value, "compile")


def _integer_fits(value: Any) -> bool:
    if type(value) is int:  # nearly every one: no question whether it is SQL
        return abs(value) <= LARGEST_INTEGER
    return _is_sql(value) or abs(int(value)) <= LARGEST_INTEGER


def _day_fits(value: Any) -> bool:
    """Of a date or a moment its year; any other value of such a column."""
    return not hasattr(value, "year") or FIRST_YEAR <= value.year <= LAST_YEAR


def _number_fits(kind: Numeric[Any], value: Any) -> bool:
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    digits = (kind.precision or 18) - (kind.scale or 0)
    return bool(abs(number) < 10**digits)
