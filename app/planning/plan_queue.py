"""What waits of the departments' plans: to begin, to write and send, to review, to submit, to
aggregate (Art. 4.2-4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, case, exists, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Addition, Desk, Waiting, in_sources, waiting_rows
from app.core.text import Message, message
from app.cycles.contested import is_contested
from app.models.cycles import Cycle, CycleStatus, PhaseCode
from app.models.organisation import Department, DepartmentKind
from app.models.planning import DepartmentPlan, PlanStatus
from app.organisation.deciding import decides_on
from app.planning.plan_late import sets_deadline
from app.planning.plan_rules import IN_DEPARTMENT

_BEGUN = (CycleStatus.PREPARING, CycleStatus.RUNNING)


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if actor.may("department_plan:add") and actor.headed:
        yield from _to_begin(actor, desk)
        yield Waiting(
            "department_plan.write",
            DepartmentPlan,
            message("Plans to write"),
            "show",
            _plans(
                actor,
                desk,
                case(
                    (
                        DepartmentPlan.status == PlanStatus.RETURNED,
                        desk.last_day(PhaseCode.REVIEW, DepartmentPlan.cycle_id),
                    ),
                    else_=desk.last_day(PhaseCode.PROPOSAL, DepartmentPlan.cycle_id),
                ),
            ).where(
                DepartmentPlan.status.in_(IN_DEPARTMENT),
                DepartmentPlan.department_id.in_(actor.headed),
            ),
            verb=message("Open the plan"),
        )
        yield from _step(
            actor, desk, "submit", message("Plans to submit to the Office"),
            DepartmentPlan.department_id.in_(actor.headed),
        )  # fmt: skip
    if actor.may("department_plan:review"):
        yield Waiting(
            "department_plan.review",
            DepartmentPlan,
            message("Plans to review"),
            "show",
            _plans(actor, desk, desk.last_day(PhaseCode.REVIEW, DepartmentPlan.cycle_id)).where(
                in_sources(DepartmentPlan, "review"),
                decides_on(
                    actor, DepartmentPlan.department_id, DepartmentPlan.sent_by_id, desk.today
                ),
            ),
            verb=message("Open the plan"),
        )
    if actor.may("department_plan:aggregate"):
        yield from _step(actor, desk, "aggregate", message("Submitted plans to take up"))


def _to_begin(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    """Departments one heads that have no plan of a year whose proposals are asked for."""
    for cycle_id in desk.cycles:
        last = desk.deadlines.get((cycle_id, PhaseCode.PROPOSAL))
        if last is None or last < desk.today:
            continue
        yield Waiting(
            f"department_plan.begin.{cycle_id}",
            Department,
            message("Plans to begin"),
            Addition(DepartmentPlan, "department", {"_flt_0_cycle": cycle_id}),
            waiting_rows(Department.id, Department.name, due_on=last).where(
                visible(actor, Department),
                Department.kind != DepartmentKind.SECTION,
                Department.id.in_(actor.headed),
                exists(select(Cycle.id).where(Cycle.id == cycle_id, Cycle.status.in_(_BEGUN))),
                ~exists(
                    select(DepartmentPlan.id).where(
                        DepartmentPlan.cycle_id == cycle_id,
                        DepartmentPlan.department_id == Department.id,
                    )
                ),
            ),
            verb=message("Begin the plan"),
        )


def _step(actor: Actor, desk: Desk, step: str, title: Message, *criteria: Any) -> Iterable[Waiting]:
    yield Waiting(
        f"department_plan.{step}",
        DepartmentPlan,
        title,
        step,
        _plans(actor, desk, desk.last_day(PhaseCode.REVIEW, DepartmentPlan.cycle_id)).where(
            in_sources(DepartmentPlan, step), ~is_contested(DepartmentPlan), *criteria
        ),
    )


def _plans(actor: Actor, desk: Desk, due_on: Any) -> Select[Any]:
    """Plans with what they are called, and `due_on` as far as it sets them a deadline."""
    name = (
        select(Department.name)
        .where(Department.id == DepartmentPlan.department_id)
        .correlate(DepartmentPlan)
        .scalar_subquery()
    )
    return waiting_rows(
        DepartmentPlan.id,
        name,
        due_on=case((sets_deadline(due_on), due_on)),
        since=DepartmentPlan.updated_at,
        department=DepartmentPlan.department_id,
    ).where(visible(actor, DepartmentPlan), DepartmentPlan.cycle_id.in_(desk.cycles))


queue.register(waiting)
