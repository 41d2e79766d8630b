"""What planning puts before the committee, on paper: the work points with the opinions on them,
the decomposition by department (Art. 4.5, 5.2)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles import agenda_paper
from app.cycles.agenda_paper import Told
from app.models.organisation import Department
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.models.work_points import WorkPointOpinion, WorkPointSet
from app.planning.documents import task_lines
from app.planning.point_paper import point_blocks
from app.planning.work_points import points_of
from app.reports.paper import Block, Grid, Heading, Text
from app.reports.pdf import cell_text
from app.reports.task_table import TaskLine


def work_point_blocks(session: AnySession, actor: Actor, edition: WorkPointSet) -> list[Block]:
    """The points, then what was said to them and how it was answered."""
    blocks = point_blocks(points_of(session, actor, edition))
    opinions = session.scalars(
        select(WorkPointOpinion)
        .where(visible(actor, WorkPointOpinion), WorkPointOpinion.work_point_set_id == edition.id)
        .order_by(WorkPointOpinion.id)
        .options(
            joinedload(WorkPointOpinion.department),
            joinedload(WorkPointOpinion.author),
            joinedload(WorkPointOpinion.work_point),
        )
    ).all()
    changes = [one for one in opinions if not one.agrees]
    agreeing = len(opinions) - len(changes)
    # How many there are is told to everybody, what they say is not.
    total = session.scalar(
        select(func.count(WorkPointOpinion.id)).where(
            WorkPointOpinion.work_point_set_id == edition.id
        )
    )
    hidden = (total or 0) - len(opinions)
    said = "未收到意见。"
    if hidden:
        said = f"共收到意见{total}份，其中{hidden}份不在阅看范围，未列出。"
    elif total:
        said = f"收到意见{total}份，其中修改意见{len(changes)}条，无修改意见{agreeing}份。"
    blocks.append(Text(said, "征求意见情况："))
    if changes:
        blocks.append(
            Grid(
                ("提出部门", "条目", "意见", "处理"),
                [
                    (
                        one.department.name if one.department else one.author.name,
                        one.work_point.number if one.work_point else "全文",
                        one.text,
                        "：".join(
                            filter(None, [one.answer.zh if one.answer else "待处理", one.answer_reason])
                        ),
                    )
                    for one in changes
                ],
                (2.2, 1.2, 5, 4),
                centred=(0, 1),
            )
        )  # fmt: skip
    return blocks


def decomposition_blocks(session: AnySession, actor: Actor, table: Decomposition) -> list[Block]:
    """The table's figures, then the tasks of every lead department."""
    wanted = [Task.cycle_id == table.cycle_id]
    if table.status == DecompositionStatus.ISSUED:
        wanted.append(Task.status != TaskStatus.PROPOSED)
    groups: defaultdict[str, list[TaskLine]] = defaultdict(list)
    lines = task_lines(session, actor, *wanted)
    for line in lines:
        groups[next(iter(line.lead), "未定牵头部门")].append(line)
    if not lines:
        return [Text("（分解表尚无目标任务）")]
    points = {line.work_point for line in lines if line.work_point}
    order = session.scalars(
        select(Department.name)
        .where(visible(actor, Department))
        .order_by(Department.sort_order, Department.id)
    ).all()
    names = [name for name in order if name in groups]
    names += [name for name in groups if name not in names]
    loose = sum(1 for line in lines if not line.work_point)
    said = f"共列目标任务{len(lines)}项，牵头部门{len(names)}个，对应工作要点{len(points)}条"
    blocks: list[Block] = [
        Text(f"{said}{f'，另有{loose}项未对应工作要点' if loose else ''}。", "基本情况：")
    ]
    for name in names:
        theirs = groups[name]
        weight = sum((Decimal(line.weight or 0) for line in theirs), Decimal(0))
        told = f"{len(theirs)}项" + (f"，权重合计{cell_text(weight)}" if weight else "")
        blocks += [Heading(f"{name}（{told}）", 2), _tasks(theirs)]
    return blocks


def _tasks(lines: list[TaskLine]) -> Grid:
    return Grid(
        ("序号", "目标任务", "考核标准", "完成时限", "责任人"),
        [
            (
                line.number or str(place),
                line.title,
                line.standard,
                line.due_text or cell_text(line.due),
                line.owner,
            )
            for place, line in enumerate(lines, start=1)
        ],
        (1.3, 4.6, 4.6, 2.5, 1.8),
        centred=(0, 3, 4),
    )


agenda_paper.register(WorkPointSet, Told(work_point_blocks))
agenda_paper.register(Decomposition, Told(decomposition_blocks))
