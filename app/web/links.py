"""Addresses of lists with their filters set, so that a figure leads to the rows behind it.

`_flt_<n>_<column>` carries the place of a filter among those of its column, which differs by
the column's type: nothing but this module counts them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from app.models.base import Choice
from app.web.filters import DomainFilterConverter
from app.web.interface import ScopedInterface

Argument = tuple[str, str]
"""A name and a value of an address: ("_flt_3_light", "red")."""


_counted: dict[tuple[type[Any], str], dict[str, int]] = {}


def _operators(model: type[Any], column: str) -> dict[str, int]:
    """The filters of a column by their `arg_name`, with their places."""
    known = _counted.get((model, column))
    if known is None:
        own = getattr(_view(model), "own_filters", {}).get(column)
        found = own or DomainFilterConverter(ScopedInterface(model)).convert(column) or []
        known = _counted[model, column] = {item.arg_name: at for at, item in enumerate(found)}
    return known


def filter_name(model: type[Any], column: str, operator: str | None = None) -> str:
    """The name of a filter's argument. `operator` is the filter's `arg_name`; without one,
    equality. LookupError if the column has no such filter."""
    known = _operators(model, column)
    if operator is None:
        operator = "rel_o_m" if "rel_o_m" in known else "eq"
    if operator not in known:
        raise LookupError(f"{model.__name__}.{column} has no filter {operator}")
    return f"_flt_{known[operator]}_{column}"


def filter_arguments(model: type[Any], **conditions: Any) -> list[Argument]:
    """The arguments of `conditions`: `light="red"`, `due_on__ge=day`, `light=None` (empty)."""
    arguments: list[Argument] = []
    for name, value in conditions.items():
        column, _, operator = name.partition("__")
        if value is None:
            arguments.append((filter_name(model, column, "empty"), "1"))
        else:
            arguments.append((filter_name(model, column, operator or None), _text(value)))
    return arguments


def list_link(model: type[Any], kept: Iterable[Argument] = (), /, **conditions: Any) -> str:
    """The address of the list of `model` under `conditions` (see `filter_arguments`).

    `kept` are arguments to hand on; a condition replaces those of the same column and
    filter. LookupError if the list's view does not filter by one of the columns.
    """
    view = _view(model)
    for name in conditions:
        if name.partition("__")[0] not in {*view.search_columns, *view.own_filters}:
            raise LookupError(f"{view.endpoint} is not searched by {name}")
    own = filter_arguments(model, **conditions)
    names = {name for name, _ in own}
    arguments = [pair for pair in kept if pair[0] not in names] + own
    place = url_for(f"{view.endpoint}.list")
    return f"{place}?{urlencode(arguments)}" if arguments else place


def _view(model: type[Any]) -> Any:
    from app.web.views import view_of

    return view_of(model)


def _text(value: Any) -> str:
    if isinstance(value, Choice):
        return str(value.value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
