"""How a light is computed, and why: pure rules over figures and the year's rule book (§5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.core.text import Message, message
from app.models.monitoring import Light, Quality


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Points of lag above which a light turns, from the rule book."""

    yellow: Decimal
    orange: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """A light, the key of the rule that fired, and the reason in words."""

    light: Light
    rule: str
    reason: Message


def planned_percent(
    milestones: Iterable[tuple[dt.date | None, Decimal | None]], day: dt.date
) -> Decimal | None:
    """The plan at `day`: the percent of the last milestone due by then, 0 before the first.
    None without dated milestones: such a task has no planned curve."""
    dated = sorted(
        (due, percent) for due, percent in milestones if due is not None and percent is not None
    )
    if not dated:
        return None
    reached = [percent for due, percent in dated if due <= day]
    return max(reached) if reached else Decimal(0)


def compute(
    *,
    planned: Decimal | None,
    actual: Decimal | None,
    quality: Quality | None,
    due_on: dt.date | None,
    day: dt.date,
    finished_on: dt.date | None,
    thresholds: Thresholds,
    live_from: dt.date | None = None,
) -> Verdict:
    """The light of a check at `day`, the end of its month, whenever it is asked for. The worst rule
    that fires decides. Of a year begun in its middle, on `live_from`, what was due before has no
    light until something is reported."""
    if finished_on is not None:
        if due_on is not None and finished_on > due_on:
            return Verdict(
                Light.BLUE, "light.finished", message("Finished late, on %(day)s.", day=finished_on)
            )
        return Verdict(
            Light.BLUE, "light.finished", message("Finished on %(day)s.", day=finished_on)
        )
    if actual is None and due_on is not None and live_from is not None and due_on < live_from:
        return Verdict(
            Light.GREY,
            "light.no_data",
            message(
                "Due before this system was begun on %(day)s; the result is awaited.", day=live_from
            ),
        )
    if due_on is not None and day > due_on and (actual is None or actual < 100):
        days = (day - due_on).days
        return Verdict(
            Light.RED,
            "light.overdue",
            message(
                "Due on %(due)s; judged at the month's end, %(day)s: %(days)s days over and"
                " unfinished.",
                due=due_on,
                day=day,
                days=days,
            ),
        )
    if actual is None:
        return Verdict(Light.GREY, "light.no_data", message("No progress reported."))
    lag = max(Decimal(0), (planned or Decimal(0)) - actual)
    if quality == Quality.POOR:
        return Verdict(Light.ORANGE, "light.orange_quality", message("The quality is poor."))
    if lag > thresholds.orange:
        return Verdict(
            Light.ORANGE,
            "light.orange_lag_points",
            message(
                "%(lag)s points behind the plan (more than %(limit)s).",
                lag=f"{lag.normalize():f}",
                limit=f"{thresholds.orange:f}",
            ),
        )
    if quality == Quality.FAIR:
        return Verdict(Light.YELLOW, "light.yellow_quality", message("The quality is fair."))
    if lag > thresholds.yellow:
        return Verdict(
            Light.YELLOW,
            "light.yellow_lag_points",
            message(
                "%(lag)s points behind the plan (more than %(limit)s).",
                lag=f"{lag.normalize():f}",
                limit=f"{thresholds.yellow:f}",
            ),
        )
    if planned is None:
        return Verdict(Light.GREEN, "light.green", message("In progress; no planned curve."))
    if lag <= 0:
        return Verdict(Light.GREEN, "light.green", message("On plan or ahead of it."))
    return Verdict(
        Light.GREEN,
        "light.green",
        message(
            "On plan (%(lag)s points behind at most %(limit)s).",
            lag=f"{lag.normalize():f}",
            limit=f"{thresholds.yellow:f}",
        ),
    )


ORDER = (Light.BLUE, Light.GREEN, Light.GREY, Light.YELLOW, Light.ORANGE, Light.RED)


def is_worse(one: Light, other: Light) -> bool:
    """Is `one` a worse light than `other`?"""
    return ORDER.index(one) > ORDER.index(other)
