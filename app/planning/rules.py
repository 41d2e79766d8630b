"""Who sees and writes tasks and what belongs to them, and what a task must be (Art. 4-5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, false, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import Message, message
from app.models.base import Weight
from app.models.baseline import (
    Baseline,
    BaselineDepartment,
    BaselineIndicator,
    BaselineMilestone,
    BaselineTask,
)
from app.models.cycles import IndicatorKind
from app.models.organisation import DepartmentKind
from app.models.planning import (
    Decomposition,
    DecompositionStatus,
    Indicator,
    Milestone,
    Task,
    TaskDepartment,
    TaskStatus,
    Visibility,
)
from app.models.work_points import WorkPoint, WorkPointOpinion, WorkPointSet, WorkPointSetStatus
from app.organisation.rules import heads, in_hands, is_office, leads, reads_college
from app.organisation.succession import of_open_year, register_moves, register_obstacle
from app.planning import part_rules
from app.planning.carried import check_carried
from app.planning.named_people import check_owner
from app.planning.plan_rules import IN_REVIEW
from app.planning.why_not import why_not_edited
from app.security.roles import HEAD, LEADER, STAFF, TOP_LEADER

UNDER_WAY = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)
"""A task is issued and not done: it is handed out, worked on, reported."""

HAND_OUT_COLUMNS = frozenset({"section_id", "owner_id", "remark"})
"""What a department still sets after issue, when it hands a task out (Art. 5.3)."""

WEIGHT_DECIMALS = Weight.scale or 0

DESCRIPTIVE_COLUMNS = frozenset(
    column.key for column in Task.__table__.columns
) - HAND_OUT_COLUMNS - {"id", "version", "created_at", "updated_at"}  # fmt: skip


# Seeing ------------------------------------------------------------------------------


def own_tasks(actor: Actor) -> ColumnElement[bool]:
    """Tasks in the actor's hands: led, assisted, owned, or in the actor's charge; also the parts
    passed on and what they are parts of."""
    if reads_college(actor):
        return true()
    reach = actor.departments | actor.charged
    assisting = exists(
        select(TaskDepartment.id).where(
            TaskDepartment.task_id == Task.id, TaskDepartment.department_id.in_(reach)
        )
    )
    return or_(
        Task.lead_department_id.in_(reach),
        Task.section_id.in_(actor.departments),
        Task.owner_id == actor.user_id,
        Task.leader_id == actor.user_id,
        assisting,
        part_rules.parts_and_wholes(reach),
    )


def seen_tasks(actor: Actor) -> ColumnElement[bool]:
    """One's own tasks, and every published open task of the college (Art. 6 公开信息)."""
    public = and_(Task.visibility == Visibility.OPEN, Task.status != TaskStatus.PROPOSED)
    return or_(own_tasks(actor), public)


def counted_tasks(actor: Actor) -> ColumnElement[bool]:
    """Tasks that enter a total the actor reads: every published one of the college, whatever
    its visibility, and one's own drafts.

    For charts only. A restricted task counts for everybody but is listed, opened and found by
    nobody outside (domain §1), so what is counted here is more than `visible(actor, Task)`:
    never select a column that tells one task from another with it.
    """
    if actor.everything:
        return true()
    if not actor.may("task:read"):
        return false()
    return or_(own_tasks(actor), Task.status != TaskStatus.PROPOSED)


def answered_tasks(actor: Actor) -> ColumnElement[bool]:
    """Tasks whose checks, problems, results and files the actor reads: the lead department,
    its leader, the owner, the college roles. Assisting departments see the task only."""
    if reads_college(actor):
        return true()
    return or_(
        Task.lead_department_id.in_(actor.departments | actor.charged),
        Task.owner_id == actor.user_id,
        Task.leader_id == actor.user_id,
    )


def of_seen_task(column: Any, actor: Actor) -> ColumnElement[bool]:
    """Rows that belong to a task the actor sees."""
    found: ColumnElement[bool] = column.in_(select(Task.id).where(seen_tasks(actor)))
    return found


def of_answered_task(column: Any, actor: Actor) -> ColumnElement[bool]:
    """Rows that belong to a task whose inner affairs the actor reads."""
    if reads_college(actor):
        return true()
    found: ColumnElement[bool] = column.in_(select(Task.id).where(answered_tasks(actor)))
    return found


def _seen_work_points(actor: Actor) -> ColumnElement[bool]:
    if reads_college(actor) or actor.has_role(LEADER):
        return true()
    shown = [WorkPointSetStatus.ISSUED]
    if actor.has_role(HEAD):
        shown.append(WorkPointSetStatus.CONSULTATION)
    return WorkPointSet.status.in_(shown)


def _seen_decompositions(actor: Actor) -> ColumnElement[bool]:
    if reads_college(actor) or actor.has_role(LEADER):
        return true()
    return Decomposition.status == DecompositionStatus.ISSUED


def _seen_opinions(actor: Actor) -> ColumnElement[bool]:
    return or_(
        in_hands(WorkPointOpinion.department_id, actor),
        WorkPointOpinion.author_id == actor.user_id,
    )


