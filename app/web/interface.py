"""The data model of every view and API: Flask-AppBuilder's, scoped to the reader.

Each query starts from `visible()` (house rule 2): lists, counts, single rows, actions,
selects of foreign keys, grouped queries, REST.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext
from sqlalchemy import inspect, select, true
from sqlalchemy.orm import Query

from app.core import policy
from app.core.actor import NOBODY
from app.core.unit_of_work import current_actor
from app.web.filters import DomainFilterConverter, DomainFilters, RelatedIs

NOT_SHOWN = lazy_gettext("(not yours to see)")
"""Stands for a related row that the reader may not see."""


def key_of(text: Any) -> int | None:
    """The id an address names; None if it can be none of ours. One row, one address: " 7" and
    "７" are integers to Python."""
    word = str(text)
    if not (word.isascii() and word.isdigit() and len(word) < 11):
        return None
    number = int(word)
    return number if 0 < number < 2**31 else None


class ScopedInterface(SQLAInterface):
    filter_converter_class = DomainFilterConverter

    def __init__(self, obj: type[Any], session: Any = None) -> None:
        super().__init__(obj, session)
        # Related lists compare the key; stock FAB loads the row first.
        self.FilterRelationOneToManyEqual = RelatedIs

    def scope(self, query: Query[Any]) -> Query[Any]:
        """`query` restricted to what the reader may see."""
        actor = current_actor(self.session) or NOBODY
        return query.filter(policy.visible(actor, self.obj))

    def _get_base_query(
        self, query: Any, filters: Any = None, order_column: str = "", order_direction: str = ""
    ) -> Any:
        return super()._get_base_query(self.scope(query), filters, order_column, order_direction)

    def _apply_inner_all(self, query: Any, *args: Any, **options: Any) -> Any:
        return super()._apply_inner_all(self.scope(query), *args, **options)

    def get_filters(self, search_columns: Any = None, search_filters: Any = None) -> DomainFilters:
        return DomainFilters(
            self.filter_converter_class, self, search_columns or [], search_filters
        )

    def get_inner_filters(self, filters: Any) -> Any:
        # No filter here reaches through a to-many relation; FAB would rebuild all of them.
        return filters

    def get(self, id: Any, filters: Any = None, *args: Any, **options: Any) -> Any:
        number = key_of(id)
        if number is None:
            return None
        return super().get(number, filters, *args, **options)

    def get_related_interface(self, col_name: str) -> ScopedInterface:
        return ScopedInterface(self.get_related_model(col_name), self._session)

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        key = value[0] if isinstance(value, list) and value else value
        return self.get_related_interface(col_name).get(key)

    def apply_engine_specific_hack(self, query: Any, *args: Any) -> Any:
        return query  # for a database that is none of ours

    # What is shown -----------------------------------------------------------------

    def get_values_item(self, item: Any, show_columns: list[str]) -> list[Any]:
        return [row[name] for row in self.get_values([item], show_columns) for name in show_columns]

    def get_values(self, lst: Iterable[Any], list_columns: list[str]) -> Iterator[dict[str, Any]]:
        """The values of the rows. A related row stands there by its name only if the reader
        may see it: a visible row may point to a hidden one."""
        rows = list(lst)
        hidden = {
            name: self._hidden_targets(name, rows)
            for name in list_columns
            if self.is_relation_many_to_one(name)
        }
        for row, values in zip(rows, super().get_values(rows, list_columns), strict=True):
            for name, keys in hidden.items():
                if keys and getattr(row, self.get_relation_fk(name).key) in keys:
                    values[name] = NOT_SHOWN
            yield values

    def _hidden_targets(self, relation: str, rows: list[Any]) -> set[int]:
        """The ids that `rows` point to by `relation` and that the reader does not see."""
        model = self.get_related_model(relation)
        actor = current_actor(self.session) or NOBODY
        seen = policy.visible(actor, model)
        column = self.get_relation_fk(relation).key
        keys = {getattr(row, column) for row in rows} - {None}
        if not keys or seen is true():
            return set()
        key = inspect(model).primary_key[0]
        return keys - set(self.session.scalars(select(key).where(key.in_(keys), seen)))

    def choices(self, search: str = "", limit: int | None = None) -> list[Any]:
        """The rows a select may offer, in their natural order."""
        model = self.obj
        actor = current_actor(self.session) or NOBODY
        query = select(model).where(policy.visible(actor, model))
        for name in ("active", "sort_order", "name", "id"):
            column = model.__mapper__.columns.get(name)
            if column is None:
                continue
            query = query.where(column) if name == "active" else query.order_by(column)
        return list(self.session.scalars(query.limit(limit)))

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        """Stock FAB turns enums into bare values; the formatters want their words."""
        value = item
        for name in col.split("."):
            value = getattr(value, name, None)
        return value() if callable(value) else value

    # FAB merges a row it has just loaded; the row is in the session already.
    def edit(self, item: Any, commit: bool = True) -> None:
        self.session.add(item)
        if commit:
            self.session.commit()

    def add(self, item: Any, commit: bool = True) -> None:
        self.session.add(item)
        if commit:
            self.session.commit()

    def delete(self, item: Any, commit: bool = True) -> None:
        self.session.delete(item)
        if commit:
            self.session.commit()
