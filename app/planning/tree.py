"""The year's tasks as a tree: college, department, section, person (domain §2). What a branch
adds up to is read in one statement, however many tasks hang on it.

A task stands once, in its lead department. Terminated ones are left out; progress is the mean by
weight, and where no task of a branch has a weight, all count alike (domain §6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.planning import Task, TaskStatus

LEVELS = ("lead_department_id", "section_id", "owner_id")


@dataclass(slots=True)
class Branch:
    """`keys` are the ids of the levels down to this branch, None where nobody is named."""

    keys: tuple[int | None, ...] = ()
    count: int = 0
    lights: dict[str, int] = field(default_factory=dict)
    weight: Decimal | None = None
    children: dict[int | None, Branch] = field(default_factory=dict)
    _reported: int = 0
    _reached: Decimal = Decimal(0)
    _weighed: Decimal = Decimal(0)

    @property
    def progress(self) -> Decimal | None:
        """None while nothing was reported on any task of the branch."""
        if not self._reported:
            return None
        mean = self._weighed / self.weight if self.weight else self._reached / self.count
        return mean.quantize(Decimal("0.1"))

    def take(self, row: Any) -> None:
        self.count += row.count
        self.lights[row.light or "none"] = self.lights.get(row.light or "none", 0) + row.count
        if row.weight is not None:
            self.weight = (self.weight or Decimal(0)) + _decimal(row.weight)
        self._reported += row.reported
        self._reached += _decimal(row.reached)
        self._weighed += _decimal(row.weighed)

    def in_order(self, places: Mapping[int, int]) -> Sequence[Branch]:
        """The branches below, as `places` order them; who is not named comes last."""
        last = len(places)
        return sorted(self.children.values(), key=lambda one: places.get(one.keys[-1] or 0, last))


def tree_of(session: AnySession, actor: Actor, cycle_id: int) -> Branch:
    """The tasks of a year that the actor sees, as branches. One statement."""
    reached = func.coalesce(Task.actual_percent, 0)
    columns = [getattr(Task, name) for name in LEVELS]
    rows = session.execute(
        select(
            *columns,
            Task.light,
            func.count(Task.id).label("count"),
            func.sum(Task.weight).label("weight"),
            func.count(Task.actual_percent).label("reported"),
            func.sum(reached).label("reached"),
            func.sum(func.coalesce(Task.weight, 0) * reached).label("weighed"),
        )
        .where(
            visible(actor, Task), Task.cycle_id == cycle_id, Task.status != TaskStatus.TERMINATED
        )
        .group_by(*columns, Task.light)
    )
    return _grown(rows)


def _grown(rows: Iterable[Any]) -> Branch:
    college = Branch()
    for row in rows:
        branch = college
        branch.take(row)
        for name in LEVELS:
            key = getattr(row, name)
            branch = branch.children.setdefault(key, Branch((*branch.keys, key)))
            branch.take(row)
    return college


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value or 0))
