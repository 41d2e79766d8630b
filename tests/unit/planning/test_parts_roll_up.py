"""What the parts of a task add up to, without a database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.models.planning import Task, TaskStatus
from app.planning.part_rules import RollUp, roll_up


def part(weight: int | None, reached: int | None, status: str = TaskStatus.ACCEPTED) -> Task:
    return Task(
        title="一部分",
        status=status,
        weight=None if weight is None else Decimal(weight),
        actual_percent=None if reached is None else Decimal(reached),
    )


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([], RollUp(0, None, None)),
        ([part(3, None)], RollUp(1, Decimal(3), None)),
        ([part(3, 100), part(1, 0)], RollUp(2, Decimal(4), Decimal("75.0"))),
        ([part(None, 100), part(None, 50)], RollUp(2, None, Decimal("75.0"))),
        ([part(0, 100), part(0, 50)], RollUp(2, Decimal(0), Decimal("75.0"))),
        ([part(2, 60), part(None, 100)], RollUp(2, Decimal(2), Decimal("60.0"))),
        ([part(1, 50), part(1, None)], RollUp(2, Decimal(2), Decimal("25.0"))),
        ([part(1, 50), part(9, 0, TaskStatus.TERMINATED)], RollUp(1, Decimal(1), Decimal("50.0"))),
    ],
    ids=["none", "nothing reported", "by weight", "all alike", "weights of nought",
         "one without weight", "one not reported", "a terminated one left out"],
)  # fmt: skip
def test_parts_roll_up_by_weight(parts: list[Task], total: RollUp) -> None:
    assert roll_up(parts) == total
