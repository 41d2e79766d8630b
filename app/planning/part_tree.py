"""The parts of a task, and theirs, however deep: what each adds up to from below (domain §2, 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.models.planning import Task
from app.planning.part_rules import RollUp, roll_up


@dataclass(frozen=True, slots=True)
class Part:
    """A part at its depth (1: a part of the task itself) and what its own parts add up to."""

    task: Task
    depth: int
    below: RollUp

    @property
    def reached(self) -> Decimal | None:
        """What was reported on it, else what its parts have come to."""
        return self.below.progress if self.task.actual_percent is None else self.task.actual_percent


def keys_below(task_id: int) -> Select[Any]:
    """The ids of all parts below a task. A loop among them ends by itself."""
    first = select(Task.id).where(Task.parent_id == task_id).cte("below", recursive=True)
    part = aliased(Task)
    below = first.union(select(part.id).join(first, part.parent_id == first.c.id))
    return select(below.c.id)


def tree_below(task_id: int, tasks: Iterable[Task]) -> list[Part]:
    """The parts among `tasks` in reading order: each followed by its own. One whose whole the
    reader does not see stands nowhere."""
    children: dict[int | None, list[Task]] = {}
    for one in tasks:
        children.setdefault(one.parent_id, []).append(one)
    return _branch(task_id, children, 1, {task_id})


def _branch(
    key: int, children: dict[int | None, list[Task]], depth: int, seen: set[int]
) -> list[Part]:
    found: list[Part] = []
    for task in children.get(key, ()):
        if task.id in seen:
            continue
        seen.add(task.id)
        below = _branch(task.id, children, depth + 1, seen)
        found += [Part(task, depth, summed(below, depth + 1)), *below]
    return found


def summed(parts: Sequence[Part], depth: int = 1) -> RollUp:
    """What the parts at `depth` add up to."""
    own = [part for part in parts if part.depth == depth]
    return roll_up([part.task for part in own], [part.reached for part in own])
