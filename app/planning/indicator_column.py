"""The column of a task's indicators in the list of tasks, in the words of the workbooks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import String, cast, func, literal, select

from app.exchange.indicators import IndicatorText, in_words
from app.models.cycles import Direction
from app.models.planning import Indicator, Task
from app.web.lists import Column

NAME = "indicators"
_PART, _ROW = "\x1f", "\x1e"
"""Between the parts of an indicator, and between indicators: characters that no text holds."""
_PARTS = (
    Indicator.id, Indicator.name, Indicator.target, Indicator.unit, Indicator.direction,
    Indicator.baseline, Indicator.standard,
)  # fmt: skip


def _indicators() -> Any:
    """All of a task's indicators in one text; NULL where there are none."""
    told: Any = literal("")
    for part in _PARTS:
        told = told + func.coalesce(cast(part, String), "") + _PART
    return (
        select(func.aggregate_strings(told, _ROW))
        .where(Indicator.task_id == Task.id)
        .correlate(Task)
        .scalar_subquery()
    )


def _told(packed: str | None) -> str | None:
    if not packed:
        return None
    rows = sorted((row.split(_PART) for row in packed.split(_ROW)), key=lambda parts: int(parts[0]))
    return in_words([_indicator(*parts[1:-1]) for parts in rows])


def _indicator(
    name: str, target: str, unit: str, direction: str, baseline: str, standard: str
) -> IndicatorText:
    return IndicatorText(
        name,
        Decimal(target) if target else None,
        unit,
        Direction(direction) if direction else None,
        Decimal(baseline) if baseline else None,
        standard,
    )


INDICATORS = Column(
    NAME, lazy_gettext("Indicators"), "text", long=True, value=_told, expression=_indicators
)
