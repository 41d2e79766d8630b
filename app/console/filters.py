"""The console's filters: one of each kind of column, none that a crafted address can break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import has_request_context
from flask_admin.contrib.sqla import filters as stock
from flask_admin.model.filters import BaseBooleanFilter
from sqlalchemy import Boolean, Date, Enum, Integer, inspect
from sqlalchemy.orm import Query

from app.core.text import words
from app.core.values import LARGEST_INTEGER
from app.web.interface import ScopedInterface


class Contains(stock.FilterLike):
    """What the person typed, taken literally: `%` and `_` are characters like others."""

    def apply(self, query: Query[Any], value: Any, alias: Any = None) -> Query[Any]:
        return query.filter(self.get_column(alias).icontains(value, autoescape=True))


class ChoiceIs(stock.FilterEqual):
    """One value of an enum, offered by its word."""

    def __init__(self, column: Any, name: Any, kind: Any) -> None:
        super().__init__(column, name)
        self.kind = kind

    def get_options(self, view: Any) -> list[tuple[str, Any]]:
        return [(member.value, words((member.zh, member.en))) for member in self.kind]

    def clean(self, value: Any) -> Any:
        return self.kind(value)


class RowIs(stock.FilterEqual):
    """The row that a foreign key points to, out of those the reader sees."""

    def __init__(self, column: Any, name: Any, rows: Callable[[], list[Any]]) -> None:
        super().__init__(column, name)
        self.rows = rows

    def get_options(self, view: Any) -> list[tuple[str, str]]:
        # Flask-Admin asks once when the view is made: what is offered depends on the reader.
        return [(str(row.id), str(row)) for row in self.rows()] if has_request_context() else []

    def clean(self, value: Any) -> int:
        return _small(int(value))


class YesNo(stock.FilterEqual, BaseBooleanFilter):
    def clean(self, value: Any) -> bool:
        return bool(value == "1")


class _Number:
    def clean(self, value: Any) -> int:
        return _small(int(value))


class NumberIs(_Number, stock.FilterEqual):
    pass


class NumberAbove(_Number, stock.FilterGreater):
    pass


class NumberBelow(_Number, stock.FilterSmaller):
    pass


def _small(number: int) -> int:
    if not -LARGEST_INTEGER <= number <= LARGEST_INTEGER:
        raise ValueError(number)
    return number


def filters_of(model: type[Any], name: str, label: Any) -> list[Any]:
    """The filters for the column or the many-to-one relation `name` of `model`."""
    mapper = inspect(model)
    if name in mapper.relationships:
        relation = mapper.relationships[name]
        column = getattr(model, next(iter(relation.local_columns)).key)
        return [RowIs(column, label, ScopedInterface(relation.mapper.class_).choices)]
    column = getattr(model, name)
    kind = column.type
    if isinstance(kind, Enum):
        return [ChoiceIs(column, label, kind.enum_class)]
    if isinstance(kind, Boolean):
        return [YesNo(column, label)]
    if isinstance(kind, Date):
        return [
            stock.DateEqualFilter(column, label),
            stock.DateGreaterFilter(column, label),
            stock.DateSmallerFilter(column, label),
        ]
    if isinstance(kind, Integer):
        return [NumberIs(column, label), NumberAbove(column, label), NumberBelow(column, label)]
    return [Contains(column, label)]
