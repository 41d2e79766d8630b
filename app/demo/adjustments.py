"""Mid-year adjustments on their way to the committee and onto the tasks (Art. 9.2)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import select

from app.core import clock, workflow
from app.cycles.agenda import Verdict, place_on_agenda, record_minutes
from app.demo.curves import day_of
from app.demo.diary import later, weekday
from app.demo.planning import accept
from app.demo.seeds import AdjustmentSeed, TaskSeed, many, month_day, number
from app.demo.story import OFFICE, SECRETARY, Story, TaskStory
from app.improvement.service import draft_adjustment
from app.models.improvement import Adjustment, AdjustmentKind, AdjustmentStatus, CauseKind
from app.models.meetings import Outcome
from app.models.planning import Task

Followers = Callable[[Story, Sequence[TaskStory]], None]

DEFERRED_CAUSE = CauseKind.SUBJECTIVE
"""The committee puts off what a department brought upon itself, and takes it up next time."""


def plan_adjustments(story: Story, *followers: Followers) -> None:
    """Put the adjustments into the diary. `followers` plan what becomes of added tasks."""
    months: dict[int, list[AdjustmentSeed]] = defaultdict(list)
    for row in story.seeds.adjustments:
        months[row.month].append(row)
    last = max(months, default=0)
    for month, group in sorted(months.items()):
        ids: list[int] = []
        for place, row in enumerate(group):
            day = weekday(story.day(month, 6 + place % 5))
            story.diary.plan(day, "10:00", lambda r=row, i=ids: _draft(story, r, i))  # type: ignore[misc]
        day = weekday(story.day(month, 15))
        story.diary.plan(day, "10:00", lambda i=ids: review(story, i))  # type: ignore[misc]
        story.diary.plan(later(day, 2), "15:00", lambda i=ids: to_committee(story, i))  # type: ignore[misc]
        final = month == last
        story.diary.plan(
            weekday(story.day(month, 24)),
            "09:00",
            lambda i=ids, f=final: _decide(story, i, f),  # type: ignore[misc]
        )
        story.diary.plan(
            weekday(story.day(month, 28)),
            "10:00",
            lambda i=ids: _apply(story, i, followers),  # type: ignore[misc]
        )


def _draft(story: Story, row: AdjustmentSeed, ids: list[int]) -> None:
    college = story.college
    one = next((t for t in story.tasks if t.seed.number == row.task), None)
    code = row.fields["lead"] if one is None else one.seed.lead
    with college.acting(college.heads[code]) as actor:
        if one is not None and not story.accepted([one]):
            return
        adjustment = Adjustment(
            cycle_id=story.cycle_id,
            department_id=college.departments[code],
            task=None if one is None else story.session.get_one(Task, one.id),
            kind=AdjustmentKind(row.kind),
            cause_kind=CauseKind(row.cause_kind),
            cause=row.cause,
        )
        draft_adjustment(story.session, actor, adjustment, _changes(story, row))
        workflow.apply(story.session, actor, adjustment, "submit")
        ids.append(adjustment.id)


def _changes(story: Story, row: AdjustmentSeed) -> dict[str, str]:
    """The changed fields by the names of the task's columns, as text."""
    college = story.college
    told: dict[str, str] = {}
    for name, text in row.fields.items():
        if name in {"due", "start"}:
            told[f"{name}_on"] = day_of(story.year, month_day(text)).isoformat()
        elif name == "category":
            told["category_id"] = str(college.categories[text])
        elif name == "section":
            told["section_id"] = str(college.departments[text])
        elif name == "lead":
            told["lead_department_id"] = str(college.departments[text])
        elif name in {"owner", "leader"}:
            told[f"{name}_id"] = str(college.people[text])
        elif name in {"co_lead", "assist"}:
            told[name] = ";".join(code for code in many(text) if code in college.departments)
        elif name != "status":
            told[name] = text
    if row.kind == "add":
        told["number"] = row.task
    elif "due_on" in told:
        due = dt.date.fromisoformat(told["due_on"])
        told["due_text"] = f"{due.month}月{due.day}日前"
    return told


