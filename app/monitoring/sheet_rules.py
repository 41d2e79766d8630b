"""What a cell of the monthly sheet may hold and what a row still lacks: no session, no screen
(Art. 7, 9.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import RuleViolation
from app.core.text import Message, message
from app.core.values import as_kept
from app.models.base import Choice
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.monitoring.lights import is_worse

FIELDS = (
    "actual_percent", "quality", "head_light", "head_light_reason", "done", "problem", "next_step",
)  # fmt: skip
"""The cells a department fills in of its own tasks, in their order on the sheet."""
LINE_FIELDS = ("done", "problem")
"""The cells it fills in of tasks that another department leads."""
OWN_LIGHTS = (Light.YELLOW, Light.ORANGE, Light.RED)
"""What the head may choose; whether it is worse than the computed light is asked row by row."""
ON_PLAN = message("Going according to plan.")
"""What is written as done of a task that goes as planned, where nothing else is said."""

_CHOICES: dict[str, tuple[Choice, ...]] = {"quality": tuple(Quality), "head_light": OWN_LIGHTS}


def read_cell(field: str, text: str) -> Any:
    """A cell as somebody typed, pasted or uploaded it; None for an empty one. RuleViolation at
    the field for what it cannot hold."""
    if field == "actual_percent":
        return _percent(text)
    if field in _CHOICES:
        return _choice(field, text)
    return as_kept(MonthlyCheck, field, text.strip() or None)


def show_cell(value: Any) -> str:
    """A value as `read_cell` reads it back."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        # A whole number keeps its zeros: 100 is not 1E+2.
        return format(value.quantize(Decimal(1)) if value == int(value) else value.normalize(), "f")
    return value.value if isinstance(value, Choice) else str(value)


def _percent(text: str) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise RuleViolation(
            message("“%(text)s” is not a percentage.", text=text.strip()[:20]), "actual_percent"
        )
    if not 0 <= number <= 100:
        raise RuleViolation(message("A percentage lies between 0 and 100."), "actual_percent")
    return round(number, 2)


def _choice(field: str, text: str) -> Choice | None:
    word = unicodedata.normalize("NFKC", text).strip().lower()
    if not word:
        return None
    for one in _CHOICES[field]:
        if word in {one.value, one.zh, one.en.lower(), one.zh.removesuffix("灯")}:
            return one
    raise RuleViolation(
        message(
            "“%(text)s” cannot be chosen here, but: %(known)s.",
            text=text.strip()[:20],
            known="、".join(one.zh for one in _CHOICES[field]),
        ),
        field,
    )


def is_closed(status: CheckStatus | None) -> bool:
    """Has the row been handed in?"""
    return status == CheckStatus.SUBMITTED


def lacks(values: Mapping[str, Any], computed: Light) -> dict[str, Message]:
    """What a row lacks before it can be submitted, by field; empty when it is complete."""
    found: dict[str, Message] = {}
    if values.get("actual_percent") is None:
        found["actual_percent"] = message("Enter the actual progress.")
    if values.get("quality") is None:
        found["quality"] = message("Choose the quality.")
    found.update(wrong_light(values, computed))
    return found


def wrong_light(values: Mapping[str, Any], computed: Light) -> dict[str, Message]:
    """What is wrong with the head's own light, by field: it is only worse, and says why."""
    light = values.get("head_light")
    if light is None:
        return {}
    if not is_worse(light, computed):
        return {"head_light": message("The head's own light can only be worse.")}
    if not (values.get("head_light_reason") or "").strip():
        return {"head_light_reason": message("Say why the light is worse.")}
    return {}


def on_plan(planned: Decimal | None, last: Decimal | None) -> Decimal | None:
    """The actual percent of a task that goes as planned: the plan's, never less than was reported
    last. None without a planned curve, and where it would say that the task is complete: that is
    said by hand."""
    if planned is None:
        return None
    percent = max(planned, last or Decimal(0))
    return None if percent >= 100 and (last is None or last < 100) else percent
