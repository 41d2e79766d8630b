"""××年部门目标任务分解表 as a paper (Art. 5.2, domain §7): what stands in it, and its marks.

The table holds the tasks its reader may see. It is 正式 once the year's decomposition is
issued and then leaves out what is not published; before that it is 草稿 and holds drafts too.
The version is the edition of the decomposition; after issue every adjustment applied in the
year adds one behind a point ("1.2"). The check code tells two prints apart at a glance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from app.core import audit, documents
from app.core.actor import Actor
from app.core.documents import Format, Kind, Order, Paper
from app.core.errors import NotAllowed
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle
from app.models.improvement import Adjustment, AdjustmentStatus
from app.models.organisation import Department
from app.models.planning import (
    Decomposition,
    DecompositionStatus,
    Task,
    TaskDepartment,
    TaskDepartmentRole,
    TaskStatus,
)
from app.planning.rules import counted_tasks
from app.reports.task_table import (
    TaskLine,
    decomposition_pdf,
    decomposition_title,
    decomposition_xlsx,
)

DRAFT, FINAL = "草稿", "正式"


@dataclass(frozen=True, slots=True)
class Table:
    """A decomposition ready to print. `hidden`: restricted tasks this reader's copy lacks."""

    year: int
    college: str
    department: str
    lines: Sequence[TaskLine]
    state: str
    version: str
    check_code: str
    issue_number: str
    issued_on: dt.date | None
    hidden: int


def table_of(
    session: AnySession, actor: Actor, cycle: Cycle, department: Department | None = None
) -> Table:
    """The year's table as `actor` may see it, of the whole college or of one lead department.

    Six statements, however many tasks. Raises NotAllowed without the permission to export.
    """
    if not actor.may("task:export"):
        raise NotAllowed(message("You may not export tasks."))
    issue = _issue(session, cycle)
    issued = issue is not None and issue.status == DecompositionStatus.ISSUED
    wanted: list[ColumnElement[bool]] = [Task.cycle_id == cycle.id]
    if issued:
        wanted.append(Task.status != TaskStatus.PROPOSED)
    if department is not None:
        wanted.append(Task.lead_department_id == department.id)
    lines = task_lines(session, actor, *wanted)
    counted = session.scalar(select(func.count(Task.id)).where(counted_tasks(actor), *wanted)) or 0
    version = str(issue.edition if issue else 1)
    if issued and (changes := _adjustments(session, cycle)):
        version = f"{version}.{changes}"
    marks: dict[str, Any] = {
        "year": cycle.year,
        "college": str(current_app.config["COLLEGE_NAME"]),
        "department": department.name if department else "",
        "state": FINAL if issued else DRAFT,
        "version": version,
        "issue_number": (issue.issue_number or "") if issue and issued else "",
        "issued_on": issue.issued_on if issue and issued else None,
    }
    return Table(
        lines=lines, hidden=counted - len(lines), check_code=check_code(marks, lines), **marks
    )


def task_lines(session: AnySession, actor: Actor, *wanted: ColumnElement[bool]) -> list[TaskLine]:
    """The lines of the visible tasks that fit `wanted`, in the order of the issued table."""
    tasks = session.scalars(
        select(Task)
        .where(visible(actor, Task), *wanted)
        .order_by(Task.sort_order, Task.id)
        .options(
            joinedload(Task.lead_department),
            joinedload(Task.leader),
            joinedload(Task.owner),
            joinedload(Task.work_point),
            selectinload(Task.milestones),
            selectinload(Task.departments).joinedload(TaskDepartment.department),
        )
    ).unique()
    return [_line(task) for task in tasks]


def _line(task: Task) -> TaskLine:
    parts = sorted(task.departments, key=lambda part: (part.position, part.id))
    lead = [str(task.lead_department)] if task.lead_department else []
    remark = task.remark or ""
    if task.status == TaskStatus.TERMINATED:
        remark = "\n".join(filter(None, ["已终止", remark]))
    return TaskLine(
        title=task.title,
        number=task.number or "",
        work_point=task.work_point.text if task.work_point else "",
        measures=_measures(task),
        standard=task.standard or "",
        due=task.due_on,
        due_text=task.due_text or "",
        lead=[*lead, *_names(parts, TaskDepartmentRole.CO_LEAD)],
        assist=_names(parts, TaskDepartmentRole.ASSIST),
        leader=task.leader.name if task.leader else task.leader_text or "",
        owner=task.owner.name if task.owner else task.owner_text or "",
        weight=task.weight,
        remark=remark,
    )


