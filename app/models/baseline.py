"""The table as it was issued: a frozen copy of every task (Art. 5.2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Optional

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Domain, Measure, Percent, UtcDateTime, Weight, choice, field, ref
from app.models.cycles import IndicatorKind
from app.models.organisation import Department
from app.models.planning import Decomposition, Task, TaskDepartmentRole


class Baseline(Domain):
    """分解表基准版: the copy frozen at issue. Later change is a redline against it."""

    __tablename__ = "baseline"
    label = ("基准版", "Baseline")
    __table_args__ = (UniqueConstraint("decomposition_id"), {"comment": "分解表基准版"})

    decomposition_id: Mapped[int] = ref(
        "decomposition.id", "分解表", "Decomposition", ondelete="RESTRICT", index=False
    )
    frozen_at: Mapped[dt.datetime] = field(UtcDateTime, "冻结时间", "Frozen at")
    content_hash: Mapped[Optional[str]] = field(String(64), "内容摘要", "Content hash")

    decomposition: Mapped[Decomposition] = relationship()


class BaselineTask(Domain):
    """基准任务: a task as it was issued."""

    __tablename__ = "baseline_task"
    label = ("基准任务", "Baseline task")
    unbounded = frozenset({"goal", "measures", "standard", "departments_text"})
    __table_args__ = (UniqueConstraint("baseline_id", "task_id"), {"comment": "基准任务"})

    baseline_id: Mapped[int] = ref("baseline.id", "基准版", "Baseline", ondelete="RESTRICT")
    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="RESTRICT")
    number: Mapped[str] = field(String(40), "序号", "Number")
    title: Mapped[str] = field(String(500), "目标任务", "Task")
    goal: Mapped[Optional[str]] = field(Text, "工作目标", "Goal")
    measures: Mapped[Optional[str]] = field(Text, "主要举措", "Measures")
    standard: Mapped[Optional[str]] = field(Text, "考核标准", "Standard")
    lead_department_id: Mapped[Optional[int]] = ref(
        "department.id", "牵头部门", "Lead department", ondelete="RESTRICT"
    )
    departments_text: Mapped[Optional[str]] = field(Text, "配合部门", "Assisting departments")
    start_on: Mapped[Optional[dt.date]] = field(None, "开始日期", "Start")
    due_on: Mapped[Optional[dt.date]] = field(None, "完成时限", "Due")
    due_text: Mapped[Optional[str]] = field(String(120), "时限表述", "Due as written")
    weight: Mapped[Optional[Decimal]] = field(Weight, "权重", "Weight")

    baseline: Mapped[Baseline] = relationship()
    task: Mapped[Task] = relationship()
    lead_department: Mapped[Optional[Department]] = relationship()


class BaselineDepartment(Domain):
    """基准配合部门: a co-leading or assisting department as it was issued."""

    __tablename__ = "baseline_department"
    label = ("基准配合部门", "Baseline department")
    __table_args__ = (
        UniqueConstraint("baseline_task_id", "department_id"),
        {"comment": "基准配合部门"},
    )

    baseline_task_id: Mapped[int] = ref(
        "baseline_task.id", "基准任务", "Baseline task", ondelete="RESTRICT", index=False
    )
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    role: Mapped[TaskDepartmentRole] = choice(TaskDepartmentRole, "role", "分工", "Role")

    baseline_task: Mapped[BaselineTask] = relationship()
    department: Mapped[Department] = relationship()


class BaselineIndicator(Domain):
    """基准指标: an indicator as it was issued."""

    __tablename__ = "baseline_indicator"
    label = ("基准指标", "Baseline indicator")
    unbounded = frozenset({"standard"})
    __table_args__ = ({"comment": "基准指标"},)

    baseline_task_id: Mapped[int] = ref(
        "baseline_task.id", "基准任务", "Baseline task", ondelete="RESTRICT"
    )
    name: Mapped[str] = field(String(200), "指标", "Indicator")
    kind: Mapped[IndicatorKind] = choice(IndicatorKind, "kind", "类型", "Kind")
    unit: Mapped[Optional[str]] = field(String(20), "单位", "Unit")
    baseline_value: Mapped[Optional[Decimal]] = field(Measure, "基准值", "Baseline value")
    target: Mapped[Optional[Decimal]] = field(Measure, "目标值", "Target")
    standard: Mapped[Optional[str]] = field(Text, "标准", "Standard")
    weight: Mapped[Optional[Decimal]] = field(Weight, "权重", "Weight")

    baseline_task: Mapped[BaselineTask] = relationship()


class BaselineMilestone(Domain):
    """基准节点: a milestone as it was issued."""

    __tablename__ = "baseline_milestone"
    label = ("基准节点", "Baseline milestone")
    unbounded = frozenset({"text"})
    __table_args__ = ({"comment": "基准节点"},)

    baseline_task_id: Mapped[int] = ref(
        "baseline_task.id", "基准任务", "Baseline task", ondelete="RESTRICT"
    )
    due_on: Mapped[Optional[dt.date]] = field(None, "节点日期", "Due")
    text: Mapped[str] = field(Text, "节点内容", "What")
    planned_percent: Mapped[Optional[Decimal]] = field(Percent, "计划进度", "Planned %")

    baseline_task: Mapped[BaselineTask] = relationship()
