"""How values are shown: dates as 2022-06-30, times in the college's zone, words of enums."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask_appbuilder.models.sqla import Model
from flask_babel import gettext
from markupsafe import Markup, escape

from app.core.clock import COLLEGE_ZONE
from app.core.text import words
from app.models.base import Choice, label_of
from app.models.monitoring import Light
from app.models.planning import Task

EMPTY = "—"


def show(value: Any) -> Any:
    """A value as the reader reads it; text is escaped by the template."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Choice):
        return words((value.zh, value.en))
    if isinstance(value, dt.datetime):
        return value.astimezone(COLLEGE_ZONE).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list):
        return "、".join(str(show(item)) for item in value) or EMPTY
    return str(value)


def show_light(value: Any) -> Any:
    """A light as a coloured dot and its word, so that colour is never the only sign."""
    if not value:
        return EMPTY
    light = Light(value)
    return Markup('<span class="light light-{}">● {}</span>').format(  # noqa: S704 (escaped)
        light.value, words((light.zh, light.en))
    )


def show_percent(value: Any) -> Any:
    return EMPTY if value is None else Markup("{}%").format(show(value))  # noqa: S704


def noun_of_table(value: Any) -> Any:
    """The noun of a table, as the reader calls it; the bare name if it is none of ours."""
    for mapper in Model.registry.mappers:
        if mapper.local_table.name == value and isinstance(getattr(mapper.class_, "label", None), tuple):
            return words(mapper.class_.label)
    return show(value)


def label_of_task_column(value: Any) -> Any:
    """The label of a task's column that an adjustment names."""
    return words(label_of(Task, value)) if value else EMPTY


def show_long_text(value: Any) -> Any:
    """Text of several lines keeps its lines."""
    if not value:
        return EMPTY
    lines = [escape(line) for line in str(value).splitlines()]
    return Markup("<br>").join(lines)
