"""Does a value fit its column? SQLite takes any number and any text; PostgreSQL does not,
and neither does a rule that compares NaN."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from sqlalchemy import Enum, Integer, Numeric, String, inspect

from app.core.errors import RuleViolation
from app.core.text import message

LARGEST_INTEGER = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200


def check_values(row: Any) -> None:
    """Raise RuleViolation at the first changed column whose value does not fit it."""
    state = inspect(row)
    changed = state.committed_state
    new, held = state.key is None, state.dict  # of a new row whatever was set is added
    tests = _tests(type(row))  # type: ignore[arg-type]
    for name in changed:
        fits = tests.get(name)
        if fits is None:
            continue
        if new:
            value = held.get(name)
        else:
            history = state.attrs[name].history
            value = history.added[0] if history.added else None
        if value is not None and not fits(value) and not _is_sql(value):
            raise RuleViolation(message("A value is outside what is allowed here."), name)


Test = Callable[[Any], bool]


@cache
def _tests(model: Hashable) -> dict[str, Test]:
    """For each column of `model` that not every value fits, by the attribute's name: whether it
    can hold one."""
    columns = {
        attribute.key: attribute.columns[0].type for attribute in inspect(model).column_attrs
    }
    return {name: test for name, kind in columns.items() if (test := _test_of(kind)) is not None}


def _test_of(kind: Any) -> Test | None:
    if isinstance(kind, Enum):
        return None
    if isinstance(kind, String):
        return lambda value: _text_fits(kind.length, value)
    if isinstance(kind, Integer):
        return _integer_fits
    if isinstance(kind, Numeric):
        return lambda value: _number_fits(kind, value)
    return _day_fits


def _is_sql(value: Any) -> bool:
    """SQL expressions are the service's own."""
    return hasattr(value, "__clause_element__") or hasattr(value, "compile")


def _text_fits(length: int | None, value: Any) -> bool:
    text = str(value)
    return "\x00" not in text and (length is None or len(text) <= length)


def _integer_fits(value: Any) -> bool:
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
