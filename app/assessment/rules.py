"""Who rates, who sees scores and results, and what a score must be (Art. 12-13)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import message
from app.models.assessment import (
    AccountabilityNotice,
    Appeal,
    AssessmentStatus,
    BonusEntry,
    DepartmentAssessment,
    NoticeStatus,
    Score,
    ScoreItem,
    ScoreStatus,
)
from app.models.planning import Task
from app.organisation.rules import belongs, heads
from app.security.roles import (
    ASSESSMENT_GROUP,
    ASSESSMENT_OFFICE,
    AUDITOR,
    DISCIPLINE,
    HEAD,
    LEADER,
    OFFICE,
    TOP_LEADER,
)

OVERSEERS = (ASSESSMENT_OFFICE, TOP_LEADER, AUDITOR)
ANNOUNCED = (AssessmentStatus.ANNOUNCED, AssessmentStatus.FINAL)


def _own_announced(actor: Actor, cycle: Any, department: Any) -> ColumnElement[bool]:
    """A department and its leader read figures once they are announced."""
    announced = (
        select(DepartmentAssessment.id)
        .where(
            DepartmentAssessment.cycle_id == cycle,
            DepartmentAssessment.department_id == department,
            DepartmentAssessment.status.in_(ANNOUNCED),
        )
        .exists()
    )
    return and_(department.in_(actor.departments | actor.charged), announced)


def seen_scores(actor: Actor) -> ColumnElement[bool]:
    """Overseers see all; a rater their own; a department its own once announced."""
    if actor.has_role(*OVERSEERS):
        return true()
    seen: list[ColumnElement[bool]] = [Score.rater_id == actor.user_id]
    if actor.has_role(HEAD, LEADER):
        of_task = (
            select(Task.id)
            .where(
                Task.id == Score.task_id,
                _own_announced(actor, Task.cycle_id, Task.lead_department_id),
            )
            .exists()
        )
        seen += [_own_announced(actor, Score.cycle_id, Score.department_id), of_task]
    return or_(*seen)


def can_write_score(actor: Actor, verb: str, row: Score) -> bool:
    """A rater writes their own drafts, never of their own department (domain §6)."""
    if not actor.has_role(ASSESSMENT_GROUP) or row.rater_id not in (None, actor.user_id):
        return False
    if row.status not in (None, ScoreStatus.DRAFT):
        return False
    task = policy.related(row, "task")
    department = policy.related(row, "department")
    rated = task.lead_department_id if task is not None else getattr(department, "id", None)
    return not belongs(actor, rated)


def check_score(row: Score) -> None:
    """Exactly one row is rated, within its component's range."""
    task = row.task_id or row.task
    department = row.department_id or row.department
    if bool(task) == bool(department):
        raise RuleViolation(message("Rate either a task or a department."), "task")
    component = policy.related(row, "component")
    if component is None or row.value is None:
        return
    if not component.minimum <= Decimal(row.value) <= component.maximum:
        raise RuleViolation(
            message(
                "The points lie between %(low)s and %(high)s.",
                low=f"{component.minimum:f}",
                high=f"{component.maximum:f}",
            ),
            "value",
        )


def _seen_assessments(actor: Actor) -> ColumnElement[bool]:
    if actor.has_role(*OVERSEERS, ASSESSMENT_GROUP, OFFICE):
        return true()
    return and_(
        DepartmentAssessment.department_id.in_(actor.departments | actor.charged),
        DepartmentAssessment.status.in_(ANNOUNCED),
    )


def _seen_bonus(actor: Actor) -> ColumnElement[bool]:
    if actor.has_role(*OVERSEERS, ASSESSMENT_GROUP):
        return true()
    return BonusEntry.department_id.in_(actor.departments | actor.charged)


def _seen_appeals(actor: Actor) -> ColumnElement[bool]:
    if actor.has_role(*OVERSEERS, ASSESSMENT_GROUP):
        return true()
    return Appeal.author_id == actor.user_id


def _seen_notices(actor: Actor) -> ColumnElement[bool]:
    if actor.has_role(DISCIPLINE, TOP_LEADER, AUDITOR):
        return true()
    if not actor.has_role(OFFICE, LEADER, HEAD):
        return false()
    issued = AccountabilityNotice.status == NoticeStatus.ISSUED
    if actor.has_role(OFFICE):
        return issued
    return and_(issued, AccountabilityNotice.department_id.in_(actor.departments | actor.charged))


def _can_write_assessment(actor: Actor, verb: str, row: DepartmentAssessment) -> bool:
    return row.status in (None, AssessmentStatus.COLLECTING, AssessmentStatus.COMPUTED)


def _can_write_appeal(actor: Actor, verb: str, row: Appeal) -> bool:
    assessment = policy.related(row, "department_assessment")
    return (
        assessment is not None
        and heads(actor, assessment.department_id)
        and row.author_id in (None, actor.user_id)
    )


def _can_write_notice(actor: Actor, verb: str, row: AccountabilityNotice) -> bool:
    return actor.has_role(DISCIPLINE) and row.status in (None, NoticeStatus.DRAFT)


policy.register(Score, Policy("score", seen_scores, can_write_score))
policy.register(
    ScoreItem,
    Policy(
        "score_item",
        lambda actor: ScoreItem.score_id.in_(select(Score.id).where(seen_scores(actor))),
        policy.nobody,
    ),
)
policy.register(
    DepartmentAssessment,
    Policy("department_assessment", _seen_assessments, _can_write_assessment),
)
policy.register(BonusEntry, Policy("bonus_entry", _seen_bonus, policy.college_wide))
policy.register(Appeal, Policy("appeal", _seen_appeals, _can_write_appeal))
policy.register(
    AccountabilityNotice, Policy("accountability_notice", _seen_notices, _can_write_notice)
)
guard.register_invariant(Score, check_score)
