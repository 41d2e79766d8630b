"""Which unfinished tasks of a year go on in the next: the Office's word on each (Art. 10).

A task the Office has confirmed is proposed first in its department's next plan, key supervised;
one that is finished meanwhile drops out by itself. What nobody has decided, or what was declined,
may still be proposed by its department.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.queries import rule
from app.models.carry_over import CarryOver
from app.models.cycles import Cycle
from app.models.improvement import TaskResult
from app.models.monitoring import CheckStatus, MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Task, TaskStatus
from app.organisation.rules import is_office, leads
from app.planning.plan_rules import said
from app.security.roles import OFFICE, TOP_LEADER

UNFINISHED = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)
"""A task of a year that stands so may be carried over into the next (Art. 10)."""
SHOWN = 200
"""So many candidates stand on one page; with more, the page is narrowed to a department."""
KEY_SUPERVISED = "carryover.key_supervised"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unfinished task. `said` is the reason its result or last check gives, as far as the
    actor reads it; `proposed` whether a task of a later year continues it already."""

    task: Task
    said: str | None
    decision: CarryOver | None
    proposed: bool
    decidable: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the candidates of a year stand: how many are open, confirmed, declined."""

    open: int
    confirmed: int
    declined: int

    @property
    def all(self) -> int:
        return self.open + self.confirmed + self.declined


VERDICTS: dict[str, ColumnElement[bool]] = {
    "open": CarryOver.id.is_(None),
    "confirmed": CarryOver.confirmed.is_(True),
    "declined": CarryOver.confirmed.is_(False),
}


def decides_on(session: AnySession, actor: Actor) -> Callable[[int | None], bool]:
    """On which departments' tasks the actor decides: the Office on every one but its own; on
    those of the Office's departments the leader in charge, and a top leader."""
    if actor.everything:
        return lambda department: True
    if not actor.may("carry_over:decide"):
        return lambda department: False
    offices = set(
        session.scalars(
            select(Person.department_id)
            .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
            .join(Role, and_(Role.id == assoc_user_role.c.role_id, Role.name == OFFICE))
            .where(Person.active.is_(True))
        )
    )

    def may(department: int | None) -> bool:
        if department in actor.departments:
            return False
        if is_office(actor):
            return True
        return department in offices and (leads(actor, department) or actor.has_role(TOP_LEADER))

    return may


