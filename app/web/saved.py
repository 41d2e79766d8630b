"""The saved views of a list, as its menu shows them.

A saved view is the list's own address part (`ListState.query_string`) under a name. Its link,
`?view=<id>`, shows the same conditions to whoever may see it, over the rows they may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from app.core.actor import Actor
from app.core.policy import visible
from app.extensions import db
from app.models.system import SavedView
from app.web.directory import directory


@dataclass(frozen=True, slots=True)
class SavedEntry:
    """One line of the menu. `query` is the address part it stands for; `owner` is the name of
    whoever shared it, empty for one's own."""

    id: int
    name: str
    query: str
    is_default: bool
    shared: bool
    owner: str = ""

    @property
    def own(self) -> bool:
        return not self.owner


def saved_views_of(view: Any, actor: Actor) -> list[SavedEntry]:
    """The reader's own views of this list, then those that others share, by name. One
    statement."""
    statement = _asking(actor, view.saved_as)
    found = db.session.connection().execute(statement)
    entries = []
    for key, name, query, is_default, shared, owner in found:
        mine = owner == actor.user_id
        person = None if mine else directory().people.get(owner)
        whose = "" if mine else (person.name if person else "—")
        entries.append(SavedEntry(key, name, query, mine and is_default, shared, whose))
    return entries


@lru_cache(maxsize=512)
def _asking(actor: Actor, resource: str) -> Select[*tuple[Any, ...]]:
    """Kept by the reader with all their rights: every list asks it."""
    return (
        select(
            SavedView.id, SavedView.name, SavedView.query, SavedView.is_default,
            SavedView.shared, SavedView.owner_id,
        )
        .where(visible(actor, SavedView), SavedView.resource == resource)
        .order_by(SavedView.owner_id != actor.user_id, SavedView.name, SavedView.id)
    )  # fmt: skip
