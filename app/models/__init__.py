"""The schema: every chapter's tables. Columns, relations, checks; no behaviour."""

from app.models import (  # noqa: F401
    assessment,
    cycles,
    improvement,
    monitoring,
    organisation,
    planning,
    search,
    supervision,
    system,
)
from app.models.base import Domain, metadata

__all__ = ["Domain", "metadata"]
