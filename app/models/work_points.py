"""The college's work points of a year, their editions and the opinions on them (Art. 4.4-4.5)."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Choice, Domain, choice, field, not_blank, ref
from app.models.cycles import Cycle, StrategicGoal, TaskCategory
from app.models.meetings import Decision
from app.models.organisation import Department, Person


class WorkPointSetStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    CONSULTATION = "consultation", "征求意见", "Consultation"
    COMMITTEE = "committee", "提交党委会", "Committee"
    APPROVED = "approved", "审定通过", "Approved"
    RETURNED = "returned", "退回", "Returned"
    ISSUED = "issued", "已下发", "Issued"


class OpinionAnswer(Choice):
    ADOPTED = "adopted", "采纳", "Adopted"
    PARTLY = "partly", "部分采纳", "Partly adopted"
    NOT_ADOPTED = "not_adopted", "未采纳", "Not adopted"


class WorkPointSet(Domain):
    """工作要点（稿）: a version of the college's work points for the year (Art. 4.4-4.5)."""

    __tablename__ = "work_point_set"
    label = ("工作要点", "Work points")
    protected = frozenset({"status", "issue_number", "issued_on", "decision_id"})
    __table_args__ = (
        UniqueConstraint("cycle_id", "edition"),
        CheckConstraint(
            "status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)",
            name="issued_has_number",
        ),
        {"comment": "工作要点稿"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    edition: Mapped[int] = field(None, "稿次", "Edition", default=1, server_default="1")
    title: Mapped[str] = field(String(200), "标题", "Title")
    status: Mapped[WorkPointSetStatus] = choice(
        WorkPointSetStatus, "status", "状态", "Status", default=WorkPointSetStatus.DRAFT, index=True
    )
    issue_number: Mapped[Optional[str]] = field(String(60), "文号", "Issue number")
    issued_on: Mapped[Optional[dt.date]] = field(None, "下发日期", "Issued on")
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")

    cycle: Mapped[Cycle] = relationship()
    decision: Mapped[Optional[Decision]] = relationship()

    def __str__(self) -> str:
        return self.title

    __repr__ = __str__


class WorkPoint(Domain):
    """工作要点条目."""

    __tablename__ = "work_point"
    label = ("工作要点条目", "Work point")
    protected = frozenset({"previous_id"})
    __table_args__ = (
        UniqueConstraint("work_point_set_id", "number"),
        not_blank("text"),
        {"comment": "工作要点条目"},
    )

    work_point_set_id: Mapped[int] = ref(
        "work_point_set.id", "工作要点", "Work points", ondelete="CASCADE"
    )
    number: Mapped[str] = field(String(20), "序号", "Number")
    sort_order: Mapped[int] = field(None, "排序", "Order", default=0, server_default="0")
    chapter: Mapped[Optional[str]] = field(String(120), "章节", "Chapter")
    text: Mapped[str] = field(Text, "内容", "Text")
    category_id: Mapped[Optional[int]] = ref(
        "task_category.id", "类别", "Category", ondelete="RESTRICT"
    )
    strategic_goal_id: Mapped[Optional[int]] = ref(
        "strategic_goal.id", "发展规划目标", "Strategic goal", ondelete="RESTRICT"
    )

    previous_id: Mapped[Optional[int]] = ref(
        "work_point.id", "上一稿条目", "Point of the edition before", ondelete="SET NULL"
    )

    work_point_set: Mapped[WorkPointSet] = relationship()
    category: Mapped[Optional[TaskCategory]] = relationship()
    strategic_goal: Mapped[Optional[StrategicGoal]] = relationship()
    previous: Mapped[Optional[WorkPoint]] = relationship(remote_side="WorkPoint.id")

    def __str__(self) -> str:
        return f"{self.number} {self.text}"[:60]

    __repr__ = __str__


class WorkPointOpinion(Domain):
    """征求意见: an opinion on the draft and the Office's answer; 代录 needs the scan."""

    __tablename__ = "work_point_opinion"
    label = ("征求意见", "Opinion")
    protected = frozenset({"answer", "answer_reason", "recorded_by_id"})
    __table_args__ = (
        not_blank("text"),
        CheckConstraint("answer IS NULL OR answer_reason IS NOT NULL", name="answer_has_reason"),
        {"comment": "对工作要点的意见"},
    )

    work_point_set_id: Mapped[int] = ref(
        "work_point_set.id", "工作要点", "Work points", ondelete="CASCADE"
    )
    work_point_id: Mapped[Optional[int]] = ref(
        "work_point.id", "条目", "Work point", ondelete="CASCADE"
    )
    department_id: Mapped[Optional[int]] = ref(
        "department.id", "提出部门", "Department", ondelete="RESTRICT"
    )
    author_id: Mapped[int] = ref("ab_user.id", "提出人", "Author", ondelete="RESTRICT")
    recorded_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "代录人", "Recorded by", ondelete="RESTRICT"
    )
    agrees: Mapped[bool] = field(
        None, "无修改意见", "Agrees as it is", default=False, server_default="0"
    )
    text: Mapped[str] = field(Text, "意见", "Opinion")
    answer: Mapped[Optional[OpinionAnswer]] = choice(
        OpinionAnswer, "answer", "处理", "Answer", nullable=True
    )
    answer_reason: Mapped[Optional[str]] = field(Text, "处理说明", "Reason")

    work_point_set: Mapped[WorkPointSet] = relationship()
    work_point: Mapped[Optional[WorkPoint]] = relationship()
    department: Mapped[Optional[Department]] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    recorded_by: Mapped[Optional[Person]] = relationship(foreign_keys=[recorded_by_id])
