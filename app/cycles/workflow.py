"""The steps of a year and of a rule book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.cycles import Cycle, CycleStatus, RuleBook, RuleBookStatus


def _has_rules(actor: Actor, cycle: Cycle, fields: Mapping[str, Any]) -> None:
    book = cycle.rule_book
    if book is None or book.status != RuleBookStatus.IN_FORCE:
        raise RuleViolation(message("The year needs a rule book in force."), "rule_book")


def _close(session: AnySession, actor: Actor, cycle: Cycle, fields: Mapping[str, Any]) -> None:
    cycle.closed_on = clock.today()


def _retire_others(
    session: AnySession, actor: Actor, book: RuleBook, fields: Mapping[str, Any]
) -> None:
    """One book is in force per year: the one before it retires in the same commit."""
    others = session.scalars(
        select(RuleBook).where(
            RuleBook.year == book.year,
            RuleBook.status == RuleBookStatus.IN_FORCE,
            RuleBook.id != book.id,
        )
    ).all()
    workflow.apply_all(session, actor, others, "retire")


CYCLE = Workflow(
    Cycle,
    (
        Transition(
            "start",
            (CycleStatus.PREPARING,),
            CycleStatus.RUNNING,
            message("Start the year"),
            guard=_has_rules,
            article="4.1",
        ),
        Transition(
            "assess",
            (CycleStatus.RUNNING,),
            CycleStatus.ASSESSING,
            message("Begin the assessment"),
            article="12",
        ),
        Transition(
            "close",
            (CycleStatus.ASSESSING,),
            CycleStatus.CLOSED,
            message("Close the year"),
            effect=_close,
        ),
    ),
)

RULE_BOOK = Workflow(
    RuleBook,
    (
        Transition(
            "put_in_force",
            (RuleBookStatus.DRAFT,),
            RuleBookStatus.IN_FORCE,
            message("Put in force"),
            requires=("document_number",),
            effect=_retire_others,
        ),
        Transition("retire", (RuleBookStatus.IN_FORCE,), RuleBookStatus.RETIRED, message("Retire")),
    ),
)

workflow.register(CYCLE)
workflow.register(RULE_BOOK)
