"""The labels of the schema as the screens need them: lazy, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel.speaklater import LazyString

from app.core.text import words
from app.models.base import label_of


def lazy_label(model: type[Any], column: str) -> LazyString:
    """The label of a column, a relation or a dotted path (its first step's label)."""
    first = column.split(".")[0]
    return LazyString(lambda: words(label_of(model, first)))


def lazy_noun(model: type[Any]) -> LazyString:
    """The noun of a model."""
    return LazyString(lambda: words(model.label))


class Labels(dict[str, Any]):
    """`label_columns` of a view: every column's label, from the model's own table."""

    def __init__(self, model: type[Any], own: dict[str, Any] | None = None) -> None:
        mapper = model.__mapper__
        names = [*mapper.columns.keys(), *mapper.relationships.keys()]
        # All at once: threads read this dictionary while it is walked.
        super().__init__({name: lazy_label(model, name) for name in names} | (own or {}))
        self._model = model

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]

    def __bool__(self) -> bool:
        return True  # an empty one must not be taken for none

    def __missing__(self, key: str) -> Any:
        return lazy_label(self._model, key)
