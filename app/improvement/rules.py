"""Who sees and writes diagnoses, adjustments, results, evidence, corrections (Art. 9-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import Policy
from app.core.text import message
from app.improvement.changes import check_change
from app.models.improvement import (
    Adjustment,
    AdjustmentChange,
    AdjustmentKind,
    AdjustmentStatus,
    CauseKind,
    CompletionOutcome,
    Diagnosis,
    DiagnosisItem,
    DiagnosisStatus,
    Evidence,
    ResultStatus,
    TaskResult,
)
from app.models.meetings import PaperEntry
from app.models.monitoring import MonthlyCheck
from app.models.planning import DepartmentPlan, Task, TaskStatus
from app.models.supervision import SupervisionCase
from app.models.work_points import WorkPointOpinion
from app.organisation.rules import belongs, heads, in_hands, is_office, leads, reads_college
from app.organisation.succession import of_open_year, register_moves
from app.planning.plan_rules import IN_DEPARTMENT
from app.planning.rules import of_answered_task
from app.security.roles import LEADER, QUALITY, STAFF, TOP_LEADER
from app.supervision.rules import seen_cases

OPEN_ADJUSTMENTS = (None, AdjustmentStatus.DRAFT, AdjustmentStatus.RETURNED)
UNDER_WAY = (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED)
OPEN_RESULTS = (None, ResultStatus.DRAFT, ResultStatus.RETURNED)
OPEN_DIAGNOSES = (None, DiagnosisStatus.DRAFT, DiagnosisStatus.RETURNED)


def _department_of(row: Any) -> int | None:
    return row.department_id or getattr(row.department, "id", None)


def can_write_adjustment(actor: Actor, verb: str, row: Adjustment) -> bool:
    """Drafts: the department's head; additions also the Office and the leader (§4)."""
    if verb in {"review", "return"}:
        return leads(actor, row.department_id) or actor.has_role(TOP_LEADER)
    if verb in {"send_to_committee", "apply"}:
        return is_office(actor)
    if verb in {"approve", "reject", "defer"}:
        return True
    if row.status not in OPEN_ADJUSTMENTS:
        return False
    if heads(actor, _department_of(row)):
        return True
    addition = row.kind == AdjustmentKind.ADD
    return addition and (
        is_office(actor) or (actor.has_role(LEADER) and leads(actor, _department_of(row)))
    )


def _can_write_change(actor: Actor, verb: str, row: AdjustmentChange) -> bool:
    adjustment = policy.related(row, "adjustment")
    return adjustment is not None and can_write_adjustment(actor, "edit", adjustment)


def check_adjustment(row: Adjustment) -> None:
    """Only an objective cause terminates; everything but an addition names its task, which is
    issued and under way when it is proposed."""
    task = policy.related(row, "task")
    if row.kind != AdjustmentKind.ADD and row.task_id is None and task is None:
        raise RuleViolation(message("Say which task is adjusted."), "task")
    if row.kind == AdjustmentKind.TERMINATE and row.cause_kind != CauseKind.OBJECTIVE:
        raise RuleViolation(message("Only an objective cause terminates a task."), "cause_kind")
    department = _department_of(row)
    if task is not None and department is not None and task.lead_department_id != department:
        raise RuleViolation(message("The task is led by another department."), "task")
    if row.status in OPEN_ADJUSTMENTS:
        check_under_way(task)


def check_under_way(task: Task | None) -> None:
    """Raise for a task that nobody works on: what is not issued is changed in its plan, what is
    over stays as it is."""
    if task is not None and task.status not in UNDER_WAY:
        raise RuleViolation(
            message("Only an issued task that is not over yet is adjusted."), "task"
        )


def can_write_result(actor: Actor, verb: str, row: TaskResult) -> bool:
    task = policy.related(row, "task")
    if task is None:
        return False
    if verb in {"confirm", "return"}:
        return leads(actor, task.lead_department_id) or actor.has_role(TOP_LEADER)
    if verb == "submit":
        return heads(actor, task.lead_department_id)
    if row.status not in OPEN_RESULTS or task.status != TaskStatus.ACCEPTED:
        return False
    if heads(actor, task.lead_department_id):
        return True
    return actor.has_role(STAFF) and task.owner_id == actor.user_id and verb != "delete"


def check_result(row: TaskResult) -> None:
    """An unfinished task says why and what is done about it (Art. 9.3)."""
    if row.status in (None, ResultStatus.DRAFT):
        return
    check_explained(row)


def check_explained(row: TaskResult) -> None:
    """Raise unless an unfinished result carries its reason and its measure."""
    if row.outcome == CompletionOutcome.FINISHED:
        return
    for name in ("reason", "measure"):
        if not (getattr(row, name) or "").strip():
            raise RuleViolation(message("An unfinished task needs its reason and measure."), name)


