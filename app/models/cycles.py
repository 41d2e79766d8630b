"""The year, its phases and months, the rule book, goals, libraries (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Optional, TypeVar

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import (
    Choice,
    Domain,
    Points,
    between,
    choice,
    field,
    in_order,
    not_blank,
    ref,
)
from app.models.meetings import Decision


class CycleStatus(Choice):
    PREPARING = "preparing", "筹备", "Preparing"
    RUNNING = "running", "运行", "Running"
    ASSESSING = "assessing", "考核", "Assessing"
    CLOSED = "closed", "已关闭", "Closed"


class PhaseCode(Choice):
    KICKOFF = "kickoff", "启动", "Kick-off"
    PROPOSAL = "proposal", "部门拟定", "Proposal"
    REVIEW = "review", "分管领导审阅", "Review"
    WORK_POINTS = "work_points", "工作要点", "Work points"
    ISSUANCE = "issuance", "审定下发", "Issuance"
    DECOMPOSITION = "decomposition", "分解", "Decomposition"
    ACCEPTANCE = "acceptance", "接受分解", "Acceptance"
    MONITORING = "monitoring", "月度监测", "Monitoring"
    MIDYEAR = "midyear", "年中诊断", "Mid-year diagnosis"
    RESULTS = "results", "年度反馈", "Results"
    DIAGNOSIS_REPORT = "diagnosis_report", "年度诊改报告", "Diagnosis report"
    ASSESSMENT = "assessment", "考核评分", "Assessment"
    PUBLIC_NOTICE = "public_notice", "公示", "Public notice"
    SUMMARY = "summary", "总结", "Summary"


class RuleBookStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    IN_FORCE = "in_force", "生效", "In force"
    RETIRED = "retired", "废止", "Retired"


class RuleValueKind(Choice):
    INTEGER = "integer", "整数", "Integer"
    DECIMAL = "decimal", "小数", "Decimal"
    BOOLEAN = "boolean", "是否", "Yes or no"
    TEXT = "text", "文字", "Text"
    MONTH_DAY = "month_day", "月日", "Month and day"


class IndicatorKind(Choice):
    QUANTITATIVE = "quantitative", "定量", "Quantitative"
    QUALITATIVE = "qualitative", "定性", "Qualitative"


class Direction(Choice):
    RISING = "rising", "越高越好", "Rising"
    FALLING = "falling", "越低越好", "Falling"


class Cycle(Domain):
    """年度: one per year, from preparation to closing."""

    __tablename__ = "cycle"
    label = ("年度", "Year")
    protected = frozenset({"status", "closed_on"})
    __table_args__ = (between("year", 2000, 2100), {"comment": "年度"})

    year: Mapped[int] = field(None, "年度", "Year", unique=True)
    name: Mapped[str] = field(String(80), "名称", "Name")
    status: Mapped[CycleStatus] = choice(
        CycleStatus, "status", "状态", "Status", default=CycleStatus.PREPARING, index=True
    )
    data_cutoff_on: Mapped[Optional[dt.date]] = field(None, "数据截止日", "Data cut-off")
    closed_on: Mapped[Optional[dt.date]] = field(None, "关闭日期", "Closed on")
    live_from: Mapped[Optional[dt.date]] = field(None, "启用日期", "Live from")
    """The first day this system keeps, of a year begun in its middle: what was due before then
    is history whose result is awaited, not late."""
    rule_book_id: Mapped[Optional[int]] = ref(
        "rule_book.id", "考核规则", "Rule book", ondelete="RESTRICT"
    )

    rule_book: Mapped[Optional[RuleBook]] = relationship()

    def __str__(self) -> str:
        return str(self.year)

    __repr__ = __str__


class Phase(Domain):
    """阶段: soft dates of a step of the year. Late work is taken and marked late."""

    __tablename__ = "phase"
    label = ("阶段", "Phase")
    __table_args__ = (
        UniqueConstraint("cycle_id", "code"),
        in_order("starts_on", "ends_on"),
        Index("ix_phase_cycle_id_starts_on", "cycle_id", "starts_on"),
        {"comment": "阶段"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="CASCADE", index=False)
    code: Mapped[PhaseCode] = choice(PhaseCode, "code", "阶段", "Phase")
    starts_on: Mapped[dt.date] = field(None, "开始", "Starts")
    ends_on: Mapped[dt.date] = field(None, "截止", "Ends")
    article: Mapped[Optional[str]] = field(String(40), "依据条款", "Article")
    assumed: Mapped[bool] = field(
        None, "默认假定", "Assumed default", default=False, server_default="0"
    )
    remark: Mapped[Optional[str]] = field(Text, "备注", "Remark")

    cycle: Mapped[Cycle] = relationship()


class ReportingMonth(Domain):
    """监测月份: a month of a year that is reported on, exempt, or closed by its 通报."""

    __tablename__ = "reporting_month"
    label = ("监测月份", "Reporting month")
    protected = frozenset({"closed_on", "bulletin_number"})
    __table_args__ = (
        UniqueConstraint("cycle_id", "month"),
        between("month", 1, 12),
        {"comment": "监测月份"},
    )

    cycle_id: Mapped[int] = ref("cycle.id", "年度", "Year", ondelete="CASCADE")
    month: Mapped[int] = field(None, "月份", "Month")
    exempt: Mapped[bool] = field(None, "免报", "Exempt", default=False, server_default="0")
    due_on: Mapped[Optional[dt.date]] = field(None, "报送截止", "Due on")
    closed_on: Mapped[Optional[dt.date]] = field(None, "通报日期", "Closed on")
    bulletin_number: Mapped[Optional[str]] = field(String(60), "通报文号", "Bulletin number")

    cycle: Mapped[Cycle] = relationship()


class Holiday(Domain):
    """节假日与调休: the college's own days off and make-up days."""

    __tablename__ = "holiday"
    label = ("节假日", "Holiday")
    __table_args__ = (
        in_order("starts_on", "ends_on"),
        not_blank("name"),
        {"comment": "学校自定的假期与补班"},
    )

    starts_on: Mapped[dt.date] = field(None, "开始", "Starts", index=True)
    ends_on: Mapped[dt.date] = field(None, "结束", "Ends", index=True)
    name: Mapped[str] = field(String(60), "名称", "Name")
    is_workday: Mapped[bool] = field(
        None, "是否上班", "Working day", default=False, server_default="0"
    )


