"""Beside a name: for whom a thing was done ("代 乙"), or who entered it from paper (domain §1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import and_, or_, select

from app.core.actor import Door
from app.core.unit_of_work import AnySession
from app.models.organisation import Person
from app.models.system import AuditEvent
from app.web.directory import directory

Told = Mapping[tuple[str, int | None, str], str]
"""Words by table, row and what was done to it; the last time counts."""


def on_behalf(session: AnySession, rows: Mapping[type[Any], Iterable[int]]) -> Told:
    """What was done to `rows`, all of them rows the reader sees, in another's place. One
    statement, none without rows."""
    wanted = [
        and_(AuditEvent.table_name == model.__tablename__, AuditEvent.row_id.in_(keys))
        for model, keys in ((model, list(keys)) for model, keys in rows.items())
        if keys
    ]
    if not wanted:
        return {}
    events = session.execute(
        select(
            AuditEvent.table_name, AuditEvent.row_id, AuditEvent.action, AuditEvent.actor_name,
            AuditEvent.on_behalf_of_id, AuditEvent.door,
        )
        .where(or_(*wanted))
        .order_by(AuditEvent.id)
    )  # fmt: skip
    found: dict[tuple[str, int | None, str], str] = {}
    for table, key, action, actor, giver, door in events:
        place = (table, key, action)
        found.pop(place, None)
        if giver is None:
            continue
        if door == Door.PAPER.value:
            found[place] = gettext("entered from paper by %(name)s", name=actor)
        else:
            name = directory().name_of(Person, giver) or ""
            found[place] = gettext("standing in for %(name)s", name=name)
    return found