def _can_write_diagnosis(actor: Actor, verb: str, row: Diagnosis) -> bool:
    department = _department_of(row)
    if verb in {"return", "archive"}:
        return is_office(actor)
    if verb == "submit":
        return heads(actor, department)
    if actor.has_role(QUALITY) and verb == "edit":
        return True
    if row.status not in OPEN_DIAGNOSES:
        return False
    return is_office(actor) if department is None else belongs(actor, department)


def _can_write_item(actor: Actor, verb: str, row: DiagnosisItem) -> bool:
    diagnosis = policy.related(row, "diagnosis")
    return diagnosis is not None and _can_write_diagnosis(actor, "edit", diagnosis)


def seen_evidence(actor: Actor) -> ColumnElement[bool]:
    """Files of rows the actor reads."""
    if reads_college(actor):
        return true()
    return or_(
        of_answered_task(Evidence.task_id, actor),
        Evidence.monthly_check_id.in_(
            select(MonthlyCheck.id).where(of_answered_task(MonthlyCheck.task_id, actor))
        ),
        Evidence.task_result_id.in_(
            select(TaskResult.id).where(of_answered_task(TaskResult.task_id, actor))
        ),
        Evidence.supervision_case_id.in_(select(SupervisionCase.id).where(seen_cases(actor))),
        Evidence.adjustment_id.in_(
            select(Adjustment.id).where(in_hands(Adjustment.department_id, actor))
        ),
        Evidence.work_point_opinion_id.in_(
            select(WorkPointOpinion.id).where(WorkPointOpinion.author_id == actor.user_id)
        ),
        Evidence.department_plan_id.in_(
            select(DepartmentPlan.id).where(in_hands(DepartmentPlan.department_id, actor))
        ),
        Evidence.paper_entry_id.in_(
            select(PaperEntry.id).where(PaperEntry.person_id == actor.user_id)
        ),
    )


def can_write_evidence(actor: Actor, verb: str, row: Evidence) -> bool:
    """The department of the row adds files while the row is its own and not finished; a file
    is taken back by who uploaded it, before its row is submitted."""
    department, is_open = _place_of(row)
    if is_office(actor) and verb == "add":
        return True
    if not belongs(actor, department) or not is_open:
        return False
    return verb == "add" or row.uploader_id == actor.user_id


def _place_of(row: Evidence) -> tuple[int | None, bool]:
    """The department a file's row belongs to, and whether the row still takes files."""
    task = policy.related(row, "task")
    if task is not None:
        done = (TaskStatus.FINISHED, TaskStatus.TERMINATED)
        return task.lead_department_id, task.status not in done
    check = policy.related(row, "monthly_check")
    if check is not None:
        return check.task.lead_department_id, check.status != "submitted"
    result = policy.related(row, "task_result")
    if result is not None:
        return result.task.lead_department_id, result.status in OPEN_RESULTS
    case = policy.related(row, "supervision_case")
    if case is not None:
        return case.department_id, case.status in ("open", "replied")
    adjustment = policy.related(row, "adjustment")
    if adjustment is not None:
        return adjustment.department_id, adjustment.status in OPEN_ADJUSTMENTS
    opinion = policy.related(row, "work_point_opinion")
    if opinion is not None:
        return opinion.department_id, True
    plan = policy.related(row, "department_plan")
    if plan is not None:
        return plan.department_id, plan.status in IN_DEPARTMENT
    return None, False


policy.register(
    Adjustment,
    Policy(
        "adjustment",
        lambda actor: in_hands(Adjustment.department_id, actor),
        can_write_adjustment,
    ),
)
policy.register(
    AdjustmentChange,
    Policy(
        "adjustment_change",
        lambda actor: AdjustmentChange.adjustment_id.in_(
            select(Adjustment.id).where(in_hands(Adjustment.department_id, actor))
        ),
        _can_write_change,
    ),
)
policy.register(
    TaskResult,
    Policy(
        "task_result", lambda actor: of_answered_task(TaskResult.task_id, actor), can_write_result
    ),
)
policy.register(
    Diagnosis,
    Policy(
        "diagnosis", lambda actor: in_hands(Diagnosis.department_id, actor), _can_write_diagnosis
    ),
)
policy.register(
    DiagnosisItem,
    Policy(
        "diagnosis_item",
        lambda actor: DiagnosisItem.diagnosis_id.in_(
            select(Diagnosis.id).where(in_hands(Diagnosis.department_id, actor))
        ),
        _can_write_item,
    ),
)
policy.register(Evidence, Policy("evidence", seen_evidence, can_write_evidence))
guard.register_invariant(Adjustment, check_adjustment)
guard.register_invariant(AdjustmentChange, check_change)
guard.register_invariant(TaskResult, check_result)
_SETTLED = (AdjustmentStatus.APPLIED, AdjustmentStatus.REJECTED)
register_moves(
    Adjustment,
    "department_id",
    and_(Adjustment.status.not_in(_SETTLED), of_open_year(Adjustment)),
)
