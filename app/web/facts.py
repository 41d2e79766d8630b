"""What a row's page says of the row: its facts in order, related rows as links.

An empty fact is told apart (the page folds it away), and so is a long text, which takes the
whole width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import Text, inspect

from app.core.actor import Actor
from app.core.text import words
from app.models.base import Choice
from app.web import formats
from app.web.directory import directory
from app.web.interface import NOT_SHOWN
from app.web.lists.names import names_of

LONG = 60
"""A text of more letters takes the whole width."""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    label: Any
    value: Any


@dataclass(slots=True)
class Facts:
    """`tag`, the status, stands beside the heading; `empty` are labels."""

    short: list[Fact] = field(default_factory=list)
    long: list[Fact] = field(default_factory=list)
    empty: list[Any] = field(default_factory=list)
    tag: Any = ""

    @property
    def any(self) -> bool:
        return bool(self.short or self.long or self.empty)


def facts_of(view: Any, row: Any, actor: Actor, columns: Sequence[str]) -> Facts:
    """The facts of `columns` of `row`. A related row that the directory does not know costs
    one statement; one that the reader may not see is not named."""
    facts = Facts()
    mapper = inspect(type(row))
    for name in columns:
        relation = mapper.relationships.get(name)
        if relation is not None and relation.direction.name == "MANYTOONE":
            value: Any = _related(view, row, name, actor)
        else:
            value = getattr(row, name, None)
            if isinstance(value, Choice) and name == "status":
                facts.tag = formats.show_status(value)
                continue
            if value is not None and value != "":
                value = view.formatters_columns.get(name, formats.show)(value)
        label = view.label_columns[name]
        if value is None or value == "" or value == formats.EMPTY:
            facts.empty.append(label)
        elif _is_long(mapper, name, value):
            facts.long.append(Fact(name, label, value))
        else:
            facts.short.append(Fact(name, label, value))
    return facts


def heading_of(view: Any, row: Any) -> str:
    """The row's own name: what its model calls it, else the text that names it in lists."""
    named = type(row).__str__
    if named is object.__str__:
        return f"{words(type(row).label)} {row.id}"
    if getattr(named, "__module__", "") != "app.models.base":
        return str(row)
    told = getattr(row, view.title_column, None) if view.title_column else None
    if told and view.title_column in view.plain_columns:
        return str(view.plain_columns[view.title_column](told))
    return str(formats.show(told)) if isinstance(told, (str, Choice)) and told else str(row)


def row_link(model: type[Any], key: int, text: Any, actor: Actor) -> Any:
    """`text` as a link to the page of a row, where there is one that `actor` may open."""
    from app.web.views import view_of

    view = view_of(model)
    if view is None or not actor.may(f"{view.class_permission_name}:read"):
        return text
    return Markup('<a href="{}/show/{}">{}</a>').format(view.route_base, key, text)  # noqa: S704


def _related(view: Any, row: Any, name: str, actor: Actor) -> Any:
    model = view.datamodel.get_related_model(name)
    key = getattr(row, view.datamodel.get_relation_fk(name).key)
    if key is None:
        return None
    if directory().knows(model):
        text = directory().name_of(model, key)
    else:
        text = names_of(actor, model, [key]).get(key)
    return NOT_SHOWN if text is None else row_link(model, key, text, actor)


def _is_long(mapper: Any, name: str, value: Any) -> bool:
    column = mapper.columns.get(name)
    if column is not None and isinstance(column.type, Text) and len(str(value)) > LONG // 2:
        return True
    return not isinstance(value, Markup) and len(str(value)) > LONG
