"""Commands of a department's plan: opening it, proposing from what is known, commenting (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import aliased, selectinload

from app.core import clock, guard, policy, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.year_plan import same_day
from app.models.carry_over import CarryOver
from app.models.cycles import Cycle, StrategicGoal
from app.models.organisation import Department
from app.models.plan_comments import PlanComment
from app.models.planning import (
    DepartmentPlan,
    Indicator,
    Milestone,
    PlanStatus,
    Task,
    TaskDepartment,
    TaskOrigin,
    TaskStatus,
)
from app.planning.carry_over import UNFINISHED, decisions_on, is_key_supervised
from app.planning.plan_rules import IN_DEPARTMENT, said

COPIED = ("title", "goal", "measures", "standard", "category_id", "visibility",
          "strategic_goal_id", "due_text")  # fmt: skip
"""What a new proposal takes over from a task of another year; its days move with the year. Who
does it is named when the task is accepted."""


def plan_of(
    session: AnySession, actor: Actor, cycle_id: int, department_id: int
) -> DepartmentPlan | None:
    return session.scalar(
        select(DepartmentPlan).where(
            visible(actor, DepartmentPlan),
            DepartmentPlan.cycle_id == cycle_id,
            DepartmentPlan.department_id == department_id,
        )
    )


def open_plan(
    session: AnySession, actor: Actor, cycle: Cycle, department: Department
) -> DepartmentPlan:
    """Begin the department's plan of the year, with what it has proposed already.

    Head or staff of the department. Effects: a plan in `draft`; proposed tasks that the
    department leads in the year and that belong to no plan are its tasks. Errors: NotAllowed;
    RuleViolation at `department` if there is one already. Art. 4.2.
    """
    if plan_of(session, actor, cycle.id, department.id) is not None:
        raise RuleViolation(message("The department's plan is there already."), "department")
    plan = DepartmentPlan(cycle_id=cycle.id, department_id=department.id)
    session.add(plan)
    session.flush()
    loose = session.scalars(
        select(Task).where(
            visible(actor, Task),
            Task.cycle_id == cycle.id,
            Task.lead_department_id == department.id,
            Task.status == TaskStatus.PROPOSED,
            Task.department_plan_id.is_(None),
        )
    ).all()
    with guard.privileged(session):
        for task in loose:
            task.department_plan_id = plan.id
    return plan


def plan_for_new_task(session: AnySession, task: Task) -> DepartmentPlan | None:
    """The plan a new proposal of its lead department belongs to: the year's, while the
    department is still writing it."""
    lead = policy.related(task, "lead_department")
    cycle = policy.related(task, "cycle")
    if lead is None or cycle is None:
        return None
    return session.scalar(
        select(DepartmentPlan).where(
            DepartmentPlan.cycle_id == cycle.id,
            DepartmentPlan.department_id == lead.id,
            DepartmentPlan.status.in_(IN_DEPARTMENT),
        )
    )


# Proposing from what is known ----------------------------------------------------------


def propose_from_tasks(
    session: AnySession,
    actor: Actor,
    plan: DepartmentPlan,
    sources: Sequence[Task],
    *,
    with_weights: bool = True,
) -> list[Task]:
    """Propose tasks of another year anew: words, milestones and indicators, moved to the plan's
    year, and (`with_weights`) the weight each had there. What is unfinished there is linked as
    its continuation; where the Office confirmed that, it is key supervised.

    Head or staff of the plan's department, in `draft` or `returned`. Errors: NotAllowed for a
    task the department does not lead; WrongState; RuleViolation where it stands in the plan
    already. Art. 4.2, 10.
    """
    _require_draft(plan)
    known = set(
        session.scalars(
            select(Task.carried_from_id).where(
                Task.department_plan_id == plan.id, Task.carried_from_id.is_not(None)
            )
        )
    )
    titles = set(session.scalars(select(Task.title).where(Task.department_plan_id == plan.id)))
    decided = decisions_on(session, actor, sources)
    place = _last_place(session, plan)
    made = []
    for at, source in enumerate(sources, start=1):
        if source.lead_department_id != plan.department_id:
            raise NotAllowed(message("The task is not one of this department's."))
        if source.id in known or source.title in titles:
            raise RuleViolation(
                message("“%(task)s” stands in the plan already.", task=source.title)
            )
        years = plan.cycle.year - source.cycle.year
        task = Task(
            cycle_id=plan.cycle_id,
            lead_department_id=plan.department_id,
            department_plan_id=plan.id,
            sort_order=place + at,
            leader_id=source.leader_id,
            due_on=_moved(source.due_on, years),
            start_on=_moved(source.start_on, years),
            weight=source.weight if with_weights else None,
            **{name: getattr(source, name) for name in COPIED},
        )
        open_still = source.status in UNFINISHED
        task.origin = TaskOrigin.CARRIED_OVER if open_still else TaskOrigin.ANNUAL
        if open_still and source.id in decided and decided[source.id].confirmed:
            task.key_supervised = is_key_supervised(session, plan.cycle)
        _copy_parts(source, task, years)
        session.add(task)
        made.append((source, task, open_still))
    session.flush()
    with guard.privileged(session):
        for source, task, open_still in made:
            if open_still:
                task.carried_from_id = source.id
    return [task for _, task, _ in made]


def propose_from_goals(
    session: AnySession, actor: Actor, plan: DepartmentPlan, goals: Iterable[StrategicGoal]
) -> list[Task]:
    """Propose one task for each strategic goal: its name and target to begin with.

    Head or staff of the plan's department, in `draft` or `returned`. Art. 4.2.
    """
    _require_draft(plan)
    place = _last_place(session, plan)
    tasks = [
        Task(
            cycle_id=plan.cycle_id,
            lead_department_id=plan.department_id,
            department_plan_id=plan.id,
            sort_order=place + at,
            title=goal.name,
            goal=goal.target,
            category_id=goal.category_id,
            strategic_goal_id=goal.id,
        )
        for at, goal in enumerate(goals, start=1)
    ]
    session.add_all(tasks)
    session.flush()
    return tasks


def sources_of(session: AnySession, actor: Actor, plan: DepartmentPlan) -> list[Task]:
    """The department's tasks of the year before the plan's, without those that stand in the
    plan already: first what the Office confirmed for carry-over, then the other unfinished ones."""
    before = year_before(session, plan.cycle)
    if before is None:
        return []
    taken = select(Task.title).where(Task.department_plan_id == plan.id)
    later = aliased(Task)
    unfinished = Task.status.in_(UNFINISHED)
    confirmed = exists(
        select(CarryOver.id).where(CarryOver.task_id == Task.id, CarryOver.confirmed.is_(True))
    )
    return list(
        session.scalars(
            select(Task)
            .where(
                visible(actor, Task),
                Task.cycle_id == before,
                Task.lead_department_id == plan.department_id,
                Task.status != TaskStatus.PROPOSED,
                Task.title.not_in(taken),
                ~exists(
                    select(later.id).where(
                        later.carried_from_id == Task.id, later.department_plan_id == plan.id
                    )
                ),
            )
            .options(selectinload(Task.milestones), selectinload(Task.indicators))
            .order_by(
                case((and_(unfinished, confirmed), 0), (unfinished, 1), else_=2),
                Task.sort_order,
                Task.id,
            )
        )
    )


def year_before(session: AnySession, cycle: Cycle) -> int | None:
    """The id of the year before `cycle`, as far as one was opened."""
    return session.scalar(
        select(Cycle.id).where(Cycle.year < cycle.year).order_by(Cycle.year.desc()).limit(1)
    )


def goals_of(session: AnySession, actor: Actor, plan: DepartmentPlan) -> list[StrategicGoal]:
    """The five-year goals of the plan's year that none of its tasks serves yet."""
    served = select(Task.strategic_goal_id).where(
        Task.department_plan_id == plan.id, Task.strategic_goal_id.is_not(None)
    )
    year = plan.cycle.year
    return list(
        session.scalars(
            select(StrategicGoal)
            .where(
                visible(actor, StrategicGoal),
                StrategicGoal.start_year <= year,
                StrategicGoal.end_year >= year,
                StrategicGoal.id.not_in(served),
            )
            .order_by(StrategicGoal.sort_order, StrategicGoal.code)
        )
    )


