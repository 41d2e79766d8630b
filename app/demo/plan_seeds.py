"""Seed data of a year's planning: when each department plans, what its leader says, what is new
in the coming year, and which tasks are parts of another department's. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from functools import cache

from app.demo.seeds import MilestoneSeed, MonthDay, Seeds, TaskSeed, many, month_day, rows
from app.models.organisation import ChargeKind

ONE_OFF = ("中期", "首届", "二期", "复核", "前期", "改造", "升级", "修订")
"""Tasks whose titles say so are not proposed again."""
AGAIN = 0.5
"""How much of a year's work comes again in the next."""


@dataclass(frozen=True, slots=True)
class PlanDays:
    """A department's days in November and December; with `again` and `reread` its leader returned
    the plan and read it a second time."""

    opened: MonthDay
    sent: MonthDay
    read: MonthDay
    again: MonthDay | None
    reread: MonthDay | None
    submitted: MonthDay


@dataclass(frozen=True, slots=True)
class CommentSeed:
    """A leader's comment on a task (by title; None: on the plan). `before` is the standard that
    it is about: the department's first wording."""

    task: str | None
    text: str
    answer: str
    before: str | None


@dataclass(frozen=True, slots=True)
class PartSeed:
    """A task that another department passes, by the title of the whole; with an objection it was
    first passed with another standard."""

    whole: str
    first_standard: str | None
    objection: str | None


def plan_days(code: str, place: int) -> PlanDays:
    """When a department plans; one that the file does not know goes by its place."""
    known = _plan_days()
    return known.get(code) or list(known.values())[place * 7 % len(known)]


@cache
def _plan_days() -> dict[str, PlanDays]:
    return {
        row["department"]: PlanDays(
            opened=month_day(row["opened"]),
            sent=month_day(row["sent"]),
            read=month_day(row["read"]),
            again=month_day(row["again"]) if row["again"] else None,
            reread=month_day(row["reread"]) if row["reread"] else None,
            submitted=month_day(row["submitted"]),
        )
        for row in rows("demo/plan_days.csv")
    }


def comments_on(code: str, coming: bool) -> list[CommentSeed]:
    return [
        CommentSeed(row["task"] or None, row["text"], row["answer"], row["before"] or None)
        for row in rows("demo/plan_comments.csv")
        if row["department"] == code and (row["coming"] == "1") == coming
    ]


@cache
def parts() -> dict[str, PartSeed]:
    """The parts by their titles."""
    return {
        row["task"]: PartSeed(row["of"], row["first_standard"] or None, row["objection"] or None)
        for row in rows("demo/parts.csv")
    }


def coming_tasks(seeds: Seeds, lucky: Sequence[bool]) -> list[TaskSeed]:
    """What the departments propose for the year after the told ones: what comes again (`lucky`
    says it of each told task), what is bound to be unfinished, and what is new."""
    found = [
        task
        for task, luck in zip(seeds.tasks, lucky, strict=True)
        if task.trajectory == "stuck" or (luck and not any(word in task.title for word in ONE_OFF))
    ]
    leaders = {
        row.department: row.leader
        for row in reversed(seeds.charges)
        if row.kind == ChargeKind.IN_CHARGE
    }
    known = {row.code for row in seeds.departments}
    people = {row.username for row in seeds.people}
    for row in rows("demo/coming_tasks.csv"):
        if row["lead"] in known and row["owner"] in people:
            found.append(_new_task(row, leaders[row["lead"]], known))
    order = {row.code: place for place, row in enumerate(seeds.departments)}
    found.sort(key=lambda task: order[task.lead])
    return [replace(task, number=f"{at:03d}") for at, task in enumerate(found, start=1)]


def _new_task(row: dict[str, str], leader: str, known: set[str]) -> TaskSeed:
    month, day = int(row["due_month"]), int(row["due_day"])
    return TaskSeed(
        number="",
        title=row["title"],
        goal=row["goal"],
        measures=row["measures"],
        standard=row["standard"],
        category=row["category"],
        lead=row["lead"],
        co_leads=(),
        assists=tuple(code for code in many(row["assist"]) if code in known),
        section=row["section"] or None,
        owner=row["owner"],
        leader=leader,
        start=(int(row["start_month"]), 1),
        due=(month, day),
        due_text=f"{month}月{day}日前",
        weight=Decimal(20),
        key_supervised=False,
        visibility="open",
        strategic_goal=row["strategic_goal_code"],
        work_point=None,
        trajectory="steady",
        remark=None,
        milestones=tuple(_milestone(text) for text in many(row["milestones"])),
    )


def _milestone(text: str) -> MilestoneSeed:
    due, what, percent = text.split(":")
    return MilestoneSeed(month_day(due), what, Decimal(percent))


def shared_out(weights: Sequence[Decimal | None], total: Decimal) -> list[Decimal]:
    """The weights in their proportions, so that they add up to `total`: whole numbers where there
    are few, hundredths where there are many; as they are where they add up already."""
    given = [weight or Decimal(1) for weight in weights]
    whole = sum(given, Decimal(0))
    if whole == total:
        return given
    step = Decimal(1) if len(given) * 2 <= total else Decimal("0.01")
    found = [max(step, (one * total / whole).quantize(step, ROUND_DOWN)) for one in given]
    rest = int((total - sum(found, Decimal(0))) / step)
    heaviest = sorted(range(len(found)), key=lambda at: -found[at])
    for turn in range(abs(rest)):
        found[heaviest[turn % len(found)]] += step if rest > 0 else -step
    return found
