"""Who sees and writes monthly checks, warnings and coordination (Art. 6-7, 9.1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import message
from app.core.values import FIRST_YEAR, LAST_YEAR, outside
from app.models.monitoring import (
    BulletinLine,
    CheckContribution,
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    EarlyWarning,
    MonthlyCheck,
)
from app.models.planning import TaskStatus
from app.monitoring.lights import is_worse
from app.organisation.rules import belongs, heads, is_office, reads_college
from app.organisation.succession import register_moves
from app.planning.rules import UNDER_WAY, of_answered_task
from app.security.roles import STAFF

OPEN_CHECKS = (None, CheckStatus.DRAFT, CheckStatus.RETURNED)


def can_write_check(actor: Actor, verb: str, row: MonthlyCheck) -> bool:
    """The head of the lead department, and the task's owner for drafts."""
    task = policy.related(row, "task")
    if verb == "return":
        return is_office(actor)
    if task is None:
        return False
    if verb == "submit":
        return heads(actor, task.lead_department_id)
    if row.status not in OPEN_CHECKS or task.status != TaskStatus.ACCEPTED:
        return False
    if heads(actor, task.lead_department_id):
        return True
    return actor.has_role(STAFF) and task.owner_id == actor.user_id and verb != "delete"


def _seen_contributions(actor: Actor) -> ColumnElement[bool]:
    if reads_college(actor):
        return true()
    answered = select(MonthlyCheck.id).where(of_answered_task(MonthlyCheck.task_id, actor))
    return or_(
        CheckContribution.department_id.in_(actor.departments),
        CheckContribution.monthly_check_id.in_(answered),
    )


def _can_write_contribution(actor: Actor, verb: str, row: CheckContribution) -> bool:
    """An assisting department writes its own line while the check is open; the task's lead
    department has the check itself."""
    check = policy.related(row, "monthly_check")
    department = row.department_id or getattr(row.department, "id", None)
    if check is None or check.status not in OPEN_CHECKS or not belongs(actor, department):
        return False
    task = policy.related(check, "task")
    return task is None or task.lead_department_id != department


def _seen_requests(actor: Actor) -> ColumnElement[bool]:
    if reads_college(actor):
        return true()
    reach = actor.departments | actor.charged
    return or_(
        CoordinationRequest.department_id.in_(reach),
        CoordinationRequest.addressed_department_id.in_(reach),
        CoordinationRequest.addressed_leader_id == in_whose_place(actor),
    )


def in_whose_place(actor: Actor) -> int | None:
    """The person whose post this capacity speaks from: the giver of a delegation, else oneself."""
    return actor.behalf_of or actor.user_id


def _can_write_request(actor: Actor, verb: str, row: CoordinationRequest) -> bool:
    """The asking head, the addressee for the answer, the Office for sending it on."""
    own = heads(actor, row.department_id or getattr(row.department, "id", None))
    if verb == "answer":
        return heads(actor, row.addressed_department_id) or (
            row.addressed_leader_id is not None and row.addressed_leader_id == in_whose_place(actor)
        )
    if verb == "reroute":
        return is_office(actor)
    if verb in {"resolve", "reopen"}:
        return own
    return own and row.status in (None, CoordinationStatus.OPEN)


def _asked_once(row: CoordinationRequest) -> frozenset[str]:
    """Who asks whom about what stays: only the Office sends a request on to somebody else."""
    return frozenset({
        "department_id", "addressed_department_id", "addressed_leader_id",
        "task_id", "monthly_check_id",
    })  # fmt: skip


def check_monthly_check(row: MonthlyCheck) -> None:
    """Percentages lie in range; the head's own light is only worse, and says why."""
    if row.actual_percent is not None and not 0 <= Decimal(row.actual_percent) <= 100:
        raise RuleViolation(message("A percentage lies between 0 and 100."), "actual_percent")
    if row.month is not None and not 1 <= row.month <= 12:
        raise RuleViolation(message("A month is a number from 1 to 12."), "month")
    if row.year is not None and not FIRST_YEAR <= row.year <= LAST_YEAR:
        raise RuleViolation(outside(type(row).__table__.columns.year), "year")
    if row.head_light is None:
        return
    if not (row.head_light_reason or "").strip():
        raise RuleViolation(message("Say why the light is worse."), "head_light_reason")
    if row.computed_light is not None and not is_worse(row.head_light, row.computed_light):
        raise RuleViolation(message("The head's own light can only be worse."), "head_light")


def refuse_past(day: dt.date) -> None:
    """RuleViolation at `due_on` for a day by which nobody can answer any more."""
    if day < clock.today():
        raise RuleViolation(
            message("The day for the answer is over already: choose today or later."), "due_on"
        )


def check_request(row: Any) -> None:
    """Somebody is asked, about a task that was issued and is not over when it is named; a day that
    is put off is one to come."""
    addressed = (
        row.addressed_department_id
        or row.addressed_leader_id
        or row.addressed_department
        or row.addressed_leader
    )
    if not addressed:
        raise RuleViolation(
            message("Say which department or leader should help."), "addressed_department"
        )
    state: Any = inspect(row)
    if state.persistent and state.attrs.due_on.history.added and row.due_on is not None:
        refuse_past(row.due_on)
    if state.persistent and not (
        state.attrs.task_id.history.added or state.attrs.task.history.added
    ):
        return
    task = policy.related(row, "task")
    if task is not None and task.status not in UNDER_WAY:
        raise RuleViolation(
            message(
                "Help is asked for with an issued task that is not over yet; leave the task empty"
                " for anything else."
            ),
            "task",
        )


policy.register(
    MonthlyCheck,
    Policy(
        "monthly_check",
        lambda actor: of_answered_task(MonthlyCheck.task_id, actor),
        can_write_check,
    ),
)
policy.register(
    CheckContribution,
    Policy("check_contribution", _seen_contributions, _can_write_contribution),
)
policy.register(
    EarlyWarning,
    Policy("warning", lambda actor: of_answered_task(EarlyWarning.task_id, actor), policy.nobody),
)
policy.register(
    CoordinationRequest,
    Policy("coordination_request", _seen_requests, _can_write_request, _asked_once),
)
policy.register(BulletinLine, Policy("bulletin_line", policy.everyone, policy.nobody))
guard.register_invariant(MonthlyCheck, check_monthly_check)
guard.register_invariant(CoordinationRequest, check_request)
for _column in ("department_id", "addressed_department_id"):
    register_moves(
        CoordinationRequest, _column, CoordinationRequest.status != CoordinationStatus.RESOLVED
    )
