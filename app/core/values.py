"""Does a value fit its column? SQLite takes any number and any text; PostgreSQL does not,
and neither does a rule that compares NaN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from sqlalchemy import Date, DateTime, Enum, Integer, Numeric, String, inspect

from app.core.errors import RuleViolation
from app.core.text import message

LARGEST_INTEGER = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200


def check_values(row: Any) -> None:
    """Raise RuleViolation at the first changed column whose value does not fit it."""
    state = inspect(row)
    changed = state.committed_state
    for name, kind in _kinds(type(row)).items():  # type: ignore[arg-type]
        if name not in changed:
            continue
        if state.key is None:  # new: whatever was set is added
            value = state.dict.get(name)
        else:
            history = state.attrs[name].history
            value = history.added[0] if history.added else None
        if value is not None and not fits(kind, value):
            raise RuleViolation(message("A value is outside what is allowed here."), name)


@cache
def _kinds(model: Hashable) -> dict[str, Any]:
    """The type of every column of `model`, by the attribute's name."""
    return {attribute.key: attribute.columns[0].type for attribute in inspect(model).column_attrs}


def fits(kind: Any, value: Any) -> bool:
    """Can a column of this type hold `value`? SQL expressions are the service's own."""
    if hasattr(value, "__clause_element__") or hasattr(value, "compile"):
        return True
    if isinstance(kind, Enum):
        return True
    if isinstance(kind, String):
        text = str(value)
        return "\x00" not in text and (kind.length is None or len(text) <= kind.length)
    if isinstance(kind, Integer):
        return abs(int(value)) <= LARGEST_INTEGER
    if isinstance(kind, Numeric):
        return _number_fits(kind, value)
    if isinstance(kind, (Date, DateTime)) or isinstance(value, dt.date):
        return not hasattr(value, "year") or FIRST_YEAR <= value.year <= LAST_YEAR
    return True


def _number_fits(kind: Numeric[Any], value: Any) -> bool:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    digits = (kind.precision or 18) - (kind.scale or 0)
    return bool(abs(number) < 10**digits)