def candidates(
    session: AnySession,
    actor: Actor,
    cycle: Cycle,
    *,
    verdict: str | None = None,
    department_id: int | None = None,
) -> list[Candidate]:
    """The year's unfinished tasks that the actor sees, by department, at most `SHOWN`; only
    those of a `verdict` (a key of `VERDICTS`) or a department where given. Two statements."""
    problem = (
        select(MonthlyCheck.problem)
        .where(
            visible(actor, MonthlyCheck),
            MonthlyCheck.task_id == Task.id,
            MonthlyCheck.status == CheckStatus.SUBMITTED,
            MonthlyCheck.problem.is_not(None),
        )
        .order_by(MonthlyCheck.year.desc(), MonthlyCheck.month.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    reason = (
        select(TaskResult.reason)
        .where(visible(actor, TaskResult), TaskResult.task_id == Task.id)
        .correlate(Task)
        .scalar_subquery()
    )
    later = aliased(Task)
    query = (
        select(
            Task,
            func.coalesce(reason, problem),
            CarryOver,
            exists(select(later.id).where(later.carried_from_id == Task.id)),
        )
        .join(Department, Department.id == Task.lead_department_id)
        .outerjoin(CarryOver, CarryOver.task_id == Task.id)
        .where(*_candidates_of(actor, cycle.id))
        .order_by(Department.sort_order, Department.id, Task.sort_order, Task.id)
        .limit(SHOWN)
    )
    if verdict is not None:
        query = query.where(VERDICTS[verdict])
    if department_id is not None:
        query = query.where(Task.lead_department_id == department_id)
    may = decides_on(session, actor)
    return [
        Candidate(task, words, decision, proposed, may(task.lead_department_id))
        for task, words, decision, proposed in session.execute(query)
    ]


def standing(
    session: AnySession, actor: Actor, cycle_id: int, department_id: int | None = None
) -> Standing:
    """How many of the year's candidates that the actor sees are open, confirmed, declined."""
    query = (
        select(CarryOver.confirmed, func.count())
        .select_from(Task)
        .outerjoin(CarryOver, CarryOver.task_id == Task.id)
        .where(*_candidates_of(actor, cycle_id))
        .group_by(CarryOver.confirmed)
    )
    if department_id is not None:
        query = query.where(Task.lead_department_id == department_id)
    counts: dict[bool | None, int] = dict(session.execute(query).all())
    return Standing(counts.get(None, 0), counts.get(True, 0), counts.get(False, 0))


def dropped_out(
    session: AnySession, actor: Actor, cycle_id: int, department_id: int | None = None
) -> Sequence[Task]:
    """Confirmed tasks that were finished or terminated since: nothing is left to carry over."""
    query = (
        select(Task)
        .join(CarryOver, and_(CarryOver.task_id == Task.id, CarryOver.confirmed.is_(True)))
        .where(visible(actor, Task), Task.cycle_id == cycle_id, Task.status.not_in(UNFINISHED))
        .order_by(Task.lead_department_id, Task.sort_order, Task.id)
    )
    if department_id is not None:
        query = query.where(Task.lead_department_id == department_id)
    return session.scalars(query).all()


def decisions_on(session: AnySession, actor: Actor, tasks: Iterable[Task]) -> dict[int, CarryOver]:
    """What was decided on these tasks, by their id."""
    keys = [task.id for task in tasks]
    rows = session.scalars(
        select(CarryOver).where(visible(actor, CarryOver), CarryOver.task_id.in_(keys))
    )
    return {row.task_id: row for row in rows}


def decide(
    session: AnySession, actor: Actor, tasks: Sequence[Task], *, confirmed: bool, reason: str = ""
) -> int:
    """Say of unfinished tasks whether they are carried over as key supervised. How many.

    The Office; on its own departments' tasks their leader or a top leader. A decision may be
    changed while the year is open. Effects: one row per task with who, when and why; a
    continuation that is proposed already is key supervised, or no longer. Errors: NotAllowed;
    WrongState for a task that is not unfinished and in a closed year; RuleViolation at `reason`
    for a refusal without one, at `task` where none was ticked. Art. 10.
    """
    if not tasks:
        raise RuleViolation(message("Tick the tasks that you decide on."), "task")
    if not confirmed and not reason.strip():
        raise RuleViolation(message("Say why these tasks are not carried over."), "reason")
    words = said(reason, "reason") if reason.strip() else None
    may = decides_on(session, actor)
    for task in tasks:
        if not may(task.lead_department_id):
            raise _not_allowed(actor, task)
        if task.status not in UNFINISHED:
            raise WrongState(
                message("“%(task)s” is not unfinished; nothing is carried over.", task=task.title)
            )
    known = {
        row.task_id: row
        for row in session.scalars(
            select(CarryOver).where(CarryOver.task_id.in_([task.id for task in tasks]))
        )
    }
    with guard.privileged(session):
        for task in tasks:
            row = known.get(task.id) or CarryOver(task_id=task.id)
            row.confirmed, row.reason = confirmed, words
            row.decided_by_id, row.decided_at = actor.user_id, clock.now()
            session.add(row)
        for later in _proposed_continuations(session, tasks):
            later.key_supervised = confirmed and is_key_supervised(session, later.cycle)
    return len(tasks)


def is_key_supervised(session: AnySession, cycle: Cycle) -> bool:
    """Do the rules of `cycle` make what is carried over into it key supervised?"""
    return bool(rule(session, cycle, KEY_SUPERVISED))


def missing_in(session: AnySession, plan_id: int, department_id: int, year: int) -> Sequence[Task]:
    """Tasks of the year before `year` that the Office has confirmed, that are still unfinished
    and that the department's plan does not continue yet."""
    later = aliased(Task)
    before = (
        select(Cycle.id).where(Cycle.year < year).order_by(Cycle.year.desc()).limit(1)
    ).scalar_subquery()
    return session.scalars(
        select(Task)
        .join(CarryOver, and_(CarryOver.task_id == Task.id, CarryOver.confirmed.is_(True)))
        .where(
            Task.cycle_id == before,
            Task.lead_department_id == department_id,
            Task.status.in_(UNFINISHED),
            ~exists(
                select(later.id).where(
                    later.carried_from_id == Task.id, later.department_plan_id == plan_id
                )
            ),
        )
        .order_by(Task.sort_order, Task.id)
    ).all()


def _candidates_of(actor: Actor, cycle_id: int) -> tuple[ColumnElement[bool], ...]:
    return (visible(actor, Task), Task.cycle_id == cycle_id, Task.status.in_(UNFINISHED))


def _proposed_continuations(session: AnySession, tasks: Sequence[Task]) -> Sequence[Task]:
    return session.scalars(
        select(Task).where(
            Task.carried_from_id.in_([task.id for task in tasks]),
            Task.status == TaskStatus.PROPOSED,
        )
    ).all()


def _not_allowed(actor: Actor, task: Task) -> NotAllowed:
    if is_office(actor) and task.lead_department_id in actor.departments:
        return NotAllowed(
            message(
                "“%(task)s” is a task of your own department; its leader in charge or a top"
                " leader decides on it.",
                task=task.title,
            )
        )
    return NotAllowed(message("The Office decides which tasks are carried over."))
