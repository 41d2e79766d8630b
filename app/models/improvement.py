"""Diagnoses, adjustments, results, evidence and corrections (Art. 9-10)."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, relationship

from app.models.base import Choice, Domain, UtcDateTime, choice, field, not_blank, ref
from app.models.cycles import Cycle
from app.models.meetings import AgendaItem, Decision, PaperEntry
from app.models.monitoring import MonthlyCheck, Quality
from app.models.organisation import Department, Person
from app.models.planning import DepartmentPlan, Task
from app.models.supervision import SupervisionCase
from app.models.work_points import WorkPointOpinion


class DiagnosisKind(Choice):
    MIDYEAR = "midyear", "年中诊断", "Mid-year"
    ANNUAL = "annual", "年度诊断", "Annual"


class DiagnosisStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "已提交", "Submitted"
    RETURNED = "returned", "退回", "Returned"
    ARCHIVED = "archived", "已归档", "Archived"
    COMMITTEE = "committee", "提交党委会", "Committee"
    ISSUED = "issued", "已印发", "Issued"


class DiagnosisItemKind(Choice):
    COMPLETION = "completion", "完成情况", "Completion"
    PROBLEM = "problem", "问题", "Problem"
    CAUSE = "cause", "原因", "Cause"
    MEASURE = "measure", "改进措施", "Measure"
    LESSON = "lesson", "学习收获", "Lesson"
    NEXT_FOCUS = "next_focus", "下步重点", "Next focus"


class AdjustmentKind(Choice):
    ADD = "add", "新增", "Add"
    REVISE = "revise", "修改", "Revise"
    EXTEND = "extend", "延期", "Extend"
    TERMINATE = "terminate", "终止", "Terminate"


class CauseKind(Choice):
    OBJECTIVE = "objective", "客观原因", "Objective"
    SUBJECTIVE = "subjective", "主观原因", "Subjective"


class AdjustmentStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    REVIEW = "review", "审阅中", "In review"
    REVIEWED = "reviewed", "已审阅", "Reviewed"
    RETURNED = "returned", "退回", "Returned"
    COMMITTEE = "committee", "提交党委会", "Committee"
    APPROVED = "approved", "审定通过", "Approved"
    REJECTED = "rejected", "不通过", "Rejected"
    DEFERRED = "deferred", "暂缓", "Deferred"
    APPLIED = "applied", "已执行", "Applied"


class ResultStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "已提交", "Submitted"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    RETURNED = "returned", "退回", "Returned"


class CompletionOutcome(Choice):
    FINISHED = "finished", "完成", "Finished"
    PARTLY = "partly", "部分完成", "Partly finished"
    UNFINISHED = "unfinished", "未完成", "Unfinished"


class CorrectionStatus(Choice):
    REQUESTED = "requested", "待审批", "Requested"
    APPROVED = "approved", "同意", "Approved"
    REFUSED = "refused", "不同意", "Refused"
    TAKEN_BACK = "taken_back", "已撤回", "Taken back"


class Diagnosis(Domain):
    """年中 / 年度诊断: of a department, or of the college (no department) (Art. 9.2-9.3, 10)."""

    __tablename__ = "diagnosis"
    label = ("诊断报告", "Diagnosis")
    protected = frozenset({"status", "submitted_at", "issue_number"})
    __table_args__ = (
        UniqueConstraint("cycle_id", "department_id", "kind"),
        Index("ix_diagnosis_cycle_id_kind_status", "cycle_id", "kind", "status"),
        {"comment": "年中、年度诊断"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    kind: Mapped[DiagnosisKind] = choice(DiagnosisKind, "kind", "类型", "Kind")
    status: Mapped[DiagnosisStatus] = choice(
        DiagnosisStatus, "status", "状态", "Status", default=DiagnosisStatus.DRAFT
    )
    summary: Mapped[Optional[str]] = field(Text, "总述", "Summary")
    quality_comment: Mapped[Optional[str]] = field(Text, "诊改办意见", "Quality office's comment")
    submitted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提交时间", "Submitted at")
    issue_number: Mapped[Optional[str]] = field(String(60), "文号", "Issue number")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Optional[Department]] = relationship()


class DiagnosisItem(Domain):
    """诊断条目: a measure can become next year's task."""

    __tablename__ = "diagnosis_item"
    label = ("诊断条目", "Diagnosis item")
    __table_args__ = (not_blank("text"), {"comment": "诊断条目"})

    diagnosis_id: Mapped[int] = ref("diagnosis.id", "诊断报告", "Diagnosis", ondelete="CASCADE")
    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="SET NULL")
    kind: Mapped[DiagnosisItemKind] = choice(DiagnosisItemKind, "kind", "类型", "Kind")
    text: Mapped[str] = field(Text, "内容", "Text")
    position: Mapped[int] = field(None, "序号", "Position", default=0, server_default="0")
    became_task_id: Mapped[Optional[int]] = ref(
        "task.id", "转为任务", "Became task", ondelete="SET NULL"
    )

    diagnosis: Mapped[Diagnosis] = relationship()
    task: Mapped[Optional[Task]] = relationship(foreign_keys=[task_id])
    became_task: Mapped[Optional[Task]] = relationship(foreign_keys=[became_task_id])