def weights_of(session: AnySession, plan: DepartmentPlan) -> Sequence[Decimal]:
    """The weights that tasks of the plan have, whoever asks: they are added up, not shown."""
    given = select(Task.weight).where(Task.department_plan_id == plan.id, Task.weight.is_not(None))
    return [weight for weight in session.scalars(given) if weight is not None]


def set_weights(
    session: AnySession,
    actor: Actor,
    plan: DepartmentPlan,
    given: Mapping[int, Decimal | None],
    seen: Mapping[int, Decimal | None] | None = None,
) -> int:
    """Give the tasks of a plan their weights in one go; by task id, None takes a weight away.
    How many changed. Of the weights that stood there when they were read (`seen`), those left as
    they were are nobody's wish and stay as they are now.

    Head or staff of the plan's department, in `draft` or `returned`. Errors: NotAllowed;
    WrongState; RuleViolation at `weight` for a negative one, at `task` for one that is no longer
    in the plan; Conflict where somebody changed the same weight meanwhile. Then nothing is
    saved. Art. 4.2.
    """
    _require_draft(plan)
    tasks = session.scalars(
        select(Task).where(visible(actor, Task), Task.department_plan_id == plan.id)
    ).all()
    strange = len(given.keys() - {task.id for task in tasks})
    if strange:
        raise RuleViolation(
            message(
                "%(count)s of these tasks are not in the plan (any more). Nothing was saved; look"
                " at the plan as it stands now.",
                count=strange,
            ),
            "task",
        )
    before = {task.id: task.weight for task in tasks} if seen is None else seen
    wished = [
        task
        for task in tasks
        if task.id in given
        and given[task.id] != task.weight
        and given[task.id] != before.get(task.id)
    ]
    for task in wished:
        if task.weight != before.get(task.id):
            raise Conflict(
                message(
                    "Somebody has changed the weight of “%(task)s” to %(weight)s meanwhile."
                    " Nothing was saved; compare and save again.",
                    task=task.title,
                    weight="—" if task.weight is None else format(task.weight.normalize(), "f"),
                )
            )
        task.weight = given[task.id]
    session.flush()
    return len(wished)


