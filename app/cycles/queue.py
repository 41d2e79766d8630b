"""What waits in the year itself: its start, its assessment, agenda items without a decision
(Art. 4, 12)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import exists, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.cycles import Cycle, PhaseCode
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("cycle:start"):
        begins = desk.last_day(PhaseCode.KICKOFF, Cycle.id)
        yield Waiting(
            "cycle.start",
            Cycle,
            message("Years to start"),
            "start",
            waiting_rows(Cycle.id, Cycle.name, due_on=begins, since=Cycle.updated_at).where(
                visible(actor, Cycle), in_sources(Cycle, "start"), begins <= desk.today
            ),
        )
    if actor.may("cycle:assess"):
        yield Waiting(
            "cycle.assess",
            Cycle,
            message("Years to assess"),
            "assess",
            waiting_rows(
                Cycle.id, Cycle.name, due_on=Cycle.data_cutoff_on, since=Cycle.updated_at
            ).where(
                visible(actor, Cycle),
                in_sources(Cycle, "assess"),
                Cycle.data_cutoff_on <= desk.today,
            ),
        )
    if actor.may("decision:add"):
        yield Waiting(
            "agenda_item.decide",
            AgendaItem,
            message("Agenda items without a recorded decision"),
            queue.Addition(Decision, "agenda_item"),
            waiting_rows(AgendaItem.id, AgendaItem.title, due_on=Meeting.held_on)
            .select_from(AgendaItem)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                visible(actor, AgendaItem),
                Meeting.held_on <= desk.today,
                ~exists(select(Decision.id).where(Decision.agenda_item_id == AgendaItem.id)),
                ~exists(
                    select(AgendaSubject.id).where(AgendaSubject.agenda_item_id == AgendaItem.id)
                ),
            ),
            verb=message("Record the decision"),
        )
        decided = exists(
            select(Decision.id).where(
                Decision.agenda_item_id == AgendaSubject.agenda_item_id,
                Decision.subject_table == AgendaSubject.subject_table,
                Decision.subject_id == AgendaSubject.subject_id,
            )
        )
        on_agenda = (
            select(AgendaSubject.id)
            .join(AgendaItem, AgendaItem.id == AgendaSubject.agenda_item_id)
            .where(AgendaItem.meeting_id == Meeting.id, ~decided)
        )
        yield Waiting(
            "meeting.minutes",
            Meeting,
            message("Meetings without their minutes"),
            "show",
            waiting_rows(Meeting.id, Meeting.title, due_on=Meeting.held_on).where(
                visible(actor, Meeting), Meeting.held_on <= desk.today, exists(on_agenda)
            ),
            verb=message("Enter the minutes"),
        )


queue.register(waiting)
