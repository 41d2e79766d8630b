"""What a year is opened with: its phases, months, rules and the parts of the score.

The defaults are data (`seed_data/phases.csv`, `rule_book.csv`): the regulation's dates, and the
college's numbers as far as somebody has to begin with some. Nothing here is written anywhere.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from app.models.cycles import Phase, PhaseCode, RuleValueKind

SEED_DATA = Path(__file__).parents[2] / "seed_data"


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One value of a rule book."""

    key: str
    value: str
    kind: RuleValueKind
    name: str
    name_en: str | None = None
    unit: str | None = None
    chapter: str | None = None
    article: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class ComponentPlan:
    """A part of the score: of a task or of a department."""

    code: str
    name: str
    level: str
    weight: Decimal
    scored_by: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class PhasePlan:
    code: PhaseCode
    starts_on: dt.date
    ends_on: dt.date
    article: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What a year is opened with. `exempt` names months that the Office does not ask for,
    besides those before the rule book's first. A year begun in its middle is kept from
    `live_from` on; until the end of the month `trial_until` nothing is scored (0: no trial)."""

    year: int
    name: str
    phases: Sequence[PhasePlan] = ()
    data_cutoff_on: dt.date | None = None
    exempt: Collection[int] = field(default_factory=frozenset)
    live_from: dt.date | None = None
    trial_until: int = 0


COMPONENTS = (
    ComponentPlan(
        "completion", "任务完成度", "task", Decimal(60), "考核领导小组", "按指标完成情况评定"
    ),
    ComponentPlan("quality", "完成质量", "task", Decimal(25), "考核领导小组", "按完成质量评定"),
    ComponentPlan(
        "process", "过程管理", "task", Decimal(15), "考核办公室", "按月度监测与督办情况计算"
    ),
    ComponentPlan(
        "tasks", "目标任务", "department", Decimal(100), "考核办公室", "各任务得分的加权平均"
    ),
    ComponentPlan("satisfaction", "满意度测评", "department", Decimal(0), None, None),
    ComponentPlan("daily", "日常工作", "department", Decimal(0), None, None),
    ComponentPlan("report", "诊改报告", "department", Decimal(0), None, None),
)
"""The parts a first rule book begins with (domain §6)."""


def default_phases(year: int) -> list[PhasePlan]:
    """The regulation's phases with their dates in `year` (domain §3)."""
    return [
        PhasePlan(
            code=PhaseCode(row["code"]),
            starts_on=_day(row, "start", year),
            ends_on=_day(row, "end", year),
            article=row["article"] or None,
            assumed=row["assumed"] == "1",
        )
        for row in _rows("phases.csv")
    ]


def moved_phases(phases: Sequence[Phase], year: int) -> list[PhasePlan]:
    """The phases of one year as those of `year`: their dates moved, in the regulation's order;
    what is lacking comes from the regulation."""
    years = year - phases[0].cycle.year if phases else 0
    known = {
        phase.code: PhasePlan(
            code=phase.code,
            starts_on=same_day(phase.starts_on, years),
            ends_on=same_day(phase.ends_on, years),
            article=phase.article,
            assumed=phase.assumed,
        )
        for phase in phases
    }
    return [known.get(phase.code, phase) for phase in default_phases(year)]


def same_day(day: dt.date, years: int) -> dt.date:
    """The same day of another year; the 29th of February becomes the 28th."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))


def default_rules() -> list[RulePlan]:
    """The values a first rule book begins with."""
    return [
        RulePlan(
            key=row["key"],
            value=row["value"],
            kind=RuleValueKind(row["value_type"]),
            name=row["name"],
            name_en=row["name_en"] or None,
            unit=row["unit"] or None,
            chapter=row["chapter"] or None,
            article=row["article"] or None,
            assumed=row["assumed"] == "1",
        )
        for row in _rows("rule_book.csv")
    ]


def _day(row: dict[str, str], which: str, year: int) -> dt.date:
    return dt.date(
        year + int(row[f"{which}_offset"]), int(row[f"{which}_month"]), int(row[f"{which}_day"])
    )


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (SEED_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
