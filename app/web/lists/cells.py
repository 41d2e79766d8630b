"""The table of a list as markup: built in Python, one escape per cell, nothing asked per row.

A cell is made by a function chosen once per column; what repeats (lights, statuses, names)
is made once per distinct value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from html import escape as quoted
from typing import Any

from markupsafe import Markup, escape

from app.core import clock
from app.core.text import in_chinese
from app.models.monitoring import Light
from app.web import formats
from app.web.directory import directory
from app.web.lists.columns import DIRECTORY_ORDER, Column
from app.web.words import gettext

Cell = Callable[..., str]
"""Makes the inner markup of a cell from the column's parts."""

LONG = 16
"""A text longer than this is clamped to two lines."""
CARD_KINDS = ("relation", "light", "progress", "date", "choice", "percent", "text")
"""What a card on a phone shows below its title: the first column of each kind, at most so
many as `CARD_SIZE`."""
CARD_SIZE = 5


@dataclass(frozen=True, slots=True)
class Overdue:
    """A date that is late when it has passed while `status` is one of `open`."""

    due: str
    status: str
    open: frozenset[str]


def table_rows(
    view: Any, columns: Sequence[Column], rows: Sequence[Any], *, choosing: bool = False
) -> Markup:
    """The `<tr>`s of `rows` (id first, then parts). `choosing`: with a box to select each."""
    title = title_of(view, columns)
    shown = card_columns(columns, title)
    labels = view.labels_said()
    keys = [row[0] for row in rows]
    cells: list[Sequence[str]] = []
    if choosing:
        cells.append([_picking(key) for key in keys])
    at = 1
    for column in columns:
        open_tag, empty_tag = _tags(column, labels[column.name], column is title, column in shown)
        close_tag = "</th>" if column is title else "</td>"
        parts = [[row[part] for row in rows] for part in range(at, at + column.width)]
        if column is title:
            inner = map(_opener(view, column), keys, *parts)
        elif column.name in view.cell_links:
            inner = map(_leading(view, column), keys, *parts)
        else:
            inner = map(_maker(view, column), *parts)
        cells.append([f"{open_tag}{text}{close_tag}" if text else empty_tag for text in inner])
        at += column.width
    lines = [f"<tr>{''.join(line)}</tr>" for line in zip(*cells, strict=True)]
    return Markup("".join(lines))  # noqa: S704 (every cell is escaped where it is made)


def _picking(key: int) -> str:
    """The cell that chooses a row for a bulk action."""
    return (
        f'<td class="ls-pick"><input class="form-check-input" type="checkbox" name="rowid"'
        f' value="{key}" form="ls-bulk" aria-labelledby="r{key}"></td>'
    )


def title_of(view: Any, columns: Sequence[Column]) -> Column:
    """The column whose text leads to the row's page: the view's own, else the first."""
    named = next((one for one in columns if one.name == view.title_column), None)
    return named or columns[0]


def card_columns(columns: Sequence[Column], title: Column) -> list[Column]:
    """The columns that stay on a phone."""
    found = [title]
    for kind in CARD_KINDS:
        found += [one for one in columns if one.kind == kind and one is not title][:1]
    return found[:CARD_SIZE]


def classes_of(column: Column, *, on_card: bool) -> list[str]:
    """The classes of a column's cells. Those not on the card are hidden on a phone."""
    names = [f"ls-{column.kind}"]
    if column.long:
        names.append("ls-long")
    if column.align == "end":
        names.append("ls-end")
    return names if on_card else [*names, "ls-wide"]


def _tags(column: Column, label: str, is_title: bool, on_card: bool) -> tuple[str, str]:
    """How the column's cells begin, and the whole of an empty one."""
    names = classes_of(column, on_card=on_card)
    if is_title:
        return f'<th scope="row" class="ls-title {" ".join(names)}">', ""
    classes = " ".join(names)
    return (
        f'<td class="{classes}" data-label="{escape(label)}">',
        f'<td class="{classes} ls-none">{formats.EMPTY}</td>',
    )