class Adjustment(Domain):
    """目标任务调整方案 (Art. 9.2): add, revise, extend or terminate."""

    __tablename__ = "adjustment"
    label = ("目标任务调整", "Adjustment")
    protected = frozenset(
        {"status", "decision_id", "applied_at", "review_comment", "submitted_by_id"}
    )
    __table_args__ = (
        not_blank("cause"),
        CheckConstraint("kind = 'add' OR task_id IS NOT NULL", name="names_its_task"),
        CheckConstraint(
            "kind <> 'terminate' OR cause_kind = 'objective'", name="termination_is_objective"
        ),
        Index("ix_adjustment_cycle_id_status", "cycle_id", "status"),
        {"comment": "目标任务调整方案"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT")
    kind: Mapped[AdjustmentKind] = choice(AdjustmentKind, "kind", "类型", "Kind")
    cause_kind: Mapped[CauseKind] = choice(CauseKind, "cause_kind", "原因性质", "Cause kind")
    cause: Mapped[str] = field(Text, "原因", "Cause")
    status: Mapped[AdjustmentStatus] = choice(
        AdjustmentStatus, "status", "状态", "Status", default=AdjustmentStatus.DRAFT
    )
    submitted_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "提交人", "Submitted by", ondelete="RESTRICT"
    )
    review_comment: Mapped[Optional[str]] = field(Text, "审阅意见", "Review comment")
    agenda_item_id: Mapped[Optional[int]] = ref(
        "agenda_item.id", "议题", "Agenda item", ondelete="RESTRICT"
    )
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")
    applied_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "执行时间", "Applied at")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()
    task: Mapped[Optional[Task]] = relationship()
    agenda_item: Mapped[Optional[AgendaItem]] = relationship()
    decision: Mapped[Optional[Decision]] = relationship()
    submitted_by: Mapped[Optional[Person]] = relationship()
    changes: Mapped[list[AdjustmentChange]] = relationship(
        back_populates="adjustment", cascade="all, delete-orphan", passive_deletes=True
    )

    def __str__(self) -> str:
        from app.core.text import words

        return f"{words((self.kind.zh, self.kind.en))} {self.task or ''}".strip()


class AdjustmentChange(Domain):
    """调整内容: one field, old value → new value."""

    __tablename__ = "adjustment_change"
    label = ("调整内容", "Adjustment change")
    unbounded = frozenset({"old_value"})
    __table_args__ = (UniqueConstraint("adjustment_id", "column_name"), {"comment": "调整内容"})

    adjustment_id: Mapped[int] = ref(
        "adjustment.id", "目标任务调整", "Adjustment", ondelete="CASCADE"
    )
    column_name: Mapped[str] = field(String(60), "字段", "Field")
    old_value: Mapped[Optional[str]] = field(Text, "原值", "Old value")
    new_value: Mapped[Optional[str]] = field(Text, "新值", "New value")

    adjustment: Mapped[Adjustment] = relationship(back_populates="changes")


