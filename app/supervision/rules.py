"""Who sees and writes supervision cases and instructions (Art. 8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import message
from app.models.supervision import (
    CaseSource,
    CaseStatus,
    CaseStep,
    Instruction,
    SupervisionCase,
)
from app.organisation.rules import heads, is_office, leads, reads_college
from app.organisation.succession import of_open_year, register_moves
from app.security.roles import DISCIPLINE, TOP_LEADER

CONCLUDED = (CaseStatus.CLOSED, CaseStatus.DISMISSED, CaseStatus.WITHDRAWN)


def seen_cases(actor: Actor) -> ColumnElement[bool]:
    """Cases of one's own departments or charge, or addressed to oneself as leader."""
    if reads_college(actor):
        return true()
    return or_(
        SupervisionCase.department_id.in_(actor.departments | actor.charged),
        SupervisionCase.leader_id == actor.user_id,
    )


def can_write_case(actor: Actor, verb: str, row: SupervisionCase) -> bool:
    if verb in {"sign", "reply"}:
        return heads(actor, row.department_id)
    if verb == "extend":
        return leads(actor, row.department_id) or actor.has_role(TOP_LEADER)
    if verb == "transfer":
        return is_office(actor) or leads(actor, row.department_id) or actor.has_role(TOP_LEADER)
    if verb == "conclude":
        return actor.has_role(DISCIPLINE)
    if verb == "delete":
        return is_office(actor) and row.status in (None, CaseStatus.PROPOSED)
    if verb == "edit":
        return is_office(actor) and row.status not in CONCLUDED
    return is_office(actor)


def frozen_columns(row: SupervisionCase) -> frozenset[str]:
    """An open case keeps what it was opened for: matter, ground, department, source."""
    if row.status in (None, CaseStatus.PROPOSED):
        return frozenset()
    return frozenset(
        {"cycle_id", "source", "task_id", "matter", "ground", "department_id", "due_on"}
    )


def check_case(row: SupervisionCase) -> None:
    if row.source == CaseSource.TASK and row.task_id is None and row.task is None:
        raise RuleViolation(message("A case about a task names the task."), "task")


def _seen_instructions(actor: Actor) -> ColumnElement[bool]:
    if reads_college(actor):
        return true()
    if actor.user_id is None:
        return false()
    own_cases = select(SupervisionCase.id).where(seen_cases(actor))
    return or_(
        Instruction.author_id == actor.user_id,
        (Instruction.subject_table == SupervisionCase.__tablename__)
        & Instruction.subject_id.in_(own_cases),
    )


def _can_write_instruction(actor: Actor, verb: str, row: Any) -> bool:
    return row.author_id in (None, actor.user_id)


policy.register(
    SupervisionCase, Policy("supervision_case", seen_cases, can_write_case, frozen_columns)
)
policy.register(
    CaseStep,
    Policy(
        "case_step",
        lambda actor: CaseStep.supervision_case_id.in_(
            select(SupervisionCase.id).where(seen_cases(actor))
        ),
        policy.nobody,
    ),
)
policy.register(Instruction, Policy("instruction", _seen_instructions, _can_write_instruction))
guard.register_invariant(SupervisionCase, check_case)
register_moves(
    SupervisionCase,
    "department_id",
    and_(
        SupervisionCase.status.in_((CaseStatus.PROPOSED, CaseStatus.OPEN, CaseStatus.REPLIED)),
        of_open_year(SupervisionCase),
    ),
)
