"""Which steps a list of cases offers for the rows it shows (Art. 8): those whose side its reader
is on. Whether a step is possible on a row, the workflow says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle, RuleValue
from app.models.supervision import SupervisionCase
from app.organisation.deciding import decides_for
from app.organisation.rules import is_office
from app.security.roles import DISCIPLINE, OFFICE, TOP_LEADER
from app.supervision.rules import EXTENSION

_department = SupervisionCase.department_id


def steps_offered(
    session: AnySession,
    actor: Actor,
    names: Collection[str],
    cases: Collection[int],
    today: dt.date,
) -> frozenset[str]:
    """Of the steps `names`, whose doors are open to the actor, those that are the actor's to take
    on at least one of the cases (by their ids). One statement."""
    sides = _sides(actor, today)
    row = session.execute(
        select(
            *(func.max(case((one, 1), else_=0)).label(name) for name, one in sides.items())
        ).where(SupervisionCase.id.in_(cases), visible(actor, SupervisionCase))
    ).one()
    open_ = {name for name in sides if getattr(row, name)}
    return frozenset(name for name in names if not open_.isdisjoint(_SIDE.get(name, {"office"})))


_SIDE: Mapping[str, frozenset[str]] = {
    "sign": frozenset({"head"}),
    "reply": frozenset({"head"}),
    "extend": frozenset({"leader", "office_extends"}),
    "transfer": frozenset({"leader", "office"}),
    "conclude": frozenset({"inspection"}),
    "send_back": frozenset({"inspection"}),
}
"""Whose steps they are; the others are the Office's."""


def _sides(actor: Actor, today: dt.date) -> dict[str, ColumnElement[bool]]:
    """The cases on which the actor stands on a side, in any capacity."""
    others = _department.not_in(actor.departments | actor.sides)
    no_leader_needed = exists().where(
        Cycle.id == SupervisionCase.cycle_id,
        RuleValue.rule_book_id == Cycle.rule_book_id,
        RuleValue.key == EXTENSION,
        RuleValue.value == "false",
    )
    found: dict[str, list[ColumnElement[bool]]] = {}
    for one in actor.capacities:
        led = true() if one.has_role(TOP_LEADER) else _department.in_(one.charged)
        parts = {
            "head": _department.in_(one.headed),
            "leader": and_(led, others),
            "office": decides_for(one, OFFICE, _department, today),
            "inspection": decides_for(one, DISCIPLINE, _department, today),
        }
        if is_office(one):
            parts["office_extends"] = and_(no_leader_needed, others)
        for name, part in parts.items():
            found.setdefault(name, []).append(part)
    return {name: or_(*parts) for name, parts in found.items()}