# Writing -----------------------------------------------------------------------------


def can_write_task(actor: Actor, verb: str, task: Task) -> bool:
    """Add, edit, delete or take a step of a task.

    Drafts belong to the Office, the lead department's head, the leader in charge and, for
    editing, the owner. After issue the head still hands out section and owner (`frozen`).
    """
    if verb in {"publish", "terminate", "import"}:
        return is_office(actor)
    if verb == "finish":
        return leads(actor, task.lead_department_id) or actor.has_role(TOP_LEADER)
    if verb == "accept":
        return heads(actor, task.lead_department_id)
    if verb in part_rules.STEPS:
        return part_rules.takes_step(actor, verb, task)
    if task.status in (TaskStatus.FINISHED, TaskStatus.TERMINATED):
        return False
    draft = task.status in (None, TaskStatus.PROPOSED)
    if draft and task.agreement is not None:
        as_part = part_rules.writes_part(actor, verb, task)
        if as_part is not None:
            return as_part
    if draft and _under_review(task) and not (is_office(actor) or leads(actor, lead_of(task))):
        return False
    # Rights are the union of the hats: the head of the Office's own department hands out too.
    if heads(actor, lead_of(task)):
        return draft or verb == "edit"
    if is_office(actor) or (leads(actor, lead_of(task)) and actor.has_role(LEADER)):
        return draft
    if actor.has_role(STAFF) and verb == "edit" and task.owner_id == actor.user_id:
        return draft
    return False


def _under_review(task: Task) -> bool:
    """Is the task in a plan that its leader is reading, or that went to the Office?"""
    plan = policy.related(task, "department_plan") if task.department_plan_id else None
    return plan is not None and plan.status in IN_REVIEW


def lead_of(task: Task) -> int | None:
    """The lead department's id, also while only the relation is set."""
    if task.lead_department_id is not None:
        return task.lead_department_id
    return getattr(task.lead_department, "id", None)


def frozen_columns(task: Task) -> frozenset[str]:
    """After issue only the hand-out is edited; everything else takes an adjustment."""
    if task.status in (None, TaskStatus.PROPOSED):
        return frozenset() if task.agreement is None else part_rules.FIXED
    return DESCRIPTIVE_COLUMNS


def can_write_part(actor: Actor, verb: str, row: Any) -> bool:
    """Milestones, indicators and departments of a task change with its draft."""
    task = policy.related(row, "task")
    if task is None or task.status not in (None, TaskStatus.PROPOSED):
        return False
    return can_write_task(actor, "edit", task)


def can_write_line(actor: Actor, verb: str, row: TaskDepartment) -> bool:
    """Which departments take part changes with the task's draft; once it is issued, the head of
    each names its own person responsible (`_frozen_of_line`, Art. 5.3)."""
    task = policy.related(row, "task")
    if verb == "edit" and task is not None and task.status in UNDER_WAY:
        return heads(actor, row.department_id)
    return can_write_part(actor, verb, row)


def _frozen_of_line(row: TaskDepartment) -> frozenset[str]:
    task = policy.related(row, "task")
    if task is None or task.status in (None, TaskStatus.PROPOSED):
        return frozenset()
    return frozenset({"task_id", "department_id", "role", "position", "part"})


def _can_write_point(actor: Actor, verb: str, row: WorkPoint) -> bool:
    """Points change while their edition is a draft (Art. 4.4)."""
    points = policy.related(row, "work_point_set")
    return points is not None and points.status in (None, WorkPointSetStatus.DRAFT)


def _can_write_opinion(actor: Actor, verb: str, row: WorkPointOpinion) -> bool:
    """Said and taken back while opinions are asked for; answered by the Office until the draft
    goes to the committee (Art. 4.4)."""
    points = policy.related(row, "work_point_set")
    if points is None or points.status != WorkPointSetStatus.CONSULTATION:
        return False
    if verb == "answer" or (verb == "edit" and row.answer is not None):
        return is_office(actor)
    return row.author_id in (None, actor.user_id) or (is_office(actor) and verb == "add")


# Invariants ----------------------------------------------------------------------------


def check_task(row: Task) -> None:
    """A task has a title; dates stand in order; section and owner belong to its lead; what it is
    a part of is of its year."""
    if row.title is not None and not row.title.strip():
        raise RuleViolation(message("A task needs a title."), "title")
    if row.start_on and row.due_on and row.due_on < row.start_on:
        raise RuleViolation(message("The due date lies before the start."), "due_on")
    check_weight(row)
    lead = policy.related(row, "lead_department")
    section = policy.related(row, "section")
    if section is not None:
        if section.kind != DepartmentKind.SECTION:
            raise RuleViolation(message("This is not a section."), "section")
        if lead is not None and section.parent_id != lead.id:
            raise RuleViolation(
                message("The section is not one of the lead department's."), "section"
            )
    check_owner(row, "lead_department")
    part_rules.check_whole(row)
    part_rules.check_terms(row)
    check_carried(row)


def check_milestone(row: Milestone) -> None:
    if row.planned_percent is not None and not 0 <= Decimal(row.planned_percent) <= 100:
        raise RuleViolation(message("A percentage lies between 0 and 100."), "planned_percent")


