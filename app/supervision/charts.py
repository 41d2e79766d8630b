"""Supervision cases counted (Art. 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.supervision import CaseStatus, SupervisionCase

OPEN = (CaseStatus.OPEN, CaseStatus.REPLIED)


@dataclass(frozen=True, slots=True)
class OpenCases:
    """`late` of the open cases are past their day."""

    count: int
    late: int


def open_cases(
    session: AnySession, actor: Actor, day: dt.date, criteria: Sequence[ColumnElement[bool]]
) -> OpenCases:
    """The open cases that the reader may read, under `criteria`. One statement."""
    late = func.sum(case((SupervisionCase.due_on < day, 1), else_=0))
    row = session.execute(
        select(func.count(SupervisionCase.id), late).where(
            visible(actor, SupervisionCase), SupervisionCase.status.in_(OPEN), *criteria
        )
    ).one()
    return OpenCases(row[0], int(row[1] or 0))
