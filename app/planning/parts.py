"""Passing parts of a task to other departments, and the steps of a part (Art. 5.1-5.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import object_session

from app.core import clock, guard, policy
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message, words
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition
from app.models.organisation import Department, DepartmentKind
from app.models.planning import (
    Agreement,
    Decomposition,
    DecompositionStatus,
    Milestone,
    Task,
    TaskStatus,
)
from app.organisation.deciding import names_of_heads
from app.planning.part_rules import OPEN_AGREEMENTS, hands_down, post_of

ON_ITS_WAY = (
    DecompositionStatus.AGGREGATED,
    DecompositionStatus.COMMITTEE,
    DecompositionStatus.APPROVED,
)
"""While the year's table stands so, what is in it is agreed."""
INHERITED = ("cycle_id", "category_id", "start_on", "origin", "visibility", "decomposition_id",
             "work_point_id", "strategic_goal_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What a department is asked to take over."""

    title: str
    due_on: dt.date | None = None
    standard: str | None = None
    measures: str | None = None
    weight: Decimal | None = None
    with_milestones: bool = False


def receivers(session: AnySession, actor: Actor, task: Task) -> list[Department]:
    """Departments a part may go to: those of today, but the task's own and the actor's."""
    today = clock.today()
    return list(
        session.scalars(
            select(Department)
            .where(
                visible(actor, Department),
                Department.kind != DepartmentKind.SECTION,
                or_(Department.valid_from.is_(None), Department.valid_from <= today),
                or_(Department.valid_to.is_(None), Department.valid_to >= today),
                Department.id != task.lead_department_id,
                Department.id.not_in(actor.speaks_for()),
            )
            .order_by(Department.sort_order, Department.id)
        )
    )


def refuse_passing(session: AnySession, actor: Actor, task: Task) -> None:
    """Raise why the actor passes no part of this task now."""
    if task.status != TaskStatus.PROPOSED:
        raise WrongState(message("Parts are passed while the task is proposed."))
    may = any(one.grants("task:add") and hands_down(one, task) for one in actor.capacities)
    if not (actor.everything or may):
        raise NotAllowed(
            message(
                "The head of the lead department, its leader or the Office passes parts of a task."
            )
        )
    if task.agreement in OPEN_AGREEMENTS:
        raise WrongState(message("Agree to the task itself before passing parts of it."))
    refuse_settled(session, task.cycle_id, task.decomposition_id)


def pass_part(
    session: AnySession, actor: Actor, task: Task, departments: Sequence[Department], part: Part
) -> list[Task]:
    """Ask departments to take over a part of a proposed task: one child task each.

    The head of the task's lead department, its leader, the Office. Effects: proposed tasks that
    wait for the heads of their departments. Errors: NotAllowed; WrongState once the year's
    table is aggregated; RuleViolation at `departments` for none, for the task's own, for one the
    actor heads, for one that has this part already, at `title` without words. Art. 5.1-5.2.
    """
    refuse_passing(session, actor, task)
    title = part.title.strip()
    if not title:
        raise RuleViolation(message("A task needs a title."), "title")
    if not departments:
        raise RuleViolation(message("Choose the departments that take the part."), "departments")
    siblings = session.execute(
        select(Task.lead_department_id, Task.title).where(Task.parent_id == task.id)
    ).all()
    for department in departments:
        refuse_receiver(actor, task, department)
        if (department.id, title) in {tuple(one) for one in siblings}:
            why = message("%(name)s has this part already.", name=department.name)
            raise RuleViolation(why, "departments")
    made = [
        Task(
            parent_id=task.id,
            lead_department_id=department.id,
            number=f"{task.number}-{place}"[:40] if task.number else "",
            sort_order=task.sort_order,
            title=title,
            standard=part.standard,
            measures=part.measures,
            due_on=part.due_on,
            weight=part.weight,
            agreement=Agreement.ASKED,
            passed_as=post_of(actor, task.lead_department_id),
            passed_by_id=actor.user_id,
            milestones=_copied(task) if part.with_milestones else [],
            **{name: getattr(task, name) for name in INHERITED},
        )
        for place, department in enumerate(departments, start=len(siblings) + 1)
    ]
    # The rows are other departments', and that one is asked is no field of a form.
    with guard.privileged(session):
        session.add_all(made)
    return made


def refuse_receiver(actor: Actor, task: Task | None, department: Department) -> None:
    """Raise why this department takes no part of `task` (None: of a work point) from the actor."""
    if department.kind == DepartmentKind.SECTION:
        why = message("A section takes its work from its own department.")
    elif task is not None and department.id == task.lead_department_id:
        why = message("The lead department does not pass a part to itself.")
    elif department.id in actor.speaks_for():
        why = message(
            "You head %(name)s yourself, and nobody agrees to their own part: propose the task"
            " there.",
            name=department.name,
        )
    else:
        return
    raise RuleViolation(why, "departments")


def _copied(task: Task) -> list[Milestone]:
    return [
        Milestone(due_on=one.due_on, text=one.text, planned_percent=one.planned_percent)
        for one in task.milestones
    ]


def open_parts(session: AnySession, cycle_id: int, decomposition_id: int | None) -> int:
    """How many parts of the year's table are not agreed. They count whoever asks: one that
    nobody at the desk sees would be issued over its department's head."""
    return (
        session.scalar(
            select(func.count(Task.id)).where(
                Task.cycle_id == cycle_id,
                Task.status == TaskStatus.PROPOSED,
                Task.agreement.in_(OPEN_AGREEMENTS),
                or_(
                    Task.decomposition_id.is_(None),
                    Task.decomposition_id == decomposition_id,
                ),
            )
        )
        or 0
    )


def refuse_settled(session: AnySession, cycle_id: int, decomposition_id: int | None) -> None:
    """Raise WrongState while the table these parts belong to lies with the Office or the
    committee; without a table of their own, any of the year."""
    settled = select(Decomposition.id).where(
        Decomposition.cycle_id == cycle_id, Decomposition.status.in_(ON_ITS_WAY)
    )
    if decomposition_id is not None:
        settled = settled.where(Decomposition.id == decomposition_id)
    if session.scalar(settled.limit(1)) is not None:
        raise WrongState(
            message(
                "The year's table lies with the Office or the committee: parts change before it"
                " is aggregated or after it is returned."
            )
        )


# The steps of a part -------------------------------------------------------------------


def all_agreed(actor: Actor, table: Decomposition, fields: Mapping[str, Any]) -> None:
    """Every part passed to another department is agreed before the table is aggregated."""
    session = object_session(table)
    assert session is not None
    count = open_parts(session, table.cycle_id, table.id)
    if count:
        raise RuleViolation(
            message("%(count)s parts passed to other departments are not agreed yet.", count=count)
        )


def _require(part: Task, *agreements: Agreement) -> None:
    if part.agreement is None:
        raise WrongState(message("The task was not passed to the department by another one."))
    if part.agreement not in agreements:
        raise WrongState(
            message(
                "The part stands at “%(state)s” already.",
                state=words((part.agreement.zh, part.agreement.en)),
            )
        )


def _may_agree(actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    _require(part, Agreement.ASKED, Agreement.OBJECTED)
    parent = policy.related(part, "parent")
    whole = frozenset({parent.lead_department_id} if parent is not None else ())
    if actor.has_submitted(part.passed_by_id) or actor.sides_with(whole):
        raise _own_part(part, next(iter(whole), None))


def _own_part(part: Task, passed_from: int | None) -> NotAllowed:
    """Says who agrees instead; where a department has nobody else, what is to be done."""
    session = object_session(part)
    assert session is not None
    names = names_of_heads(session, part.lead_department_id, passed_from, part.passed_by_id)
    if names:
        return NotAllowed(
            message(
                "Nobody agrees to their own part. This waits for %(names)s.", names="、".join(names)
            )
        )
    return NotAllowed(
        message(
            "Nobody agrees to their own part, and nobody else heads the department: who passed it"
            " withdraws it, and the department proposes the task itself."
        )
    )


def _may_object(actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    _require(part, Agreement.ASKED)


def _may_ask_again(actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    _require(part, Agreement.AGREED, Agreement.OBJECTED)
    session = object_session(part)
    assert session is not None
    refuse_settled(session, part.cycle_id, part.decomposition_id)


def _agree(session: AnySession, actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    part.agreement, part.objection = Agreement.AGREED, None


def _object(session: AnySession, actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    part.agreement = Agreement.OBJECTED


def _ask_again(session: AnySession, actor: Actor, part: Task, fields: Mapping[str, Any]) -> None:
    part.agreement, part.objection = Agreement.ASKED, None


_PROPOSED = TaskStatus.PROPOSED
PART_STEPS = (
    Transition(
        "agree",
        (_PROPOSED,),
        _PROPOSED,
        message("Agree to the part"),
        guard=_may_agree,
        effect=_agree,
        article="5.2",
    ),
    Transition(
        "object",
        (_PROPOSED,),
        _PROPOSED,
        message("Object to the part"),
        requires=("objection",),
        guard=_may_object,
        effect=_object,
        article="5.2",
    ),
    Transition(
        "ask_again",
        (_PROPOSED,),
        _PROPOSED,
        message("Ask again"),
        guard=_may_ask_again,
        effect=_ask_again,
        article="5.2",
    ),
)
"""The department's answer to a part; the task stays proposed."""
