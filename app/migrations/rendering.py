"""How a migration is written down, so that it stands on SQLAlchemy alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.models.base import UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """The application's own types by their base; closed sets of values with their CHECK."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return (
            f"sa.Enum({values}, name={item.name!r}, native_enum=False, "
            f"create_constraint=True, length={item.length})"
        )
    return False
