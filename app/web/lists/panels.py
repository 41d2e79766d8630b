"""The small forms of a list: one column's condition, the choice of columns.

Each works as a part of the page without scripts; with them it opens where it was asked for.
Its answer goes to the list with `set=…`, which leads on to the canonical address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort

from app.web.lists.columns import Column
from app.web.lists.conditions import Editor, editor_of, search_column
from app.web.lists.state import ListState, Pair

PANEL_OF_COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Panel:
    """`hidden` are the arguments that stay; `remove` leads to the list without the condition."""

    place: str
    name: str
    hidden: Sequence[Pair]
    chosen: Sequence[Column] = ()
    rest: Sequence[Column] = ()
    editor: Editor | None = None
    remove: str = ""


def panel_of(view: Any, state: ListState, name: str) -> Panel:
    """The panel called `name`: "columns", or a column that may be filtered. 404 for others."""
    place = f"{view.route_base}/list/"
    if name == PANEL_OF_COLUMNS:
        return Panel(
            place,
            name,
            replace(state, columns=state.usual.columns).pairs(),
            chosen=[view.list_columns_all[one] for one in state.columns],
            rest=[
                column for one, column in view.list_columns_all.items() if one not in state.columns
            ],
        )
    column = column_to_filter(view, name)
    rest = state.without(name)
    remove = f"{place}?{rest.query_string()}" if state.on(name) else ""
    return Panel(place, name, rest.pairs(), editor=editor_of(view, state, column), remove=remove)


def column_to_filter(view: Any, name: str) -> Column:
    """The column of this name, if the list is filtered by it; 404 otherwise."""
    column = search_column(view, name) if name in view.filters_known() else None
    if column is None:
        abort(404)
    return column
