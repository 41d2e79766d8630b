"""Scores, department assessments, bonus ledger, appeals, notices (Art. 12-13)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Optional

from sqlalchemy import CheckConstraint, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Choice, Domain, Points, UtcDateTime, choice, field, not_blank, ref
from app.models.cycles import Component, Cycle
from app.models.meetings import Decision
from app.models.organisation import AssessmentClass, Department, Person
from app.models.planning import Indicator, Task
from app.models.supervision import SupervisionCase


class ScoreStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "已提交", "Submitted"


class AssessmentStatus(Choice):
    COLLECTING = "collecting", "收集中", "Collecting"
    COMPUTED = "computed", "已计算", "Computed"
    PROPOSED = "proposed", "已建议", "Proposed"
    ANNOUNCED = "announced", "公示中", "Announced"
    FINAL = "final", "已审定", "Final"


class Grade(Choice):
    EXCELLENT = "excellent", "优秀", "Excellent"
    GOOD = "good", "良好", "Good"
    QUALIFIED = "qualified", "合格", "Qualified"
    UNQUALIFIED = "unqualified", "不合格", "Unqualified"


class AppealStatus(Choice):
    FILED = "filed", "已提出", "Filed"
    UPHELD = "upheld", "成立", "Upheld"
    DISMISSED = "dismissed", "不成立", "Dismissed"


class NoticeStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    APPROVED = "approved", "已批准", "Approved"
    ISSUED = "issued", "已印发", "Issued"


class Score(Domain):
    """评分: rater × row (a task or a department) × component."""

    __tablename__ = "score"
    label = ("评分", "Score")
    protected = frozenset({"status", "submitted_at", "rater_id"})
    __table_args__ = (
        CheckConstraint("(task_id IS NULL) <> (department_id IS NULL)", name="one_row"),
        UniqueConstraint("rater_id", "task_id", "component_id"),
        UniqueConstraint("rater_id", "department_id", "component_id"),
        Index("ix_score_cycle_id_status", "cycle_id", "status"),
        {"comment": "评分"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    rater_id: Mapped[int] = ref("ab_user.id", "评分人", "Rater", ondelete="RESTRICT")
    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT")
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "部门", "Department", ondelete="RESTRICT"
    )
    component_id: Mapped[int] = ref("component.id", "评分构成", "Component", ondelete="RESTRICT")
    value: Mapped[Decimal] = field(Points, "得分", "Points")
    comment: Mapped[Optional[str]] = field(Text, "评语", "Comment")
    status: Mapped[ScoreStatus] = choice(
        ScoreStatus, "status", "状态", "Status", default=ScoreStatus.DRAFT
    )
    submitted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提交时间", "Submitted at")

    cycle: Mapped[Cycle] = relationship()
    rater: Mapped[Person] = relationship()
    task: Mapped[Optional[Task]] = relationship()
    department: Mapped[Optional[Department]] = relationship()
    component: Mapped[Component] = relationship()


class ScoreItem(Domain):
    """评分明细: what a score is made of, in figures and words."""

    __tablename__ = "score_item"
    label = ("评分明细", "Score item")
    unbounded = frozenset({"explanation"})
    __table_args__ = ({"comment": "评分明细"},)

    score_id: Mapped[int] = ref("score.id", "评分", "Score", ondelete="CASCADE")
    indicator_id: Mapped[Optional[int]] = ref(
        "indicator.id", "考核指标", "Indicator", ondelete="RESTRICT"
    )
    value: Mapped[Decimal] = field(Points, "得分", "Points")
    explanation: Mapped[str] = field(Text, "计算说明", "Explanation")

    score: Mapped[Score] = relationship()
    indicator: Mapped[Optional[Indicator]] = relationship()


class DepartmentAssessment(Domain):
    """部门年度目标任务考核: total, rank in class, grade, coefficient (Art. 12)."""

    __tablename__ = "department_assessment"
    label = ("部门考核", "Department assessment")
    unbounded = frozenset({"explanation"})
    protected = frozenset(
        {"status", "total", "base", "bonus", "class_rank", "grade", "coefficient", "decision_id"}
    )
    __table_args__ = (
        UniqueConstraint("cycle_id", "department_id"),
        CheckConstraint("class_rank IS NULL OR class_rank >= 1", name="rank_positive"),
        Index("ix_department_assessment_cycle_id_class_rank", "cycle_id", "class_rank"),
        {"comment": "部门年度目标任务考核"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    assessment_class: Mapped[AssessmentClass] = choice(
        AssessmentClass, "assessment_class", "考核类别", "Assessment class"
    )
    status: Mapped[AssessmentStatus] = choice(
        AssessmentStatus,
        "status",
        "状态",
        "Status",
        default=AssessmentStatus.COLLECTING,
        index=True,
    )
    base: Mapped[Optional[Decimal]] = field(Points, "基础分", "Base")
    bonus: Mapped[Optional[Decimal]] = field(Points, "加减分", "Bonus")
    total: Mapped[Optional[Decimal]] = field(Points, "总分", "Total")
    class_rank: Mapped[Optional[int]] = field(None, "类内排名", "Rank in class")
    grade: Mapped[Optional[Grade]] = choice(Grade, "grade", "等次", "Grade", nullable=True)
    coefficient: Mapped[Optional[Decimal]] = field(Numeric(4, 2), "系数", "Coefficient")
    explanation: Mapped[Optional[str]] = field(Text, "说明", "Explanation")
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()
    decision: Mapped[Optional[Decision]] = relationship()


class BonusEntry(Domain):
    """加减分: one award or deduction with its ground."""

    __tablename__ = "bonus_entry"
    label = ("加减分", "Bonus entry")
    __table_args__ = (
        not_blank("ground"),
        Index("ix_bonus_entry_cycle_id_department_id", "cycle_id", "department_id"),
        {"comment": "加减分"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    kind: Mapped[str] = field(String(60), "种类", "Kind")
    points: Mapped[Decimal] = field(Points, "分值", "Points")
    ground: Mapped[str] = field(Text, "事由", "Ground")
    happened_on: Mapped[Optional[dt.date]] = field(None, "日期", "Date")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()


class Appeal(Domain):
    """申诉复核: against an announced assessment, within the notice."""

    __tablename__ = "appeal"
    label = ("申诉", "Appeal")
    protected = frozenset({"status", "answered_at"})
    __table_args__ = (not_blank("text"), {"comment": "申诉复核"})

    department_assessment_id: Mapped[int] = ref(
        "department_assessment.id", "部门考核", "Department assessment", ondelete="CASCADE"
    )
    author_id: Mapped[int] = ref("ab_user.id", "申诉人", "Author", ondelete="RESTRICT")
    text: Mapped[str] = field(Text, "申诉内容", "Text")
    status: Mapped[AppealStatus] = choice(
        AppealStatus, "status", "状态", "Status", default=AppealStatus.FILED, index=True
    )
    answer: Mapped[Optional[str]] = field(Text, "复核意见", "Answer")
    answered_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "复核时间", "Answered at")

    department_assessment: Mapped[DepartmentAssessment] = relationship()
    author: Mapped[Person] = relationship()


class AccountabilityNotice(Domain):
    """问责通报 (Art. 13)."""

    __tablename__ = "accountability_notice"
    label = ("问责通报", "Accountability notice")
    protected = frozenset({"status", "number", "issued_on", "decision_id"})
    __table_args__ = (
        not_blank("facts"),
        UniqueConstraint("number"),
        CheckConstraint(
            "status <> 'issued' OR (number IS NOT NULL AND issued_on IS NOT NULL)",
            name="issued_has_number",
        ),
        {"comment": "问责通报"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    person_id: Mapped[Optional[int]] = ref("ab_user.id", "责任人", "Person", ondelete="RESTRICT")
    supervision_case_id: Mapped[Optional[int]] = ref(
        "supervision_case.id", "督办件", "Case", ondelete="RESTRICT"
    )
    number: Mapped[Optional[str]] = field(String(60), "文号", "Number")
    facts: Mapped[str] = field(Text, "事实", "Facts")
    ground: Mapped[Optional[str]] = field(Text, "依据", "Ground")
    measure: Mapped[Optional[str]] = field(Text, "处理意见", "Measure")
    status: Mapped[NoticeStatus] = choice(
        NoticeStatus, "status", "状态", "Status", default=NoticeStatus.DRAFT, index=True
    )
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")
    issued_on: Mapped[Optional[dt.date]] = field(None, "印发日期", "Issued on")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()
    person: Mapped[Optional[Person]] = relationship()
    supervision_case: Mapped[Optional[SupervisionCase]] = relationship()
    decision: Mapped[Optional[Decision]] = relationship()
