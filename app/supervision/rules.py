"""Who sees and writes supervision cases and instructions (Art. 8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select, true
from sqlalchemy.orm import object_session
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import Message, message
from app.core.unit_of_work import current_actor
from app.cycles.queries import rule
from app.models.planning import Task
from app.models.supervision import (
    CaseDepartment,
    CaseSource,
    CaseStatus,
    CaseStep,
    Instruction,
    SupervisionCase,
)
from app.organisation.deciding import names_with
from app.organisation.rules import heads, is_office, leads, reads_college
from app.organisation.succession import of_open_year, register_moves
from app.planning.rules import of_answered_task
from app.security.roles import DISCIPLINE, OFFICE, TOP_LEADER

_STANDS_ASIDE = "offices_that_stand_aside"
EXTENSION = "supervise.case_extension_needs_leader"
CONCLUDED = (CaseStatus.CLOSED, CaseStatus.DISMISSED, CaseStatus.WITHDRAWN)


def seen_cases(actor: Actor) -> ColumnElement[bool]:
    """Cases of one's own departments or charge, assisting ones too, or addressed to oneself as
    leader."""
    if reads_college(actor):
        return true()
    own = actor.departments | actor.charged
    assisting = select(CaseDepartment.supervision_case_id)
    return or_(
        SupervisionCase.department_id.in_(own),
        SupervisionCase.leader_id == actor.user_id,
        SupervisionCase.id.in_(assisting.where(CaseDepartment.department_id.in_(own))),
    )


def can_write_case(actor: Actor, verb: str, row: SupervisionCase) -> bool:
    """The head signs and replies, the leader gives time (the Office too, if the rule book says
    so), the discipline office inspects; the rest is the Office's. Where one of the two offices has
    a case of its own, the leader stands in for it."""
    if verb in {"sign", "reply"}:
        return heads(actor, row.department_id)
    if verb == "extend":
        return _is_leader(actor, row) or (is_office(actor) and not _needs_leader(row))
    if verb == "transfer":
        return is_office(actor) or _is_leader(actor, row)
    if verb in {"conclude", "send_back"}:
        return actor.has_role(DISCIPLINE) or _acts_for(DISCIPLINE, actor, row)
    if verb == "add":
        return is_office(actor)
    if verb == "delete":
        return is_office(actor) and row.status in (None, CaseStatus.PROPOSED)
    if verb == "edit":
        return is_office(actor) and row.status not in CONCLUDED
    return is_office(actor) or _acts_for(OFFICE, actor, row)


def _is_leader(actor: Actor, row: SupervisionCase) -> bool:
    return leads(actor, row.department_id) or actor.has_role(TOP_LEADER)


def _needs_leader(row: SupervisionCase) -> bool:
    """Is more time for a case the leader's to give alone? So it is where no rule book says
    otherwise."""
    session, cycle = object_session(row), policy.related(row, "cycle")
    try:
        return session is None or bool(rule(session, cycle, EXTENSION))
    except RuleViolation:
        return True


def _acts_for(role: str, actor: Actor, row: SupervisionCase) -> bool:
    """A leader, on a case of the very office whose step it is: nobody else with the role may."""
    session = object_session(row) if _is_leader(actor, row) else None
    if session is None:
        return False
    # Asked for every step and row of a page: looked up once a department.
    known: dict[Any, bool] = session.info.setdefault(_STANDS_ASIDE, {})
    key = (role, row.department_id, clock.today())
    if key not in known:
        known[key] = not names_with(session, role, row.department_id)
    return known[key]


def _can_write_assisting(actor: Actor, verb: str, row: CaseDepartment) -> bool:
    case = policy.related(row, "supervision_case")
    return case is not None and can_write_case(actor, "edit", case)


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


def check_assisting(row: CaseDepartment) -> None:
    case = policy.related(row, "supervision_case")
    department = row.department_id or getattr(row.department, "id", None)
    if case is not None and department is not None and case.department_id == department:
        raise RuleViolation(
            message("The department in charge does not assist as well."), "department"
        )


def check_instruction(row: Instruction) -> None:
    """An instruction is written on what its author sees."""
    session = object_session(row)
    actor = current_actor(session) if session is not None else None
    if session is None or actor is None or row.subject_id is None:
        return
    kinds = {one.__tablename__: one for one in policy.policies()}
    model = kinds.get(row.subject_table)
    if model is None:
        raise RuleViolation(message("An instruction is written on a row."), "subject_table")
    seen = select(model.id).where(model.id == row.subject_id, policy.visible(actor, model))
    if session.scalar(seen) is None:
        raise RuleViolation(message("The row of the instruction is not to be found."), "subject_id")


def _seen_instructions(actor: Actor) -> ColumnElement[bool]:
    """One's own, and those on the cases and the tasks whose affairs one reads."""
    if reads_college(actor):
        return true()
    if actor.user_id is None:
        return false()
    own_cases = select(SupervisionCase.id).where(seen_cases(actor))
    return or_(
        Instruction.author_id == actor.user_id,
        (Instruction.subject_table == Task.__tablename__)
        & of_answered_task(Instruction.subject_id, actor),
        (Instruction.subject_table == SupervisionCase.__tablename__)
        & Instruction.subject_id.in_(own_cases),
    )


