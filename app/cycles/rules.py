"""The year, its phases and months, the rule book: who keeps them, what they must be, and
when a closed year or month no longer lets rows change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session, object_session
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard, policy, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.policy import Policy
from app.core.text import message
from app.core.unit_of_work import current_actor
from app.core.values import FIRST_YEAR, LAST_YEAR, outside
from app.models.cycles import (
    Component,
    Cycle,
    CycleStatus,
    Holiday,
    IndicatorTemplate,
    Phase,
    ReportingMonth,
    RuleBook,
    RuleBookStatus,
    RuleValue,
    RuleValueKind,
    StrategicGoal,
    TaskCategory,
)
from app.models.meetings import AgendaItem, AgendaSubject, Decision, Meeting, PaperEntry
from app.organisation.rules import in_hands, reads_college
from app.security.roles import LEADER


def check_phase(row: Phase) -> None:
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise RuleViolation(message("The end lies before the beginning."), "ends_on")


def check_holiday(row: Holiday) -> None:
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise RuleViolation(message("The end lies before the beginning."), "ends_on")


def check_strategic_goal(row: StrategicGoal) -> None:
    if row.start_year and row.end_year and row.end_year < row.start_year:
        raise RuleViolation(message("The end lies before the beginning."), "end_year")


def read_value(kind: RuleValueKind, text: str) -> Any:
    """The value of a rule as its kind: int, Decimal, bool, text or (month, day).

    Raises RuleViolation at `value` when the text is none of its kind.
    """
    text = text.strip()
    try:
        if kind == RuleValueKind.INTEGER:
            return int(text)
        if kind == RuleValueKind.DECIMAL:
            return Decimal(text)
        if kind == RuleValueKind.BOOLEAN:
            return {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}[
                text.lower()
            ]
        if kind == RuleValueKind.MONTH_DAY:
            month, day = text.split("-")
            dt.date(2024, int(month), int(day))
            return int(month), int(day)
    except (ValueError, KeyError, InvalidOperation) as error:
        raise RuleViolation(
            message("“%(value)s” is not a value of this kind.", value=text), "value"
        ) from error
    return text


def check_year(row: Any) -> None:
    """A year is one of the calendar's, so that its days can be counted."""
    if row.year is not None and not FIRST_YEAR <= row.year <= LAST_YEAR:
        raise RuleViolation(outside(type(row).__table__.columns.year), "year")


LAST_POSITION = 999
"""No meeting has more items; the number stands in a narrow column of the papers."""


def check_agenda_item(row: AgendaItem) -> None:
    """An item has a place in the order of the meeting."""
    if row.position is not None and not 1 <= row.position <= LAST_POSITION:
        raise RuleViolation(
            message("The position is a whole number from 1 to %(last)s.", last=LAST_POSITION),
            "position",
        )


_value_checks: dict[str, Callable[[str], None]] = {}


def register_value_check(key: str, check: Callable[[str], None]) -> None:
    """Hold the rule `key` to more than its kind; `check` raises RuleViolation at `value`."""
    _value_checks[key] = check


def check_rule_value(row: RuleValue) -> None:
    if row.value is None or row.kind is None:
        return
    read_value(row.kind, row.value)
    if row.key in _value_checks:
        _value_checks[row.key](row.value)


def check_component(row: Component) -> None:
    if row.minimum is not None and row.maximum is not None and row.maximum < row.minimum:
        raise RuleViolation(message("The maximum lies below the minimum."), "maximum")


def _book_is_draft(actor: Actor, verb: str, row: Any) -> bool:
    """Values of a book in force are history: only a draft is edited."""
    book = policy.related(row, "rule_book")
    return book is None or book.status in (None, RuleBookStatus.DRAFT)


def _draft_book(actor: Actor, verb: str, row: RuleBook) -> bool:
    return verb not in {"edit", "delete"} or row.status in (None, RuleBookStatus.DRAFT)


def _open_cycle(actor: Actor, verb: str, row: Cycle) -> bool:
    if verb == "delete":
        return row.status == CycleStatus.PREPARING
    return True


def _sees_meetings(actor: Actor) -> ColumnElement[bool]:
    from sqlalchemy import false

    return true() if reads_college(actor) or actor.has_role(LEADER) else false()


def _seen_entries(actor: Actor) -> ColumnElement[bool]:
    """Whoever reads the row, and whoever is said to have written it."""
    return or_(PaperEntry.person_id == actor.user_id, in_hands(PaperEntry.department_id, actor))


