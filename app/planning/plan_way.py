"""The way of a department's plan from its first word into the college's year: where it stands, who
moves next, by when (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core import clock
from app.core.actor import Actor
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.models.cycles import PhaseCode
from app.models.planning import DepartmentPlan, PlanStatus
from app.organisation.seats import Seats, seats_on

DONE, NOW, NEXT = "done", "now", "next"
HEAD, LEADER, OFFICE = "head", "leader", "office"

_STATIONS: tuple[tuple[Message, str, tuple[PlanStatus, ...], PhaseCode], ...] = (
    (
        message("The department writes"),
        HEAD,
        (PlanStatus.DRAFT, PlanStatus.RETURNED),
        PhaseCode.PROPOSAL,
    ),
    (message("The leader reviews"), LEADER, (PlanStatus.REVIEW,), PhaseCode.REVIEW),
    (message("The department submits"), HEAD, (PlanStatus.REVIEWED,), PhaseCode.REVIEW),
    (message("The Office takes it up"), OFFICE, (PlanStatus.SUBMITTED,), PhaseCode.WORK_POINTS),
)


@dataclass(frozen=True, slots=True)
class Station:
    """A station of the way. `day` is when it was left or, before that, by when it is to be left;
    `who` moves there by the posts of today, `for_them` stands in (both by id)."""

    words: Message
    post: str
    state: str
    day: dt.date | None
    who: Sequence[int]
    for_them: Sequence[int]


def way_of(
    session: AnySession,
    actor: Actor,
    plan: DepartmentPlan,
    last_days: Mapping[PhaseCode, dt.date],
) -> list[Station]:
    """The stations of a plan the actor sees. `last_days` are the ends of its year's phases. Four
    statements."""
    seats = seats_on(session, actor, clock.today())
    left_at = (plan.sent_at, plan.reviewed_at, plan.submitted_at, None)
    at = next(
        (place for place, station in enumerate(_STATIONS) if plan.status in station[2]),
        len(_STATIONS),
    )
    found = []
    for place, (words, post, _, phase) in enumerate(_STATIONS):
        holders = _holders(seats, post, plan)
        left = left_at[place]
        if place < at:
            state, day = DONE, None if left is None else left.astimezone(clock.COLLEGE_ZONE).date()
        else:
            returned = place == 0 and plan.status == PlanStatus.RETURNED
            state = NOW if place == at else NEXT
            day = last_days.get(PhaseCode.REVIEW if returned else phase)
        standing_in = seats.delegates(holders, plan.department_id)
        found.append(Station(words, post, state, day, sorted(holders), sorted(standing_in)))
    return found


def _holders(seats: Seats, post: str, plan: DepartmentPlan) -> frozenset[int]:
    """The people of a post; of the leaders, those who may decide on what was sent."""
    if post == HEAD:
        return seats.heads_of(plan.department_id)
    if post == LEADER:
        able = seats.leaders_of(plan.department_id) - {plan.sent_by_id}
        return able or frozenset(seats.top) - {plan.sent_by_id}
    return frozenset()