def _has_place(row: CaseDepartment, successor: int) -> bool:
    """The successor is in charge of the case or assists already."""
    case = row.supervision_case
    assisting = {one.department_id for one in case.assisting if one is not row}
    return successor in assisting or case.department_id == successor


def _can_write_instruction(actor: Actor, verb: str, row: Any) -> bool:
    """An instruction is its author's, and a record from the next day on, or from when somebody has
    acted on it: then a new one is written."""
    return _why_instruction_stands(actor, verb, row) is None


def _why_instruction_stands(actor: Actor, verb: str, row: Any) -> Message | None:
    if row.author_id not in (None, actor.user_id):
        return message("An instruction is changed or deleted by its author alone.")
    if verb == "add":
        return None
    # The day it was put down: the date it bears may be another, from paper.
    if row.created_at < clock.start_of(clock.today()):
        return message(
            "An instruction is a record: its author changes or deletes it only on the day it was"
            " written. Write a new one for what is to be said now."
        )
    session = object_session(row) if not hasattr(row, "_session") else None
    if session is not None and session.scalar(_acted_upon(row)):
        return message(
            "Somebody has acted on this instruction already: it stays as it is. Write a new one for"
            " what is to be said now."
        )
    return None


def _acted_upon(row: Instruction) -> Select[Any]:
    """Has a case come of an instruction on a task, or somebody else taken a step of the case that
    it is about, since it was written?"""
    if row.subject_table == SupervisionCase.__tablename__:
        acted = (
            CaseStep.supervision_case_id == row.subject_id,
            CaseStep.happened_at >= row.created_at,
            CaseStep.actor_id.is_distinct_from(row.author_id),
        )
        return select(CaseStep.id).where(*acted).limit(1)
    came = (
        SupervisionCase.task_id == row.subject_id,
        SupervisionCase.source == CaseSource.INSTRUCTION,
        SupervisionCase.created_at >= row.created_at,
    )
    return select(SupervisionCase.id).where(*came).limit(1)


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
policy.register(
    CaseDepartment,
    Policy(
        "case_department",
        lambda actor: CaseDepartment.supervision_case_id.in_(
            select(SupervisionCase.id).where(seen_cases(actor))
        ),
        _can_write_assisting,
    ),
)
policy.register(
    Instruction,
    Policy(
        "instruction",
        _seen_instructions,
        _can_write_instruction,
        lambda row: frozenset({"subject_table", "subject_id", "author_id", "written_on"}),
        _why_instruction_stands,
    ),
)
guard.register_invariant(SupervisionCase, check_case)
guard.register_invariant(CaseDepartment, check_assisting)
guard.register_invariant(Instruction, check_instruction)
_followed = and_(SupervisionCase.status.not_in(CONCLUDED), of_open_year(SupervisionCase))
register_moves(SupervisionCase, "department_id", _followed)
register_moves(
    CaseDepartment,
    "department_id",
    CaseDepartment.supervision_case_id.in_(select(SupervisionCase.id).where(_followed)),
    _has_place,
)