class RuleBook(Domain):
    """考核规则: a version of the college's numbers, with its document and decision."""

    __tablename__ = "rule_book"
    label = ("考核规则", "Rule book")
    protected = frozenset({"status"})
    __table_args__ = (
        UniqueConstraint("year", "edition"),
        not_blank("name"),
        {"comment": "考核规则版本"},
    )

    name: Mapped[str] = field(String(120), "名称", "Name")
    year: Mapped[int] = field(None, "年度", "Year")
    edition: Mapped[int] = field(None, "版次", "Edition", default=1, server_default="1")
    document_number: Mapped[Optional[str]] = field(String(60), "文号", "Document number")
    status: Mapped[RuleBookStatus] = choice(
        RuleBookStatus, "status", "状态", "Status", default=RuleBookStatus.DRAFT, index=True
    )
    decision_id: Mapped[Optional[int]] = ref("decision.id", "审定", "Decision", ondelete="RESTRICT")

    decision: Mapped[Optional[Decision]] = relationship()
    values: Mapped[list[RuleValue]] = relationship(
        back_populates="rule_book", cascade="all, delete-orphan", order_by="RuleValue.key"
    )

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


class RuleValue(Domain):
    """规则值: one number, switch or text of a rule book, addressed by its key."""

    __tablename__ = "rule_value"
    label = ("规则值", "Rule value")
    __table_args__ = (UniqueConstraint("rule_book_id", "key"), {"comment": "规则值"})

    rule_book_id: Mapped[int] = ref("rule_book.id", "考核规则", "Rule book", ondelete="CASCADE")
    key: Mapped[str] = field(String(80), "键", "Key")
    value: Mapped[str] = field(String(400), "值", "Value")
    kind: Mapped[RuleValueKind] = choice(RuleValueKind, "kind", "类型", "Kind")
    unit: Mapped[Optional[str]] = field(String(20), "单位", "Unit")
    chapter: Mapped[Optional[str]] = field(String(40), "章节", "Chapter", index=True)
    name: Mapped[str] = field(String(120), "名称", "Name")
    name_en: Mapped[Optional[str]] = field(String(120), "英文名称", "English name")
    article: Mapped[Optional[str]] = field(String(40), "依据条款", "Article")
    assumed: Mapped[bool] = field(
        None, "默认假定", "Assumed default", default=False, server_default="0"
    )

    rule_book: Mapped[RuleBook] = relationship(back_populates="values")