def _rows(story: Story, ids: list[int], *states: AdjustmentStatus) -> Sequence[Adjustment]:
    return story.session.scalars(
        select(Adjustment)
        .where(Adjustment.id.in_(ids), Adjustment.status.in_(states))
        .order_by(Adjustment.id)
    ).all()


def review(story: Story, ids: list[int]) -> None:
    codes = {key: code for code, key in story.college.departments.items()}
    by_leader: dict[str, list[int]] = defaultdict(list)
    for row in _rows(story, ids, AdjustmentStatus.REVIEW):
        by_leader[story.college.leaders[codes[row.department_id]]].append(row.id)
    for leader, own in by_leader.items():
        with story.college.acting(leader) as actor:
            rows = _rows(story, own, AdjustmentStatus.REVIEW)
            comment = story.phrase("adjustment_review", story.chance("adjust", leader))
            workflow.apply_all(story.session, actor, rows, "review", review_comment=comment)


def to_committee(story: Story, ids: list[int]) -> None:
    with story.college.acting(OFFICE) as actor:
        rows = _rows(story, ids, AdjustmentStatus.REVIEWED)
        workflow.apply_all(story.session, actor, rows, "send_to_committee")


def _decide(story: Story, ids: list[int], final: bool) -> None:
    """The committee decides row by row; what it deferred earlier is before it again."""
    month = clock.today().month
    rows = list(_rows(story, ids, AdjustmentStatus.COMMITTEE))
    with story.college.acting(OFFICE) as actor:
        waiting = story.session.scalars(
            select(Adjustment).where(
                Adjustment.cycle_id == story.cycle_id,
                Adjustment.status == AdjustmentStatus.DEFERRED,
            )
        ).all()
        workflow.apply_all(story.session, actor, waiting, "send_to_committee")
        ids += [row.id for row in waiting]
    with story.college.acting(SECRETARY) as actor:
        rows = list(_rows(story, ids, AdjustmentStatus.COMMITTEE))
        if not rows:
            return
        title = f"审定{month}月目标任务调整方案"
        item = story.sitting("党委会会议", [(title, "bgs")])[0]
        verdicts = []
        for row, subject in zip(
            rows, place_on_agenda(story.session, actor, item, rows), strict=True
        ):
            if row.cause_kind == DEFERRED_CAUSE and not final:
                verdicts.append(Verdict(subject, Outcome.DEFERRED, "进一步论证后再议。"))
            else:
                verdicts.append(Verdict(subject, Outcome.APPROVED))
        record_minutes(story.session, actor, item.meeting, verdicts)


def _apply(story: Story, ids: list[int], followers: Sequence[Followers]) -> None:
    added: dict[int, int] = {}
    with story.college.acting(OFFICE) as actor:
        for row in _rows(story, ids, AdjustmentStatus.APPROVED):
            workflow.apply(story.session, actor, row, "apply")
            if row.kind == AdjustmentKind.ADD:
                added[row.id] = row.task_id or 0
        own = select(Task.id, Task.number).where(Task.id.in_(added.values()))
        numbers = {row.id: row.number for row in story.session.execute(own)}
    seeds = {row.task: row for row in story.seeds.adjustments if row.kind == "add"}
    for key, text in numbers.items():
        one = story.tell(_seed_of(seeds[text]))
        one.id = key
        day = story.workday(later(clock.today(), 2))
        story.diary.plan(day, "15:00", lambda o=one: accept(story, [o]))  # type: ignore[misc]
        for follow in followers:
            follow(story, [one])


def _seed_of(row: AdjustmentSeed) -> TaskSeed:
    """An added task as the story sees it: without milestones it has no planned curve."""
    fields = row.fields
    return TaskSeed(
        number=row.task,
        title=fields["title"],
        goal=fields["goal"],
        measures=fields["measures"],
        standard=fields["standard"],
        category=fields["category"],
        lead=fields["lead"],
        co_leads=many(fields.get("co_lead", "")),
        assists=many(fields.get("assist", "")),
        section=fields.get("section"),
        owner=fields["owner"],
        leader=fields["leader"],
        start=month_day(fields["start"]),
        due=month_day(fields["due"]),
        due_text="",
        weight=number(fields.get("weight", "")),
        key_supervised=False,
        visibility="open",
        strategic_goal=None,
        work_point=None,
        trajectory="steady",
        remark=None,
    )