def _opener(view: Any, column: Column) -> Cell:
    """The title's cell: the link to the row's page."""
    place = f"{view.route_base}/show/"
    maker = _maker(view, column)

    opens = escape(gettext("Open"))  # a row without a name of its own

    def link(key: int, *parts: Any) -> str:
        return f'<a id="r{key}" class="ls-open" href="{place}{key}">{maker(*parts) or opens}</a>'

    return link


def _leading(view: Any, column: Column) -> Cell:
    """A cell that leads to another page of the row, such as its file."""
    place = f"{view.route_base}/{view.cell_links[column.name]}/"
    maker = _maker(view, column)
    return lambda key, *parts: f'<a class="ls-lead" href="{place}{key}">{maker(*parts)}</a>'


def _maker(view: Any, column: Column) -> Cell:
    """How to show the parts of this column, by its kind."""
    formatter = view.plain_columns.get(column.name)
    if formatter is not None and formatter is not formats.show_long_text:
        return _once(lambda value: "" if value is None else str(escape(formatter(value))))
    if column.related is not None:
        return _related(column)
    if column.value is not None and column.kind == "text":
        compose = column.value
        return lambda *parts: _text(compose(*parts))
    language = in_chinese()
    if column.kind == "light":
        return partial(_light, language)
    if column.kind == "date" and column.width == 2:
        return _once(partial(_due, clock.today(), view.overdue.open, gettext("overdue")))
    makers: dict[str, Cell] = {
        "text": _text,
        "number": _number,
        "percent": _percent,
        "date": _day,
        "datetime": lambda value: str(formats.show(value)) if value else "",
        "choice": partial(_status if column.name == "status" else _member, language),
        "boolean": _once(lambda value: gettext("Yes") if value else ""),
        "progress": partial(_progress, language),
    }
    return makers[column.kind]


def _once(make: Cell) -> Cell:
    """`make`, called once per distinct value of this table."""
    made: dict[Any, str] = {}

    def cell(*parts: Any) -> str:
        found = made.get(parts)
        if found is None:
            found = made[parts] = make(*parts)
        return found

    return cell


def _related(column: Column) -> Cell:
    if column.related in DIRECTORY_ORDER:
        book, model = directory(), column.related
        return _once(lambda key: "" if key is None else str(escape(book.name_of(model, key) or "")))
    compose: Any = column.value

    def named(*parts: Any) -> str:
        name = compose(*parts)
        return "" if name is None else _text(str(name))

    return _once(named)


def _text(value: Any) -> str:
    if not value:
        return ""
    shown = quoted(value)  # plain text, and many cells: Markup would be unpacked again
    return f'<span class="ls-clamp">{shown}</span>' if len(shown) > LONG else shown


def _number(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else format(Decimal(value).normalize(), "f")


def _percent(value: Any) -> str:
    return "" if value is None else f"{format(Decimal(value).normalize(), 'f')}%"


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _due(today: dt.date, still_open: frozenset[str], word: str, day: Any, status: Any) -> str:
    if day is None:
        return ""
    if day >= today or str(status) not in still_open or day < directory().live_from:
        return str(day.isoformat())
    return f'<span class="ls-late">{day.isoformat()} <span>{escape(word)}</span></span>'


@lru_cache(maxsize=4096, typed=True)
def _status(_language: bool, value: Any) -> str:
    """The language is part of the key only, here and below: the words are in it. By type, for
    members of different sets are equal if their values are."""
    return "" if value is None else str(formats.show_status(value))


@lru_cache(maxsize=4096, typed=True)
def _member(_language: bool, value: Any) -> str:
    return "" if value is None else str(escape(formats.show(value)))


@lru_cache(maxsize=4096)
def _light(_language: bool, value: Any, reason: str | None = None) -> str:
    return str(formats.show_light(Light(value), reason)) if value else ""


@lru_cache(maxsize=4096)
def _progress(_language: bool, actual: Any, planned: Any) -> str:
    if actual is None and planned is None:
        return ""
    return str(formats.progress_bar(actual, planned))
