"""Saved views: what a person keeps of a list under a name, for themselves or for all.

Decides names, the one default per list and how many there may be. What a view's `query` means
is the list's business; whoever opens one sees the rows they may see, never its owner's.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, select

from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.system import SavedView

LONGEST_NAME = 80
LONGEST_QUERY = 8_000
MOST = 40
"""Views that one person keeps of one list: a menu stays a menu."""


def save_view(
    session: AnySession,
    actor: Actor,
    *,
    resource: str,
    name: str,
    query: str,
    is_default: bool = False,
    shared: bool = False,
) -> SavedView:
    """Keep `query` of the list `resource` under a new name. The caller commits.

    Errors: RuleViolation (no name, a name used before, too many)."""
    kept = session.scalar(select(func.count(SavedView.id)).where(_own(actor, resource)))
    if kept and kept >= MOST:
        raise RuleViolation(
            message("You keep %(count)s views of this list already. Delete one first.", count=kept)
        )
    row = SavedView(owner_id=actor.user_id, resource=resource, shared=shared)
    row.query = _fitting(query)
    row.name = _free_name(session, actor, resource, name)
    _set_default(session, actor, row, is_default)
    session.add(row)
    return row


def change_view(
    session: AnySession,
    actor: Actor,
    row: SavedView,
    *,
    name: str,
    is_default: bool,
    shared: bool,
    query: str | None = None,
) -> SavedView:
    """Rename `row`, share it or not, make it the one the list begins with; `query` replaces
    what it shows. Errors: NotAllowed (somebody else's), RuleViolation (as `save_view`)."""
    require_own(actor, row)
    row.name = _free_name(session, actor, row.resource, name, but=row)
    row.shared = shared
    if query is not None:
        row.query = _fitting(query)
    _set_default(session, actor, row, is_default)
    return row


def delete_view(session: AnySession, actor: Actor, row: SavedView) -> None:
    """Forget `row`, for everybody it was shared with too. Errors: NotAllowed."""
    require_own(actor, row)
    session.delete(row)


def require_own(actor: Actor, row: SavedView) -> None:
    """Raise NotAllowed, with a way out, unless the view is the actor's own."""
    if row.owner_id != actor.user_id:
        raise NotAllowed(
            message("This saved view is somebody else's. Save it under a name of your own.")
        )


def _own(actor: Actor, resource: str) -> ColumnElement[bool]:
    return and_(
        visible(actor, SavedView),
        SavedView.owner_id == actor.user_id,
        SavedView.resource == resource,
    )


def _free_name(
    session: AnySession, actor: Actor, resource: str, name: str, *, but: SavedView | None = None
) -> str:
    """`name` in one line, if it is one and no other view of this person and list bears it."""
    clean = " ".join(name.split())
    if not clean:
        raise RuleViolation(message("Give the view a name."), "name")
    if len(clean) > LONGEST_NAME:
        raise RuleViolation(
            message("The name is longer than %(count)s characters.", count=LONGEST_NAME), "name"
        )
    same = select(SavedView.id).where(_own(actor, resource), SavedView.name == clean)
    if but is not None:
        same = same.where(SavedView.id != but.id)
    if session.scalar(same) is not None:
        raise RuleViolation(
            message("You have a view “%(name)s” of this list already.", name=clean), "name"
        )
    return clean


def _fitting(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise RuleViolation(message("There are too many conditions to save."), "query")
    return query


def _set_default(session: AnySession, actor: Actor, row: SavedView, wanted: bool) -> None:
    """A list begins with one view at most."""
    if wanted:
        others = select(SavedView).where(_own(actor, row.resource), SavedView.is_default)
        with session.no_autoflush:
            for other in session.scalars(others):
                other.is_default = other is row
    row.is_default = wanted
