"""Who makes this request."""

from __future__ import annotations

from flask import current_app

from app.core.actor import Actor


def the_actor() -> Actor:
    """Whoever makes this request."""
    actor: Actor = current_app.appbuilder.sm.actor()  # type: ignore[attr-defined]
    return actor
