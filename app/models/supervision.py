"""Supervision cases, their steps, and leaders' instructions (Art. 8)."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Choice, Domain, UtcDateTime, choice, field, not_blank, ref
from app.models.cycles import Cycle
from app.models.organisation import Department, Person
from app.models.planning import Task


class CaseSource(Choice):
    TASK = "task", "年度任务", "Annual task"
    MEETING = "meeting", "会议议定", "Meeting"
    INSTRUCTION = "instruction", "领导批示", "Leader's instruction"


class CaseStage(Choice):
    SUPERVISE = "supervise", "督办", "Supervise"
    URGE = "urge", "催办", "Urge"
    DEADLINE = "deadline", "限期办结", "Deadline"
    SPECIAL = "special", "专项督查", "Special inspection"


class CaseStatus(Choice):
    PROPOSED = "proposed", "拟立项", "Proposed"
    OPEN = "open", "办理中", "Open"
    REPLIED = "replied", "已回复", "Replied"
    ACCEPTED = "accepted", "待办结", "To be closed"
    CLOSED = "closed", "已办结", "Closed"
    DISMISSED = "dismissed", "不予立项", "Dismissed"
    WITHDRAWN = "withdrawn", "已撤销", "Withdrawn"


ON_HAND = (CaseStatus.OPEN, CaseStatus.REPLIED, CaseStatus.ACCEPTED)
"""在办: opened and not yet 销号, which only the Office does (Art. 8)."""


class StepKind(Choice):
    PROPOSED = "proposed", "拟立项", "Proposed"
    DISMISSED = "dismissed", "不予立项", "Dismissed"
    OPENED = "opened", "立项", "Opened"
    SIGNED = "signed", "签收", "Signed for"
    REPLY = "reply", "回复", "Reply"
    ACCEPTED = "accepted", "回复认可", "Reply accepted"
    REJECTED = "rejected", "回复退回", "Reply rejected"
    URGED = "urged", "催办", "Urged"
    DEADLINE_SET = "deadline_set", "限期办结", "Deadline set"
    EXTENDED = "extended", "延期", "Extended"
    SPECIAL_PROPOSED = "special_proposed", "提请专项督查", "Special inspection proposed"
    TRANSFERRED = "transferred", "转专项督查", "Transferred"
    CONCLUDED = "concluded", "督查结论", "Concluded"
    RETURNED = "returned", "督查退回", "Returned by the discipline office"
    CLOSED = "closed", "办结", "Closed"
    REOPENED = "reopened", "重新办理", "Reopened"
    WITHDRAWN = "withdrawn", "撤销", "Withdrawn"


class SupervisionCase(Domain):
    """督查督办件 (Art. 8): `task_id` may be empty; the source says where it came from."""

    __tablename__ = "supervision_case"
    label = ("督办件", "Supervision case")
    protected = frozenset(
        {
            "status", "stage", "number", "opened_on", "closed_on", "signed_at", "rule_key", "urges",
            "special_ground", "special_proposed_on",
        }
    )  # fmt: skip
    __table_args__ = (
        UniqueConstraint("number"),
        not_blank("matter"),
        CheckConstraint("source <> 'task' OR task_id IS NOT NULL", name="task_source_has_task"),
        CheckConstraint(
            "status IN ('proposed', 'dismissed', 'withdrawn') OR number IS NOT NULL",
            name="open_has_number",
        ),
        CheckConstraint("urges >= 0", name="urges_not_negative"),
        CheckConstraint(
            "special_proposed_on IS NULL OR special_ground IS NOT NULL",
            name="special_has_ground",
        ),
        Index("ix_supervision_case_cycle_id_status", "cycle_id", "status"),
        Index("ix_supervision_case_status_due_on", "status", "due_on"),
        {"comment": "督查督办件"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    number: Mapped[Optional[str]] = field(String(60), "编号", "Number")
    source: Mapped[CaseSource] = choice(
        CaseSource, "source", "来源", "Source", default=CaseSource.TASK
    )
    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT")
    matter: Mapped[str] = field(String(500), "事项", "Matter")
    ground: Mapped[Optional[str]] = field(Text, "依据", "Ground")
    requirement: Mapped[Optional[str]] = field(Text, "办理要求", "Requirement")
    department_id: Mapped[int] = ref("department.id", "承办部门", "Department", ondelete="RESTRICT")
    leader_id: Mapped[Optional[int]] = ref("ab_user.id", "分管领导", "Leader", ondelete="RESTRICT")
    stage: Mapped[CaseStage] = choice(
        CaseStage, "stage", "阶段", "Stage", default=CaseStage.SUPERVISE, index=True
    )
    status: Mapped[CaseStatus] = choice(
        CaseStatus, "status", "状态", "Status", default=CaseStatus.PROPOSED
    )
    opened_on: Mapped[Optional[dt.date]] = field(None, "立项日期", "Opened on", index=True)
    due_on: Mapped[Optional[dt.date]] = field(None, "办理期限", "Due")
    signed_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "签收时间", "Signed at")
    closed_on: Mapped[Optional[dt.date]] = field(None, "办结日期", "Closed on")
    rule_key: Mapped[Optional[str]] = field(String(80), "立项规则", "Rule that proposed it")
    urges: Mapped[int] = field(None, "催办次数", "Urged", default=0, server_default="0")
    special_ground: Mapped[Optional[str]] = field(
        Text, "提请专项督查理由", "Ground of the special inspection"
    )
    special_proposed_on: Mapped[Optional[dt.date]] = field(
        None, "提请专项督查日期", "Special inspection proposed on", index=True
    )

    cycle: Mapped[Cycle] = relationship()
    task: Mapped[Optional[Task]] = relationship()
    department: Mapped[Department] = relationship()
    leader: Mapped[Optional[Person]] = relationship()
    steps: Mapped[list[CaseStep]] = relationship(
        back_populates="supervision_case", order_by="CaseStep.id", passive_deletes=True
    )
    assisting: Mapped[list[CaseDepartment]] = relationship(
        back_populates="supervision_case", order_by="CaseDepartment.id", passive_deletes=True
    )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.number, self.matter)))

    __repr__ = __str__


class CaseDepartment(Domain):
    """配合部门: a department that helps with a case."""

    __tablename__ = "case_department"
    label = ("督办配合部门", "Assisting department of a case")
    __table_args__ = (
        UniqueConstraint("supervision_case_id", "department_id"),
        {"comment": "督办件的配合部门"},
    )

    supervision_case_id: Mapped[int] = ref(
        "supervision_case.id", "督办件", "Case", ondelete="CASCADE", index=False
    )
    department_id: Mapped[int] = ref("department.id", "配合部门", "Department", ondelete="RESTRICT")

    supervision_case: Mapped[SupervisionCase] = relationship(back_populates="assisting")
    department: Mapped[Department] = relationship()

    def __str__(self) -> str:
        return str(self.department)


class CaseStep(Domain):
    """督办过程: one step of a case, never changed afterwards."""

    __tablename__ = "case_step"
    label = ("督办过程", "Case step")
    __table_args__ = (
        Index("ix_case_step_supervision_case_id_happened_at", "supervision_case_id", "happened_at"),
        {"comment": "督办过程"},
    )

    supervision_case_id: Mapped[int] = ref(
        "supervision_case.id", "督办件", "Case", ondelete="CASCADE", index=False
    )
    kind: Mapped[StepKind] = choice(StepKind, "kind", "步骤", "Step")
    stage: Mapped[CaseStage] = choice(CaseStage, "stage", "阶段", "Stage")
    text: Mapped[Optional[str]] = field(Text, "内容", "Text")
    actor_id: Mapped[Optional[int]] = ref("ab_user.id", "办理人", "By", ondelete="RESTRICT")
    happened_at: Mapped[dt.datetime] = field(UtcDateTime, "时间", "At")
    due_on: Mapped[Optional[dt.date]] = field(None, "期限", "Due")

    supervision_case: Mapped[SupervisionCase] = relationship(back_populates="steps")
    actor: Mapped[Optional[Person]] = relationship()


class Instruction(Domain):
    """批示: a leader's remark on any row (`subject_table`, `subject_id`)."""

    __tablename__ = "instruction"
    label = ("批示", "Instruction")
    __table_args__ = (
        not_blank("text"),
        Index("ix_instruction_subject_table_subject_id", "subject_table", "subject_id"),
        {"comment": "批示"},
    )

    subject_table: Mapped[str] = field(String(60), "对象类型", "Subject kind")
    subject_id: Mapped[int] = field(None, "对象编号", "Subject ID")
    author_id: Mapped[int] = ref("ab_user.id", "批示人", "Author", ondelete="RESTRICT")
    recorded_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "代录人", "Recorded by", ondelete="RESTRICT"
    )
    text: Mapped[str] = field(Text, "批示内容", "Text")
    written_on: Mapped[dt.date] = field(None, "批示日期", "Written on", index=True)

    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    recorded_by: Mapped[Optional[Person]] = relationship(foreign_keys=[recorded_by_id])
