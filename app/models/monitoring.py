"""Monthly checks, lights, warnings, coordination (Art. 6-7, 9.1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Optional

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import (
    Choice,
    Domain,
    Percent,
    UtcDateTime,
    between,
    choice,
    field,
    not_blank,
    ref,
)
from app.models.cycles import ReportingMonth
from app.models.organisation import Department, Person
from app.models.planning import Task


class Light(Choice):
    GREEN = "green", "绿灯", "Green"
    YELLOW = "yellow", "黄灯", "Yellow"
    ORANGE = "orange", "橙灯", "Orange"
    RED = "red", "红灯", "Red"
    GREY = "grey", "无数据", "No data"
    BLUE = "blue", "已完成", "Finished"


class Quality(Choice):
    GOOD = "good", "好", "Good"
    FAIR = "fair", "一般", "Fair"
    POOR = "poor", "差", "Poor"


class CheckStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "已提交", "Submitted"
    RETURNED = "returned", "退回", "Returned"


class CoordinationStatus(Choice):
    OPEN = "open", "待答复", "Open"
    ANSWERED = "answered", "已答复", "Answered"
    RESOLVED = "resolved", "已解决", "Resolved"
    REOPENED = "reopened", "重新提出", "Reopened"


class MonthlyCheck(Domain):
    """月度自我监测: one per task and month (Art. 7, 9.1)."""

    __tablename__ = "monthly_check"
    label = ("月度监测", "Monthly check")
    protected = frozenset(
        {"status", "planned_percent", "computed_light", "light_reason", "submitted_at", "late"}
    )
    __table_args__ = (
        UniqueConstraint("task_id", "year", "month"),
        between("month", 1, 12),
        between("planned_percent", 0, 100),
        between("actual_percent", 0, 100),
        CheckConstraint(
            "head_light IS NULL OR head_light_reason IS NOT NULL", name="head_light_has_reason"
        ),
        Index("ix_monthly_check_year_month_status", "year", "month", "status"),
        {"comment": "月度自我监测"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE", index=False)
    year: Mapped[int] = field(None, "年份", "Year")
    month: Mapped[int] = field(None, "月份", "Month")
    planned_percent: Mapped[Optional[Decimal]] = field(Percent, "计划进度", "Planned %")
    actual_percent: Mapped[Optional[Decimal]] = field(Percent, "实际进度", "Actual %")
    quality: Mapped[Optional[Quality]] = choice(
        Quality, "quality", "质量", "Quality", nullable=True
    )
    computed_light: Mapped[Light] = choice(
        Light, "computed_light", "计算状态灯", "Computed light", default=Light.GREY, index=True
    )
    light_reason: Mapped[Optional[str]] = field(Text, "亮灯原因", "Reason of the light")
    head_light: Mapped[Optional[Light]] = choice(
        Light, "head_light", "负责人调整", "Head's light", nullable=True
    )
    head_light_reason: Mapped[Optional[str]] = field(Text, "调整原因", "Head's reason")
    done: Mapped[Optional[str]] = field(Text, "完成情况", "Done")
    problem: Mapped[Optional[str]] = field(Text, "存在问题", "Problem")
    next_step: Mapped[Optional[str]] = field(Text, "下步措施", "Next step")
    status: Mapped[CheckStatus] = choice(
        CheckStatus, "status", "状态", "Status", default=CheckStatus.DRAFT
    )
    submitted_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "提交时间", "Submitted at")
    late: Mapped[bool] = field(None, "迟报", "Late", default=False, server_default="0")
    return_reason: Mapped[Optional[str]] = field(Text, "退回原因", "Reason of return")

    task: Mapped[Task] = relationship()

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d} {self.task}"


class CheckContribution(Domain):
    """配合部门月度情况: an assisting department's own line of a monthly check."""

    __tablename__ = "check_contribution"
    label = ("配合情况", "Contribution")
    __table_args__ = (
        UniqueConstraint("monthly_check_id", "department_id"),
        {"comment": "配合部门的月度情况"},
    )

    monthly_check_id: Mapped[int] = ref(
        "monthly_check.id", "月度监测", "Monthly check", ondelete="CASCADE"
    )
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    done: Mapped[Optional[str]] = field(Text, "完成情况", "Done")
    problem: Mapped[Optional[str]] = field(Text, "存在问题", "Problem")

    monthly_check: Mapped[MonthlyCheck] = relationship()
    department: Mapped[Department] = relationship()


