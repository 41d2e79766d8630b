"""Department plans, the decomposition, tasks with what belongs to them (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Optional

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import (
    Domain,
    Measure,
    Percent,
    UtcDateTime,
    Weight,
    between,
    choice,
    field,
    in_order,
    not_blank,
    ref,
)
from app.models.cycles import (
    Cycle,
    Direction,
    IndicatorKind,
    IndicatorTemplate,
    StrategicGoal,
    TaskCategory,
)
from app.models.meetings import AgendaItem, Decision
from app.models.organisation import Department, Person
from app.models.planning_states import Agreement as Agreement
from app.models.planning_states import DecompositionStatus as DecompositionStatus
from app.models.planning_states import PassedAs as PassedAs
from app.models.planning_states import PlanStatus as PlanStatus
from app.models.planning_states import TaskDepartmentRole as TaskDepartmentRole
from app.models.planning_states import TaskOrigin as TaskOrigin
from app.models.planning_states import TaskStatus as TaskStatus
from app.models.planning_states import Visibility as Visibility
from app.models.work_points import WorkPoint


class DepartmentPlan(Domain):
    """部门年度工作计划 (Art. 4.2-4.3)."""

    __tablename__ = "department_plan"
    label = ("部门工作计划", "Department plan")
    protected = frozenset(
        {
            "status",
            "review_round",
            "sent_at",
            "sent_by_id",
            "submitted_at",
            "reviewed_at",
            "reviewed_by_id",
            "review_comment",
        }
    )
    __table_args__ = (
        UniqueConstraint("cycle_id", "department_id"),
        {"comment": "部门年度工作计划"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    text: Mapped[Optional[str]] = field(Text, "计划正文", "Text")
    status: Mapped[PlanStatus] = choice(
        PlanStatus, "status", "状态", "Status", default=PlanStatus.DRAFT, index=True
    )
    review_round: Mapped[int] = field(
        None, "送审次数", "Times sent for review", default=0, server_default="0"
    )
    sent_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "送审时间", "Sent for review at")
    sent_by_id: Mapped[Optional[int]] = ref("ab_user.id", "送审人", "Sent by", ondelete="RESTRICT")
    reviewed_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "审阅领导", "Reviewed by", ondelete="RESTRICT"
    )
    reviewed_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "审阅时间", "Reviewed at")
    review_comment: Mapped[Optional[str]] = field(Text, "审阅意见", "Review comment")
    submitted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提交时间", "Submitted at")

    cycle: Mapped[Cycle] = relationship()
    department: Mapped[Department] = relationship()
    sent_by: Mapped[Optional[Person]] = relationship(foreign_keys=[sent_by_id])
    reviewed_by: Mapped[Optional[Person]] = relationship(foreign_keys=[reviewed_by_id])

    def __str__(self) -> str:
        return f"{self.cycle.year} {self.department.name}"

    __repr__ = __str__


class Decomposition(Domain):
    """部门目标任务分解表: the year's table on its way to the committee and to issue (Art. 5)."""

    __tablename__ = "decomposition"
    label = ("目标任务分解表", "Decomposition")
    protected = frozenset({"status", "issue_number", "issued_on", "decision_id"})
    __table_args__ = (
        UniqueConstraint("cycle_id", "edition"),
        CheckConstraint(
            "status <> 'issued' OR (issue_number IS NOT NULL AND issued_on IS NOT NULL)",
            name="issued_has_number",
        ),
        {"comment": "部门目标任务分解表"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT")
    edition: Mapped[int] = field(None, "稿次", "Edition", default=1, server_default="1")
    title: Mapped[str] = field(String(200), "标题", "Title")
    status: Mapped[DecompositionStatus] = choice(
        DecompositionStatus,
        "status",
        "状态",
        "Status",
        default=DecompositionStatus.DRAFTING,
        index=True,
    )
    issue_number: Mapped[Optional[str]] = field(String(60), "文号", "Issue number")
    issued_on: Mapped[Optional[dt.date]] = field(None, "发布日期", "Issued on")
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")
    agenda_item_id: Mapped[Optional[int]] = ref(
        "agenda_item.id", "议题", "Agenda item", ondelete="RESTRICT"
    )

    cycle: Mapped[Cycle] = relationship()
    decision: Mapped[Optional[Decision]] = relationship()
    agenda_item: Mapped[Optional[AgendaItem]] = relationship()

    def __str__(self) -> str:
        return self.title

    __repr__ = __str__


class Task(Domain):
    """目标任务: the centre. A tree college → department → section → person.

    The one lead department stands here; co-leading and assisting departments are
    `task_department` rows, so that "exactly one lead" needs no check.
    """

    __tablename__ = "task"
    label = ("目标任务", "Task")
    protected = frozenset(
        {
            "status",
            "accepted_at",
            "finished_on",
            "terminated_on",
            "termination_cause",
            "carried_from_id",
            "agreement",
            "objection",
            "passed_as",
            "passed_by_id",
            "accept_by",
            "actual_percent",
            "planned_percent",
            "light",
        }
    )
    __table_args__ = (
        UniqueConstraint("cycle_id", "lead_department_id", "number", "title"),
        not_blank("title"),
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight_not_negative"),
        between("actual_percent", 0, 100),
        between("planned_percent", 0, 100),
        in_order("start_on", "due_on"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent_not_self"),
        CheckConstraint(
            "status <> 'terminated' OR termination_cause IS NOT NULL", name="terminated_has_cause"
        ),
        CheckConstraint(
            "light IS NULL OR light IN ('green', 'yellow', 'orange', 'red', 'grey', 'blue')",
            name="light",
        ),
        Index(
            "ix_task_cycle_id_lead_department_id_sort_order",
            "cycle_id",
            "lead_department_id",
            "sort_order",
        ),
        Index("ix_task_cycle_id_status_due_on", "cycle_id", "status", "due_on"),
        Index("ix_task_cycle_id_sort_order", "cycle_id", "sort_order", "id"),
        Index("ix_task_cycle_id_light", "cycle_id", "light"),
        {"comment": "目标任务"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="RESTRICT", index=False)
    number: Mapped[str] = field(String(40), "序号", "Number", default="", server_default="")
    sort_order: Mapped[int] = field(None, "排序", "Order", default=0, server_default="0")
    title: Mapped[str] = field(String(500), "目标任务", "Task")
    goal: Mapped[Optional[str]] = field(Text, "工作目标", "Goal")
    measures: Mapped[Optional[str]] = field(Text, "主要举措", "Measures")
    standard: Mapped[Optional[str]] = field(Text, "考核标准", "Standard")
    category_id: Mapped[Optional[int]] = ref(
        "task_category.id", "类别", "Category", ondelete="RESTRICT"
    )
    lead_department_id: Mapped[Optional[int]] = ref(
        "department.id", "牵头部门", "Lead department", ondelete="RESTRICT"
    )
    section_id: Mapped[Optional[int]] = ref("department.id", "科室", "Section", ondelete="RESTRICT")
    owner_id: Mapped[Optional[int]] = ref("ab_user.id", "责任人", "Owner", ondelete="RESTRICT")
    owner_text: Mapped[Optional[str]] = field(String(120), "责任人（原文）", "Owner as written")
    leader_id: Mapped[Optional[int]] = ref("ab_user.id", "分管领导", "Leader", ondelete="RESTRICT")
    leader_text: Mapped[Optional[str]] = field(String(120), "分管领导（原文）", "Leader as written")
    start_on: Mapped[Optional[dt.date]] = field(None, "开始日期", "Start")
    due_on: Mapped[Optional[dt.date]] = field(None, "完成时限", "Due", index=True)
    due_text: Mapped[Optional[str]] = field(String(120), "时限表述", "Due as written")
    weight: Mapped[Optional[Decimal]] = field(Weight, "权重", "Weight")
    origin: Mapped[TaskOrigin] = choice(
        TaskOrigin, "origin", "来源", "Origin", default=TaskOrigin.ANNUAL
    )
    key_supervised: Mapped[bool] = field(
        None, "重点督查", "Key supervised", default=False, server_default="0"
    )
    visibility: Mapped[Visibility] = choice(
        Visibility, "visibility", "可见范围", "Visibility", default=Visibility.OPEN
    )
    status: Mapped[TaskStatus] = choice(
        TaskStatus, "status", "状态", "Status", default=TaskStatus.PROPOSED
    )
    planned_percent: Mapped[Optional[Decimal]] = field(Percent, "计划进度", "Planned %")
    actual_percent: Mapped[Optional[Decimal]] = field(Percent, "实际进度", "Actual %")
    light: Mapped[Optional[str]] = field(String(8), "状态灯", "Light")
    parent_id: Mapped[Optional[int]] = ref(
        "task.id", "上级任务", "Parent task", ondelete="RESTRICT"
    )
    department_plan_id: Mapped[Optional[int]] = ref(
        "department_plan.id", "部门计划", "Department plan", ondelete="SET NULL"
    )
    decomposition_id: Mapped[Optional[int]] = ref(
        "decomposition.id", "分解表", "Decomposition", ondelete="RESTRICT"
    )
    work_point_id: Mapped[Optional[int]] = ref(
        "work_point.id", "工作要点", "Work point", ondelete="SET NULL"
    )
    strategic_goal_id: Mapped[Optional[int]] = ref(
        "strategic_goal.id", "发展规划目标", "Strategic goal", ondelete="RESTRICT"
    )
    carried_from_id: Mapped[Optional[int]] = ref(
        "task.id", "结转自", "Carried over from", ondelete="RESTRICT"
    )
    agreement: Mapped[Optional[Agreement]] = choice(
        Agreement, "agreement", "承接意见", "Agreement", nullable=True
    )
    objection: Mapped[Optional[str]] = field(Text, "异议", "Objection")
    passed_as: Mapped[Optional[PassedAs]] = choice(
        PassedAs, "passed_as", "下达职务", "Passed as", nullable=True
    )
    passed_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "下达人", "Passed by", ondelete="RESTRICT"
    )
    accept_by: Mapped[Optional[dt.date]] = field(None, "接受期限", "Accept by")
    accepted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "接受时间", "Accepted at")
    finished_on: Mapped[Optional[dt.date]] = field(None, "完成日期", "Finished on")
    terminated_on: Mapped[Optional[dt.date]] = field(None, "终止日期", "Terminated on")
    termination_cause: Mapped[Optional[str]] = field(Text, "终止原因", "Termination cause")
    remark: Mapped[Optional[str]] = field(Text, "备注", "Remark")

    cycle: Mapped[Cycle] = relationship()
    category: Mapped[Optional[TaskCategory]] = relationship()
    lead_department: Mapped[Optional[Department]] = relationship(foreign_keys=[lead_department_id])
    section: Mapped[Optional[Department]] = relationship(foreign_keys=[section_id])
    owner: Mapped[Optional[Person]] = relationship(foreign_keys=[owner_id])
    leader: Mapped[Optional[Person]] = relationship(foreign_keys=[leader_id])
    passed_by: Mapped[Optional[Person]] = relationship(foreign_keys=[passed_by_id])
    parent: Mapped[Optional[Task]] = relationship(remote_side="Task.id", foreign_keys=[parent_id])
    carried_from: Mapped[Optional[Task]] = relationship(
        remote_side="Task.id", foreign_keys=[carried_from_id]
    )
    department_plan: Mapped[Optional[DepartmentPlan]] = relationship()
    work_point: Mapped[Optional[WorkPoint]] = relationship()
    strategic_goal: Mapped[Optional[StrategicGoal]] = relationship()
    departments: Mapped[list[TaskDepartment]] = relationship(
        back_populates="task", cascade="all, delete-orphan", passive_deletes=True
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="task",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="(Milestone.due_on, Milestone.id)",
    )
    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="task",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Indicator.id",
    )

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    __repr__ = __str__


class TaskDepartment(Domain):
    """共同牵头、配合: another department's part in a task, with an owner of its own."""

    __tablename__ = "task_department"
    label = ("配合部门", "Assisting department")
    __table_args__ = (
        UniqueConstraint("task_id", "department_id"),
        {"comment": "任务的共同牵头与配合部门"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE")
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    role: Mapped[TaskDepartmentRole] = choice(
        TaskDepartmentRole, "role", "分工", "Role", default=TaskDepartmentRole.ASSIST
    )
    position: Mapped[int] = field(None, "次序", "Position", default=0, server_default="0")
    owner_id: Mapped[Optional[int]] = ref("ab_user.id", "责任人", "Owner", ondelete="RESTRICT")
    part: Mapped[Optional[str]] = field(Text, "承担内容", "Part")

    task: Mapped[Task] = relationship(back_populates="departments")
    department: Mapped[Department] = relationship()
    owner: Mapped[Optional[Person]] = relationship()


class Milestone(Domain):
    """进度节点: date, what, planned percent. Together they are the 时序进度."""

    __tablename__ = "milestone"
    label = ("进度节点", "Milestone")
    protected = frozenset({"done_on"})
    __table_args__ = (
        between("planned_percent", 0, 100),
        not_blank("text"),
        Index("ix_milestone_task_id_due_on", "task_id", "due_on"),
        {"comment": "进度节点"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE", index=False)
    due_on: Mapped[Optional[dt.date]] = field(None, "节点日期", "Due")
    text: Mapped[str] = field(Text, "节点内容", "What")
    planned_percent: Mapped[Optional[Decimal]] = field(Percent, "计划进度", "Planned %")
    done_on: Mapped[Optional[dt.date]] = field(None, "完成日期", "Done on")

    task: Mapped[Task] = relationship(back_populates="milestones")


class Indicator(Domain):
    """考核指标: quantitative (baseline, target, unit, direction) or qualitative (standard)."""

    __tablename__ = "indicator"
    label = ("考核指标", "Indicator")
    protected = frozenset({"actual", "actual_grade"})
    __table_args__ = (
        not_blank("name"),
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight_not_negative"),
        CheckConstraint(
            "kind <> 'quantitative' OR target IS NOT NULL", name="quantitative_has_target"
        ),
        CheckConstraint(
            "kind <> 'qualitative' OR standard IS NOT NULL", name="qualitative_has_standard"
        ),
        CheckConstraint(
            "actual_grade IS NULL OR actual_grade IN ('A', 'B', 'C', 'D')", name="actual_grade"
        ),
        {"comment": "考核指标"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE")
    indicator_template_id: Mapped[Optional[int]] = ref(
        "indicator_template.id", "指标库", "Indicator library", ondelete="SET NULL"
    )
    name: Mapped[str] = field(String(200), "指标", "Indicator")
    kind: Mapped[IndicatorKind] = choice(IndicatorKind, "kind", "类型", "Kind")
    unit: Mapped[Optional[str]] = field(String(20), "单位", "Unit")
    direction: Mapped[Optional[Direction]] = choice(
        Direction, "direction", "方向", "Direction", nullable=True
    )
    baseline: Mapped[Optional[Decimal]] = field(Measure, "基准值", "Baseline")
    target: Mapped[Optional[Decimal]] = field(Measure, "目标值", "Target")
    standard: Mapped[Optional[str]] = field(Text, "标准", "Standard")
    weight: Mapped[Optional[Decimal]] = field(Weight, "权重", "Weight")
    actual: Mapped[Optional[Decimal]] = field(Measure, "实际值", "Actual")
    actual_grade: Mapped[Optional[str]] = field(String(1), "评定等级", "Grade")

    task: Mapped[Task] = relationship(back_populates="indicators")
    indicator_template: Mapped[Optional[IndicatorTemplate]] = relationship()