# Comments ------------------------------------------------------------------------------


def comment_on_plan(
    session: AnySession, actor: Actor, plan: DepartmentPlan, text: str, task: Task | None = None
) -> PlanComment:
    """Say something of the plan or of one of its tasks. The leader in charge, a top leader or
    the Office, or who stands in for one; while the plan is in review. Errors: NotAllowed;
    WrongState; RuleViolation at `text` without words or for what one has said already, at
    `task` for another plan's. Art. 4.3."""
    if plan.status != PlanStatus.REVIEW:
        raise WrongState(message("Comments are written while the plan is in review."))
    row = PlanComment(
        department_plan=plan, task=task, text=said(text, "text"), review_round=plan.review_round
    )
    capacity = policy.require(actor, "add", row)
    row.author_id = actor.user_id  # type: ignore[assignment]
    # Two at the same instant wait for each other here (on SQLite: with the write).
    session.execute(select(DepartmentPlan.id).where(DepartmentPlan.id == plan.id).with_for_update())
    with workflow.acting(session, capacity), guard.privileged(session):
        session.add(row)
        session.flush()
    same = select(PlanComment.id).where(
        PlanComment.department_plan_id == plan.id,
        PlanComment.author_id == row.author_id,
        PlanComment.review_round == row.review_round,
        PlanComment.task_id.is_not_distinct_from(row.task_id),
        PlanComment.text == row.text,
        PlanComment.id != row.id,
    )
    if session.scalar(same.limit(1)) is not None:
        raise RuleViolation(message("You have said this already."), "text")
    return row


def answer_comment(
    session: AnySession, actor: Actor, comment: PlanComment, answer: str
) -> PlanComment:
    """What the department did about a comment. Somebody of the department, or who stands in for
    one; once the plan came back. Errors: NotAllowed; WrongState; RuleViolation at `answer`.
    Art. 4.3."""
    capacity = policy.require(actor, "answer", comment)
    _require_draft(comment.department_plan)
    if comment.answered_at is not None:
        raise WrongState(message("This comment is answered already."))
    words = said(answer, "answer")
    with workflow.acting(session, capacity), guard.privileged(session):
        comment.answer = words
        comment.answered_at, comment.answered_by_id = clock.now(), actor.user_id
    return comment


# ---------------------------------------------------------------------------------------


def _require_draft(plan: DepartmentPlan) -> None:
    if plan.status not in IN_DEPARTMENT:
        raise WrongState(message("The plan is with its leader or the Office; it cannot change."))


def _last_place(session: AnySession, plan: DepartmentPlan) -> int:
    last = select(func.max(Task.sort_order)).where(Task.department_plan_id == plan.id)
    return session.scalar(last) or 0


def _moved(day: dt.date | None, years: int) -> dt.date | None:
    return None if day is None else same_day(day, years)


def _copy_parts(source: Task, task: Task, years: int) -> None:
    task.milestones = [
        Milestone(
            due_on=_moved(part.due_on, years), text=part.text, planned_percent=part.planned_percent
        )
        for part in source.milestones
    ]
    task.indicators = [
        Indicator(
            indicator_template_id=part.indicator_template_id,
            name=part.name,
            kind=part.kind,
            unit=part.unit,
            direction=part.direction,
            baseline=part.actual if part.actual is not None else part.baseline,
            target=part.target,
            standard=part.standard,
            weight=part.weight,
        )
        for part in source.indicators
    ]
    task.departments = [
        TaskDepartment(department_id=part.department_id, role=part.role, position=part.position)
        for part in source.departments
    ]
