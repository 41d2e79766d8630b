"""One factory per model: `make_task(title="…")` writes a valid row and returns it.

What a test does not say is filled in: required columns by their type, required relations by
the cast (教务处, its head, the running year) or by a row made for the purpose. The system
writes, in a unit of work of its own, so that a refusal later in the test does not take the
row away. A `status` other than the first is put there without its steps: for tests that
begin in the middle of a flow.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Date, DateTime, Enum, Integer, Numeric, String, inspect, select, update

from app.core import clock, guard
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models import (
    Domain,
    assessment,
    baseline,
    carry_over,
    cycles,
    improvement,
    meetings,
    monitoring,
    organisation,
    plan_comments,
    planning,
    supervision,
    system,
    work_points,
)
from app.models.base import UtcDateTime
from tests.cast import TEST, YEAR

Row = TypeVar("Row")
_numbers = itertools.count(1)


def number() -> int:
    """A number not given out before in this run."""
    return next(_numbers)


def make(model: type[Row], **given: Any) -> Row:
    """A row of `model` in the database: `given`, then its defaults, then the generic ones."""
    session = db.session
    with unit_of_work(session, TEST):
        mapper = inspect(model)
        values = dict(given)
        for name, value in DEFAULTS.get(model, {}).items():
            if not _said(name, values):
                values[name] = value() if callable(value) else value
        for column in mapper.columns:
            if _needed(column, mapper) and not _said(column.key, values):
                _fill(values, mapper, column)
        status = values.pop("status", None)
        with guard.privileged(session):
            row = model(**values)
            session.add(row)
        if status is not None and row.status != status:  # type: ignore[attr-defined]
            table = mapper.local_table
            session.execute(update(table).where(table.c.id == row.id).values(status=status))  # type: ignore[attr-defined]
            session.refresh(row)
    return row


def _said(name: str, values: dict[str, Any]) -> bool:
    """Is this column, or the relation over it, among `values`?"""
    return name in values or f"{name}_id" in values or name.removesuffix("_id") in values


def _needed(column: Any, mapper: Any) -> bool:
    return not (
        column.nullable
        or column.primary_key
        or column.default is not None
        or column.server_default is not None
        or column is mapper.version_id_col
    )


def _fill(values: dict[str, Any], mapper: Any, column: Any) -> None:
    if column.foreign_keys:
        relation = next(item for item in mapper.relationships if column in item.local_columns)
        values[relation.key] = some(relation.mapper.class_)
        return
    kind = column.type
    if isinstance(kind, Enum):
        values[column.key] = next(iter(kind.enum_class))
    elif isinstance(kind, Date):
        values[column.key] = clock.today()
    elif isinstance(kind, (DateTime, UtcDateTime)):
        values[column.key] = clock.now()
    elif isinstance(kind, Integer):
        values[column.key] = number()
    elif isinstance(kind, Numeric):
        values[column.key] = Decimal(1)
    elif isinstance(kind, String):
        values[column.key] = f"{column.key} {number()}"[: kind.length]
    else:
        raise LookupError(f"say a value for {column}")


def some(model: type[Any]) -> Any:
    """The row a relation points to unless a test says otherwise."""
    usual: dict[type[Any], Any] = {
        organisation.Department: organisation.Department.code == "jwc",
        organisation.Person: organisation.Person.username == "head.jwc",
        cycles.Cycle: cycles.Cycle.year == YEAR,
    }
    if model in usual:
        return db.session.scalars(select(model).where(usual[model])).one()
    return make(model)


def _department(code: str) -> Callable[[], Any]:
    return lambda: db.session.scalars(
        select(organisation.Department).where(organisation.Department.code == code)
    ).one()


def _person(username: str) -> Callable[[], Any]:
    return lambda: db.session.scalars(
        select(organisation.Person).where(organisation.Person.username == username)
    ).one()


def _month() -> int:
    return number() % 12 + 1


def _digest() -> str:
    return f"{number():064x}"


DEFAULTS: dict[type[Any], dict[str, Any]] = {
    system.OutboxMessage: {"person": _person("head.jwc")},
    organisation.Person: {
        "username": lambda: f"person{number()}",
        "last_name": "王",
        "first_name": "某",
        "email": lambda: f"person{number()}@example.edu.cn",
        "active": True,
    },
    organisation.Department: {
        "code": lambda: f"d{number()}",
        "name": lambda: f"部门{number()}",
        "kind": organisation.DepartmentKind.FUNCTIONAL,
    },
    organisation.DepartmentSuccessor: {"successor": _department("xsc")},
    organisation.DepartmentClass: {"department": lambda: make_department()},
    organisation.Delegation: {"receiver": _person("staff.jwc"), "ground": "出差期间"},
    organisation.Charge: {"leader": _person("leader"), "department": lambda: make_department()},
    cycles.Cycle: {"year": lambda: 2030 + number() % 70, "name": lambda: f"年度{number()}"},
    cycles.Phase: {"cycle": lambda: make_cycle()},
    cycles.ReportingMonth: {"cycle": lambda: make_cycle(), "month": _month},
    cycles.RuleBook: {"year": 2031, "edition": number},
    cycles.RuleValue: {"value": "1"},
    cycles.StrategicGoal: {"start_year": 2026, "end_year": 2030},
    cycles.IndicatorTemplate: {
        "kind": cycles.IndicatorKind.QUALITATIVE,
        "standard": "达到要求",
    },
    cycles.Component: {"level": "task", "weight": Decimal(60)},
    work_points.WorkPointSet: {"edition": number},
    planning.DepartmentPlan: {"department": lambda: make_department()},
    planning.Decomposition: {"edition": number},
    planning.Task: {
        "number": lambda: str(number()),
        "title": lambda: f"完成第 {number()} 项工作",
        "lead_department": _department("jwc"),
        "due_on": dt.date(YEAR, 11, 30),
    },
    planning.TaskDepartment: {"department": _department("xinxi")},
    carry_over.CarryOver: {"confirmed": True},
    planning.Indicator: {"kind": cycles.IndicatorKind.QUALITATIVE, "standard": "达到要求"},
    baseline.BaselineDepartment: {
        "department": _department("xinxi"),
        "role": planning.TaskDepartmentRole.ASSIST,
    },
    baseline.BaselineIndicator: {"kind": cycles.IndicatorKind.QUALITATIVE, "standard": "达到要求"},
    monitoring.MonthlyCheck: {"year": YEAR, "month": 3},
    meetings.AgendaItem: {"position": lambda: number() % 999 + 1},
    monitoring.CheckContribution: {"department": _department("xinxi")},
    monitoring.CoordinationRequest: {
        "task": lambda: make_task(status=planning.TaskStatus.ACCEPTED),
        "addressed_department": _department("xsc"),
    },
    supervision.SupervisionCase: {
        "number": lambda: f"督〔{YEAR}〕{number()}",
        "task": lambda: make_task(),
    },
    supervision.CaseDepartment: {"department": _department("xinxi")},
    supervision.Instruction: {"subject_table": "task", "subject_id": lambda: make_task().id},
    improvement.Diagnosis: {
        "department": lambda: make_department(),
        "kind": improvement.DiagnosisKind.ANNUAL,
    },
    improvement.Adjustment: {
        "kind": improvement.AdjustmentKind.REVISE,
        "task": lambda: make_task(status=planning.TaskStatus.ACCEPTED),
    },
    improvement.AdjustmentChange: {"column_name": "remark"},
    improvement.TaskResult: {"outcome": improvement.CompletionOutcome.FINISHED},
    improvement.Evidence: {"task": lambda: make_task(), "sha256": _digest},
    improvement.Correction: {
        "subject_table": "monthly_check",
        "subject_id": lambda: make_monthly_check().id,
        "column_name": "problem",
    },
    assessment.Score: {"task": lambda: make_task(), "rater": _person("group1")},
    assessment.DepartmentAssessment: {"department": lambda: make_department()},
    system.Reminder: {"department": lambda: make_department(), "reminded_by": _person("office")},
    system.ImportJob: {"kind": "task", "sha256": _digest},
    system.ImportLayout: {"kind": "task", "fingerprint": _digest, "columns": dict},
}
"""What the generic filling cannot know: closed sets without an enum, checks, uniqueness."""

MODELS: tuple[type[Any], ...] = (
    organisation.Person,
    *sorted(
        (mapper.class_ for mapper in Domain.registry.mappers if issubclass(mapper.class_, Domain)),
        key=lambda model: model.__name__,
    ),
)

# Organisation
make_person = partial(make, organisation.Person)
make_department = partial(make, organisation.Department)
make_department_successor = partial(make, organisation.DepartmentSuccessor)
make_department_class = partial(make, organisation.DepartmentClass)
make_appointment = partial(make, organisation.Appointment)
make_delegation = partial(make, organisation.Delegation)
make_charge = partial(make, organisation.Charge)

# The year
make_cycle = partial(make, cycles.Cycle)
make_phase = partial(make, cycles.Phase)
make_reporting_month = partial(make, cycles.ReportingMonth)
make_holiday = partial(make, cycles.Holiday)
make_rule_book = partial(make, cycles.RuleBook)
make_rule_value = partial(make, cycles.RuleValue)
make_strategic_goal = partial(make, cycles.StrategicGoal)
make_task_category = partial(make, cycles.TaskCategory)
make_indicator_template = partial(make, cycles.IndicatorTemplate)
make_meeting = partial(make, meetings.Meeting)
make_agenda_item = partial(make, meetings.AgendaItem)
make_agenda_subject = partial(make, meetings.AgendaSubject)
make_decision = partial(make, meetings.Decision)
make_paper_entry = partial(make, meetings.PaperEntry)
make_component = partial(make, cycles.Component)

# Planning
make_work_point_set = partial(make, work_points.WorkPointSet)
make_work_point = partial(make, work_points.WorkPoint)
make_work_point_opinion = partial(make, work_points.WorkPointOpinion)
make_department_plan = partial(make, planning.DepartmentPlan)
make_plan_comment = partial(make, plan_comments.PlanComment)
make_carry_over = partial(make, carry_over.CarryOver)
make_decomposition = partial(make, planning.Decomposition)
make_task = partial(make, planning.Task)
make_task_department = partial(make, planning.TaskDepartment)
make_milestone = partial(make, planning.Milestone)
make_indicator = partial(make, planning.Indicator)
make_baseline = partial(make, baseline.Baseline)
make_baseline_task = partial(make, baseline.BaselineTask)
make_baseline_department = partial(make, baseline.BaselineDepartment)
make_baseline_indicator = partial(make, baseline.BaselineIndicator)
make_baseline_milestone = partial(make, baseline.BaselineMilestone)

# Monitoring and supervision
make_monthly_check = partial(make, monitoring.MonthlyCheck)
make_check_contribution = partial(make, monitoring.CheckContribution)
make_early_warning = partial(make, monitoring.EarlyWarning)
make_bulletin_line = partial(make, monitoring.BulletinLine)
make_coordination_request = partial(make, monitoring.CoordinationRequest)
make_supervision_case = partial(make, supervision.SupervisionCase)
make_case_department = partial(make, supervision.CaseDepartment)
make_case_step = partial(make, supervision.CaseStep)
make_instruction = partial(make, supervision.Instruction)

# Improvement
make_diagnosis = partial(make, improvement.Diagnosis)
make_diagnosis_item = partial(make, improvement.DiagnosisItem)
make_adjustment = partial(make, improvement.Adjustment)
make_adjustment_change = partial(make, improvement.AdjustmentChange)
make_task_result = partial(make, improvement.TaskResult)
make_evidence = partial(make, improvement.Evidence)
make_correction = partial(make, improvement.Correction)

# Assessment
make_score = partial(make, assessment.Score)
make_score_item = partial(make, assessment.ScoreItem)
make_department_assessment = partial(make, assessment.DepartmentAssessment)
make_bonus_entry = partial(make, assessment.BonusEntry)
make_appeal = partial(make, assessment.Appeal)
make_accountability_notice = partial(make, assessment.AccountabilityNotice)

# The system
make_notification = partial(make, system.Notification)
make_patrol_round = partial(make, system.PatrolRound)
make_reminder = partial(make, system.Reminder)
make_outbox_message = partial(make, system.OutboxMessage)
make_notification_choice = partial(make, system.NotificationChoice)
make_saved_view = partial(make, system.SavedView)
make_import_job = partial(make, system.ImportJob)
make_import_layout = partial(make, system.ImportLayout)
make_import_alias = partial(make, system.ImportAlias)
