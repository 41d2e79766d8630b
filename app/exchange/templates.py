"""Empty workbooks for every import, with the college's own names to choose from."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import Boolean, Date, Enum, Integer, Numeric, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.core.unit_of_work import AnySession
from app.exchange.lookups import department_book
from app.exchange.table_people import PEOPLE_COLUMNS
from app.exchange.table_specs import SPECS, TableColumn, TableSpec
from app.models.cycles import Cycle, RuleBook, TaskCategory
from app.models.organisation import Department, DepartmentKind, Person, PostKind
from app.reports.blank_sheet import BlankColumn, Words, blank_workbook
from app.security.roles import ROLE_LABELS

DEPARTMENT_COLUMNS = (
    BlankColumn("代码", example="jwc", hint="不填则自动编号"),
    BlankColumn("名称", required=True, example="教务处"),
    BlankColumn("简称", example="教务处"),
    BlankColumn(
        "类别", required=True, example="职能部门", allowed=[kind.zh for kind in DepartmentKind]
    ),
    BlankColumn("上级部门", example="教务处", hint="科室须填写所属部门"),
)
TASK_COLUMNS = (
    ("序号", False, "1", ""),
    ("目标任务", True, "建成省级课程思政示范课 2 门", ""),
    (
        "主要举措",
        False,
        "3月：遴选课程；6月：中期检查；11月：结题验收",
        "带月份的步骤自动成为进度节点",
    ),
    ("考核标准", False, "获省级立项文件", ""),
    (
        "考核指标",
        False,
        "1.课程合格率≥95%；2.形成案例汇编",
        "逐条编号；写明不低于（≥）或不高于（≤）多少的为定量指标",
    ),
    ("完成时限", True, "11月30日", "日期，或 11月底、第三季度等"),
    ("牵头部门", True, "教务处", "多个部门用顿号分开，第一个为牵头部门，其余为共同牵头"),
    ("配合部门", False, "信息工程系、图书馆", ""),
    ("分管领导", False, "", ""),
    ("责任人", False, "", ""),
    ("权重", False, "10", ""),
    ("备注", False, "", ""),
)


def template_of(session: AnySession, actor: Actor, kind: str) -> bytes:
    """The empty workbook for imports of `kind`. LookupError for an unknown one."""
    if kind == "department":
        return _workbook("部门", DEPARTMENT_COLUMNS)
    if kind == "task":
        names = [line.name for line in department_book(session, actor).lines]
        columns = [
            BlankColumn(
                title, required, example, hint,
                names if title in {"牵头部门", "配合部门"} else (), 40 if title == "主要举措" else 18,
            )
            for title, required, example, hint in TASK_COLUMNS
        ]  # fmt: skip
        return _workbook("任务分解表", columns)
    if kind not in SPECS:
        raise LookupError(kind)
    spec = SPECS[kind]
    columns = [_column(session, actor, spec, column) for column in spec.columns]
    return _workbook(spec.model.label[0], columns)


def _workbook(name: str, columns: Any) -> bytes:
    told = Words(
        gettext("How to fill in"),
        (
            gettext("Column"),
            gettext("Required"),
            gettext("Example"),
            gettext("What may stand there"),
        ),
        gettext("required"),
        gettext("optional"),
    )
    remarks = [
        gettext("Headings marked * are required. Keep the headings; the order of columns is free."),
        gettext("When imported again, an empty cell leaves what is stored; a dash empties it."),
    ]
    return blank_workbook(name, columns, told, remarks)


def _column(session: AnySession, actor: Actor, spec: TableSpec, column: TableColumn) -> BlankColumn:
    hint, allowed = _what(session, actor, spec, column)
    return BlankColumn(spec.label(column)[0], column.required, column.example, hint, allowed)


def _what(
    session: AnySession, actor: Actor, spec: TableSpec, column: TableColumn
) -> tuple[str, list[str]]:
    """What may stand in a column: a hint, and the values to choose from."""
    if spec.model is Person and column.name in PEOPLE_COLUMNS:
        return _of_people(column.name)
    relation = spec.model.__mapper__.relationships.get(column.name)
    if relation is not None:
        return _of_relation(session, actor, relation.mapper.class_)
    kind = spec.model.__mapper__.columns[column.name].type
    if isinstance(kind, Enum) and kind.enum_class is not None:
        members: Any = kind.enum_class
        return "", [member.zh for member in members]
    if isinstance(kind, Boolean):
        return "", ["是", "否"]
    if isinstance(kind, Date):
        return gettext("a date like 2026-06-30"), []
    if isinstance(kind, Integer | Numeric):
        return gettext("a number"), []
    return "", []


def _of_people(name: str) -> tuple[str, list[str]]:
    if name == "roles":
        return gettext("several roles are separated by ；"), [zh for zh, _ in ROLE_LABELS.values()]
    if name == "post":
        return "", [post.zh for post in PostKind]
    return "", ["是", "否"] if name == "active" else []


def _of_relation(session: AnySession, actor: Actor, model: type[Any]) -> tuple[str, list[str]]:
    if model is Department:
        return "", [line.name for line in department_book(session, actor).lines]
    if model is Person:
        return gettext("staff number, user name or name"), []
    if model in (TaskCategory, RuleBook):
        seen = select(model.name).where(visible(actor, model))
        return "", list(session.scalars(seen))
    if model is Cycle:
        years = session.scalars(select(Cycle.year).where(visible(actor, Cycle)))
        return "", [str(year) for year in years]
    return words(model.label), []
