"""How late a department's plan went to its leader and to the Office: taken, and marked (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Date, Enum, and_, case, func, literal, null, or_, select, type_coerce

from app.core import clock
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.models.base import Choice
from app.models.cycles import Cycle, Phase, PhaseCode
from app.models.planning import Decomposition, DepartmentPlan
from app.models.system import AuditEvent
from app.planning.queue import end_of


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


class Lateness(Choice):
    """What came late of a plan, or is late now; the last of it."""

    SENT = "sent", "送审逾期", "Sent late"
    SUBMITTED = "submitted", "提交逾期", "Submitted late"
    NOT_SENT = "not_sent", "逾期未送审", "Overdue: not sent"
    NOT_SUBMITTED = "not_submitted", "逾期未提交", "Overdue: not submitted"


LABEL = ("逾期", "Late")


def sets_deadline(due_on: Any) -> Any:
    """`deadline_counts` in the database: the year was kept here by `due_on`, and the plan begun
    by then or before the year's table was issued."""
    begun = func.date(DepartmentPlan.created_at)
    kept = (
        select(func.coalesce(Cycle.live_from, func.date(Cycle.created_at)))
        .where(Cycle.id == DepartmentPlan.cycle_id)
        .correlate(DepartmentPlan)
        .scalar_subquery()
    )
    issued = (
        select(func.min(Decomposition.issued_on))
        .where(Decomposition.cycle_id == DepartmentPlan.cycle_id)
        .correlate(DepartmentPlan)
        .scalar_subquery()
    )
    return and_(due_on >= kept, or_(due_on >= begun, issued.is_(None), issued >= begun))


def lateness_of(last_days: Mapping[tuple[int, PhaseCode], dt.date]) -> Any:
    """The same for a list, by the last days of the phases of each year (its id); NULL for a plan
    of which nothing is late."""
    submitted = DepartmentPlan.submitted_at
    states = [
        (PhaseCode.REVIEW, submitted, submitted.is_(None), Lateness.SUBMITTED, Lateness.NOT_SUBMITTED),
        (PhaseCode.PROPOSAL, first_sent(), DepartmentPlan.review_round == 0, Lateness.SENT, Lateness.NOT_SENT),
    ]  # fmt: skip
    rules = []
    for code, moment, missing, came_late, not_there in states:
        for (cycle_id, phase), last in last_days.items():
            if phase != code:
                continue
            own = and_(DepartmentPlan.cycle_id == cycle_id, sets_deadline(literal(last, Date)))
            if last < clock.today():
                rules.append((and_(own, missing), not_there.value))
            rules.append((and_(own, moment >= end_of(last)), came_late.value))
    kind = Enum(Lateness, native_enum=False, values_callable=lambda all_: [o.value for o in all_])
    return type_coerce(case(*rules, else_=null()) if rules else null(), kind)


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
