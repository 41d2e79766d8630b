"""List filters: Flask-AppBuilder's, with escaped wildcards and foreign keys compared as keys.

`RequestFilters` keeps the filters of one request apart from every other's: stock FAB holds
one object per view and process, so that threads read each other's filters.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import g, has_request_context
from flask_appbuilder.exceptions import (
    InvalidColumnFilterFABException,
    InvalidOperationFilterFABException,
)
from flask_appbuilder.models.filters import BaseFilter, FilterRelation, Filters
from flask_appbuilder.models.sqla import filters as stock
from flask_babel import lazy_gettext
from sqlalchemy import false
from sqlalchemy.sql import operators

from app.core import clock
from app.web.directory import directory


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


class ColumnFilter(BaseFilter):
    """A filter on one column of the list's own table."""

    def column(self) -> Any:
        return getattr(self.model, self.column_name)


class Contains(ColumnFilter):
    name = lazy_gettext("Contains")
    arg_name = "ct"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column().icontains(_text(value), autoescape=True))


class NotContains(ColumnFilter):
    name = lazy_gettext("Not Contains")
    arg_name = "nct"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(~self.column().icontains(_text(value), autoescape=True))


class StartsWith(ColumnFilter):
    name = lazy_gettext("Starts with")
    arg_name = "sw"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.column().istartswith(_text(value), autoescape=True))


class _Compare(ColumnFilter):
    """A comparison with a value of the column's type; a value that is none finds nothing."""

    operator: Any = operators.eq

    def apply(self, query: Any, value: Any) -> Any:
        typed = _typed(self.datamodel, self.column_name, value)
        if typed is None:
            return query.filter(false())
        return query.filter(self.operator(self.column(), typed))


class Equal(_Compare):
    name = lazy_gettext("Equal to")
    arg_name = "eq"


class NotEqual(_Compare):
    name = lazy_gettext("Not Equal to")
    arg_name = "neq"
    operator = operators.ne


class Greater(_Compare):
    name = lazy_gettext("Greater than")
    arg_name = "gt"
    operator = operators.gt


class Smaller(_Compare):
    name = lazy_gettext("Smaller than")
    arg_name = "lt"
    operator = operators.lt


class AtLeast(_Compare):
    name = lazy_gettext("From")
    arg_name = "ge"
    operator = operators.ge


class AtMost(_Compare):
    name = lazy_gettext("Until")
    arg_name = "le"
    operator = operators.le


class RelatedIs(FilterRelation):
    """The foreign key is this row's. Nothing is loaded to compare it."""

    name = lazy_gettext("Relation")
    arg_name = "rel_o_m"

    def apply(self, query: Any, value: Any) -> Any:
        key = self.datamodel.get_relation_fk(self.column_name)
        number = _integer(getattr(value, "id", value))
        return query.filter(false() if number is None else key == number)


class RelatedIsNot(FilterRelation):
    name = lazy_gettext("No Relation")
    arg_name = "nrel_o_m"

    def apply(self, query: Any, value: Any) -> Any:
        key = self.datamodel.get_relation_fk(self.column_name)
        number = _integer(getattr(value, "id", value))
        return query if number is None else query.filter((key != number) | key.is_(None))


class Empty(ColumnFilter):
    """Nothing is written there (value 1), or something is (value 0)."""

    name = lazy_gettext("Is empty")
    arg_name = "empty"

    def column(self) -> Any:
        if self.datamodel.is_relation(self.column_name):
            return self.datamodel.get_relation_fk(self.column_name)
        return super().column()

    def apply(self, query: Any, value: Any) -> Any:
        filled = str(value).strip().lower() in {"0", "false", "no", "n"}
        return query.filter(self.column().is_not(None) if filled else self.column().is_(None))


class OneOf(ColumnFilter):
    """The value, or the related row's key, is one of these: "red,orange" in an address."""

    name = lazy_gettext("Is one of")
    arg_name = "in"

    def apply(self, query: Any, value: Any) -> Any:
        parts = value if isinstance(value, list | tuple) else str(value).split(",")
        if self.datamodel.is_relation(self.column_name):
            column = self.datamodel.get_relation_fk(self.column_name)
            typed = [_integer(part) for part in parts]
        else:
            column = self.column()
            typed = [_typed(self.datamodel, self.column_name, part) for part in parts]
        return query.filter(column.in_([one for one in typed if one is not None]))


