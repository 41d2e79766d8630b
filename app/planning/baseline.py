"""Freezing the issued table: tasks are published and copied as they stand (Art. 5.2)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from sqlalchemy import false, select
from sqlalchemy.orm import selectinload

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.audit import plain
from app.core.unit_of_work import AnySession
from app.models.baseline import (
    Baseline,
    BaselineDepartment,
    BaselineIndicator,
    BaselineMilestone,
    BaselineTask,
)
from app.models.planning import Decomposition, Task, TaskDepartment, TaskStatus
from app.planning import acceptance


def freeze(
    session: AnySession,
    actor: Actor,
    table: Decomposition,
    issued_on: dt.date,
    *,
    only_its_own: bool = False,
) -> Baseline:
    """Publish the proposed tasks of the table's year and keep a copy of each.

    Runs inside the steps `issue` and `adopt`. Tasks of another issued table of the year are
    left alone; `only_its_own` also leaves those that belong to no table. The departments'
    time to accept runs from `issued_on`.
    The copy's hash is written with it, so that a print can be checked against it.
    """
    tasks = list(
        session.scalars(
            select(Task)
            .where(
                Task.cycle_id == table.cycle_id,
                Task.status == TaskStatus.PROPOSED,
                (Task.decomposition_id == table.id)
                | (false() if only_its_own else Task.decomposition_id.is_(None)),
            )
            .order_by(Task.sort_order, Task.id)
            .options(
                selectinload(Task.indicators),
                selectinload(Task.milestones),
                selectinload(Task.departments).joinedload(TaskDepartment.department),
            )
        )
    )
    accept_by = acceptance.last_day(session, table.cycle, issued_on)
    for task in tasks:
        task.decomposition_id = table.id
        task.accept_by = accept_by
    workflow.apply_all(session, actor, tasks, "publish")
    baseline = Baseline(decomposition_id=table.id, frozen_at=clock.now())
    copies = [_copy(baseline, task) for task in tasks]
    baseline.content_hash = _hash(copies)
    session.add_all([baseline, *copies])
    session.flush()
    session.add_all(
        part for copy, task in zip(copies, tasks, strict=True) for part in _parts(copy, task)
    )
    return baseline


def _copy(baseline: Baseline, task: Task) -> BaselineTask:
    return BaselineTask(
        baseline=baseline,
        task_id=task.id,
        number=task.number,
        title=task.title,
        goal=task.goal,
        measures=task.measures,
        standard=task.standard,
        lead_department_id=task.lead_department_id,
        departments_text="、".join(
            part.department.name
            for part in sorted(task.departments, key=lambda part: part.position)
        )
        or None,
        start_on=task.start_on,
        due_on=task.due_on,
        due_text=task.due_text,
        weight=task.weight,
    )


def _parts(
    copy: BaselineTask, task: Task
) -> list[BaselineDepartment | BaselineIndicator | BaselineMilestone]:
    departments = [
        BaselineDepartment(
            baseline_task_id=copy.id, department_id=part.department_id, role=part.role
        )
        for part in task.departments
    ]
    indicators = [
        BaselineIndicator(
            baseline_task_id=copy.id,
            name=indicator.name,
            kind=indicator.kind,
            unit=indicator.unit,
            baseline_value=indicator.baseline,
            target=indicator.target,
            standard=indicator.standard,
            weight=indicator.weight,
        )
        for indicator in task.indicators
    ]
    milestones = [
        BaselineMilestone(
            baseline_task_id=copy.id,
            due_on=milestone.due_on,
            text=milestone.text,
            planned_percent=milestone.planned_percent,
        )
        for milestone in task.milestones
    ]
    return [*departments, *indicators, *milestones]


def _hash(copies: list[BaselineTask]) -> str:
    told = [
        [
            plain(getattr(copy, name))
            for name in ("task_id", "number", "title", "goal", "measures", "standard",
                         "lead_department_id", "departments_text", "due_on", "due_text", "weight")
        ]
        for copy in copies
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
