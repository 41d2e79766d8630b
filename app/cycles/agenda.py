"""Meetings: what is put before them, what they decide, and the steps that follow (Art. 4.5, 5.2, 9.2).

A chapter says once which of its rows a meeting decides on (`register`): in which state they
wait for it and which step follows which outcome. An agenda item covers many rows; the minutes
are entered in one pass, and every decision takes the step of its row in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import object_session

from app.core import clock, policy, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting, Outcome


@dataclass(frozen=True, slots=True)
class Deliberated:
    """A kind of row that meetings decide on. `waits` is the state in which it lies before them,
    `steps` the step of its flow by outcome; an outcome without a step leaves the row where it
    is. `name(row)` is how the agenda calls it."""

    model: type[Any]
    waits: str
    steps: Mapping[Outcome, str]
    name: Callable[[Any], str] = str


_kinds: dict[str, Deliberated] = {}


def register(kind: Deliberated) -> None:
    _kinds[kind.model.__tablename__] = kind


def kinds() -> Sequence[Deliberated]:
    return list(_kinds.values())


def kind_of(table: str) -> Deliberated | None:
    return _kinds.get(table)


def subject_of(session: AnySession, actor: Actor, table: str, key: int) -> Any:
    """The row a subject or a decision is about, if `actor` may read it; None otherwise."""
    kind = _kinds.get(table)
    if kind is None:
        return None
    model = kind.model
    return session.scalar(select(model).where(model.id == key, visible(actor, model)))


def subjects_of(
    session: AnySession, actor: Actor, subjects: Sequence[AgendaSubject]
) -> dict[tuple[str, int], Any]:
    """The rows that `subjects` are about and `actor` may read, by table and id. One statement
    per kind of row."""
    found: dict[tuple[str, int], Any] = {}
    for table, kind in _kinds.items():
        keys = {one.subject_id for one in subjects if one.subject_table == table}
        if keys:
            model = kind.model
            rows = session.scalars(select(model).where(model.id.in_(keys), visible(actor, model)))
            found.update({(table, row.id): row for row in rows})
    return found


# The agenda ----------------------------------------------------------------------------


def waiting_rows(session: AnySession, actor: Actor) -> list[Any]:
    """Every row that waits for a meeting and that no item puts before one that is still to be
    minuted, as `actor` sees them."""
    found: list[Any] = []
    for kind in _kinds.values():
        model = kind.model
        found += session.scalars(
            select(model).where(visible(actor, model), unplaced(model)).order_by(model.id)
        )
    return found


def unplaced(model: type[Any]) -> ColumnElement[bool]:
    """The rows of `model` that wait for a meeting and stand on no agenda undecided."""
    table = model.__tablename__
    decided = (
        select(Decision.id)
        .where(
            Decision.agenda_item_id == AgendaSubject.agenda_item_id,
            Decision.subject_table == table,
            Decision.subject_id == AgendaSubject.subject_id,
        )
        .exists()
    )
    placed = select(AgendaSubject.subject_id).where(AgendaSubject.subject_table == table, ~decided)
    return and_(model.status == _kinds[table].waits, model.id.not_in(placed))


def place_on_agenda(
    session: AnySession,
    actor: Actor,
    item: AgendaItem,
    rows: Sequence[Any],
    *,
    coming: bool = False,
) -> list[AgendaSubject]:
    """Put rows before the meeting under `item`; `coming`: by the very step that brings them there.

    Secretary or Office. Errors: NotAllowed; WrongState for a row that does not wait for a
    meeting; RuleViolation for one that stands under the item already. Art. 4.5.
    """
    there = {
        (one.subject_table, one.subject_id)
        for one in session.scalars(
            select(AgendaSubject).where(
                visible(actor, AgendaSubject), AgendaSubject.agenda_item_id == item.id
            )
        )
    }
    last = session.scalar(
        select(func.max(AgendaSubject.position)).where(AgendaSubject.agenda_item_id == item.id)
    )
    subjects = []
    for place, row in enumerate(rows, start=(last or 0) + 1):
        table = row.__tablename__
        kind = _kinds.get(table)
        if kind is None or (row.status != kind.waits and not coming):
            raise WrongState(message("“%(row)s” does not wait for a meeting.", row=str(row)))
        if (table, row.id) in there:
            raise RuleViolation(message("“%(row)s” stands under this item already.", row=str(row)))
        subjects.append(
            AgendaSubject(
                agenda_item_id=item.id, position=place, subject_table=table, subject_id=row.id
            )
        )
    session.add_all(subjects)
    session.flush()
    return subjects


# The minutes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the meeting decided on one subject."""

    subject: AgendaSubject
    outcome: Outcome
    wording: str = ""


