"""An adjustment before the committee, on paper: what changes from what to what, why, and what
was said to it (Art. 9.2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select

from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles import agenda_paper
from app.cycles.agenda_paper import Told
from app.improvement.changes import PARTS, read_field
from app.models.base import label_of
from app.models.improvement import Adjustment, AdjustmentKind
from app.models.meetings import PaperEntry, PaperStatus
from app.models.organisation import Department
from app.models.planning import Task
from app.reports.paper import Block, Grid, Text
from app.reports.pdf import cell_text


def adjustment_name(row: Adjustment) -> str:
    """延期：建设专业群"""
    new = next((one.new_value for one in row.changes if one.column_name == "title"), "")
    return f"{row.kind.zh}：{row.task.title if row.task else new or ''}".rstrip("：")


def adjustment_blocks(session: AnySession, actor: Actor, row: Adjustment) -> list[Block]:
    blocks: list[Block] = [
        Text(row.department.name, "申请部门："),
        Text(f"{row.kind.zh}（{row.cause_kind.zh}）", "调整类型："),
        Text(row.cause, "调整原因："),
    ]
    added = row.kind == AdjustmentKind.ADD
    changes = [
        (
            _label(change.column_name),
            _told(session, actor, change.column_name, change.old_value),
            _told(session, actor, change.column_name, change.new_value),
        )
        for change in sorted(row.changes, key=lambda one: one.id)
    ]
    if row.kind == AdjustmentKind.TERMINATE:
        blocks.append(Text("终止该项目标任务。", "调整内容："))
    elif added:
        rows = [(label, new) for label, _, new in changes]
        blocks.append(Grid(("项目", "新增内容"), rows, (2, 8), centred=(0,)))
    else:
        blocks.append(Grid(("项目", "原内容", "拟调整为"), changes, (2, 4, 4), centred=(0,)))
    if row.review_comment:
        blocks.append(Text(row.review_comment, "分管领导审阅意见："))
    entries = session.scalars(
        select(PaperEntry)
        .where(
            visible(actor, PaperEntry),
            PaperEntry.subject_table == Adjustment.__tablename__,
            PaperEntry.subject_id == row.id,
            PaperEntry.status != PaperStatus.WITHDRAWN,
        )
        .order_by(PaperEntry.id)
    )
    blocks += [
        Text(entry.text, f"{entry.person.name}书面意见：") for entry in entries if entry.text
    ]
    return blocks


def _label(name: str) -> str:
    return PARTS[name].zh if name in PARTS else label_of(Task, name)[0]


def _told(session: AnySession, actor: Actor, name: str, text: str | None) -> str:
    """A value as the paper writes it: names for keys and codes."""
    if not text:
        return "—"
    if name in PARTS:
        codes = text.split(";")
        found = {
            row.code: row.name
            for row in session.execute(
                select(Department.code, Department.name).where(
                    visible(actor, Department), Department.code.in_(codes)
                )
            )
        }
        return "、".join(found.get(code, code) for code in codes)
    try:
        value: Any = read_field(name, text)
    except RuleViolation:
        return text
    relation = next(
        (
            one
            for one in inspect(Task).relationships
            if Task.__table__.c[name] in one.local_columns and one.direction.name == "MANYTOONE"
        ),
        None,
    )
    if relation is not None:
        model: Any = relation.mapper.class_
        row = session.scalar(select(model).where(model.id == value, visible(actor, model)))
        return str(getattr(row, "name", row)) if row is not None else text
    return cell_text(value)


agenda_paper.register(Adjustment, Told(adjustment_blocks, adjustment_name))
