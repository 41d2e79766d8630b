"""Filters of a list for what is no column of its table: a closed set that an expression gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from flask_babel import lazy_gettext

from app.web.interface import ScopedInterface


def choice_filters(
    model: type[Any], name: str, expression: Callable[[], Any]
) -> dict[str, list[BaseFilter]]:
    """Is, is not, is one of. By the place that an address gives them: new ones come last."""

    class Is(BaseFilter):
        name = lazy_gettext("Equal to")
        arg_name = "eq"

        def apply(self, query: Any, value: Any) -> Any:
            return query.filter(expression() == str(value))

    class IsNot(BaseFilter):
        name = lazy_gettext("Not Equal to")
        arg_name = "neq"

        def apply(self, query: Any, value: Any) -> Any:
            return query.filter(expression() != str(value))

    class IsOneOf(BaseFilter):
        name = lazy_gettext("Is one of")
        arg_name = "in"

        def apply(self, query: Any, value: Any) -> Any:
            return query.filter(expression().in_(str(value).split(",")))

    data = ScopedInterface(model)
    return {name: [kind(name, data) for kind in (Is, IsNot, IsOneOf)]}
