"""The schema: every chapter's tables. Columns, relations, checks; no behaviour."""

from app.models import (  # noqa: F401
    assessment,
    baseline,
    carry_over,
    cycles,
    improvement,
    meetings,
    monitoring,
    organisation,
    plan_comments,
    planning,
    search,
    supervision,
    system,
    work_points,
)
from app.models.base import Domain, metadata

__all__ = ["Domain", "metadata"]
