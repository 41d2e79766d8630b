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
from app.models.base import Choice
from app.models.monitoring import Light

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


def show_light(value: Any, reason: str | None = None) -> Any:
    """A light as a coloured dot and its word, so that colour is never the only sign; its
    reason stands on hover and is read aloud."""
    if not value:
        return EMPTY
    light = Light(value)
    word = words((light.zh, light.en))
    if not reason:
        return Markup('<span class="light light-{}">{}</span>').format(light.value, word)  # noqa: S704 (escaped)
    return Markup(  # noqa: S704 (escaped)
        '<span class="light light-{}" title="{}">{}<span class="visually-hidden">：{}</span></span>'
    ).format(light.value, reason, word, reason)


def show_percent(value: Any) -> Any:
    return EMPTY if value is None else Markup("{}%").format(show(value))  # noqa: S704


TAGS = {
    "green": {"accepted", "approved", "in_force", "confirmed", "running", "issued", "done"},
    "blue": {"submitted", "published", "reviewing", "open", "assessing", "signed", "replied"},
    "yellow": {"draft", "preparing", "deferred", "returned", "waiting"},
    "red": {"rejected", "dead", "failed", "transferred"},
}
"""The colours of statuses, over all workflows: what is under way, what waits, what is settled."""
_COLOURS = {value: colour for colour, values in TAGS.items() for value in values}


def show_status(value: Any) -> Any:
    """A status as a tag."""
    if not isinstance(value, Choice):
        return EMPTY if value is None else show(value)
    colour = _COLOURS.get(value.value)
    return Markup('<span class="tag {}">{}</span>').format(  # noqa: S704 (escaped)
        f"tag-{colour}" if colour else "", words((value.zh, value.en))
    )


BAR_WIDTH = 72


def progress_bar(actual: Any, planned: Any = None) -> Any:
    """What was done as a bar, what was planned by now as a tick on it; the numbers beside."""
    if actual is None and planned is None:
        return EMPTY
    done = min(max(Decimal(actual or 0), Decimal(0)), Decimal(100))
    behind = planned is not None and done < planned
    tick = ""
    if planned is not None:
        place = min(max(Decimal(planned), Decimal(0)), Decimal(100)) * (BAR_WIDTH - 2) / 100
        tick = Markup('<rect class="plan" x="{:.1f}" y="0" width="2" height="10"/>').format(place)
    told = EMPTY if actual is None else f"{show(Decimal(actual))}%"
    title = (
        gettext("done %(done)s, planned %(planned)s%%", done=told, planned=show(Decimal(planned)))
        if planned is not None
        else told
    )
    return Markup(  # noqa: S704 (escaped)
        '<span class="progress-cell" title="{}"><svg viewBox="0 0 72 10" aria-hidden="true">'
        '<rect class="track" x="0" y="2" width="72" height="6" rx="3"/>'
        '<rect class="done {}" x="0" y="2" width="{:.1f}" height="6" rx="3"/>{}</svg>'
        "<span>{}</span></span>"
    ).format(title, "behind" if behind else "", done * BAR_WIDTH / 100, tick, told)


def noun_of_table(value: Any) -> Any:
    """The noun of a table, as the reader calls it; the bare name if it is none of ours."""
    for mapper in Model.registry.mappers:
        if mapper.local_table.name == value and isinstance(
            getattr(mapper.class_, "label", None), tuple
        ):
            return words(mapper.class_.label)
    return show(value)


def show_long_text(value: Any) -> Any:
    """Text of several lines keeps its lines."""
    if not value:
        return EMPTY
    lines = [escape(line) for line in str(value).splitlines()]
    return Markup("<br>").join(lines)
