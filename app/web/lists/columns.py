"""The columns of a list: which may be chosen, what each shows, how it is read and totalled.

A column knows the parts it selects (`parts`) and how they become one value (`value`): a
relation the related row's name, progress the pair (actual, planned).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    and_,
    exists,
    inspect,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.core.actor import Actor
from app.core.policy import visible
from app.models.base import Choice, UtcDateTime
from app.models.cycles import Cycle, TaskCategory
from app.models.organisation import Department, Person, whole_name
from app.web.directory import Directory, directory
from app.web.interface import NOT_SHOWN
from app.web.labels import lazy_label
from app.web.lists.names import naming_of

PROGRESS = "progress"
LIGHTS = frozenset({"light", "computed_light", "head_light"})
DIRECTORY_ORDER = {
    Department: ("sort_order",),
    Person: ("last_name", "first_name"),
    TaskCategory: ("sort_order",),
    Cycle: ("year",),
}
"""By what a list is ordered that is sorted by such a relation."""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, number, percent, date, datetime, choice, light, boolean, relation or
    progress. `align`: start or end. `total`: "", "sum" or "mean"."""

    name: str
    label: Any
    kind: str
    align: str = "start"
    total: str = ""
    long: bool = False
    """Prose, which needs room."""
    related: type[Any] | None = None
    width: int = 1
    """How many parts the column selects."""
    choices: tuple[Choice, ...] = ()
    """The values of a closed set."""
    value: Callable[..., Any] | None = None
    """Makes one value of the parts; None where the part is the value."""
    expression: Callable[[], Any] | None = None
    """How a statement reads what is no column of the table; a list is not sorted by it."""


@dataclass(slots=True)
class Selection:
    """What a statement selects for some columns: expressions, and the joins they need."""

    expressions: list[Any]
    joins: list[tuple[Any, Any]]


def column_of(view: Any, name: str) -> Column | None:
    """The column `name` of a view's list; None if a list cannot show it."""
    model = view.model
    own = view.own_conditions.get(name)
    if own is not None:
        return own if own.expression is not None else None
    label = view.label_columns.get(name) or lazy_label(model, name)
    if name == PROGRESS and _has_progress(model):
        return Column(
            name, lazy_gettext("Progress"), "progress", width=2,
            value=lambda actual, planned: (actual, planned),
        )  # fmt: skip
    if name == "name" and model is Person:
        return Column(
            name, label, "text", width=2,
            value=lambda family, given: whole_name(family or "", given or ""),
        )  # fmt: skip
    mapper = inspect(model)
    if name in mapper.relationships:
        return _relation(mapper.relationships[name], name, label)
    if name not in mapper.columns:
        return None
    kind = _kind(name, mapper.columns[name].type)
    if kind is None:
        return None
    light = name in view.light_reasons
    late = view.overdue is not None and view.overdue.due == name
    return Column(
        name,
        label,
        kind,
        align="end" if kind in {"number", "percent"} else "start",
        total=view.totals.get(name, "mean" if kind == "percent" else ""),
        width=2 if light or late else 1,
        long=isinstance(mapper.columns[name].type, Text),
        choices=tuple(getattr(mapper.columns[name].type, "enum_class", None) or ()),
        value=_first if light or late else None,
    )


def columns_of(view: Any) -> dict[str, Column]:
    """All columns that a reader may choose for this list, the default ones first."""
    names: list[str] = [*view.list_columns]
    wanted: Sequence[str] | None = view.more_columns
    if wanted is None:
        wanted = [
            *view.show_columns, *view.search_columns, *view.own_conditions, "created_at",
            "updated_at",
        ]  # fmt: skip
    names += [name for name in wanted if name not in names]
    found = {name: column_of(view, name) for name in names}
    return {name: column for name, column in found.items() if column is not None}


def select_columns(view: Any, actor: Actor, columns: Sequence[Column]) -> Selection:
    """What to select to show `columns` to `actor`."""
    chosen = Selection([], [])
    for column in columns:
        model = view.model
        if column.kind == "progress":
            chosen.expressions += [model.actual_percent, model.planned_percent]
        elif column.name == "name" and model is Person:
            chosen.expressions += [Person.last_name, Person.first_name]
        elif column.expression is not None:
            chosen.expressions.append(column.expression())
        elif column.related is not None:
            _select_related(chosen, view, actor, column)
        else:
            chosen.expressions.append(getattr(model, column.name))
            if column.name in view.light_reasons:
                chosen.expressions.append(view.light_reasons[column.name](actor))
            elif column.width == 2:
                chosen.expressions.append(getattr(model, view.overdue.status))
    return chosen