def check_indicator(row: Indicator) -> None:
    """A quantitative indicator has a target that differs from its baseline and, with a
    baseline, goes its direction; a qualitative one has a standard."""
    if row.kind == IndicatorKind.QUANTITATIVE and row.target is None:
        raise RuleViolation(message("A quantitative indicator needs a target."), "target")
    if row.kind == IndicatorKind.QUALITATIVE and not (row.standard or "").strip():
        raise RuleViolation(message("A qualitative indicator needs a standard."), "standard")
    check_weight(row)


def check_weight(row: Task | Indicator) -> None:
    """A weight is not negative and is kept as it was given: with more decimals than the column
    holds it is refused, not rounded behind somebody's back."""
    if row.weight is None:
        return
    weight = Decimal(str(row.weight))
    if weight < 0:
        raise RuleViolation(message("A weight is not negative."), "weight")
    words = rounded_weight(weight)
    if words is not None:
        raise RuleViolation(words, "weight")


def rounded_weight(weight: Decimal) -> Message | None:
    """Why the column would not hold this weight as it is: it has too many decimals."""
    if weight == round(weight, WEIGHT_DECIMALS):
        return None
    return message(
        "The weight %(weight)s has more than %(count)s decimals.",
        weight=format(weight.normalize(), "f"),
        count=WEIGHT_DECIMALS,
    )


def check_task_department(row: TaskDepartment) -> None:
    """A department takes part in what another one leads, and names its own person."""
    task = policy.related(row, "task")
    department = row.department_id or getattr(row.department, "id", None)
    if task is not None and department is not None and lead_of(task) == department:
        raise RuleViolation(message("The lead department does not assist itself."), "department")
    check_owner(row, "department")


policy.register(Task, Policy("task", seen_tasks, can_write_task, frozen_columns, why_not_edited))
policy.register(
    TaskDepartment,
    Policy(
        "task_department",
        lambda actor: of_seen_task(TaskDepartment.task_id, actor),
        can_write_line,
        _frozen_of_line,
    ),
)
for _model, _resource in ((Milestone, "milestone"), (Indicator, "indicator")):
    policy.register(
        _model,
        Policy(
            _resource,
            lambda actor, column=_model.task_id: of_seen_task(column, actor),  # type: ignore[misc]
            can_write_part,
        ),
    )
policy.register(WorkPointSet, Policy("work_point_set", _seen_work_points, policy.college_wide))
policy.register(
    WorkPoint,
    Policy(
        "work_point",
        lambda actor: WorkPoint.work_point_set_id.in_(
            select(WorkPointSet.id).where(_seen_work_points(actor))
        ),
        _can_write_point,
    ),
)
policy.register(WorkPointOpinion, Policy("work_point_opinion", _seen_opinions, _can_write_opinion))
policy.register(Decomposition, Policy("decomposition", _seen_decompositions, policy.college_wide))
policy.register(
    Baseline,
    Policy(
        "baseline",
        lambda actor: Baseline.decomposition_id.in_(
            select(Decomposition.id).where(_seen_decompositions(actor))
        ),
        policy.nobody,
    ),
)
policy.register(
    BaselineTask,
    Policy("baseline_task", lambda actor: of_seen_task(BaselineTask.task_id, actor), policy.nobody),
)
for _part in (BaselineDepartment, BaselineIndicator, BaselineMilestone):
    policy.register(
        _part,
        Policy(
            _part.__tablename__,
            lambda actor, column=_part.baseline_task_id: column.in_(  # type: ignore[misc]
                select(BaselineTask.id).where(of_seen_task(BaselineTask.task_id, actor))
            ),
            policy.nobody,
        ),
    )
guard.register_invariant(Task, check_task)
guard.register_invariant(Milestone, check_milestone)
guard.register_invariant(Indicator, check_indicator)
guard.register_invariant(TaskDepartment, check_task_department)

OPEN_TASKS = (TaskStatus.PROPOSED, TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)
_open_task = and_(Task.status.in_(OPEN_TASKS), of_open_year(Task))


def _already_in(row: TaskDepartment, department_id: int) -> bool:
    """Does this department lead the task, or take part in it by another line?"""
    return row.task.lead_department_id == department_id or any(
        other.department_id == department_id for other in row.task.departments if other is not row
    )


register_moves(Task, "lead_department_id", _open_task)
register_moves(Task, "section_id", _open_task)
register_moves(
    TaskDepartment, "department_id",
    TaskDepartment.task_id.in_(select(Task.id).where(_open_task)), _already_in,
)  # fmt: skip
register_obstacle(
    Task,
    "lead_department_id",
    Task.decomposition_id.in_(
        select(Decomposition.id).where(
            Decomposition.status.in_(
                (
                    DecompositionStatus.AGGREGATED,
                    DecompositionStatus.COMMITTEE,
                    DecompositionStatus.APPROVED,
                )
            )
        )
    ),
    message(
        "The year's table of tasks lies with the Office or the committee and names this "
        "department. Wait until it is issued or returned."
    ),
)