class TaskResult(Domain):
    """完成情况反馈 (Art. 9.3): outcome and quality; reason and measure if unfinished."""

    __tablename__ = "task_result"
    label = ("完成情况反馈", "Task result")
    protected = frozenset({"status", "submitted_at", "submitted_by_id", "review_comment"})
    __table_args__ = (
        UniqueConstraint("task_id"),
        CheckConstraint(
            "outcome = 'finished' OR status = 'draft' OR (reason IS NOT NULL AND measure IS NOT NULL)",
            name="unfinished_is_explained",
        ),
        {"comment": "完成情况反馈"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT", index=False)
    outcome: Mapped[CompletionOutcome] = choice(CompletionOutcome, "outcome", "完成结论", "Outcome")
    quality: Mapped[Quality] = choice(Quality, "quality", "质量", "Quality")
    description: Mapped[str] = field(Text, "完成情况", "Description")
    reason: Mapped[Optional[str]] = field(Text, "未完成原因", "Reason")
    measure: Mapped[Optional[str]] = field(Text, "改进措施", "Measure")
    completed_on: Mapped[Optional[dt.date]] = field(None, "完成日期", "Completed on")
    status: Mapped[ResultStatus] = choice(
        ResultStatus, "status", "状态", "Status", default=ResultStatus.DRAFT, index=True
    )
    submitted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提交时间", "Submitted at")
    submitted_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "提交人", "Submitted by", ondelete="RESTRICT"
    )
    review_comment: Mapped[Optional[str]] = field(Text, "审核意见", "Review comment")

    task: Mapped[Task] = relationship()
    submitted_by: Mapped[Optional[Person]] = relationship()


class Evidence(Domain):
    """佐证材料: a file of exactly one row, known by its SHA-256."""

    __tablename__ = "evidence"
    label = ("佐证材料", "Evidence")
    protected = frozenset(
        {"sha256", "size", "media_type", "uploaded_at", "uploader_id", "storage_key"}
    )
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN task_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN monthly_check_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN task_result_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN supervision_case_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN adjustment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN work_point_opinion_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN department_plan_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN paper_entry_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="exactly_one_row",
        ),
        CheckConstraint("size >= 0", name="size_not_negative"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        {"comment": "佐证材料"},
    )

    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT")
    monthly_check_id: Mapped[Optional[int]] = ref(
        "monthly_check.id", "月度监测", "Monthly check", ondelete="RESTRICT"
    )
    task_result_id: Mapped[Optional[int]] = ref(
        "task_result.id", "完成情况反馈", "Task result", ondelete="RESTRICT"
    )
    supervision_case_id: Mapped[Optional[int]] = ref(
        "supervision_case.id", "督办件", "Case", ondelete="RESTRICT"
    )
    adjustment_id: Mapped[Optional[int]] = ref(
        "adjustment.id", "目标任务调整", "Adjustment", ondelete="RESTRICT"
    )
    work_point_opinion_id: Mapped[Optional[int]] = ref(
        "work_point_opinion.id", "征求意见", "Opinion", ondelete="RESTRICT"
    )
    department_plan_id: Mapped[Optional[int]] = ref(
        "department_plan.id", "部门工作计划", "Department plan", ondelete="RESTRICT"
    )
    paper_entry_id: Mapped[Optional[int]] = ref(
        "paper_entry.id", "代录意见", "Entry from paper", ondelete="RESTRICT"
    )
    file_name: Mapped[str] = field(String(255), "文件名", "File name")
    title: Mapped[Optional[str]] = field(String(200), "说明", "Title")
    media_type: Mapped[str] = field(String(120), "文件类型", "Type")
    size: Mapped[int] = field(None, "大小（字节）", "Size in bytes")
    sha256: Mapped[str] = field(String(64), "摘要", "SHA-256", index=True)
    storage_key: Mapped[str] = field(String(120), "存储位置", "Storage key")
    uploader_id: Mapped[int] = ref("ab_user.id", "上传人", "Uploader", ondelete="RESTRICT")
    uploaded_at: Mapped[dt.datetime] = field(UtcDateTime, "上传时间", "Uploaded at")

    task: Mapped[Optional[Task]] = relationship()
    monthly_check: Mapped[Optional[MonthlyCheck]] = relationship()
    task_result: Mapped[Optional[TaskResult]] = relationship()
    supervision_case: Mapped[Optional[SupervisionCase]] = relationship()
    adjustment: Mapped[Optional[Adjustment]] = relationship()
    work_point_opinion: Mapped[Optional[WorkPointOpinion]] = relationship()
    department_plan: Mapped[Optional[DepartmentPlan]] = relationship()
    paper_entry: Mapped[Optional[PaperEntry]] = relationship()
    uploader: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return self.file_name

    __repr__ = __str__


class Correction(Domain):
    """更正: after a month or a year closed: reason, the Office's approval, a new version."""

    __tablename__ = "correction"
    label = ("更正", "Correction")
    unbounded = frozenset({"old_value", "effect"})
    protected = frozenset({"status", "approved_by_id", "approved_at", "effect"})
    __table_args__ = (
        not_blank("reason"),
        Index("ix_correction_subject_table_subject_id", "subject_table", "subject_id"),
        {"comment": "更正"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    subject_table: Mapped[str] = field(String(60), "对象类型", "Subject kind")
    subject_id: Mapped[int] = field(None, "对象编号", "Subject ID")
    column_name: Mapped[str] = field(String(60), "字段", "Field")
    old_value: Mapped[Optional[str]] = field(Text, "原值", "Old value")
    new_value: Mapped[Optional[str]] = field(Text, "新值", "New value")
    reason: Mapped[str] = field(Text, "更正原因", "Reason")
    status: Mapped[CorrectionStatus] = choice(
        CorrectionStatus, "status", "状态", "Status", default=CorrectionStatus.REQUESTED, index=True
    )
    approved_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "批准人", "Approved by", ondelete="RESTRICT"
    )
    approved_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "批准时间", "Approved at")
    effect: Mapped[Optional[str]] = field(Text, "更正结果", "What it changed")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Optional[Department]] = relationship()
    approved_by: Mapped[Optional[Person]] = relationship()
    monthly_check: Mapped[Optional[MonthlyCheck]] = relationship(
        primaryjoin=lambda: foreign(Correction.subject_id) == MonthlyCheck.id, viewonly=True
    )
    """What is corrected: so far checks only."""
