"""The lists of a bulletin, row by row as its paper prints them: of a draft as they are today, of an
issued one as they were issued, whatever was corrected since (Art. 6-7).

What is kept at the issue is the whole college's; a reader gets what the reader may see.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor, Door, system_actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry
from app.models.cycles import ReportingMonth
from app.models.monitoring import BulletinLine, CoordinationRequest, Light, MonthlyCheck
from app.models.planning import Task
from app.monitoring.bulletin_figures import TROUBLED, requests_behind, tasks_behind
from app.reports.paper import chinese_date

Cells = list[str]
Kept = dict[int, dict[str, list[list[Any]]]]
"""By department and list: rows of place in the list, id, and cells."""

_ISSUER = system_actor("bulletin", Door.WEB)


@dataclass(frozen=True, slots=True)
class Listed:
    """The cells of both lists. `as_issued`: they are those of the issue."""

    tasks: Sequence[Cells]
    requests: Sequence[Cells]
    as_issued: bool = False


def listed_now(session: AnySession, actor: Actor, month: MonthEntry, today: dt.date) -> Listed:
    """What stands there today, of what the actor may see."""
    return Listed(
        [_task_cells(*row) for row in _troubled(session, actor, month, today)],
        [_request_cells(row) for row in requests_behind(session, actor, month, today)],
    )


def to_be_kept(session: AnySession, month: MonthEntry, today: dt.date) -> Kept:
    """The lists of the whole college, for the lines of a bulletin that is issued now."""
    kept: Kept = defaultdict(lambda: {"troubled": [], "waiting": []})
    for place, (task, check, light) in enumerate(_troubled(session, _ISSUER, month, today)):
        row = [place, task.id, *_task_cells(task, check, light)]
        kept[task.lead_department_id or 0]["troubled"].append(row)
    for place, one in enumerate(requests_behind(session, _ISSUER, month, today)):
        kept[one.department_id]["waiting"].append([place, one.id, *_request_cells(one)])
    return kept


def listed_at_issue(session: AnySession, actor: Actor, month: ReportingMonth) -> Listed | None:
    """What was issued, of what the actor may see; None for a bulletin that kept no lists."""
    lines = session.execute(
        select(BulletinLine.troubled, BulletinLine.waiting).where(
            visible(actor, BulletinLine), BulletinLine.reporting_month_id == month.id
        )
    ).all()
    if any(line.troubled is None for line in lines):
        return None
    return Listed(
        _seen(session, actor, Task, (row for line in lines for row in line.troubled)),
        _seen(session, actor, CoordinationRequest, (row for line in lines for row in line.waiting)),
        as_issued=True,
    )


def _seen(
    session: AnySession, actor: Actor, model: type[Any], rows: Iterable[list[Any]]
) -> list[Cells]:
    """The cells of the rows that the actor may see, in their order."""
    found = sorted(rows)
    keys = [row[1] for row in found]
    seen = set(session.scalars(select(model.id).where(visible(actor, model), model.id.in_(keys))))
    return [row[2:] for row in found if row[1] in seen]


def _troubled(
    session: AnySession, actor: Actor, month: MonthEntry, today: dt.date
) -> list[tuple[Task, MonthlyCheck | None, str]]:
    return tasks_behind(session, actor, month, today, [light.value for light in TROUBLED])


def _task_cells(task: Task, check: MonthlyCheck | None, light: str) -> Cells:
    return [
        str(task),
        task.lead_department.name if task.lead_department else "",
        task.due_text or chinese_date(task.due_on),
        _percent(check.planned_percent if check else None),
        _percent(check.actual_percent) if check else "未报",
        Light(light).zh,
    ]


def _request_cells(one: CoordinationRequest) -> Cells:
    return [
        one.department.name,
        one.matter,
        "、".join(
            str(getattr(whom, "name", whom))
            for whom in (one.addressed_department, one.addressed_leader)
            if whom is not None
        ),
        chinese_date(one.due_on),
        one.status.zh,
    ]


def _percent(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}%"
