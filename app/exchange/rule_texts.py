"""A rule's value as a cell shows it, to the text that the rule book keeps.

A spreadsheet makes percents of numbers and days of months with a day; what was meant is told by
the rule's kind and unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.core.errors import RuleViolation
from app.core.text import Message, message
from app.cycles.rules import check_rule_value
from app.exchange.cells import narrow
from app.exchange.table_cells import Unreadable
from app.models.cycles import RuleValue, RuleValueKind

_NUMBERS = frozenset({RuleValueKind.INTEGER, RuleValueKind.DECIMAL})
_OF_A_HUNDRED = frozenset({"%", "百分点"})
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)%")
_DAY = re.compile(r"(?:\d{4}[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


def read_rule(values: Mapping[str, Any]) -> str:
    """The value of a rule with these columns. 80% is 80 where the rule counts percents, 0.8 where
    it is a bare decimal; 2026-02-28 is 02-28 where it is a day of the year. Raises Unreadable."""
    kind, text, unit = values.get("kind"), values["value"], values.get("unit") or ""
    percent = _PERCENT.fullmatch(narrow(text)) if kind in _NUMBERS else None
    if percent is not None:
        bare = kind == RuleValueKind.DECIMAL
        text = _without_sign(Decimal(percent[1]), text, unit, bare=bare)
    day = _DAY.fullmatch(narrow(text)) if kind == RuleValueKind.MONTH_DAY else None
    if day is not None:
        text = f"{int(day[1]):02}-{int(day[2]):02}"
    try:
        check_rule_value(RuleValue(key=values.get("key"), kind=kind, value=text))
    except RuleViolation as refusal:
        reason = refusal.message
        raise Unreadable(reason if isinstance(reason, Message) else Message(reason)) from refusal
    return str(text)


def _without_sign(number: Decimal, text: str, unit: str, *, bare: bool) -> str:
    if unit in _OF_A_HUNDRED:
        return format(number, "f")
    if bare and not unit:
        return format((number / 100).normalize(), "f")
    if unit:
        words = message(
            "“%(text)s” is a percent, but this rule is counted in %(unit)s: write the number alone, such as 5.",
            text=text[:40],
            unit=unit,
        )
    else:
        words = message(
            "“%(text)s” is a percent, but this rule is a whole number: write the number alone, such as 5.",
            text=text[:40],
        )
    raise Unreadable(words)