def record_minutes(
    session: AnySession,
    actor: Actor,
    meeting: Meeting,
    verdicts: Sequence[Verdict],
    *,
    minutes_number: str = "",
) -> list[Decision]:
    """Enter a meeting's decisions in one pass and take the step that follows each.

    Secretary. Effects: a decision per subject, the rows' steps (approve, return, defer …) with
    it, the meeting's minutes number. All or nothing. Errors: NotAllowed; WrongState for a
    meeting still to come or a row that no longer waits; RuleViolation for a subject of another
    meeting, one decided already, or a refusal or deferral without words. Art. 4.5, 5.2, 9.2.
    """
    if meeting.held_on > clock.today():
        raise WrongState(message("The meeting has not been held yet."))
    decided = {
        (one.agenda_item_id, one.subject_table, one.subject_id)
        for one in session.scalars(
            select(Decision)
            .join(AgendaItem, AgendaItem.id == Decision.agenda_item_id)
            .where(visible(actor, Decision), AgendaItem.meeting_id == meeting.id)
        )
    }
    items = {
        item.id: item
        for item in session.scalars(
            select(AgendaItem).where(
                visible(actor, AgendaItem), AgendaItem.meeting_id == meeting.id
            )
        )
    }
    made = []
    for verdict in verdicts:
        subject = verdict.subject
        place = (subject.agenda_item_id, subject.subject_table, subject.subject_id)
        if subject.agenda_item_id not in items:
            raise RuleViolation(message("This stands on another meeting's agenda."))
        row = subject_of(session, actor, subject.subject_table, subject.subject_id)
        if row is None:
            raise NotAllowed(message("You may not do this to this row."))
        if place in decided:
            raise RuleViolation(message("“%(row)s” is decided already.", row=str(row)))
        negative = verdict.outcome in (Outcome.REJECTED, Outcome.DEFERRED, Outcome.AMENDED)
        if negative and not verdict.wording.strip():
            raise RuleViolation(
                message("Say in words what was decided on “%(row)s”.", row=str(row)), "wording"
            )
        made.append(
            decide(
                session, actor, items[subject.agenda_item_id], row, verdict.outcome,
                decided_on=meeting.held_on, wording=verdict.wording.strip() or None,
            )
        )  # fmt: skip
    if minutes_number.strip():
        meeting.minutes_number = minutes_number.strip()
    session.flush()
    return made


def decide(
    session: AnySession,
    actor: Actor,
    item: AgendaItem,
    row: Any,
    outcome: Outcome,
    *,
    decided_on: dt.date,
    wording: str | None = None,
) -> Decision:
    """Record what was decided on one row and take the step that follows.

    Secretary, also on a row of the secretary's own department: the committee decides, the
    secretary only writes it down, so nobody decides on their own here. Effects: the decision; the
    row's step by its kind. Errors: NotAllowed; RuleViolation where the row is not on the item's
    agenda; WrongState when it does not wait for a meeting. Art. 4.5, 5.2, 9.2.
    """
    decision = Decision(
        agenda_item_id=item.id,
        subject_table=row.__tablename__,
        subject_id=row.id,
        outcome=outcome,
        wording=wording,
        decided_on=decided_on,
        recorded_at=clock.now(),
    )
    policy.require(actor, "add", decision)
    session.add(decision)
    session.flush()
    kind = _kinds.get(row.__tablename__)
    step = None if kind is None else kind.steps.get(outcome)
    if step is not None:
        workflow.apply(session, actor, row, step, decision_id=decision.id)
    return decision


def decided_as(*outcomes: Outcome) -> Callable[[Actor, Any, Mapping[str, Any]], None]:
    """The guard of a step that records a decision: the decision is about this very row, and it is
    one of `outcomes`."""

    def guard(actor: Actor, row: Any, fields: Mapping[str, Any]) -> None:
        session, key = object_session(row), fields.get("decision_id")
        decision = session.get(Decision, key) if session is not None and key else None
        if decision is None:
            return
        if (decision.subject_table, decision.subject_id) != (row.__tablename__, row.id):
            raise RuleViolation(message("This decision is about another row."), "decision_id")
        if decision.outcome not in outcomes:
            raise RuleViolation(message("The meeting decided otherwise."), "decision_id")

    return guard


approved = decided_as(Outcome.APPROVED, Outcome.AMENDED)
rejected = decided_as(Outcome.REJECTED)
deferred = decided_as(Outcome.DEFERRED)
