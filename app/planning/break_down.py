"""Breaking a work point down into tasks of departments (Art. 5.1): the leader drafts the goals of
the departments in charge, the Office those of any; their heads agree or object as to a part.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.organisation import Department, DepartmentKind
from app.models.planning import (
    Agreement,
    Decomposition,
    DecompositionStatus,
    PassedAs,
    Task,
)
from app.models.work_points import WorkPoint, WorkPointSetStatus
from app.organisation.rules import is_office, leads
from app.planning.part_rules import post_of
from app.planning.parts import Part, refuse_receiver, refuse_settled
from app.security.roles import LEADER


def takers(session: AnySession, actor: Actor) -> list[Department]:
    """The departments the actor drafts tasks for: those in charge; for the Office all. Never one
    the actor heads: its tasks are proposed there."""
    today = clock.today()
    query = select(Department).where(
        visible(actor, Department),
        Department.kind != DepartmentKind.SECTION,
        or_(Department.valid_from.is_(None), Department.valid_from <= today),
        or_(Department.valid_to.is_(None), Department.valid_to >= today),
        Department.id.not_in(actor.headed),
    )
    if not is_office(actor):
        query = query.where(Department.id.in_(actor.charged))
    return list(session.scalars(query.order_by(Department.sort_order, Department.id)))


def may_break_down(actor: Actor) -> bool:
    """Leaders and the Office."""
    return actor.may("task:add") and (is_office(actor) or actor.has_role(LEADER))


def refuse_breaking(session: AnySession, actor: Actor, point: WorkPoint) -> None:
    """Raise why the actor does not break this work point down now."""
    if not may_break_down(actor):
        raise NotAllowed(message("A leader or the Office breaks a work point down."))
    if point.work_point_set.status != WorkPointSetStatus.ISSUED:
        raise WrongState(message("Work points are broken down once they are issued."))
    cycle_id = point.work_point_set.cycle_id
    refuse_settled(session, cycle_id, None)
    issued = select(Decomposition.id).where(
        Decomposition.cycle_id == cycle_id, Decomposition.status == DecompositionStatus.ISSUED
    )
    if session.scalar(issued.limit(1)) is not None:
        raise WrongState(
            message("The year's table is issued: what is added to it takes an adjustment.")
        )


def break_down(
    session: AnySession,
    actor: Actor,
    point: WorkPoint,
    departments: Sequence[Department],
    part: Part,
) -> list[Task]:
    """Propose a task of this work point to each department: `part` says what.

    A leader for the departments in charge, the Office for any. Effects: proposed tasks of the
    point that wait for the heads of their departments. Errors: NotAllowed; WrongState before the
    points are issued and once the year's table lies with the Office or is issued; RuleViolation
    at `departments` for none, for one not in charge, for one the actor heads or that has this
    task already, at `title` without words. Art. 5.1.
    """
    refuse_breaking(session, actor, point)
    title = part.title.strip()
    if not title:
        raise RuleViolation(message("A task needs a title."), "title")
    if not departments:
        raise RuleViolation(message("Choose the departments that do it."), "departments")
    cycle_id = point.work_point_set.cycle_id
    known = set(
        session.scalars(
            select(Task.lead_department_id).where(
                Task.work_point_id == point.id, Task.title == title
            )
        )
    )
    for department in departments:
        refuse_receiver(actor, None, department)
        if not (is_office(actor) or leads(actor, department.id)):
            why = message("%(name)s is not in your charge.", name=department.name)
            raise RuleViolation(why, "departments")
        if department.id in known:
            why = message("%(name)s has this task already.", name=department.name)
            raise RuleViolation(why, "departments")
    last = session.scalar(select(func.max(Task.sort_order)).where(Task.cycle_id == cycle_id))
    posts = {one.id: post_of(actor, one.id) for one in departments}
    made = [
        Task(
            cycle_id=cycle_id,
            work_point_id=point.id,
            category_id=point.category_id,
            strategic_goal_id=point.strategic_goal_id,
            lead_department_id=department.id,
            leader_id=actor.user_id if posts[department.id] == PassedAs.LEADER else None,
            sort_order=(last or 0) + place,
            title=title,
            standard=part.standard,
            measures=part.measures,
            due_on=part.due_on,
            weight=part.weight,
            agreement=Agreement.ASKED,
            passed_as=posts[department.id],
            passed_by_id=actor.user_id,
        )
        for place, department in enumerate(departments, start=1)
    ]
    # That a department is asked is no field of a form.
    with guard.privileged(session):
        session.add_all(made)
    return made
