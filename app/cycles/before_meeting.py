"""Where a row stands that waits for a meeting: on whose agenda, or on which it may be put.

Its page says so instead of offering the step that a decision takes: that step is taken by the
minutes (Art. 4.5, 5.2, 9.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition
from app.cycles import agenda
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting

RECORDED = "decision_id"
"""What a step requires that only the minutes can take."""


@dataclass(frozen=True, slots=True)
class BeforeMeeting:
    """`meeting` has the row on its agenda, undecided. Where none has it, `coming` are the meetings
    to come, and `keeps` says whether the reader writes agendas."""

    meeting: Meeting | None
    coming: Sequence[Meeting] = ()
    keeps: bool = False


def taken_by_minutes(row: Any, step: Transition) -> bool:
    """Is the step one that the minutes of a meeting take?"""
    return agenda.kind_of(row.__tablename__) is not None and RECORDED in step.requires


def before_meeting(session: AnySession, actor: Actor, row: Any) -> BeforeMeeting | None:
    """None for a row that does not wait for a meeting. Two statements at most."""
    table = row.__tablename__
    kind = agenda.kind_of(table)
    if kind is None or row.status != kind.waits:
        return None
    decided = (
        select(Decision.id)
        .where(
            Decision.agenda_item_id == AgendaSubject.agenda_item_id,
            Decision.subject_table == table,
            Decision.subject_id == AgendaSubject.subject_id,
        )
        .exists()
    )
    placed = session.scalar(
        select(Meeting)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(AgendaSubject, AgendaSubject.agenda_item_id == AgendaItem.id)
        .where(
            visible(actor, Meeting),
            AgendaSubject.subject_table == table,
            AgendaSubject.subject_id == row.id,
            ~decided,
        )
        .order_by(Meeting.held_on, Meeting.id)
        .limit(1)
    )
    if placed is not None or not actor.may("agenda_subject:add"):
        return BeforeMeeting(placed)
    coming = session.scalars(
        select(Meeting)
        .where(visible(actor, Meeting), Meeting.held_on >= clock.today())
        .order_by(Meeting.held_on)
        .limit(3)
    ).all()
    return BeforeMeeting(None, coming, keeps=True)
