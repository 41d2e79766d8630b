"""What an approved correction does: the check's value and light, the task's figures, warnings,
cases that have lost their ground (Art. 7-8).
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.cycles.queries import rule
from app.improvement.corrections import TEXTS, Value, read_value
from app.models.base import label_of
from app.models.improvement import Correction
from app.models.monitoring import EarlyWarning, Light, MonthlyCheck
from app.models.supervision import SupervisionCase
from app.monitoring.closing import correcting
from app.monitoring.lights import Thresholds, compute, is_worse
from app.monitoring.settling import is_latest, month_end
from app.monitoring.warnings import reconsider
from app.supervision.grounds import LIVE, still_grounded


def carry_out(session: AnySession, actor: Actor, row: Correction, check: MonthlyCheck) -> str:
    """Write the new value with all that follows from it, and say in words what changed. The words
    stand under the issued bulletin: they name no text of the check."""
    task, column = check.task, row.column_name
    before, old = _shown(check), getattr(check, column)
    value = read_value(column, row.new_value)
    said = [_change(column, old, value)]
    with correcting(session):
        setattr(check, column, value)
        if column == "head_light":
            check.head_light_reason = row.reason if value else None
        if column in ("actual_percent", "quality"):
            _recompute(session, check)
        if check.head_light and not is_worse(check.head_light, check.computed_light):
            check.head_light = check.head_light_reason = None
            said.append("负责人调整的状态灯不再适用，已取消")
    if (after := _shown(check)) != before:
        said.append(f"当月状态灯由{before.zh}改为{after.zh}")
    if is_latest(session, check):
        if task.actual_percent != check.actual_percent:
            task.actual_percent = check.actual_percent
            said.append("任务当前进度随之更新")
        said += _warnings(session, check)
    said += _cases(session, actor, row, check)
    return "；".join(said) + "。"


def _shown(check: MonthlyCheck) -> Light:
    return check.head_light or check.computed_light


def _change(column: str, old: Value, new: Value) -> str:
    label = label_of(MonthlyCheck, column)[0]
    if column in TEXTS:
        return f"{label}的文字作了更正"
    return f"{label}由{_words(old)}更正为{_words(new)}"


def _words(value: Value) -> str:
    if value is None:
        return "空"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}%"
    return str(getattr(value, "zh", value))


def _recompute(session: AnySession, check: MonthlyCheck) -> None:
    """The light by the plan of that time: the plan's later changes, and that the task was
    finished since, are no part of the correction."""
    task, day = check.task, month_end(check.year, check.month)
    reported = (
        check.submitted_at.astimezone(clock.COLLEGE_ZONE).date() if check.submitted_at else day
    )
    finished = task.finished_on if task.finished_on and task.finished_on <= reported else None
    verdict = compute(
        planned=check.planned_percent,
        actual=check.actual_percent,
        quality=check.quality,
        due_on=task.due_on,
        live_from=task.cycle.live_from,
        day=day,
        finished_on=finished,
        thresholds=Thresholds(
            yellow=Decimal(rule(session, task.cycle, "light.yellow_lag_points")),
            orange=Decimal(rule(session, task.cycle, "light.orange_lag_points")),
        ),
    )
    check.computed_light = verdict.light
    check.light_reason = str(verdict.reason)


def _warnings(session: AnySession, check: MonthlyCheck) -> list[str]:
    """The task's warnings and light follow its figures."""
    count = select(func.count(EarlyWarning.id)).where(
        EarlyWarning.task_id == check.task_id, EarlyWarning.closed_on.is_(None)
    )
    before = session.scalar(count) or 0
    reconsider(session, check.task, clock.today())
    after = session.scalar(count) or 0
    if after == before:
        return []
    return [f"解除预警{before - after}条" if after < before else f"新增预警{after - before}条"]


def _cases(session: AnySession, actor: Actor, row: Correction, check: MonthlyCheck) -> list[str]:
    """Cases that no ground carries any more are withdrawn."""
    cases = session.scalars(
        select(SupervisionCase)
        .where(SupervisionCase.task_id == check.task_id, SupervisionCase.status.in_(LIVE))
        .order_by(SupervisionCase.id)
    ).all()
    said = []
    for case in cases:
        if still_grounded(session, case):
            continue
        name = case.number or "（拟立项）"
        workflow.apply(
            session, actor, case, "withdraw",
            note=f"{check.year}年{check.month}月监测数据已更正，立项依据不再成立。{row.reason}",
        )  # fmt: skip
        said.append(f"撤销督办件{name}")
    return said
