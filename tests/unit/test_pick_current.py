"""Which year is the current one: a year that is started early does not move the college there."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from app.models.cycles import CycleStatus, pick_current

NOVEMBER = dt.date(2026, 11, 22)
JANUARY = dt.date(2027, 1, 4)


def years(**statuses: str) -> list[SimpleNamespace]:
    """`y2026="running"`: the years, the newest first."""
    found = [
        SimpleNamespace(year=int(name[1:]), status=CycleStatus(status))
        for name, status in statuses.items()
    ]
    return sorted(found, key=lambda one: -one.year)


@pytest.mark.parametrize(
    ("known", "today", "current"),
    [
        (years(y2026="running", y2027="preparing"), NOVEMBER, 2026),
        (years(y2026="running", y2027="running"), NOVEMBER, 2026),
        (years(y2026="assessing", y2027="running"), NOVEMBER, 2026),
        (years(y2026="assessing", y2027="running"), JANUARY, 2027),
        (years(y2026="assessing", y2027="preparing"), JANUARY, 2026),
        (years(y2025="closed", y2026="preparing", y2027="preparing"), NOVEMBER, 2026),
        (years(y2024="closed", y2025="closed"), NOVEMBER, 2025),
    ],
    ids=[
        "the next year is prepared", "the next year is started early",
        "this year is assessed while the next one is started", "the new year has come and runs",
        "the new year has come and is not started", "none runs: the year of today",
        "all are closed: the newest",
    ],
)  # fmt: skip
def test_the_current_year_is_the_one_of_today_that_runs(
    known: list[SimpleNamespace], today: dt.date, current: int
) -> None:
    found = pick_current(known, today)
    assert found is not None and found.year == current


def test_without_a_year_there_is_none() -> None:
    assert pick_current([], NOVEMBER) is None
