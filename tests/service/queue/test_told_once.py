"""A row that waits for somebody in their own right and for whom they stand in is told once."""

from __future__ import annotations

from app.core import clock, queue
from app.core.actor import Actor
from app.core.queue import Desk
from app.core.unit_of_work import AnySession
from app.models.planning import DepartmentPlan, PlanStatus
from tests.cast import Cast
from tests.factories import make_charge, make_delegation, make_department_plan


def reviews(session: AnySession, cast: Cast, actor: Actor) -> list[tuple[int | None, list[int]]]:
    """Plans to review: for whom, and which."""
    desk = Desk(clock.today(), cycles=(cast.cycle.id,))
    kinds = [one for one in queue.waiting_for(actor, desk) if one.model is DepartmentPlan]
    return [
        (group.waiting.behalf_of, sorted(row.id for row in group.rows))
        for group in queue.groups(session, kinds, clock.today(), limit=9)
        if group.waiting.key.startswith("department_plan.review")
    ]


def in_review(department: object) -> int:
    return make_department_plan(department=department, status=PlanStatus.REVIEW).id


def test_what_is_ones_own_is_not_told_again_for_the_other_leader(
    session: AnySession, cast: Cast
) -> None:
    make_charge(leader=cast.other_leader, department=cast.jwc)
    shared, theirs = in_review(cast.jwc), in_review(cast.xinxi)
    make_delegation(
        giver=cast.leader, receiver=cast.other_leader,
        valid_from=clock.today(), valid_to=clock.today(),
    )  # fmt: skip
    found = reviews(session, cast, cast.actor("other_leader"))
    assert sorted(found, key=lambda one: one[0] or 0) == [
        (None, [shared]),
        (cast.leader.id, [theirs]),
    ]
