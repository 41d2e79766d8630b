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
from app.models.meetings import (
    AgendaItem,
    AgendaSubject,
    Decision,
    Meeting,
    PaperEntry,
    PaperStatus,
)
from app.models.organisation import Person


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    yield from _paper_entries(actor, desk)
    if actor.may("cycle:start"):
        # It is prepared from the kick-off on, and runs when the planning before it is over.
        begins = desk.last_day(PhaseCode.REVIEW, Cycle.id)
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
            waiting_rows(
                Meeting.id, Meeting.title, due_on=Meeting.held_on, detail=Meeting.number
            ).where(visible(actor, Meeting), Meeting.held_on <= desk.today, exists(on_agenda)),
            verb=message("Enter the minutes"),
        )


def _paper_entries(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    """Entries from paper: for the signer while they may object, for the Office once they did,
    for a top leader who is no party to it."""
    name = (
        select(Person.last_name + Person.first_name)
        .where(Person.id == PaperEntry.person_id)
        .correlate(PaperEntry)
        .scalar_subquery()
    )
    rows = waiting_rows(
        PaperEntry.id,
        name,
        due_on=PaperEntry.objection_until,
        since=PaperEntry.recorded_at,
        department=PaperEntry.department_id,
        detail=PaperEntry.text,
    ).where(visible(actor, PaperEntry))
    if actor.may("paper_entry:object"):
        yield Waiting(
            "paper_entry.object",
            PaperEntry,
            message("Entered from paper in my name"),
            "show",
            rows.where(
                PaperEntry.person_id == actor.user_id,
                PaperEntry.status == PaperStatus.STANDING,
                PaperEntry.objection_until >= desk.today,
            ),
            verb=message("Look at it"),
        )
    if actor.may("paper_entry:refer"):
        yield Waiting(
            "paper_entry.contested",
            PaperEntry,
            message("Contested entries from paper"),
            "show",
            rows.where(PaperEntry.status == PaperStatus.CONTESTED),
            verb=message("Settle it"),
        )
    if actor.may("paper_entry:uphold"):
        yield Waiting(
            "paper_entry.referred",
            PaperEntry,
            message("Entries from paper to decide on"),
            "show",
            rows.where(
                PaperEntry.status == PaperStatus.REFERRED, PaperEntry.person_id != actor.user_id
            ),
            verb=message("Decide"),
        )


queue.register(waiting)