class EarlyWarning(Domain):
    """预警: its cause, the rule that fired, when it opened and closed; history is kept."""

    __tablename__ = "warning"
    label = ("预警", "Warning")
    unbounded = frozenset({"cause"})
    protected = frozenset({"closed_on", "closing_reason"})
    __table_args__ = (
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
        Index("ix_warning_task_id_opened_on", "task_id", "opened_on"),
        Index("ix_warning_closed_on_light", "closed_on", "light"),
        {"comment": "预警"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE", index=False)
    monthly_check_id: Mapped[Optional[int]] = ref(
        "monthly_check.id", "月度监测", "Monthly check", ondelete="SET NULL"
    )
    light: Mapped[Light] = choice(Light, "light", "状态灯", "Light")
    rule_key: Mapped[str] = field(String(80), "触发规则", "Rule")
    cause: Mapped[str] = field(Text, "原因", "Cause")
    opened_on: Mapped[dt.date] = field(None, "开始", "Opened on")
    closed_on: Mapped[Optional[dt.date]] = field(None, "解除", "Closed on")
    closing_reason: Mapped[Optional[str]] = field(Text, "解除原因", "Closing reason")

    task: Mapped[Task] = relationship()
    monthly_check: Mapped[Optional[MonthlyCheck]] = relationship()


class CoordinationRequest(Domain):
    """需协调事项 (Art. 9.1): addressed to a department or to a leader."""

    __tablename__ = "coordination_request"
    label = ("需协调事项", "Coordination request")
    protected = frozenset({"status", "answered_at", "resolved_at"})
    __table_args__ = (
        not_blank("matter"),
        CheckConstraint(
            "addressed_department_id IS NOT NULL OR addressed_leader_id IS NOT NULL",
            name="has_addressee",
        ),
        {"comment": "需协调事项"},
    )

    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="CASCADE")
    monthly_check_id: Mapped[Optional[int]] = ref(
        "monthly_check.id", "月度监测", "Monthly check", ondelete="SET NULL"
    )
    department_id: Mapped[int] = ref("department.id", "提出部门", "Department", ondelete="RESTRICT")
    matter: Mapped[str] = field(Text, "事项", "Matter")
    addressed_department_id: Mapped[Optional[int]] = ref(
        "department.id", "协调部门", "Addressed department", ondelete="RESTRICT"
    )
    addressed_leader_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "协调领导", "Addressed leader", ondelete="RESTRICT"
    )
    due_on: Mapped[Optional[dt.date]] = field(None, "答复期限", "Due", index=True)
    status: Mapped[CoordinationStatus] = choice(
        CoordinationStatus, "status", "状态", "Status", default=CoordinationStatus.OPEN, index=True
    )
    reply: Mapped[Optional[str]] = field(Text, "答复", "Reply")
    answered_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "答复时间", "Answered at")
    resolved_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "解决时间", "Resolved at")
    reopen_reason: Mapped[Optional[str]] = field(Text, "重新提出原因", "Reason of reopening")
    reroute_reason: Mapped[Optional[str]] = field(Text, "转办说明", "Reason of rerouting")

    task: Mapped[Optional[Task]] = relationship()
    monthly_check: Mapped[Optional[MonthlyCheck]] = relationship()
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    addressed_department: Mapped[Optional[Department]] = relationship(
        foreign_keys=[addressed_department_id]
    )
    addressed_leader: Mapped[Optional[Person]] = relationship()


class BulletinLine(Domain):
    """月度监测通报明细: a department's figures as the month's bulletin was issued. They stay as
    they were: what a correction changes later is told beside them (Art. 7)."""

    __tablename__ = "bulletin_line"
    label = ("通报明细", "Bulletin line")
    protected = frozenset(
        {
            "due", "submitted", "late", "missing", "green", "yellow", "orange", "red", "grey",
            "blue", "problems", "requests", "troubled", "waiting",
        }
    )  # fmt: skip
    __table_args__ = (
        UniqueConstraint("reporting_month_id", "department_id"),
        {"comment": "月度监测通报明细（下发时冻结）"},
    )

    reporting_month_id: Mapped[int] = ref(
        "reporting_month.id", "监测月份", "Reporting month", ondelete="CASCADE", index=False
    )
    department_id: Mapped[int] = ref("department.id", "部门", "Department", ondelete="RESTRICT")
    due: Mapped[int] = field(None, "应报", "Due", default=0)
    submitted: Mapped[int] = field(None, "已报", "Submitted", default=0)
    late: Mapped[int] = field(None, "迟报", "Late", default=0)
    missing: Mapped[int] = field(None, "未报", "Missing", default=0)
    green: Mapped[int] = field(None, "绿灯", "Green", default=0)
    yellow: Mapped[int] = field(None, "黄灯", "Yellow", default=0)
    orange: Mapped[int] = field(None, "橙灯", "Orange", default=0)
    red: Mapped[int] = field(None, "红灯", "Red", default=0)
    grey: Mapped[int] = field(None, "无数据", "No data", default=0)
    blue: Mapped[int] = field(None, "已完成", "Finished", default=0)
    problems: Mapped[int] = field(None, "存在问题", "Problems", default=0)
    requests: Mapped[int] = field(None, "需协调事项", "Coordination requests", default=0)
    troubled: Mapped[Optional[list[Any]]] = field(
        JSON, "橙灯、红灯任务", "Tasks with an orange or red light"
    )
    waiting: Mapped[Optional[list[Any]]] = field(JSON, "待协调事项", "Coordination that waits")

    reporting_month: Mapped[ReportingMonth] = relationship()
    department: Mapped[Department] = relationship()
