"""A stale save: what the person typed beside what somebody else saved meanwhile.

Nothing is lost: the form stays as typed, and for each field that differs the person chooses
"mine" or "theirs" before saving again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models.system import AuditEvent
from app.web import formats
from app.web.forms import RelatedField

CHOICE = "keep-"
"""The radio buttons: `keep-title` is "mine" or "theirs"."""


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    label: str
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Both:
    """What differs, who saved the other version (if the reader may know), and when."""

    differences: tuple[Difference, ...]
    who: str
    when: str


def both_versions(form: Any, row: Any, names: Iterable[str], *, tell_who: bool) -> Both:
    found = []
    for name in names:
        field, now = form[name], getattr(row, name)
        if field.data != now and (field.data or now):
            found.append(
                Difference(name, field.label.text, _shown(field, field.data), _shown(field, now))
            )
    return Both(
        tuple(found), _who(row) if tell_who else "", formats.show(getattr(row, "updated_at", None))
    )


def take_theirs(form: Any, row: Any, names: Iterable[str], sent: Any) -> None:
    """Put what is saved into the fields where the person chose it."""
    for name in names:
        if name in form and sent.get(f"{CHOICE}{name}") == "theirs":
            form[name].process(None, getattr(row, name))


def _shown(field: Any, value: Any) -> Any:
    if isinstance(field, RelatedField):
        return field.word_for(value)
    return formats.show(value)


def _who(row: Any) -> str:
    """The last hand on this row; for who may read what happened to it."""
    last = (
        select(AuditEvent.actor_name)
        .where(AuditEvent.table_name == row.__tablename__, AuditEvent.row_id == row.id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return db.session.scalar(last) or ""
