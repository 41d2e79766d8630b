"""Which steps a list of cases offers to take on several at once (Art. 8): those of its reader's
posts. Whether a step is possible on a row, the workflow says; what one decides in another's place
is decided on the case's own page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.core.actor import Actor
from app.organisation.rules import is_office
from app.security.roles import DISCIPLINE, TOP_LEADER

_POSTS: Mapping[str, frozenset[str]] = {
    "sign": frozenset({"head"}),
    "reply": frozenset({"head"}),
    "extend": frozenset({"leader"}),
    "transfer": frozenset({"leader", "office"}),
    "conclude": frozenset({"inspection"}),
    "send_back": frozenset({"inspection"}),
}
"""Whose steps they are; the others are the Office's."""


def steps_offered(actor: Actor, names: Collection[str]) -> frozenset[str]:
    """Of the steps `names`, whose doors are open to the actor, those of the actor's posts."""
    posts = _posts_of(actor)
    return frozenset(
        name for name in names if not posts.isdisjoint(_POSTS.get(name, frozenset({"office"})))
    )


def _posts_of(actor: Actor) -> frozenset[str]:
    """The posts the actor holds in any capacity."""
    found = set()
    for one in actor.capacities:
        held = {
            "head": bool(one.headed),
            "leader": bool(one.charged) or one.has_role(TOP_LEADER),
            "office": is_office(one),
            "inspection": one.has_role(DISCIPLINE),
        }
        found |= {post for post, holds in held.items() if holds}
    return frozenset(found)
