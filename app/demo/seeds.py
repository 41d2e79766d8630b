"""Reading the seed data: plain rows of the files, as the demo uses them. No database."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

SEED_DATA = Path(__file__).parents[2] / "seed_data"

MonthDay = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DepartmentSeed:
    code: str
    name: str
    short_name: str | None
    kind: str
    parent: str | None
    assessment_class: str | None
    sort_order: int


@dataclass(frozen=True, slots=True)
class PersonSeed:
    username: str
    name: str
    staff_number: str
    department: str | None
    position: str
    phone: str
    email: str
    roles: tuple[str, ...]
    posts: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class ChargeSeed:
    leader: str
    department: str
    kind: str
    valid_from: dt.date


@dataclass(frozen=True, slots=True)
class MilestoneSeed:
    due: MonthDay
    text: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class IndicatorSeed:
    name: str
    kind: str
    unit: str | None
    direction: str | None
    baseline: Decimal | None
    target: Decimal | None
    standard: str | None
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class TaskSeed:
    """A task of the year: `start` and `due` without their year."""

    number: str
    title: str
    goal: str
    measures: str
    standard: str
    category: str
    lead: str
    co_leads: tuple[str, ...]
    assists: tuple[str, ...]
    section: str | None
    owner: str
    leader: str
    start: MonthDay
    due: MonthDay | None
    due_text: str
    weight: Decimal | None
    key_supervised: bool
    visibility: str
    strategic_goal: str | None
    work_point: str | None
    trajectory: str
    remark: str | None
    milestones: tuple[MilestoneSeed, ...] = ()
    indicators: tuple[IndicatorSeed, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustmentSeed:
    task: str
    kind: str
    cause: str
    cause_kind: str
    month: int
    fields: dict[str, str]


@dataclass(slots=True)
class Seeds:
    """Everything of `seed_data/`. Lists that only the loader passes on stay rows of text."""

    departments: list[DepartmentSeed]
    people: list[PersonSeed]
    charges: list[ChargeSeed]
    tasks: list[TaskSeed]
    adjustments: list[AdjustmentSeed]
    remarks: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    phrases: dict[str, list[str]] = field(default_factory=dict)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of `seed_data/`."""
    with (SEED_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def month_day(text: str) -> MonthDay:
    month, day = text.split("-")
    return int(month), int(day)


def many(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def read_seeds() -> Seeds:
    """Read the whole of `seed_data/`."""
    remarks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows("demo/remarks.csv"):
        remarks[row["situation"], row["kind"]].append(row["text"])
    phrases: dict[str, list[str]] = defaultdict(list)
    for row in rows("demo/phrases.csv"):
        phrases[row["kind"]].append(row["text"])
    return Seeds(
        departments=[_department(row) for row in rows("departments.csv")],
        people=[_person(row) for row in rows("demo/people.csv")],
        charges=[_charge(row) for row in rows("demo/charges.csv")],
        tasks=_tasks(),
        adjustments=_adjustments(),
        remarks=dict(remarks),
        phrases=dict(phrases),
    )


def _department(row: dict[str, str]) -> DepartmentSeed:
    return DepartmentSeed(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"] or None,
        kind=row["kind"],
        parent=row["parent_code"] or None,
        assessment_class=row["assessment_class"] or None,
        sort_order=int(row["sort_order"]),
    )


def _person(row: dict[str, str]) -> PersonSeed:
    posts = []
    for text in many(row["posts"]):
        post, _, department = text.partition("@")
        posts.append((post, department or None))
    return PersonSeed(
        username=row["username"],
        name=row["name"],
        staff_number=row["staff_number"],
        department=row["department_code"] or None,
        position=row["position"],
        phone=row["phone"],
        email=row["email"],
        roles=many(row["roles"]),
        posts=tuple(posts),
    )


def _charge(row: dict[str, str]) -> ChargeSeed:
    return ChargeSeed(
        row["leader"], row["department_code"], row["kind"], dt.date.fromisoformat(row["valid_from"])
    )


def _tasks() -> list[TaskSeed]:
    milestones: dict[str, list[MilestoneSeed]] = defaultdict(list)
    for row in rows("demo/milestones.csv"):
        due = (int(row["month"]), int(row["day"]))
        percent = Decimal(row["planned_percent"])
        milestones[row["task_number"]].append(MilestoneSeed(due, row["text"], percent))
    indicators: dict[str, list[IndicatorSeed]] = defaultdict(list)
    for row in rows("demo/indicators.csv"):
        indicators[row["task_number"]].append(
            IndicatorSeed(
                name=row["name"],
                kind=row["kind"],
                unit=row["unit"] or None,
                direction=row["direction"] or None,
                baseline=number(row["baseline"]),
                target=number(row["target"]),
                standard=row["standard"] or None,
                weight=number(row["weight"]),
            )
        )
    return [
        _task(row, tuple(milestones[row["number"]]), tuple(indicators[row["number"]]))
        for row in rows("demo/tasks.csv")
    ]


def _task(
    row: dict[str, str],
    milestones: tuple[MilestoneSeed, ...],
    indicators: tuple[IndicatorSeed, ...],
) -> TaskSeed:
    due = (int(row["due_month"]), int(row["due_day"])) if row["due_month"] else None
    return TaskSeed(
        number=row["number"],
        title=row["title"],
        goal=row["goal"],
        measures=row["measures"],
        standard=row["standard"],
        category=row["category"],
        lead=row["lead"],
        co_leads=many(row["co_lead"]),
        assists=many(row["assist"]),
        section=row["section"] or None,
        owner=row["owner"],
        leader=row["leader"],
        start=(int(row["start_month"]), 1),
        due=due,
        due_text=row["due_text"],
        weight=number(row["weight"]),
        key_supervised=row["key_supervised"] == "1",
        visibility=row["visibility"],
        strategic_goal=row["strategic_goal_code"] or None,
        work_point=row["work_point_number"] or None,
        trajectory=row["trajectory"],
        remark=row["remark"] or None,
        milestones=milestones,
        indicators=indicators,
    )


def _adjustments() -> list[AdjustmentSeed]:
    found: dict[tuple[str, str], AdjustmentSeed] = {}
    for row in rows("demo/adjustments.csv"):
        key = (row["task_number"], row["kind"])
        one = found.setdefault(
            key,
            AdjustmentSeed(
                task=row["task_number"],
                kind=row["kind"],
                cause=row["cause"],
                cause_kind=row["cause_kind"],
                month=int(row["month"]),
                fields={},
            ),
        )
        one.fields[row["field"]] = row["new_value"]
    return list(found.values())
