"""Tables of the rows that belong to a row: the list's own renderer, compact, no toolbar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from app.core.actor import NOBODY
from app.core.unit_of_work import current_actor
from app.extensions import db
from app.web.links import filter_name
from app.web.lists.cells import table_rows
from app.web.lists.page import Header, headers_of
from app.web.lists.query import columns_shown, selecting
from app.web.lists.state import ListState, Usual

LIMIT = 100


@dataclass(frozen=True, slots=True)
class RelatedTable:
    """The rows of `view` that belong to a row. `more`: there are more than shown; `add` leads
    to the form of another one, `all` to the whole list, where the reader may go there."""

    view: Any
    title: Any
    headers: Sequence[Header]
    rows: Markup
    count: int
    more: bool
    add: str
    all: str

    def __html__(self) -> str:
        return render_template("web/list/table.html", table=self)


def related_table(view: Any, parent: Any) -> RelatedTable:
    """The rows of `view` that point to `parent` and that the reader may see. One statement."""
    actor = current_actor(db.session) or NOBODY
    relation = view.datamodel.get_related_fk(type(parent))
    names = tuple(name for name in view.list_columns_usual if name != relation)
    state = ListState(names, usual=Usual(type(view).__name__, names, LIMIT))
    columns = columns_shown(view, state)
    mine = view.datamodel.get_relation_fk(relation) == parent.id
    statement = selecting(view, state, actor, LIMIT + 1, None, mine)
    found = db.session.connection().execute(statement).all()
    given = f"?{filter_name(view.model, relation)}={parent.id}"
    may_add = not view.read_only and actor.may(f"{view.class_permission_name}:add")
    return RelatedTable(
        view=view,
        title=view.list_title,
        headers=headers_of(view, state, columns),
        rows=table_rows(view, columns, found[:LIMIT]),
        count=min(len(found), LIMIT),
        more=len(found) > LIMIT,
        add=f"{view.route_base}/add{given}" if may_add and view.add_columns else "",
        all=f"{view.route_base}/list/{given}" if relation in view.search_columns else "",
    )
