"""The cells of the monthly sheet, drawn without a template: a page has hundreds of them, and each
is the same few words around a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from app.core.text import Message
from app.models.monitoring import Quality
from app.monitoring.sheet import SheetLine, SheetRow
from app.monitoring.sheet_book import label
from app.monitoring.sheet_rules import FIELDS, LINE_FIELDS, OWN_LIGHTS
from app.monitoring.sheet_service import Outcome
from app.web import formats

_CLASSES = {
    "actual_percent": "ms-number",
    "quality": "ms-word",
    "head_light": "ms-word",
    "head_light_reason": "ms-reason",
}
"""By column; all others are long."""
_INPUTS = {
    "actual_percent": '<input class="ms-in" {} value="{}" inputmode="decimal" autocomplete="off">',
    "quality": '<select class="ms-in" {}>{}</select>',
    "head_light": '<select class="ms-in" {}>{}</select>',
}
_LONG = '<textarea class="ms-in" {} rows="1">{}</textarea>'
_HIDDEN = '<small class="ms-wrong" data-wrong="{}" hidden></small>'


class Drawing:
    """Draws the cells of a page. `shown(row, field)` is what stands in a cell, `worded` the same
    as a person reads it where nobody writes; `told` and `incomplete` are what was refused."""

    def __init__(
        self,
        shown: Callable[[Any, str], str],
        worded: Callable[[str, str], str],
        told: Mapping[str, Outcome],
        incomplete: Mapping[int, Mapping[str, Message]],
    ) -> None:
        self._shown, self._worded = shown, worded
        self._told, self._incomplete = told, incomplete
        self._open = {
            name: f'<td class="{class_of(name)}" data-label="{escape(label(name))}">'
            for name in (*FIELDS, *LINE_FIELDS)
        }
        self._light = f'<td class="ms-light" data-label="{escape(gettext("Light"))}" data-light>'
        self._choices = {
            name: [(one.value, str(escape(formats.show(one)))) for one in choices]
            for name, choices in (("quality", tuple(Quality)), ("head_light", OWN_LIGHTS))
        }

    def row(self, row: SheetRow) -> Markup:
        """The cells of a task that the department leads, its light before the head's own."""
        parts = []
        lacks = self._incomplete.get(row.task.id, {})
        for name in FIELDS:
            if name == "head_light":
                light = formats.show_light(row.verdict.light)
                reason = escape(row.verdict.reason)
                parts.append(f"{self._light}{light}<small>{reason}</small></td>")
            parts.append(self._cell(row, name, "h", lacks.get(name)))
        return Markup("".join(parts))  # noqa: S704 (every value is escaped where it is put in)

    def line(self, line: SheetLine) -> Markup:
        """The cells of the department's part in a task of others."""
        cells = [self._cell(line, name, "hl", None) for name in LINE_FIELDS]
        return Markup("".join(cells))  # noqa: S704

    def _cell(self, one: SheetRow | SheetLine, name: str, head: str, lack: Message | None) -> str:
        value = self._shown(one, name)
        if not one.may_edit:
            words = escape(self._worded(name, value))
            return f'{self._open[name]}<span class="ms-text">{words}</span></td>'
        key = one.key
        outcome = self._told.get(key)
        wrong = (outcome.wrong.get(name) if outcome else None) or lack
        wanted = isinstance(one, SheetRow) and one.check is not None and name in one.lacks
        names = (
            f'id="{key}-{name}" name="{key}-{name}" data-cell="{name}"'
            f' aria-labelledby="{head}-{name} {key}-name"'
        )
        if wanted:
            names += " data-wanted"
        if wrong:
            names += ' aria-invalid="true"'
            said = f'<small class="ms-wrong" data-wrong="{name}">{escape(wrong)}</small>'
        else:
            said = _HIDDEN.format(name)
        held = self._options(name, value) if name in self._choices else escape(value)
        return f"{self._open[name]}{_INPUTS.get(name, _LONG).format(names, held)}{said}</td>"

    def _options(self, name: str, value: str) -> str:
        found = ['<option value=""></option>']
        for one, word in self._choices[name]:
            chosen = " selected" if one == value else ""
            found.append(f'<option value="{one}"{chosen}>{word}</option>')
        return "".join(found)


def class_of(field: str) -> str:
    """How wide a column is."""
    return _CLASSES.get(field, "ms-long")