def values_of(columns: Sequence[Column], rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of parts (id first) as rows of values (id first)."""
    book = directory()
    places: list[tuple[int, int, Callable[..., Any] | None]] = []
    at = 1
    for column in columns:
        value = column.value
        if column.related in DIRECTORY_ORDER:
            value = partial(_by_directory, book, column.related)
        places.append((at, at + column.width, value))
        at += column.width
    return [
        (
            row[0],
            *(
                row[start] if value is None else value(*row[start:end])
                for start, end, value in places
            ),
        )
        for row in rows
    ]


def order_of(view: Any, name: str) -> list[Any]:
    """The expressions to order by for the column `name`."""
    model = view.model
    if name == PROGRESS:
        return [model.actual_percent]
    if name == "name" and model is Person:
        return [Person.last_name, Person.first_name]
    mapper = inspect(model)
    if name in mapper.columns:
        return [getattr(model, name)]
    relation = mapper.relationships[name]
    target = aliased(relation.mapper.class_)
    key = _key(relation)
    return [
        select(getattr(target, by)).where(target.id == key).correlate(model).scalar_subquery()
        for by in DIRECTORY_ORDER[relation.mapper.class_]
    ]


def orderable(view: Any) -> frozenset[str]:
    """The columns a list may be sorted by: those it may show, and relations that have an
    order of their own."""
    return frozenset(
        column.name
        for column in view.list_columns_all.values()
        if column.expression is None
        and (column.related is None or column.related in DIRECTORY_ORDER)
    )


def _has_progress(model: type[Any]) -> bool:
    return {"actual_percent", "planned_percent"} <= set(model.__mapper__.columns.keys())


def _kind(name: str, kind: Any) -> str | None:
    if isinstance(kind, (JSON, LargeBinary)):
        return None
    if name in LIGHTS:
        return "light"
    if isinstance(kind, Enum):
        return "choice"
    if isinstance(kind, Boolean):
        return "boolean"
    if isinstance(kind, (DateTime, UtcDateTime)):
        return "datetime"
    if isinstance(kind, Date):
        return "date"
    if name.endswith("_percent"):
        return "percent"
    return "number" if isinstance(kind, (Integer, Numeric, Float)) else "text"


def _relation(relation: Any, name: str, label: Any) -> Column | None:
    if relation.direction.name != "MANYTOONE":
        return None
    target = relation.mapper.class_
    if target in DIRECTORY_ORDER:
        return Column(name, label, "relation", related=target)
    naming = naming_of(target)
    return Column(
        name, label, "relation", related=target, width=2 + len(naming.columns), long=True,
        value=_by_join(naming.compose),
    )  # fmt: skip


def _by_directory(book: Directory, model: type[Any], key: int | None) -> str | None:
    return None if key is None else book.name_of(model, key)


def _by_join(compose: Callable[..., str]) -> Callable[..., Any]:
    """The name of a joined row; a row that is pointed to but was not found is hidden."""

    def name(key: Any, found: Any, *parts: Any) -> Any:
        if key is None:
            return None
        return compose(*parts) if found is not None else NOT_SHOWN

    return name


def _first(value: Any, _: Any) -> Any:
    return value


def _key(relation: Any) -> Any:
    (column,) = relation.local_columns
    return getattr(relation.parent.class_, relation.parent.get_property_by_column(column).key)


def _select_related(chosen: Selection, view: Any, actor: Actor, column: Column) -> None:
    """The related row's key and, where the directory does not know it, its name by a join
    that finds only what the reader may see: a visible row may point to a hidden one."""
    key = _key(inspect(view.model).relationships[column.name])
    chosen.expressions.append(key)
    if column.width == 1:
        return
    model: Any = column.related
    target = aliased(model)
    seen = visible(actor, model)
    on = target.id == key
    if seen is not true():
        on = and_(on, exists(select(model.id).where(model.id == target.id, seen).correlate(target)))
    chosen.joins.append((target, on))
    chosen.expressions += [target.id, *(getattr(target, name) for name in naming_of(model).columns)]
