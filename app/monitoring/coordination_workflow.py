"""The steps of a coordination request (Art. 9.1): answered by whom it addresses, settled or asked
anew by who asked, sent on to somebody else by the Office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect

from app.core import clock, policy, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.monitoring import CoordinationRequest, CoordinationStatus
from app.models.organisation import Department, Person
from app.monitoring import coordination_notices as notices
from app.monitoring.coordination import (
    check_addressee,
    check_day,
    cycle_of,
    reply_day,
    session_of,
)

WAITING = (CoordinationStatus.OPEN, CoordinationStatus.REOPENED)
"""States in which an answer is awaited."""
ADDRESSEE = ("addressed_department_id", "addressed_leader_id")
Said = Mapping[str, Any]


def _answer(session: AnySession, actor: Actor, row: CoordinationRequest, fields: Said) -> None:
    row.answered_at = clock.now()
    notices.tell_answered(session, actor, row)


def _resolve(session: AnySession, actor: Actor, row: CoordinationRequest, fields: Said) -> None:
    row.resolved_at = clock.now()
    notices.tell_resolved(session, actor, row)


def _reopen(session: AnySession, actor: Actor, row: CoordinationRequest, fields: Said) -> None:
    """A new answer is asked for, with its own day; the first one stays in the trail."""
    _must_say(fields, "reopen_reason")
    _give_time(session, row, fields)
    row.reply = row.answered_at = row.resolved_at = None
    notices.tell_reopened(session, actor, row)


def _check_rerouted(actor: Actor, row: CoordinationRequest, fields: Said) -> None:
    """Somebody else is asked, who can help."""
    if "reroute_reason" not in fields:
        return  # asked whether the step is possible at all; the effect insists on the reason
    session = session_of(row)
    chosen, person = (fields.get(name) for name in ADDRESSEE)
    department = session.get(Department, chosen) if chosen else None
    leader = session.get(Person, person) if person else None
    check_addressee(policy.related(row, "department"), department, leader)
    asked = department.id if department else None, leader.id if leader else None
    if asked == (row.addressed_department_id, row.addressed_leader_id):
        raise RuleViolation(
            message("This is who is asked already: choose somebody else."),
            "addressed_department" if department else "addressed_leader",
        )


def _reroute(session: AnySession, actor: Actor, row: CoordinationRequest, fields: Said) -> None:
    """Whoever was asked before is asked no longer; whoever is asked now gets time of their own."""
    _must_say(fields, "reroute_reason")
    state: Any = inspect(row)
    before = tuple(
        (state.attrs[name].history.deleted or state.attrs[name].history.unchanged or [None])[0]
        for name in ADDRESSEE
    )
    for name in ADDRESSEE:
        setattr(row, name, fields.get(name))
    _give_time(session, row, fields)
    session.flush()
    session.refresh(row, ["addressed_department", "addressed_leader"])
    notices.tell_rerouted(session, actor, row, before)  # type: ignore[arg-type]


def _must_say(fields: Said, name: str) -> None:
    """A reason given the last time is none for this time."""
    if not (fields.get(name) or "").strip():
        raise RuleViolation(message("This field is required for the step."), name)


def _give_time(session: AnySession, row: CoordinationRequest, fields: Said) -> None:
    """Until the day that was said; without one, the rule book's workdays from today."""
    check_day(fields.get("due_on"))
    row.due_on = fields.get("due_on") or reply_day(session, cycle_of(row))


COORDINATION_REQUEST = Workflow(
    CoordinationRequest,
    (
        Transition(
            "answer",
            WAITING,
            CoordinationStatus.ANSWERED,
            message("Answer"),
            requires=("reply",),
            effect=_answer,
            article="9.1",
        ),
        Transition(
            "resolve",
            (CoordinationStatus.ANSWERED,),
            CoordinationStatus.RESOLVED,
            message("Resolved"),
            effect=_resolve,
            article="9.1",
        ),
        Transition(
            "reroute",
            WAITING,
            CoordinationStatus.OPEN,
            message("Send on to somebody else"),
            requires=("reroute_reason",),
            accepts=(*ADDRESSEE, "due_on"),
            guard=_check_rerouted,
            effect=_reroute,
            article="9.1",
        ),
        Transition(
            "reopen",
            (CoordinationStatus.ANSWERED, CoordinationStatus.RESOLVED),
            CoordinationStatus.REOPENED,
            message("Reopen"),
            requires=("reopen_reason",),
            accepts=("due_on",),
            effect=_reopen,
            article="9.1",
        ),
    ),
)

workflow.register(COORDINATION_REQUEST)