def _names(parts: Sequence[TaskDepartment], role: TaskDepartmentRole) -> list[str]:
    return [part.department.name for part in parts if part.role == role]


def _measures(task: Task) -> str:
    """主要举措/时序进度: the measures, then the milestones that they do not name already."""
    text = task.measures or ""
    steps = [
        f"{step.due_on.month}月{step.due_on.day}日：{step.text}" if step.due_on else step.text
        for step in task.milestones
        if step.text.strip() not in text
    ]
    return "\n".join(filter(None, [text, *steps]))


def check_code(marks: dict[str, Any], lines: Sequence[TaskLine]) -> str:
    """The code over the marks and every line."""
    return documents.check_code([marks, *map(asdict, lines)])


def _issue(session: AnySession, cycle: Cycle) -> Decomposition | None:
    """The year's issued table; else its newest edition. Edition and state are printed on the
    paper whoever reads it, so they do not depend on the reader."""
    tables = session.scalars(
        select(Decomposition)
        .where(Decomposition.cycle_id == cycle.id)
        .order_by(Decomposition.edition.desc())
    ).all()
    issued = [table for table in tables if table.status == DecompositionStatus.ISSUED]
    return next(iter([*issued, *tables]), None)


def _adjustments(session: AnySession, cycle: Cycle) -> int:
    """How many adjustments have changed the issued table; a number, not their content."""
    applied = Adjustment.status == AdjustmentStatus.APPLIED
    query = select(func.count(Adjustment.id)).where(Adjustment.cycle_id == cycle.id, applied)
    return session.scalar(query) or 0


def print_decomposition(session: AnySession, actor: Actor, order: Order) -> Paper:
    """The paper in the ordered form. The export is an audited event; the caller commits.

    Raises NotAllowed (see `table_of`).
    """
    table = table_of(session, actor, order.cycle, order.department)
    content = _pdf(table) if order.format == Format.PDF else _xlsx(table)
    title = decomposition_title(table.year)
    name = f"{title}（{table.department}）" if table.department else title
    audit.record_happening(
        session,
        actor,
        "exported",
        "task",
        {
            "document": DECOMPOSITION.name,
            "year": table.year,
            "department": table.department or None,
            "format": order.format.value,
            "rows": len(table.lines),
            "state": table.state,
            "version": table.version,
            "check_code": table.check_code,
        },
    )
    return Paper(
        file_name=f"{name}.{order.format.value}",
        content=content,
        format=order.format,
        state=table.state,
        version=table.version,
        check_code=table.check_code,
    )


def _pdf(table: Table) -> bytes:
    notes = [f"部门：{table.department}"] if table.department else []
    if table.hidden:
        notes.append(f"另有 {table.hidden} 项限制公开的任务未列出。")
    return decomposition_pdf(
        table.year,
        table.lines,
        state_label=table.state,
        version=table.version,
        check_code=table.check_code,
        college=table.college,
        issue_number=table.issue_number,
        issued_on=table.issued_on or "",
        notes=notes,
    )


def _xlsx(table: Table) -> bytes:
    return decomposition_xlsx(
        table.year,
        table.lines,
        state_label=table.state,
        version=table.version,
        check_code=table.check_code,
        college=table.college,
        issue_number=table.issue_number,
    )


DECOMPOSITION = Kind(
    name="decomposition",
    label=("部门目标任务分解表", "Decomposition of tasks by department"),
    formats=(Format.PDF, Format.XLSX),
    print_=print_decomposition,
    by_department=True,
    about=(
        "本年度各部门承担的目标任务、主要举措与时序进度、考核标准、完成时限和责任人，印发前为草稿，印发后为正式文本。",
        "The year's tasks by department with measures, standards, deadlines and owners: a draft before issue, final after it.",
    ),
)
documents.register(DECOMPOSITION)