class StrategicGoal(Domain):
    """发展规划目标: a five-year goal that tasks serve."""

    __tablename__ = "strategic_goal"
    label = ("发展规划目标", "Strategic goal")
    __table_args__ = (
        not_blank("name"),
        CheckConstraint("end_year >= start_year", name="years_in_order"),
        {"comment": "发展规划目标"},
    )

    code: Mapped[str] = field(String(40), "代码", "Code", unique=True)
    name: Mapped[str] = field(String(200), "名称", "Name")
    description: Mapped[Optional[str]] = field(Text, "说明", "Description")
    category_id: Mapped[Optional[int]] = ref(
        "task_category.id", "类别", "Category", ondelete="RESTRICT"
    )
    start_year: Mapped[int] = field(None, "起始年", "First year", index=True)
    end_year: Mapped[int] = field(None, "终止年", "Last year")
    target: Mapped[Optional[str]] = field(String(300), "目标值", "Target")
    sort_order: Mapped[int] = field(
        None, "排序", "Order", default=0, server_default="0", index=True
    )

    category: Mapped[Optional[TaskCategory]] = relationship()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    __repr__ = __str__


class TaskCategory(Domain):
    """任务类别."""

    __tablename__ = "task_category"
    label = ("任务类别", "Task category")
    __table_args__ = (not_blank("name"), {"comment": "任务类别"})

    code: Mapped[str] = field(String(40), "代码", "Code", unique=True)
    name: Mapped[str] = field(String(60), "名称", "Name", unique=True)
    name_en: Mapped[Optional[str]] = field(String(80), "英文名称", "English name")
    sort_order: Mapped[int] = field(
        None, "排序", "Order", default=0, server_default="0", index=True
    )
    active: Mapped[bool] = field(None, "启用", "Active", default=True, server_default="1")

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


class IndicatorTemplate(Domain):
    """指标库: an indicator to reuse when a task's standard is written."""

    __tablename__ = "indicator_template"
    label = ("指标库", "Indicator library")
    __table_args__ = (not_blank("name"), {"comment": "指标库"})

    code: Mapped[str] = field(String(40), "代码", "Code", unique=True)
    name: Mapped[str] = field(String(200), "名称", "Name")
    category_id: Mapped[Optional[int]] = ref(
        "task_category.id", "类别", "Category", ondelete="RESTRICT"
    )
    kind: Mapped[IndicatorKind] = choice(IndicatorKind, "kind", "类型", "Kind")
    unit: Mapped[Optional[str]] = field(String(20), "单位", "Unit")
    direction: Mapped[Optional[Direction]] = choice(
        Direction, "direction", "方向", "Direction", nullable=True
    )
    standard: Mapped[Optional[str]] = field(Text, "标准", "Standard")
    active: Mapped[bool] = field(None, "启用", "Active", default=True, server_default="1")

    category: Mapped[Optional[TaskCategory]] = relationship()


class Component(Domain):
    """评分构成: a part of the score in a rule book, for tasks or for departments."""

    __tablename__ = "component"
    label = ("评分构成", "Score component")
    __table_args__ = (
        UniqueConstraint("rule_book_id", "code"),
        CheckConstraint("maximum >= minimum", name="range_in_order"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("level IN ('task', 'department')", name="level"),
        {"comment": "评分构成"},
    )

    rule_book_id: Mapped[int] = ref("rule_book.id", "考核规则", "Rule book", ondelete="CASCADE")
    parent_id: Mapped[Optional[int]] = ref("component.id", "上级构成", "Parent", ondelete="CASCADE")
    code: Mapped[str] = field(String(60), "代码", "Code")
    name: Mapped[str] = field(String(120), "名称", "Name")
    level: Mapped[str] = field(String(12), "层级", "Level")
    weight: Mapped[Decimal] = field(Points, "权重", "Weight")
    minimum: Mapped[Decimal] = field(Points, "最低分", "Minimum", default=0, server_default="0")
    maximum: Mapped[Decimal] = field(Points, "最高分", "Maximum", default=100, server_default="100")
    scored_by: Mapped[Optional[str]] = field(String(80), "评分人", "Scored by")
    rule: Mapped[Optional[str]] = field(Text, "评分办法", "Rule")

    rule_book: Mapped[RuleBook] = relationship()
    parent: Mapped[Optional[Component]] = relationship(remote_side="Component.id")

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


AnyCycle = TypeVar("AnyCycle")


def pick_current(cycles: Iterable[AnyCycle], today: dt.date) -> AnyCycle | None:
    """Of `cycles`, the newest first: the year of `today` if it runs; else the newest that runs;
    else the year of `today`; else the newest. Takes rows and whatever else has a `year` and a
    `status`."""
    known: list[Any] = list(cycles)
    running = (CycleStatus.RUNNING, CycleStatus.ASSESSING)
    for fits in (
        lambda cycle: cycle.status in running and cycle.year == today.year,
        lambda cycle: cycle.status in running,
        lambda cycle: cycle.year == today.year,
        lambda cycle: True,
    ):
        found = next(filter(fits, known), None)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None
