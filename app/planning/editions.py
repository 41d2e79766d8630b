"""Which edition of a year's work points goes on: the newest; an older one stays to be read (Art. 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, object_session

from app.core.actor import Actor
from app.core.errors import WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.work_points import WorkPointSet, WorkPointSetStatus

ISSUED = WorkPointSetStatus.ISSUED


def newer_edition(session: AnySession, points: WorkPointSet) -> WorkPointSet | None:
    """The newest edition that takes the place of this one. What is issued holds until a newer
    edition is issued as well."""
    newer = select(WorkPointSet).where(
        WorkPointSet.cycle_id == points.cycle_id, WorkPointSet.edition > points.edition
    )
    if points.status == ISSUED:
        newer = newer.where(WorkPointSet.status == ISSUED)
    return session.scalar(newer.order_by(WorkPointSet.edition.desc()).limit(1))


def superseded_by() -> Any:
    """The same for a list: the number of the edition in this one's place, NULL for none."""
    newer = aliased(WorkPointSet)
    number = (
        select(func.max(newer.edition))
        .where(
            newer.cycle_id == WorkPointSet.cycle_id,
            newer.edition > WorkPointSet.edition,
            or_(WorkPointSet.status != ISSUED, newer.status == ISSUED),
        )
        .correlate(WorkPointSet)
    )
    return number.scalar_subquery()


def refuse_superseded(actor: Actor, points: WorkPointSet, fields: Mapping[str, Any]) -> None:
    """A guard, and the check of a command: an edition that has been superseded does not go on.
    Raises WrongState."""
    session = object_session(points)
    assert session is not None
    newer = newer_edition(session, points)
    if newer is not None:
        raise WrongState(
            message(
                "Edition %(newer)s of the same year has taken the place of edition %(this)s: go on"
                " with that one.",
                newer=newer.edition,
                this=points.edition,
            )
        )
