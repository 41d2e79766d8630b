"""Supervision cases counted (Art. 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.supervision import ON_HAND, SupervisionCase
from app.supervision.board import WORKING


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Cases on hand; `late` of them are past their day (an accepted reply has stopped the clock)."""

    count: int
    late: int


def open_cases(
    session: AnySession, actor: Actor, day: dt.date, criteria: Sequence[ColumnElement[bool]]
) -> OpenCases:
    """The cases on hand that the reader may read, under `criteria`. One statement."""
    runs = SupervisionCase.status.in_(WORKING)
    late = func.sum(case((and_(runs, SupervisionCase.due_on < day), 1), else_=0))
    row = session.execute(
        select(func.count(SupervisionCase.id), late).where(
            visible(actor, SupervisionCase), SupervisionCase.status.in_(ON_HAND), *criteria
        )
    ).one()
    return OpenCases(row[0], int(row[1] or 0))
