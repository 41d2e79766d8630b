"""A task against the table as it was issued: what differs, and by which adjustment or correction
(Art. 5.2, 9.2). `since_issue` asks the same of many tasks at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.audit import plain
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.baseline import BaselineTask
from app.models.improvement import (
    Adjustment,
    AdjustmentChange,
    AdjustmentStatus,
    Correction,
    CorrectionStatus,
)
from app.models.planning import Task, TaskDepartmentRole, TaskStatus
from app.planning.since_issue import PARTS, REDLINED, SinceIssue

ROLES = {"co_lead": TaskDepartmentRole.CO_LEAD, "assist": TaskDepartmentRole.ASSIST}
LISTS = {"milestone": "milestones", "indicator": "indicators"}
FOLLOWS = {"milestones": "due_on"}
"""What is changed along with a field: a later due date takes the last milestones with it."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference. `name` is a column, a role (`old` and `new` are department ids) or a list
    of parts (`gone` and `come` are their rows); `by` what brought it, the latest last."""

    name: str
    old: Any = None
    new: Any = None
    gone: Sequence[Any] = ()
    come: Sequence[Any] = ()
    by: Sequence[Adjustment | Correction] = ()


@dataclass(slots=True)
class Redline:
    """`state` is None for a task that is not issued yet."""

    state: SinceIssue | None
    baseline: BaselineTask | None = None
    changes: list[Changed] = field(default_factory=list)


def redline_of(
    session: AnySession,
    actor: Actor,
    task: Task,
    baseline: BaselineTask | None,
    parts: Mapping[str, Sequence[Any]],
    adjustments: Mapping[Adjustment, Sequence[AdjustmentChange]],
) -> Redline:
    """`parts`: the task's own rows by table name. Four statements for an issued task."""
    if task.status == TaskStatus.PROPOSED:
        return Redline(None)
    if baseline is None:
        ended = task.status == TaskStatus.TERMINATED
        return Redline(SinceIssue.TERMINATED if ended else SinceIssue.ADDED)
    found = [
        Changed(name, getattr(baseline, name), getattr(task, name))
        for name in REDLINED
        if plain(getattr(baseline, name) or "") != plain(getattr(task, name) or "")
    ]
    for now, issued, names in PARTS:
        copies = session.scalars(
            select(issued)
            .where(issued.baseline_task_id == baseline.id, visible(actor, issued))
            .order_by(issued.id)
        ).all()
        found += _of_parts(now.__tablename__, parts[now.__tablename__], copies, names)
    told = _sources(session, actor, task, adjustments) if found else {}
    redline = Redline(SinceIssue.CHANGED if found else SinceIssue.UNCHANGED, baseline)
    redline.changes = [
        Changed(one.name, one.old, one.new, one.gone, one.come,
                told.get(FOLLOWS.get(one.name, one.name), ()))
        for one in found
    ]  # fmt: skip
    if task.status == TaskStatus.TERMINATED:
        redline.state = SinceIssue.TERMINATED
    return redline


def _of_parts(
    table: str, now: Sequence[Any], issued: Sequence[Any], names: Mapping[str, str]
) -> Iterable[Changed]:
    if table not in LISTS:
        for name, role in ROLES.items():
            old = [one.department_id for one in issued if one.role == role]
            new = [one.department_id for one in now if one.role == role]
            if set(old) != set(new):
                yield Changed(name, old, new)
        return
    before = {_key(one, names.values()): one for one in issued}
    after = {_key(one, names): one for one in now}
    gone = [one for key, one in before.items() if key not in after]
    come = [one for key, one in after.items() if key not in before]
    if gone or come:
        yield Changed(LISTS[table], gone=gone, come=come)


def _key(row: Any, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(plain(getattr(row, name) or "") for name in names)


def _sources(
    session: AnySession,
    actor: Actor,
    task: Task,
    adjustments: Mapping[Adjustment, Sequence[AdjustmentChange]],
) -> dict[str, list[Adjustment | Correction]]:
    """By field what changed it, as far as the reader may read of it, the oldest first."""
    found: dict[str, list[Adjustment | Correction]] = {}
    for adjustment, changes in sorted(adjustments.items(), key=lambda pair: pair[0].id):
        if adjustment.status == AdjustmentStatus.APPLIED:
            for change in changes:
                found.setdefault(change.column_name, []).append(adjustment)
    corrections = session.scalars(
        select(Correction)
        .where(
            visible(actor, Correction),
            Correction.subject_table == Task.__tablename__,
            Correction.subject_id == task.id,
            Correction.status == CorrectionStatus.APPROVED,
        )
        .order_by(Correction.id)
    )
    for one in corrections:
        found.setdefault(one.column_name, []).append(one)
    return found
