"""The light of a check: the worst rule that fires decides, and says why (Art. 7)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from app.models.monitoring import Light, Quality
from app.monitoring.lights import Thresholds, compute, is_worse

DAY = dt.date(2026, 6, 30)
THRESHOLDS = Thresholds(yellow=Decimal(10), orange=Decimal(20))


def light(**given: Any) -> tuple[Light, str]:
    """The light and its words for a task half planned, due in December."""
    facts: dict[str, Any] = {
        "planned": Decimal(50), "actual": Decimal(50), "quality": Quality.GOOD,
        "due_on": dt.date(2026, 12, 10), "day": DAY, "finished_on": None, "thresholds": THRESHOLDS,
        **given,
    }  # fmt: skip
    verdict = compute(**facts)
    return verdict.light, verdict.reason.words


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Light.GREEN),
        ({"actual": Decimal(80)}, Light.GREEN),
        ({"actual": Decimal(40)}, Light.GREEN),
        ({"actual": Decimal("39.99")}, Light.YELLOW),
        ({"actual": Decimal(30)}, Light.YELLOW),
        ({"actual": Decimal("29.99")}, Light.ORANGE),
        ({"quality": Quality.FAIR}, Light.YELLOW),
        ({"quality": Quality.POOR}, Light.ORANGE),
        ({"actual": None}, Light.GREY),
        ({"due_on": dt.date(2026, 6, 29)}, Light.RED),
        ({"due_on": dt.date(2026, 6, 29), "actual": None}, Light.RED),
        ({"due_on": dt.date(2026, 6, 1), "actual": None, "live_from": DAY}, Light.GREY),
        ({"due_on": dt.date(2026, 6, 1), "actual": Decimal(80), "live_from": DAY}, Light.RED),
        (
            {"due_on": dt.date(2026, 6, 29), "actual": None, "live_from": dt.date(2026, 6, 29)},
            Light.RED,
        ),
        ({"due_on": DAY}, Light.GREEN),
        ({"due_on": dt.date(2026, 6, 29), "actual": Decimal(100)}, Light.GREEN),
        ({"due_on": dt.date(2026, 6, 1), "finished_on": dt.date(2026, 6, 20)}, Light.BLUE),
        ({"planned": None, "actual": Decimal(5)}, Light.GREEN),
    ],
)
def test_the_worst_rule_that_fires_decides(given: dict[str, Any], expected: Light) -> None:
    assert light(**given)[0] == expected


def test_ahead_of_the_plan_is_not_called_behind_it() -> None:
    assert "behind" not in light(actual=Decimal(80))[1]
    assert "behind" not in light()[1]
    assert "behind" in light(actual=Decimal(45))[1]


def test_red_is_worse_than_orange_and_orange_than_yellow() -> None:
    assert is_worse(Light.RED, Light.ORANGE)
    assert is_worse(Light.ORANGE, Light.YELLOW)
    assert not is_worse(Light.GREEN, Light.YELLOW)