class DomainFilterConverter(stock.SQLAFilterConverter):
    """The filters of a column by its type. Addresses name a filter by its place (`links`), so
    new ones come last."""

    conversion_table = (
        ("is_relation_many_to_one", [RelatedIs, RelatedIsNot, Empty, OneOf]),
        ("is_relation_one_to_one", [RelatedIs, RelatedIsNot, Empty, OneOf]),
        ("is_relation_many_to_many", [stock.FilterRelationManyToManyEqual]),
        ("is_relation_one_to_many", [stock.FilterRelationOneToManyEqual]),
        ("is_enum", [Equal, NotEqual, Empty, OneOf]),
        ("is_text", [Contains, NotContains, StartsWith, Equal, Empty]),
        ("is_string", [Contains, NotContains, StartsWith, Equal, NotEqual, Empty, OneOf]),
        ("is_json", [Contains]),
        ("is_integer", [Equal, Greater, Smaller, NotEqual, AtLeast, AtMost, Empty]),
        ("is_float", [Equal, Greater, Smaller, NotEqual, AtLeast, AtMost, Empty]),
        ("is_numeric", [Equal, Greater, Smaller, NotEqual, AtLeast, AtMost, Empty]),
        ("is_date", [Equal, Greater, Smaller, NotEqual, AtLeast, AtMost, Empty]),
        ("is_boolean", [Equal, NotEqual]),
        ("is_datetime", [Equal, Greater, Smaller, NotEqual, AtLeast, AtMost, Empty]),
    )


class DomainFilters(Filters):
    """The filters of one list, without FAB's register that all lists of a process share.

    Stock FAB looks an operator of the REST API up in a dictionary that every new filter
    object overwrites, and fails on an index or a value that is not there.
    """

    def add_filter_index(self, column_name: str, filter_instance_index: int, value: Any) -> None:
        known = self._all_filters.get(column_name, ())
        if filter_instance_index < len(known):
            self._add_filter(known[filter_instance_index], value)

    def rest_add_filters(self, data: list[dict[str, Any]]) -> None:
        """Add the filters of a REST query; a column or operator that is none is refused."""
        for wanted in data:
            column, operator = wanted.get("col"), wanted.get("opr")
            found = self._search_filters.get(column)
            if found is None:
                raise InvalidColumnFilterFABException(
                    f"Filter column: {column} not allowed to filter"
                )
            match = next((known for known in found if known.arg_name == operator), None)
            if match is None:
                raise InvalidOperationFilterFABException(
                    f"Filter operation: {operator} not allowed on column: {column}"
                )
            if "value" not in wanted:
                raise InvalidOperationFilterFABException(f"Filter on {column}: value is missing")
            self._add_filter(match, wanted["value"])

    def get_joined_filters(self, filters: Filters) -> DomainFilters:
        joined = copy.copy(self)
        joined.filters = self.filters + filters.filters
        joined.values = self.values + filters.values
        return joined

    def copy(self) -> DomainFilters:
        mine = copy.copy(self)
        mine.filters = list(self.filters)
        mine.values = list(self.values)
        return mine


def _integer(value: Any) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if -(2**31) < number < 2**31 else None


def _typed(datamodel: Any, column: str, value: Any) -> Any:
    """`value` (text of an address, or JSON) as the column's type; None if it is none."""
    if datamodel.is_enum(column):
        kind = datamodel.list_columns[column].type.enum_class
        try:
            return kind(value)
        except ValueError:
            return None
    if datamodel.is_boolean(column):
        return str(value).lower() in {"1", "true", "y", "yes", "on"}
    if datamodel.is_integer(column):
        return _integer(value)
    if datamodel.is_numeric(column) or datamodel.is_float(column):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < 10**12 else None
    if datamodel.is_datetime(column) or datamodel.is_date(column):
        return _moment(value, dates_only=datamodel.is_date(column))
    return _text(value)


_SPOKEN = re.compile(r"(today|month-start|month-end)([+-]\d{1,4})?")
LIVE_FROM = "live-from"
"""The first day the college keeps in this system: what was due before is history, not late."""


def spoken_day(value: str) -> dt.date | None:
    """The day that "today", "today+7", "month-start", "month-end" or "live-from" means now; None for
    anything else. A saved list of what is overdue stays true tomorrow."""
    if value == LIVE_FROM:
        return directory().live_from
    found = _SPOKEN.fullmatch(value)
    if found is None:
        return None
    day = clock.today()
    if found[1] != "today":
        day = day.replace(day=1)
    if found[1] == "month-end":
        day = (day + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return day + dt.timedelta(days=int(found[2] or 0))


def _moment(value: Any, *, dates_only: bool) -> Any:
    day = spoken_day(str(value))
    if day is not None:
        value = day.isoformat()
    if dates_only:
        try:
            return dt.date.fromisoformat(str(value)[:10])
        except ValueError:
            return None
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.COLLEGE_ZONE)


class RequestFilters:
    """Mixin of views and APIs: `_filters` is the request's own object.

    The object FAB builds at start is kept as a pattern; each request works on a copy that
    shares what never changes (which filters there are) and nothing else.
    """

    @property
    def _filters(self) -> Any:
        pattern = self.__dict__.get("_filters_pattern")
        if pattern is None or not has_request_context():
            return pattern
        kept = g.setdefault("request_filters", {})
        mine = kept.get(id(self))
        if mine is None:
            mine = copy.copy(pattern)
            mine.filters = []
            mine.values = []
            kept[id(self)] = mine
        return mine

    @_filters.setter
    def _filters(self, value: Any) -> None:
        self.__dict__["_filters_pattern"] = value
