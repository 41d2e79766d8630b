"""From a cell of master data to a value of its column, and back to what the cell would say."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Boolean, Date, Enum, Integer, Numeric

from app.core.text import Message, message
from app.core.values import LONGEST_TEXT
from app.exchange.cells import Cell, as_text, int_or_none, narrow
from app.exchange.dates import FIRST_SERIAL, LAST_SERIAL
from app.models.base import Choice

YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "有", "启用", "在职"})
NO = frozenset({"否", "no", "n", "false", "0", "×", "无", "停用", "离职"})
_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_EPOCH = dt.date(1899, 12, 30)


class Unreadable(ValueError):
    """The cell holds no value of its column; `words` say so to a person."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(str(words))


def read_value(kind: Any, value: Cell) -> Any:
    """The cell's value for a column of this SQL type. Raises Unreadable."""
    text = as_text(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return _choice(kind.enum_class, text)
    if isinstance(kind, Boolean):
        return read_flag(text)
    if isinstance(kind, Date):
        return _date(value, text)
    if isinstance(kind, Integer):
        number = _number(text)
        if number != number.to_integral():
            raise Unreadable(message("“%(text)s” is not a whole number.", text=text[:40]))
        return int(number)
    if isinstance(kind, Numeric):
        return _number(text)
    longest = getattr(kind, "length", None) or LONGEST_TEXT
    if len(text) > longest:
        raise Unreadable(
            message(
                "The text has %(length)s characters; at most %(limit)s are accepted.",
                length=len(text),
                limit=longest,
            )
        )
    return text


def read_flag(text: str) -> bool:
    """Yes or no, as offices write it. Raises Unreadable."""
    plain = narrow(text).casefold()
    if plain in YES or plain in NO:
        return plain in YES
    raise Unreadable(message("“%(text)s” is neither yes nor no.", text=text[:40]))


def write_value(value: Any) -> str:
    """The value as a cell says it, in Chinese (workbooks of the college are Chinese)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Choice):
        return value.zh
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _choice(kind: Any, text: str) -> Any:
    plain = narrow(text).casefold()
    for member in kind:
        if plain in {narrow(word).casefold() for word in (member.value, member.zh, member.en)}:
            return member
    words = "、".join(member.zh for member in kind)
    raise Unreadable(message("“%(text)s” is none of: %(words)s.", text=text[:40], words=words))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(narrow(text).replace(",", ""))
    except InvalidOperation:
        raise Unreadable(message("“%(text)s” is not a number.", text=text[:40])) from None
    if not number.is_finite() or abs(number) >= 10**9:
        raise Unreadable(message("“%(text)s” is not a number.", text=text[:40]))
    return number


def _date(value: Cell, text: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    whole = int_or_none(value) if isinstance(value, int | float) else None
    if whole is not None and FIRST_SERIAL <= whole <= LAST_SERIAL:
        return _EPOCH + dt.timedelta(days=whole)
    found = _DATE.fullmatch(narrow(text))
    try:
        if found is not None:
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Unreadable(message("There is no such day: “%(text)s”.", text=text[:40])) from None
    raise Unreadable(message("“%(text)s” is not a date like 2026-06-30.", text=text[:40]))