def _can_write_entry(actor: Actor, verb: str, row: PaperEntry) -> bool:
    """Written by the service only (`app.cycles.paper_entries`); the person named objects, the
    Office settles it, a top leader decides what is put to them."""
    if verb in {"object", "acknowledge"}:
        return row.person_id == actor.user_id
    return verb in {"withdraw", "refer", "uphold", "annul"}


def lock_closed_cycles(session: Session, actor: Actor, row: Any) -> None:
    """A closed year changes only by a correction (domain §3)."""
    if isinstance(row, Cycle):
        closed = row.status == CycleStatus.CLOSED and workflow.step_of(session, row) is None
    else:
        cycle = _cycle_of(session, row)
        closed = cycle is not None and cycle.status == CycleStatus.CLOSED
    if closed:
        raise WrongState(message("The year is closed; only a correction changes it."))


_PARENTS = ("task", "monthly_check", "supervision_case", "adjustment", "task_result",
            "diagnosis", "score", "department_assessment", "decomposition", "work_point_set",
            "baseline", "baseline_task")  # fmt: skip


def _cycle_of(session: Session, row: Any, depth: int = 0) -> Cycle | None:
    """The year a row belongs to: its own, or that of the row it hangs on."""
    if hasattr(row, "cycle_id"):
        cycle = policy.related(row, "cycle")
        if cycle is not None:
            return cycle  # type: ignore[no-any-return]
    if depth > 4:
        return None
    for name in _PARENTS:
        if hasattr(row, f"{name}_id"):
            parent = policy.related(row, name)
            if parent is not None:
                return _cycle_of(session, parent, depth + 1)
    return None


def check_decision(row: Decision) -> None:
    """What a meeting decides stood on its agenda, and is written down when it is decided. Raises
    RuleViolation at the field."""
    session = object_session(row)
    actor = None if session is None else current_actor(session)
    if session is None or actor is None or actor.everything:
        return
    if row.decided_on is not None and row.decided_on > clock.today():
        raise RuleViolation(message("A decision is not recorded before its day."), "decided_on")
    item = policy.related(row, "agenda_item")
    if row.subject_table is None or item is None:
        return
    with session.no_autoflush:
        put = session.scalar(
            select(AgendaSubject.id).where(
                AgendaSubject.agenda_item_id == item.id,
                AgendaSubject.subject_table == row.subject_table,
                AgendaSubject.subject_id == row.subject_id,
            )
        )
    if put is None:
        raise RuleViolation(
            message("This row does not stand on the agenda item: put it there first."),
            "subject_id",
        )


for _model, _resource in (
    (Holiday, "holiday"),
    (TaskCategory, "task_category"),
    (IndicatorTemplate, "indicator_template"),
    (StrategicGoal, "strategic_goal"),
    (Phase, "phase"),
    (ReportingMonth, "reporting_month"),
):
    policy.register(_model, Policy(_resource, policy.everyone, policy.college_wide))
policy.register(Cycle, Policy("cycle", policy.everyone, _open_cycle))
policy.register(RuleBook, Policy("rule_book", policy.everyone, _draft_book))
policy.register(RuleValue, Policy("rule_value", policy.everyone, _book_is_draft))
policy.register(Component, Policy("component", policy.everyone, _book_is_draft))
policy.register(Meeting, Policy("meeting", _sees_meetings, policy.college_wide))
policy.register(AgendaItem, Policy("agenda_item", _sees_meetings, policy.college_wide))
policy.register(AgendaSubject, Policy("agenda_subject", _sees_meetings, policy.college_wide))
policy.register(Decision, Policy("decision", _sees_meetings, policy.college_wide))
policy.register(PaperEntry, Policy("paper_entry", _seen_entries, _can_write_entry))
guard.register_invariant(Cycle, check_year)
guard.register_invariant(RuleBook, check_year)
guard.register_invariant(Phase, check_phase)
guard.register_invariant(Holiday, check_holiday)
guard.register_invariant(AgendaItem, check_agenda_item)
guard.register_invariant(StrategicGoal, check_strategic_goal)
guard.register_invariant(Decision, check_decision)
guard.register_invariant(RuleValue, check_rule_value)
guard.register_invariant(Component, check_component)
guard.register_lock(lock_closed_cycles)
