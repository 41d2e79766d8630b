"""A stale save: what the person typed beside what somebody else saved meanwhile.

Nothing is lost: the form stays as typed, and for each field that differs the person chooses
"mine" or "theirs" before saving again. What the person left as it was is proposed as theirs:
else saving again would take back what somebody else wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select

from app.core.audit import plain
from app.extensions import db
from app.models.system import AuditEvent
from app.web import formats
from app.web.forms import RelatedField

MOST_STEPS = 50
"""How many changes of others are looked at."""
CHOICE = "keep-"
"""The radio buttons: `keep-title` is "mine" or "theirs"."""


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    label: str
    mine: Any
    theirs: Any
    untouched: bool
    """Did the person leave the field as it was?"""


@dataclass(frozen=True, slots=True)
class Both:
    """What differs, who saved the other version (if the reader may know), and when."""

    differences: tuple[Difference, ...]
    who: str
    when: str


def both_versions(form: Any, row: Any, names: Iterable[str], *, tell_who: bool) -> Both:
    found, base = [], _base(row, str(form["version"].data))
    for name in names:
        field, now = form[name], getattr(row, name)
        if field.data != now and (field.data or now):
            mine, theirs = _shown(field, field.data), _shown(field, now)
            untouched = _column(row, name) in base and _kept(field.data) == base[_column(row, name)]
            found.append(Difference(name, field.label.text, mine, theirs, untouched))
    return Both(
        tuple(found), _who(row) if tell_who else "", formats.show(getattr(row, "updated_at", None))
    )


def take_theirs(form: Any, row: Any, names: Iterable[str], sent: Any) -> None:
    """Put what is saved into the fields where the person chose it."""
    for name in names:
        if name in form and sent.get(f"{CHOICE}{name}") == "theirs":
            form[name].process(None, getattr(row, name))


def _base(row: Any, seen: str) -> dict[str, Any]:
    """What the columns changed since version `seen` held then, as the audit trail keeps it;
    nothing of an account, whose versions are moments."""
    now = getattr(row, "version", None)
    behind = now - int(seen) if isinstance(now, int) and seen.isdecimal() else 0
    before = (
        select(AuditEvent.before)
        .where(
            AuditEvent.table_name == row.__tablename__,
            AuditEvent.row_id == row.id,
            AuditEvent.before.is_not(None),
        )
        .order_by(AuditEvent.id.desc())
        .limit(max(0, min(behind, MOST_STEPS)))
    )
    found: dict[str, Any] = {}
    for values in db.session.scalars(before):
        found |= json.loads(values)  # the oldest last: it is what the person saw
    return {name: value or None for name, value in found.items()}


def _column(row: Any, name: str) -> str:
    """The column that keeps a field: of a relation, its foreign key."""
    relations = inspect(type(row)).relationships
    if name not in relations:
        return name
    return str(next(iter(relations[name].local_columns)).key)


def _kept(value: Any) -> Any:
    """A field's value as the audit trail would keep it."""
    return plain(getattr(value, "id", value)) or None


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
