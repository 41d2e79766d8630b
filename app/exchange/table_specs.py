"""Which tables of master data come in and go out as workbooks, and by what a row is known.

A column is found by its label in either language, by its name, or by one of its further words;
a related row by the names people use for it. An empty cell leaves what is stored as it is, a
dash empties it. Rows are never deleted by an import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.exchange.row_marks import MARK, MARK_LABEL
from app.models.base import label_of
from app.models.cycles import (
    Holiday,
    IndicatorTemplate,
    Phase,
    RuleValue,
    StrategicGoal,
    TaskCategory,
)
from app.models.organisation import Appointment, Charge, DepartmentClass, Person


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of the workbook. `name` is a column or relation of the model, or one of the
    virtual columns of people (`name`, `roles`, `post`)."""

    name: str
    words: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    label: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table that is exchanged. A row is the stored one whose columns of a key agree; the
    keys are tried in order, each only where the row gives all of its columns."""

    model: type[Any]
    columns: tuple[TableColumn, ...]
    keys: tuple[tuple[str, ...], ...]

    @property
    def kind(self) -> str:
        """The name of the import: the permission's resource."""
        from app.core import policy

        return policy.policy_of(self.model).resource

    def label(self, column: TableColumn) -> tuple[str, str]:
        return column.label or label_of(self.model, column.name)

    def column(self, name: str) -> TableColumn:
        """The column of this name; errors also name the column of an exported row's mark."""
        if name == MARK:
            return TableColumn(MARK, label=MARK_LABEL)
        return next(column for column in self.columns if column.name == name)


C = TableColumn

PEOPLE = TableSpec(
    Person,
    (
        C("staff_number", ("人员编号", "职工号", "教工号"), example="20150032"),
        C("name", ("人员姓名", "教职工姓名"), True, "王晓明", ("姓名", "Name")),
        C("username", ("账号", "登录名"), example="wangxm", label=("用户名", "User name")),
        C("department", ("所在部门", "所属部门", "单位", "所在单位", "科室"), example="教务处"),
        C("position", ("职称职务", "岗位", "行政职务"), example="教学科科长"),
        C("post", ("任职类别",), example="科室负责人", label=("任职", "Post")),
        C("roles", ("系统角色", "权限"), example="科室负责人、责任人", label=("角色", "Roles")),
        C("phone", ("手机", "联系电话", "手机号"), example="13800000000"),
        C("email", ("邮箱", "电子邮件"), example="wangxm@example.edu.cn", label=("邮箱", "Email")),
        C("active", ("在职", "是否启用"), example="是", label=("启用", "Active")),
    ),
    (("staff_number",), ("username",), ("name", "department"), ("name",)),
)
CHARGES = TableSpec(
    Charge,
    (
        C("leader", ("分管领导", "院领导", "联系领导"), True, "李建国"),
        C("department", ("分管部门", "联系部门"), True, "教务处"),
        C("kind", ("方式",), example="分管"),
        C("valid_from", ("开始日期", "自"), example="2026-01-01"),
        C("valid_to", ("结束日期", "至")),
        C("remark", ()),
    ),
    (("leader", "department", "kind"), ("leader", "department")),
)
APPOINTMENTS = TableSpec(
    Appointment,
    (
        C("person", ("姓名",), True, "王晓明"),
        C("department", ("任职部门",), example="教务处"),
        C("post", ("岗位", "任职类别"), True, "正职"),
        C("valid_from", ("任职日期", "自"), example="2026-01-01"),
        C("valid_to", ("免职日期", "至")),
        C("ground", ("任免文号",)),
    ),
    (("person", "department", "post"), ("person", "post")),
)
CATEGORIES = TableSpec(
    TaskCategory,
    (
        C("code", (), True, "teaching"),
        C("name", ("类别", "任务类别"), True, "教育教学"),
        C("name_en", (), example="Teaching"),
        C("sort_order", (), example="20"),
        C("active", ("是否启用",), example="是"),
    ),
    (("code",), ("name",)),
)
PHASES = TableSpec(
    Phase,
    (
        C("cycle", ("年份",), True, "2026"),
        C("code", ("阶段名称",), True, "部门拟定"),
        C("starts_on", ("开始日期",), True, "2025-11-01"),
        C("ends_on", ("截止日期", "结束日期"), True, "2025-11-30"),
        C("article", ("条款",), example="4.2"),
        C("remark", ()),
    ),
    (("cycle", "code"),),
)
HOLIDAYS = TableSpec(
    Holiday,
    (
        C("starts_on", ("开始日期",), True, "2026-10-01"),
        C("ends_on", ("结束日期",), True, "2026-10-07"),
        C("name", ("节假日",), True, "国庆节"),
        C("is_workday", ("补班", "调休上班"), example="否"),
    ),
    (("starts_on", "name"),),
)
RULE_VALUES = TableSpec(
    RuleValue,
    (
        C("rule_book", ("规则版本",), True, "2026年度考核规则"),
        C("key", ("规则键",), True, "lights.red_overdue_days"),
        C("value", ("规则值", "数值"), True, "15"),
        C("kind", ()),
        C("unit", ()),
        C("chapter", ()),
        C("name", ("规则名称",)),
        C("name_en", ()),
        C("article", ("条款",)),
        C("assumed", ()),
    ),
    (("rule_book", "key"),),
)
INDICATORS = TableSpec(
    IndicatorTemplate,
    (
        C("code", (), True, "T01"),
        C("name", ("指标", "指标名称"), True, "课程思政示范课数量"),
        C("category", ("任务类别",), example="教育教学"),
        C("kind", ("指标类型",), True, "定量"),
        C("unit", ("计量单位",), example="门"),
        C("direction", ("指标方向",), example="越高越好"),
        C("standard", ("考核标准", "评价标准"), example="以立项文件为准"),
        C("active", ("是否启用",), example="是"),
    ),
    (("code",),),
)
GOALS = TableSpec(
    StrategicGoal,
    (
        C("code", (), True, "G01"),
        C("name", ("目标", "规划目标"), True, "建成省级高水平专业群"),
        C("description", ()),
        C("category", ("任务类别",), example="教育教学"),
        C("start_year", ("开始年度", "起始年度"), True, "2026"),
        C("end_year", ("结束年度", "终止年度"), True, "2030"),
        C("target", ("目标值",), example="2 个"),
        C("sort_order", (), example="20"),
    ),
    (("code",),),
)
CLASSES = TableSpec(
    DepartmentClass,
    (
        C("cycle", ("年份",), True, "2026"),
        C("department", ("部门名称",), True, "教务处"),
        C("assessment_class", ("考核分类",), True, "管理服务类"),
    ),
    (("cycle", "department"),),
)

SPECS: dict[str, TableSpec] = {
    spec.model.__tablename__: spec
    for spec in (
        PEOPLE, APPOINTMENTS, CHARGES, CATEGORIES, PHASES, HOLIDAYS, RULE_VALUES, INDICATORS,
        GOALS, CLASSES,
    )
}  # fmt: skip
SPECS["person"] = SPECS.pop("ab_user")

KINDS: dict[str, tuple[str, ...]] = {
    "task": ("task:import",),
    "department": ("department:add", "department:edit"),
    **{kind: (f"{kind}:add", f"{kind}:edit") for kind in SPECS},
}
"""What can be imported, and the permissions it takes."""
