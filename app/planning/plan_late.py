"""How late a department's plan went to its leader and to the Office: taken, and marked (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from app.core import clock
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.models.cycles import Cycle, Phase, PhaseCode
from app.models.planning import Decomposition, DepartmentPlan
from app.models.system import AuditEvent


def first_sent() -> Any:
    """When a plan first went to its leader: `sent_at` is the last time, and a plan that came
    back was not late because of it. The audit trail knows."""
    return (
        select(func.min(AuditEvent.happened_at))
        .where(
            AuditEvent.table_name == DepartmentPlan.__tablename__,
            AuditEvent.row_id == DepartmentPlan.id,
            AuditEvent.action == "send_for_review",
        )
        .correlate(DepartmentPlan)
        .scalar_subquery()
    )


def kept_from(cycle: Any) -> dt.date:
    """The first day of a year that this system keeps: what ended before sets no deadline."""
    return cycle.live_from or _day(cycle.created_at)  # type: ignore[no-any-return]


def deadline_counts(session: AnySession, plan: DepartmentPlan, last: dt.date) -> bool:
    """Does a phase that ended on `last` set this plan a deadline? Not where it had ended before
    the year was opened here, nor for a plan begun when the year's planning was over: its table
    issued, or the days to make it past."""
    if last < kept_from(plan.cycle):
        return False
    opened = _day(plan.created_at)
    if opened <= last:
        return True
    issued, planned = session.execute(
        select(
            select(func.min(Decomposition.issued_on))
            .where(Decomposition.cycle_id == plan.cycle_id)
            .scalar_subquery(),
            select(Phase.ends_on)
            .where(Phase.cycle_id == plan.cycle_id, Phase.code == PhaseCode.DECOMPOSITION)
            .scalar_subquery(),
        )
    ).one()
    over = issued or planned
    return over is None or opened <= over


def lateness(session: AnySession, plan: DepartmentPlan) -> list[Message]:
    """What of the plan came late, and by how many workdays. One statement where nothing did."""
    rows = session.execute(
        select(Phase.code, Phase.ends_on, first_sent().label("sent_at"))
        .select_from(DepartmentPlan)
        .join(Cycle, Cycle.id == DepartmentPlan.cycle_id)
        .join(Phase, Phase.cycle_id == Cycle.id)
        .where(DepartmentPlan.id == plan.id)
        .order_by(Phase.ends_on)
    )
    found: list[Message] = []
    for code, last, sent_at in rows:
        moment = {PhaseCode.PROPOSAL: sent_at, PhaseCode.REVIEW: plan.submitted_at}.get(code)
        if moment is None or _day(moment) <= last or not deadline_counts(session, plan, last):
            continue
        count = clock.workdays_between(last, _day(moment), college_calendar(session))
        if code == PhaseCode.PROPOSAL:
            found.append(message("Sent %(count)s workdays late", count=count))
        else:
            found.append(message("Submitted %(count)s workdays late", count=count))
    return found


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.COLLEGE_ZONE).date()
