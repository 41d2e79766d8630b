"""Quick filters: conditions one tap sets and another takes back, where they make sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext

from app.core.actor import Actor
from app.models.organisation import DepartmentKind
from app.web.directory import directory
from app.web.links import filter_arguments
from app.web.lists.state import ListState, Pair
from app.web.words import gettext

Conditions = Mapping[str, Any]
"""As `filter_arguments` takes them: `{"due_on__lt": "today", "status__in": "published,accepted"}`."""


@dataclass(frozen=True, slots=True)
class QuickFilter:
    """`conditions(actor)` are the filters that it sets; None where it makes no sense."""

    name: str
    label: Any
    conditions: Callable[[Actor], Conditions | None]

    @property
    def key(self) -> str:
        """Its name among the labels of columns, which may be called the same."""
        return f"quick {self.name}"


@dataclass(frozen=True, slots=True)
class Toggle:
    label: str
    pressed: bool
    state: ListState
    """The list after the tap."""


def always(**conditions: Any) -> Callable[[Actor], Conditions]:
    """Conditions that make sense for everybody."""
    return lambda actor: conditions


def of_my_departments(column: str = "department") -> QuickFilter:
    """Rows of the departments in the reader's charge, else of the reader's own."""

    def conditions(actor: Actor) -> Conditions | None:
        known = directory().departments
        reach = actor.charged or actor.departments
        own = [
            str(key) for key, entry in known.items()
            if key in reach and entry.kind != DepartmentKind.SECTION
        ]  # fmt: skip
        if not own or len(own) == len(known):
            return None
        return {column: own[0]} if len(own) == 1 else {f"{column}__in": ",".join(own)}

    return QuickFilter("department", lazy_gettext("My department"), conditions)


def of_me(column: str, label: Any = None) -> QuickFilter:
    """Rows whose relation `column` is the reader, for those who belong to a department."""
    return QuickFilter(
        "mine",
        label or lazy_gettext("Mine"),
        lambda actor: {column: str(actor.user_id)} if actor.departments else None,
    )


def toggles_of(view: Any, state: ListState, actor: Actor) -> list[Toggle]:
    """The quick filters of a list, those of this reader, as taps from `state`."""
    found, labels = [], view.labels_said()
    for quick in view.quick_filters:
        conditions = quick.conditions(actor)
        if conditions:
            pairs = _pairs_of(view.model, tuple(conditions.items()))
            found.append(toggle(state, labels[quick.key], pairs))
    return found


@lru_cache(maxsize=1024)
def _pairs_of(model: type[Any], conditions: tuple[tuple[str, Any], ...]) -> list[Pair]:
    return filter_arguments(model, **dict(conditions))


def year_toggle(view: Any, state: ListState, year: Any) -> Toggle | None:
    """The reader's year, for lists that are filtered by it."""
    if year is None or "cycle" not in view.filters_known():
        return None
    label = gettext("Year %(year)s", year=year.year)
    return toggle(state, label, _pairs_of(view.model, (("cycle", str(year.id)),)))


def toggle(state: ListState, label: str, pairs: list[Pair]) -> Toggle:
    """Pressed if all its conditions are set. A tap takes them back, or sets them in place of
    others by the same names."""
    pressed = set(pairs) <= set(state.filters)
    names = {name for name, _ in pairs}
    kept = [
        pair for pair in state.filters
        if (pair not in pairs if pressed else pair[0] not in names)
    ]  # fmt: skip
    return Toggle(label, pressed, state.with_filters(kept if pressed else [*kept, *pairs]))
